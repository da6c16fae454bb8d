/* Counts of the last seconds, in as few bits as their size allows. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_RING_H
#define RT_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/history.h"

/** Zero is empty, and has no memory. The caller remembers how many counts a
 *  second has. */
struct rt_ring {
	void *slots;
	/** The newest second. */
	uint64_t head_s;
	/** Bits of a count: 1, 2, 4, 8, 16 or 32. All grow when one of them has
	 *  to. */
	uint16_t width;
	/** Slots; 0 stands for RT_HISTORY_S. A slot need not be a second. */
	uint16_t length;
};

void rt_ring_clear(struct rt_ring *ring);

/** Copy a ring; false, and an empty one, if there is no memory. */
bool rt_ring_copy(struct rt_ring *to, const struct rt_ring *from,
		  size_t counts);

/** Whether it has a slot for @p second. */
bool rt_ring_has(const struct rt_ring *ring, uint64_t second);

/** Give each second one more count than the @p counts it has, at place @p
 * which: 0 so far. False if there is no memory. */
bool rt_ring_insert(struct rt_ring *ring, size_t counts, size_t which);

/** Make @p second the newest, unless it is older than the newest. */
void rt_ring_advance(struct rt_ring *ring, size_t counts, uint64_t second);

/** Make @p second the newest, if it is older than the newest, and forget those
 *  after it. */
void rt_ring_retreat(struct rt_ring *ring, size_t counts, uint64_t second);

/** Add to the counts of a second that the ring has. They
 *  saturate at UINT32_MAX. False if there is no memory. */
bool rt_ring_add(struct rt_ring *ring, size_t counts, uint64_t second,
		 const uint32_t *add);

/** A bit for each of at most 32 counts that is not 0. */
static inline uint32_t
rt_ring_some(size_t counts, const uint32_t *add)
{
	uint32_t some = 0;

#pragma GCC unroll 32
	for (size_t i = 0; i < counts; i++)
		some |= (uint32_t)(add[i] != 0) << i;
	return some;
}

/** The same as rt_ring_add(), if it is known which counts are not 0. */
bool rt_ring_add_some(struct rt_ring *ring, size_t counts, uint64_t second,
		      const uint32_t *add, uint32_t some);

/** Add 1 to one of the counts of a second that the ring has. False if there is
 *  no memory. */
bool rt_ring_add_one(struct rt_ring *ring, size_t counts, uint64_t second,
		     size_t which);

/** The counts of a second. */
void rt_ring_get(const struct rt_ring *ring, size_t counts, uint64_t second,
		 uint32_t *out);

/** Add the counts of the seconds (end_s - length_s, end_s], at most
 *  its length, to @p out. */
void rt_ring_sum(const struct rt_ring *ring, size_t counts, uint64_t end_s,
		 uint64_t length_s, uint64_t *out);

/** Add one of the counts of each of @p length seconds up to @p end_s to @p out,
 *  oldest first. */
void rt_ring_history(const struct rt_ring *ring, size_t counts, size_t which,
		     uint64_t end_s, size_t length, uint32_t *out);

#endif
