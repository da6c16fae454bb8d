/* Sums over a sliding window of time, without a lock. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_SLICES_H
#define BO_SLICES_H

#include <stdatomic.h>
#include <stdint.h>

/** The number of slices in a window. */
#define BO_SLICES 10

/** The window, slice by slice; a slice of zero is empty. An amount counts for
 *  one window from the start of its slice, and expires with the slice. */
struct bo_slices {
	atomic_uint_fast64_t slice[BO_SLICES];
};

/** The sum over the window that ends at now_ns. */
int64_t bo_slices_sum(const struct bo_slices *slices, uint64_t window_ns,
		      uint64_t now_ns);
void bo_slices_add(struct bo_slices *slices, uint64_t window_ns,
		   uint64_t now_ns, int64_t amount);

/** Undo an addition that was made at then_ns, unless it has expired. */
void bo_slices_take_back(struct bo_slices *slices, uint64_t window_ns,
			 uint64_t then_ns, int64_t amount);
void bo_slices_clear(struct bo_slices *slices);

#endif
