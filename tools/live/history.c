/* The last seconds, each with its slot in a ring. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/history.h"

#include <string.h>

void
rt_history_advance(void *ring, size_t slot_bytes, uint64_t *head_s,
		   uint64_t second)
{
	unsigned char *slots = ring;
	size_t first, count, straight;

	if (second <= *head_s)
		return;
	count = second - *head_s < RT_HISTORY_S ? second - *head_s
						: RT_HISTORY_S;
	first = rt_history_slot(second - count + 1);
	straight = count < RT_HISTORY_S - first ? count : RT_HISTORY_S - first;
	memset(slots + first * slot_bytes, 0, straight * slot_bytes);
	/* The rest goes on at the ring's start. */
	memset(slots, 0, (count - straight) * slot_bytes);
	*head_s = second;
}
