/* Counts of the last seconds, of which most kinds are always 0. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SPARSE_H
#define RT_SPARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "live/ring.h"

/** Zero is empty, and has no memory. Counts that were always 0 have none. */
struct rt_sparse {
	struct rt_ring ring;
	/** A bit for each count that the ring has; there are 64 at most. */
	uint64_t used;
};

void rt_sparse_clear(struct rt_sparse *sparse);

/** Add to the counts of a second, and make it the newest if it is; what is too
 *  old is left out. Bit i of @p some stands for add[i], which is not 0. False
 *  if there is no memory. */
bool rt_sparse_add(struct rt_sparse *sparse, uint64_t second,
		   const uint32_t *add, uint32_t some);

/** The same for one count, which grows by 1. */
bool rt_sparse_add_one(struct rt_sparse *sparse, uint64_t second,
		       unsigned which);

/** Add the counts of the seconds (end_s - length_s, end_s] to @p out. */
void rt_sparse_sum(const struct rt_sparse *sparse, uint64_t end_s,
		   uint64_t length_s, uint64_t *out);

#endif
