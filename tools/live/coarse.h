/* Counts of the last two hours in steps of ten seconds. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_COARSE_H
#define RT_COARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/ring.h"

#define RT_COARSE_STEP_S 10
#define RT_COARSE_S 7200
#define RT_COARSE_STEPS (RT_COARSE_S / RT_COARSE_STEP_S)

struct rt_coarse_store;

/** Zero is empty. The caller remembers how many counts a step has; those that
 *  were always 0 have no memory. */
struct rt_coarse {
	struct rt_coarse_store *store;
};

void rt_coarse_clear(struct rt_coarse *coarse, size_t counts);

/** Add to the counts of the step of a second. What is too old is left out.
 *  False if there is no memory. See rt_ring_some() for @p some. */
bool rt_coarse_add_some(struct rt_coarse *coarse, size_t counts,
			uint64_t second, const uint32_t *add, uint32_t some);

static inline bool
rt_coarse_add(struct rt_coarse *coarse, size_t counts, uint64_t second,
	      const uint32_t *add)
{
	return rt_coarse_add_some(coarse, counts, second, add,
				  rt_ring_some(counts, add));
}

/** Forget the steps after that of a second. */
void rt_coarse_retreat(struct rt_coarse *coarse, size_t counts,
		       uint64_t second);

/** Add the counts of the steps that begin in (end_s - length_s, end_s], or of
 *  that of @p end_s if none does. */
void rt_coarse_sum(const struct rt_coarse *coarse, size_t counts,
		   uint64_t end_s, uint64_t length_s, uint64_t *out);

/** What of the seconds (end_s - length_s, end_s] a ring of seconds has whose
 *  newest is @p head_s: the last fine_s. The steps in
 *  (split.end_s - coarse_s, split.end_s] are before them; 0: none. */
struct rt_coarse_split {
	uint64_t fine_s, end_s, coarse_s;
};

struct rt_coarse_split rt_coarse_split(uint64_t head_s, uint64_t end_s,
				       uint64_t length_s);

/** As rt_coarse_sum(), but of single seconds where @p fine, a ring of seconds,
 * still has them. */
void rt_coarse_join(const struct rt_coarse *coarse, const struct rt_ring *fine,
		    size_t counts, uint64_t end_s, uint64_t length_s,
		    uint64_t *out);

/** Seconds up to @p end_s that rt_coarse_join() covers, if no ring of seconds
 *  is newer than @p newest_s. */
uint64_t rt_coarse_covers_s(uint64_t newest_s, uint64_t end_s,
			    uint64_t length_s);

/** Add one of the counts of each of @p steps steps up to that of @p end_s to
 *  @p out, oldest first. */
void rt_coarse_history(const struct rt_coarse *coarse, size_t counts,
		       size_t which, uint64_t end_s, size_t steps,
		       uint32_t *out);

#endif
