/* The numbers of a comparison, ready to be printed. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_RESULT_H
#define RS_RESULT_H

#include <stdbool.h>

#include "recorded/logged_policy.h"
#include "replay/tally.h"
#include "stats/interval.h"

/** If a larger share of calls meets an unsupported attempt, the verdict has to
 *  hold in both bounds. */
#define RS_UNSUPPORTED_MAX 0.01

enum rs_verdict {
	RS_VERDICT_BASELINE,
	RS_VERDICT_BETTER,
	RS_VERDICT_WORSE,
	RS_VERDICT_SAME,
	/** The log does not support an answer. */
	RS_VERDICT_UNSUPPORTED,
	RS_VERDICT_COUNT
};

/** "better", "same within noise" and so on. */
const char *rs_verdict_name(enum rs_verdict verdict);

struct rs_quantile {
	uint64_t ns, low_ns, high_ns;
};

enum rs_percentile {
	RS_P50,
	RS_P95,
	RS_P99,
	RS_PERCENTILES,
};

/** Durations of the calls that succeeded, or of those that failed. */
struct rs_latency {
	/** Mean number of such calls; if 0, there are no quantiles. */
	double calls;
	struct rs_quantile at[RS_PERCENTILES];
};

struct rs_difference {
	/** Index of the policy that this one is compared with. */
	size_t baseline;
	double value;
	struct tk_interval interval;
	enum rs_verdict verdict;
};

/** One policy on one operation. Counts are means over replicas. */
struct rs_result {
	const struct rs_policy *policy;
	size_t operation;
	uint64_t calls;
	double success_rate, first_try_rate, attempts, attempts_per_call;
	double retries, backoff_per_call_ns;
	struct tk_interval success, outer, first_try, attempts_interval;
	struct tk_interval retries_interval;
	struct rs_latency success_latency, failure_latency;
	double stop[RS_STOPS];
	struct tk_interval stop_interval[RS_STOPS];
	/** The policy has a budget or a breaker; number of calls that made no
	 *  attempt because a breaker was open; number of times one opened. */
	bool guarded;
	double refused_calls, breaker_opened;
	/** It stopped calls, but the effect of unlogged calls on it is
	 *  unknown. */
	bool guard_unknown;
	/** The log itself supports no verdict. */
	enum rs_doubt doubt;
	/** With the calls that are left out and are known to have failed, the
	 *  rate would lie below its interval. */
	bool rate_unknown;
	/** Shares of the simulated attempts by support class; their sum is
	 *  1. */
	double support[RS_SUPPORT_COUNT];
	/** The policy hedges, but is replayed without hedges. */
	bool hedges;
	/** The highest load in attempts per bin, the recorded one, and how they
	 *  compare. */
	double load_peak, recorded_load_peak;
	enum rs_load_level load;
	/** Share of calls that met an unsupported attempt. */
	double unsupported_calls;
	/** The share is above RS_UNSUPPORTED_MAX. */
	bool flagged;
	struct rs_difference difference;
};

/**
 * Make the numbers of one policy, but not its difference.
 *
 * @param first_tries  durations to add to those of successes; or NULL
 */
void rs_result_make(struct rs_result *result, const struct rs_tally *tally,
		    const struct tk_samples *first_tries);

/** Whether the success rate is doubtful, for whatever reason: "?". */
bool rs_result_doubtful(const struct rs_result *result);

/** Widen the bounds of the success rate by calls that are left out, but are
 *  known to have failed when they were recorded. */
void rs_result_admit_failures(struct rs_result *result, uint64_t failures);

/** Calls that a budget or breaker ended. */
double rs_guard_stops(const struct rs_result *result);

/** Set the paired difference of two policies on one operation. */
void rs_result_compare(struct rs_result *result, const struct rs_tally *tally,
		       const struct rs_result *baseline,
		       const struct rs_tally *baseline_tally,
		       size_t call_count);

#endif
