/* The numbers of a comparison, ready to be printed. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_RESULT_H
#define RS_RESULT_H

#include <stdbool.h>

#include "recorded/doubt.h"
#include "recorded/logged_policy.h"
#include "replay/detail.h"
#include "replay/tally.h"
#include "replay/window.h"
#include "stats/interval.h"

/** If a larger share of calls meets an unsupported attempt, the verdict has to
 *  hold in both bounds. */
#define RS_UNSUPPORTED_MAX 0.01

enum rs_verdict {
	RS_VERDICT_BASELINE,
	RS_VERDICT_BETTER,
	RS_VERDICT_WORSE,
	/** The difference is within the margin. */
	RS_VERDICT_EQUAL,
	/** Too little data: rs_difference.needed says how much is. */
	RS_VERDICT_CANNOT_TELL,
	/** The answer depends on what the log does not show:
	 *  rs_difference.condition says on what. */
	RS_VERDICT_DEPENDS,
	RS_VERDICT_COUNT
};

/** "better", "cannot_tell" and so on. */
const char *rs_verdict_name(enum rs_verdict verdict);

/** What a difference depends on that the log does not show. */
enum rs_condition_kind {
	RS_CONDITION_NONE,
	/** How the target bears a load above the recorded one. */
	RS_CONDITION_LOAD,
	/** The target fails more the more attempts it gets, or throttles. */
	RS_CONDITION_COUPLING,
	/** Whether calls fail by a fate of their own, and of which kind. */
	RS_CONDITION_FATE,
	/** Whether such calls recover after the longest wait in the log. */
	RS_CONDITION_WAIT,
	/** How long attempts take that a limit cut off. */
	RS_CONDITION_TIMEOUT,
	/** What the lines say that are missing. */
	RS_CONDITION_LOSS,
	/** What the order of lines would be by right clocks. */
	RS_CONDITION_CLOCKS,
	/** How often calls succeed that left no line and fill a budget. */
	RS_CONDITION_GUARD,
	/** The policy hedges; it is replayed without. */
	RS_CONDITION_HEDGE,
	/** What the target did while a recorded breaker kept calls away. */
	RS_CONDITION_BREAKER,
	RS_CONDITION_COUNT
};

/** "load", "coupling" and so on; "" for NONE. */
const char *rs_condition_name(enum rs_condition_kind kind);

struct rs_condition {
	enum rs_condition_kind kind;
	/** The difference of success rates at both ends. */
	double low, high;
	/** Share of attempts (WAIT, TIMEOUT) or calls (FATE, LOSS) that it
	 *  concerns. */
	double share;
	/** What is asked of the target, and what the log has seen: attempts
	 *  per second (LOAD), nanoseconds (WAIT, TIMEOUT, CLOCKS), z
	 *  (COUPLING). */
	double value, seen;
};

/** What would settle a verdict; 0 if it is not known, or not needed. */
struct rs_needed {
	/** Days of a log like this one. */
	double days;
	/** Share of traffic to try the policy on for @ref days. */
	double traffic;
	/** Jitter to record under, as a share of the delay, for @ref days. */
	double jitter;
};

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
	/** For this window, and for the next one like it; what it may be
	 *  whatever the log does not show. */
	struct tk_interval interval, prospective, outer;
	/** Differences up to this are equal. */
	double margin;
	enum rs_verdict verdict;
	struct rs_condition condition;
	struct rs_needed needed;
};

/** One policy on one operation. Counts are means over replicas. */
struct rs_result {
	const struct rs_policy *policy;
	size_t operation;
	uint64_t calls;
	double success_rate, first_try_rate, attempts, attempts_per_call;
	double retries, backoff_per_call_ns;
	/** The success rate in this window, and in the next one like it; what
	 *  it may be whatever the log does not show. */
	struct tk_interval success, prospective, outer;
	struct tk_interval first_try, attempts_interval;
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
	/** Index of the first result of the same operation whose calls all make
	 *  the same attempts, with the same outcomes and reasons, in every
	 *  replica; its own index if there is none before. */
	size_t alike;
	struct rs_difference difference;
	/** For pictures; NULL unless rs_plan.detail asks for it. */
	struct rs_detail *detail;
};

/**
 * Make the numbers of one policy, but not its difference.
 *
 * @param first_tries  durations to add to those of successes; or NULL
 * @param window       for the next window
 */
void rs_result_make(struct rs_result *result, const struct rs_tally *tally,
		    const struct tk_samples *first_tries,
		    struct rs_window *window);

/** Widen the bounds of the success rate to what another assumption about the
 *  fate of calls says. */
void rs_result_admit_family(struct rs_result *result,
			    const struct rs_tally *tally);

/** Whether the success rate is doubtful, for whatever reason: "?". */
bool rs_result_doubtful(const struct rs_result *result);

/** Widen the bounds of the success rate by calls that are left out, but are
 *  known to have failed when they were recorded. */
void rs_result_admit_failures(struct rs_result *result, uint64_t failures);

/** Calls that a budget or breaker ended. */
double rs_guard_stops(const struct rs_result *result);

#endif
