/* A world of known truth whose calls share: recorded by libbackoff itself, in
 * virtual time. */
#ifndef TEST_SHARED_WORLD_H
#define TEST_SHARED_WORLD_H

#include <backoff.h>

#include "replay/compare.h"

struct shared_world {
	const char *name;
	uint64_t seed, calls;
	/** Between the begins of two calls. */
	uint64_t gap_ns;
	/** Chance that an attempt fails; and of `period` the last part in which
	 *  `down_fails` holds instead. */
	double fails, down_fails;
	uint64_t period_ns, down_ns;
	/** Chance that a failure is one of class throttle with a hint. */
	double hints;
	/** Every fifth call has a reason to end so at its first failure:
	 *  server_forbade, not_replayable or not_idempotent; NONE. */
	enum backoff_stop ends;
	/** Every seventh call serves a request that is a retry itself. */
	bool serves_retries;
	/** Calls go to so many targets in turn; 0: none is named. */
	unsigned targets;
	/** Leave out lines of calls that succeed at once, and do not name
	 *  calls: only a count tells of them. */
	bool failures_only;
};

struct shared_truth {
	uint64_t calls, attempts, succeeded, refused;
	uint64_t stop[RS_STOPS];
};

/** Run all calls under a policy; with @p trace, record them. */
struct shared_truth shared_world_run(const struct shared_world *world,
				     const struct backoff_policy *policy,
				     struct tk_trace *trace);

#endif
