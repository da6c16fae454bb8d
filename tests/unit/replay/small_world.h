/* Worlds whose truth is known: calls, outages and permanent failures by keyed
 * draws, recorded under one policy and answered under another. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_SMALL_WORLD_H
#define TEST_SMALL_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include <backoff.h>

#include "replay/compare.h"

struct small_world {
	const char *name;
	uint64_t seed;
	double calls_per_second, seconds;
	/** Probability that an attempt fails while the target is up, and while
	 *  it is down. */
	double up_fails, down_fails;
	/** Mean seconds up and down; 0 for always up. */
	double mean_up, mean_down;
	/** Share of calls that fail permanently. */
	double permanent;
	/** Duration of every attempt; of every one of the share of calls that
	 *  are slow. */
	uint64_t attempt_ns;
	double slow;
	uint64_t slow_ns;
	/** Leave successes out of the log, as python-retry does. */
	bool failures_only;
	/** The deadline that callers give; 0 for none. */
	uint64_t deadline_ns;
	/** Probability that a wait is ended half-way, and the reason. */
	double called_off;
	enum backoff_stop how;
};

struct small_truth {
	uint64_t calls, succeeded, attempts;
	/** Sum of what was waited. */
	uint64_t backoff_ns;
	/** Number of calls by stop reason. */
	uint64_t stop[BACKOFF_STOP_SLEEP_FAILED + 1];
};

/** Twenty calls a second for ten minutes, with outages and some permanent
 *  failures. */
struct small_world small_world_lossy(void);

/** Run all calls under a policy; record them in @p trace if it is not NULL. */
struct small_truth small_world_run(const struct small_world *world,
				   const struct backoff_policy *policy,
				   struct tk_trace *trace);

/** A recorded world, ready to be compared. */
struct small_case {
	struct tk_trace *trace;
	struct rs_log log;
	struct rs_policy_set policies;
	struct rs_plan plan;
	struct rs_comparison comparison;
};

/** Record under @p logged_policy, and compare all @p policies (names or JSON,
 *  ending in NULL), to which that one is not added. */
void small_case_run(struct small_case *c, const struct small_world *world,
		    const char *logged_policy, const char *const *policies);
void small_case_clear(struct small_case *c);

/** A shipped policy, or one from JSON text. */
struct backoff_policy *small_policy(const char *name_or_json);

#endif
