/* What a policy's delays come to: drawn many times, bounded by their laws. */
#ifndef RS_LINT_WAITS_H
#define RS_LINT_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** Clients whose retries fall into a window of this length meet. */
#define RS_LINT_WINDOW_NS UINT64_C(100000000)

/** One retry over all draws. */
struct rs_lint_wait {
	/** Widest bounds of the law, and those without its ceiling. */
	uint64_t low_ns, high_ns, open_low_ns, open_high_ns;
	/** Draws that lay above the ceiling, which made them equal. */
	uint64_t pinned;
	/** The largest number of draws within RS_LINT_WINDOW_NS. */
	uint64_t together;
};

struct rs_lint_waits {
	uint64_t draws;
	/** Retries that the policy allows, and the first ones of them that
	 *  were drawn. */
	uint64_t retries;
	size_t drawn;
	struct rs_lint_wait *wait;
	/** Bounds of the sum of all waits, and of the drawn ones their 99th
	 *  percentile; no deadline counts. Saturating. */
	uint64_t least_ns, most_ns, p99_ns;
	/** Calls that the deadline ends before the last attempt, though no
	 *  attempt takes time: of all draws. */
	uint64_t cut;
	/** Attempts that a call makes in the best case for that deadline. */
	uint64_t attempts_most;
};

/** Draw; false without memory. The same policy gives the same numbers. */
bool rs_lint_waits_make(const struct backoff_policy *policy,
			struct rs_lint_waits *out);
void rs_lint_waits_clear(struct rs_lint_waits *waits);

/** When attempt @p attempt (from 1) begins at the earliest, if every attempt
 *  before it took @p whole ? all its limit : no time; saturating. */
uint64_t rs_lint_start_ns(const struct backoff_policy *policy, uint32_t attempt,
			  bool whole);

#endif
