/* How long attempts or calls took of late. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_TOOK_H
#define RT_TOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "live/sparse.h"

/** Three for each doubling, from 1 ms to 69 s; the first and the last have what
 *  is beyond. */
#define RT_TOOK_BUCKETS 48
/** Counts are kept in steps, to save memory. */
#define RT_TOOK_STEP_S 10
/** Fewer durations have no quantile. */
#define RT_TOOK_LEAST 10

/** Zero has none. */
struct rt_took {
	struct rt_sparse counts;
};

void rt_took_clear(struct rt_took *took);

/** Count a duration. One that is too old, or BACKOFF_ABSENT, is left out. False
 *  if there is no memory. */
bool rt_took_add(struct rt_took *took, uint64_t second, uint64_t duration_ns);

/** Add the durations of those seconds to the RT_TOOK_BUCKETS counts of @p out;
 *  see rt_took_quantile() for the seconds. */
void rt_took_sum(const struct rt_took *took, uint64_t end_s, uint64_t length_s,
		 uint64_t *out);

/** The duration that a share of counted ones did not exceed; 0: too few. */
uint64_t rt_took_quantile_of(const uint64_t *count, double share);

/** The duration that a share of those within the seconds (end_s - length_s,
 *  end_s] did not exceed, to a quarter; the seconds may begin up to nine
 *  later, and there is one step at least. 0: too few are known. */
uint64_t rt_took_quantile(const struct rt_took *took, uint64_t end_s,
			  uint64_t length_s, double share);

#endif
