/* The last seconds, each with its slot in a ring. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_HISTORY_H
#define RT_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Seconds that are remembered. */
#define RT_HISTORY_S 300

/** Whether a ring whose newest second is @p head_s still has a slot for
 *  @p second. */
static inline bool
rt_history_has(uint64_t head_s, uint64_t second)
{
	return second <= head_s && head_s - second < RT_HISTORY_S;
}

/** The slot of a second, in a ring of RT_HISTORY_S. */
static inline size_t
rt_history_slot(uint64_t second)
{
	return second % RT_HISTORY_S;
}

/** Make @p second the newest of a ring, unless it is older than *head_s: the
 *  slots in between are set to zero. */
void rt_history_advance(void *ring, size_t slot_bytes, uint64_t *head_s,
			uint64_t second);

#endif
