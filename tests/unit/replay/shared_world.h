/* A world of known truth whose calls share guards: libbackoff itself runs and
 * records them, in virtual time. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_SHARED_WORLD_H
#define TEST_SHARED_WORLD_H

#include <backoff.h>

#include "replay/compare.h"

struct shared_world {
	const char *name;
	uint64_t seed, calls;
	/** Time between the starts of two calls. */
	uint64_t gap_ns;
	/** Probability that an attempt fails, and the same in the last part of
	 *  each period, when the target is down. */
	double fails, down_fails;
	uint64_t period_ns, down_ns;
	/** Probability that a failure is of class throttle and has a hint. */
	double hints;
	/** Reason why every fifth call ends at its first failure:
	 *  server_forbade, not_replayable or not_idempotent; NONE: it does
	 *  not. */
	enum backoff_stop ends;
	/** Every seventh call serves a request that is itself a retry. */
	bool serves_retries;
	/** Number of targets, which calls take in turn; 0: none is named. */
	unsigned targets;
	/** Leave out successes and the ids of calls. */
	bool failures_only;
};

struct shared_truth {
	uint64_t calls, attempts, succeeded, refused;
	uint64_t stop[RS_STOPS];
};

/** Run all calls under a policy; record them in @p trace if it is not NULL. */
struct shared_truth shared_world_run(const struct shared_world *world,
				     const struct backoff_policy *policy,
				     struct tk_trace *trace);

#endif
