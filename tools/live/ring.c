/* Counts of the last seconds, in as few bytes as their size allows. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/ring.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "live/counts.h"

void
rt_ring_clear(struct rt_ring *ring)
{
	free(ring->slots);
	memset(ring, 0, sizeof(*ring));
}

static uint32_t
get(const void *slots, size_t width, size_t i)
{
	switch (width) {
	case 1:
		return ((const uint8_t *)slots)[i];
	case 2:
		return ((const uint16_t *)slots)[i];
	default:
		return ((const uint32_t *)slots)[i];
	}
}

static void
put(void *slots, size_t width, size_t i, uint32_t value)
{
	switch (width) {
	case 1:
		((uint8_t *)slots)[i] = (uint8_t)value;
		break;
	case 2:
		((uint16_t *)slots)[i] = (uint16_t)value;
		break;
	default:
		((uint32_t *)slots)[i] = value;
	}
}

static size_t
length_of(const struct rt_ring *ring)
{
	return ring->length > 0 ? ring->length : RT_HISTORY_S;
}

static size_t
first_of(const struct rt_ring *ring, size_t counts, uint64_t second)
{
	return second % length_of(ring) * counts;
}

bool
rt_ring_has(const struct rt_ring *ring, uint64_t second)
{
	return second <= ring->head_s &&
	       ring->head_s - second < length_of(ring);
}

/* Give each count this many bytes. */
static bool
widen(struct rt_ring *ring, size_t counts, size_t width)
{
	size_t length = length_of(ring) * counts;
	void *slots = calloc(length, width);

	if (slots == NULL)
		return false;
	for (size_t i = 0; ring->slots != NULL && i < length; i++)
		put(slots, width, i, get(ring->slots, ring->width, i));
	free(ring->slots);
	ring->slots = slots;
	ring->width = width;
	return true;
}

static size_t
width_of(uint32_t value)
{
	if (value <= UINT8_MAX)
		return 1;
	return value <= UINT16_MAX ? 2 : 4;
}

void
rt_ring_advance(struct rt_ring *ring, size_t counts, uint64_t second)
{
	size_t bytes = counts * ring->width;
	uint64_t s = ring->head_s + 1;

	if (second <= ring->head_s)
		return;
	if (second - ring->head_s > length_of(ring))
		s = second - length_of(ring) + 1;
	for (; ring->slots != NULL && s <= second; s++)
		memset((char *)ring->slots + s % length_of(ring) * bytes, 0,
		       bytes);
	ring->head_s = second;
}

bool
rt_ring_add(struct rt_ring *ring, size_t counts, uint64_t second,
	    const uint32_t *add)
{
	size_t first = first_of(ring, counts, second);

	if (ring->slots == NULL && !widen(ring, counts, 1))
		return false;
	for (size_t i = 0; i < counts; i++) {
		uint32_t sum;

		if (add[i] == 0)
			continue;
		sum = get(ring->slots, ring->width, first + i);
		rt_add_u32(&sum, add[i]);
		if (width_of(sum) > ring->width &&
		    !widen(ring, counts, width_of(sum)))
			return false;
		put(ring->slots, ring->width, first + i, sum);
	}
	return true;
}

void
rt_ring_sum(const struct rt_ring *ring, size_t counts, uint64_t end_s,
	    uint64_t length_s, uint64_t *out)
{
	if (ring->slots == NULL)
		return;
	for (uint64_t i = 0; i < length_s && i < length_of(ring) && i <= end_s;
	     i++) {
		size_t first = first_of(ring, counts, end_s - i);

		if (!rt_ring_has(ring, end_s - i))
			continue;
		for (size_t k = 0; k < counts; k++)
			out[k] += get(ring->slots, ring->width, first + k);
	}
}

void
rt_ring_history(const struct rt_ring *ring, size_t counts, size_t which,
		uint64_t end_s, uint32_t *out)
{
	if (ring->slots == NULL || end_s >= ring->head_s + RT_HISTORY_S)
		return;
	for (uint64_t i = 0; i < RT_HISTORY_S && i <= end_s; i++)
		if (rt_ring_has(ring, end_s - i))
			rt_add_u32(
				&out[RT_HISTORY_S - 1 - i],
				get(ring->slots, ring->width,
				    first_of(ring, counts, end_s - i) + which));
}
