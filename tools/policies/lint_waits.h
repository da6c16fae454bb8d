/* The sum of a policy's delays: drawn many times, bounded by their laws. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_LINT_WAITS_H
#define RS_LINT_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** Clients whose retries begin within this time retry together. */
#define RS_LINT_WINDOW_NS UINT64_C(100000000)

/** One retry over all draws. */
struct rs_lint_wait {
	/** Widest bounds of the law, with and without its ceiling. */
	uint64_t low_ns, high_ns, open_low_ns, open_high_ns;
	/** Draws above the ceiling, which are all equal to it. */
	uint64_t pinned;
	/** The largest number of draws within RS_LINT_WINDOW_NS. */
	uint64_t together;
};

struct rs_lint_waits {
	uint64_t draws;
	/** Number of retries that the policy allows; number of those drawn,
	 *  counted from the first. */
	uint64_t retries;
	/** The policy allows any number: then `retries` are those that can
	 *  begin before the deadline, up to 100 000. */
	bool unlimited;
	size_t drawn;
	struct rs_lint_wait *wait;
	/** Bounds of the sum of all waits, and the 99th percentile of the sum
	 *  of those drawn, as if there were no deadline. Saturating. */
	uint64_t least_ns, most_ns, p99_ns;
	/** Draws in which the deadline ends the call before its last attempt,
	 *  although attempts take no time. */
	uint64_t cut;
	/** Maximum number of attempts that a call can make before the
	 *  deadline. */
	uint64_t attempts_most;
};

/** False if memory ran out. The same policy gives the same numbers. */
bool rs_lint_waits_make(const struct backoff_policy *policy,
			struct rs_lint_waits *out);
void rs_lint_waits_clear(struct rs_lint_waits *waits);

/**
 * When an attempt begins at the earliest, saturating.
 *
 * @param attempt  its number, from 1
 * @param slow     whether each attempt before it lasts for its attempt_timeout;
 *                 else it takes no time
 */
uint64_t rs_lint_start_ns(const struct backoff_policy *policy, uint32_t attempt,
			  bool slow);

#endif
