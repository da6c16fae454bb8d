/* Counts of the last seconds, in as few bits as their size allows. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/ring.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "live/counts.h"

#define WORD_BITS (8 * sizeof(uint64_t))

void
rt_ring_clear(struct rt_ring *ring)
{
	free(ring->slots);
	memset(ring, 0, sizeof(*ring));
}

/* Counts of less than a byte share it, the first one in its low bits. */
static uint32_t
get(const void *slots, size_t width, size_t i)
{
	switch (width) {
	case 8:
		return ((const uint8_t *)slots)[i];
	case 16:
		return ((const uint16_t *)slots)[i];
	case 32:
		return ((const uint32_t *)slots)[i];
	default:
		return ((const uint8_t *)slots)[i * width / 8] >>
			       i * width % 8 &
		       ((1u << width) - 1);
	}
}

static void
put_bits(uint8_t *slots, size_t width, size_t i, uint32_t value)
{
	uint8_t *byte = &slots[i * width / 8];
	size_t shift = i * width % 8;
	uint32_t mask = ((1u << width) - 1) << shift;

	*byte = (uint8_t)((*byte & ~mask) | value << shift);
}

static void
put(void *slots, size_t width, size_t i, uint32_t value)
{
	switch (width) {
	case 8:
		((uint8_t *)slots)[i] = (uint8_t)value;
		break;
	case 16:
		((uint16_t *)slots)[i] = (uint16_t)value;
		break;
	case 32:
		((uint32_t *)slots)[i] = value;
		break;
	default:
		put_bits(slots, width, i, value);
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

/* Whole words. */
static size_t
bytes_of(size_t length, size_t width)
{
	return (length * width + WORD_BITS - 1) / WORD_BITS * sizeof(uint64_t);
}

/* Give each count this many bits. */
static bool
widen(struct rt_ring *ring, size_t counts, size_t width)
{
	size_t length = length_of(ring) * counts, i = 0;
	void *slots = calloc(1, bytes_of(length, width));

	if (slots == NULL)
		return false;
	while (ring->slots != NULL && i < length) {
		size_t end = bo_min(length, i + WORD_BITS / ring->width);

		/* Most words are zero: rings grow when they are new. */
		if (((uint64_t *)ring->slots)[i * ring->width / WORD_BITS] == 0)
			i = end;
		for (; i < end; i++)
			put(slots, width, i, get(ring->slots, ring->width, i));
	}
	free(ring->slots);
	ring->slots = slots;
	ring->width = (uint16_t)width;
	return true;
}

bool
rt_ring_copy(struct rt_ring *to, const struct rt_ring *from, size_t counts)
{
	size_t bytes = bytes_of(length_of(from) * counts, from->width);

	*to = *from;
	if (from->slots == NULL)
		return true;
	to->slots = malloc(bytes);
	if (to->slots == NULL) {
		memset(to, 0, sizeof(*to));
		return false;
	}
	memcpy(to->slots, from->slots, bytes);
	return true;
}

bool
rt_ring_insert(struct rt_ring *ring, size_t counts, size_t which)
{
	size_t length = length_of(ring), width = ring->width;
	void *slots;

	if (ring->slots == NULL)
		return true;
	slots = calloc(1, bytes_of(length * (counts + 1), width));
	if (slots == NULL)
		return false;
	for (size_t i = 0; i < length; i++)
		for (size_t k = 0; k < counts; k++)
			put(slots, width, i * (counts + 1) + k + (k >= which),
			    get(ring->slots, width, i * counts + k));
	free(ring->slots);
	ring->slots = slots;
	return true;
}

static size_t
width_of(uint32_t value)
{
	size_t width = 1;

	while (width < 32 && value >> width != 0)
		width *= 2;
	return width;
}

static void
clear_slot(struct rt_ring *ring, size_t counts, uint64_t second)
{
	size_t first = first_of(ring, counts, second);
	size_t bytes = ring->width / 8;

	if (bytes > 0) {
		memset((char *)ring->slots + first * bytes, 0, counts * bytes);
		return;
	}
	for (size_t i = 0; i < counts; i++)
		put_bits(ring->slots, ring->width, first + i, 0);
}

void
rt_ring_advance(struct rt_ring *ring, size_t counts, uint64_t second)
{
	uint64_t s = ring->head_s + 1;

	if (second <= ring->head_s)
		return;
	if (second - ring->head_s > length_of(ring))
		s = second - length_of(ring) + 1;
	for (; ring->slots != NULL && s <= second; s++)
		clear_slot(ring, counts, s);
	ring->head_s = second;
}

void
rt_ring_retreat(struct rt_ring *ring, size_t counts, uint64_t second)
{
	size_t length = length_of(ring);
	uint64_t gone = ring->head_s > second ? ring->head_s - second : 0;

	if (ring->slots == NULL || gone == 0)
		return;
	for (uint64_t i = 0; i < gone && i < length; i++)
		clear_slot(ring, counts, ring->head_s - i);
	ring->head_s = second;
}

/* Add to one of the counts. */
static bool
add_to(struct rt_ring *ring, size_t counts, size_t at, uint32_t add)
{
	uint32_t sum = get(ring->slots, ring->width, at);

	rt_add_u32(&sum, add);
	if (ring->width < 32 && sum >> ring->width != 0 &&
	    !widen(ring, counts, width_of(sum)))
		return false;
	put(ring->slots, ring->width, at, sum);
	return true;
}

/* Add as long as they fit; inlined, for each width. Returns those that are
 * left. */
static inline __attribute__((always_inline)) uint32_t
add_fitting(struct rt_ring *ring, size_t first, size_t width,
	    const uint32_t *add, uint32_t some)
{
	for (; some != 0; some &= some - 1) {
		size_t i = (size_t)__builtin_ctz(some);
		uint32_t sum = get(ring->slots, width, first + i);

		rt_add_u32(&sum, add[i]);
		if (width < 32 && sum >> width != 0)
			break;
		put(ring->slots, width, first + i, sum);
	}
	return some;
}

bool
rt_ring_add_some(struct rt_ring *ring, size_t counts, uint64_t second,
		 const uint32_t *add, uint32_t some)
{
	size_t first = first_of(ring, counts, second);

	if (ring->slots == NULL && !widen(ring, counts, 1))
		return false;
	if (ring->width == 8)
		some = add_fitting(ring, first, 8, add, some);
	else if (ring->width == 4)
		some = add_fitting(ring, first, 4, add, some);
	else if (ring->width == 16)
		some = add_fitting(ring, first, 16, add, some);
	for (; some != 0; some &= some - 1) {
		size_t i = (size_t)__builtin_ctz(some);

		if (!add_to(ring, counts, first + i, add[i]))
			return false;
	}
	return true;
}

bool
rt_ring_add(struct rt_ring *ring, size_t counts, uint64_t second,
	    const uint32_t *add)
{
	return rt_ring_add_some(ring, counts, second, add,
				rt_ring_some(counts, add));
}

bool
rt_ring_add_one(struct rt_ring *ring, size_t counts, uint64_t second,
		size_t which)
{
	size_t at = first_of(ring, counts, second) + which;

	if (ring->slots == NULL && !widen(ring, counts, 1))
		return false;
	/* Nearly always. */
	if (ring->width == 8 && ((uint8_t *)ring->slots)[at] < UINT8_MAX) {
		((uint8_t *)ring->slots)[at]++;
		return true;
	}
	return add_to(ring, counts, at, 1);
}

/* Seconds that both the ring and the caller have; none if from > to. */
struct span {
	uint64_t from, to;
};

static struct span
span_of(const struct rt_ring *ring, uint64_t end_s, uint64_t length_s)
{
	uint64_t begin = bo_sub_sat(ring->head_s + 1, length_of(ring));
	uint64_t from = bo_sub_sat(bo_add_sat(end_s, 1), length_s);

	return (struct span){
		.from = from > begin ? from : begin,
		.to = bo_min(end_s, ring->head_s),
	};
}

/* One loop for each width: this is most of what a screen of many operations
 * costs. */
#define ADD_SLOTS(type, ring, counts, span, out)                               \
	do {                                                                   \
		const type *slots = (ring)->slots;                             \
		size_t length = length_of(ring);                               \
		size_t at = (span).from % length;                              \
                                                                               \
		for (uint64_t s = (span).from; s <= (span).to; s++) {          \
			const type *slot = slots + at * (counts);              \
                                                                               \
			for (size_t k = 0; k < (counts); k++)                  \
				(out)[k] += slot[k];                           \
			at = at + 1 < length ? at + 1 : 0;                     \
		}                                                              \
	} while (0)

/* The same for counts of less than a byte; inlined, for each width. */
static inline __attribute__((always_inline)) void
add_bits(const struct rt_ring *ring, size_t counts, struct span span,
	 size_t width, uint64_t *out)
{
	size_t length = length_of(ring), at = span.from % length;

	for (uint64_t s = span.from; s <= span.to; s++) {
		for (size_t k = 0; k < counts; k++)
			out[k] += get(ring->slots, width, at * counts + k);
		at = at + 1 < length ? at + 1 : 0;
	}
}

void
rt_ring_sum(const struct rt_ring *ring, size_t counts, uint64_t end_s,
	    uint64_t length_s, uint64_t *out)
{
	struct span span = span_of(ring, end_s, length_s);

	if (ring->slots == NULL)
		return;
	if (ring->width == 1)
		add_bits(ring, counts, span, 1, out);
	else if (ring->width == 2)
		add_bits(ring, counts, span, 2, out);
	else if (ring->width == 4)
		add_bits(ring, counts, span, 4, out);
	else if (ring->width == 8)
		ADD_SLOTS(uint8_t, ring, counts, span, out);
	else if (ring->width == 16)
		ADD_SLOTS(uint16_t, ring, counts, span, out);
	else
		ADD_SLOTS(uint32_t, ring, counts, span, out);
}

void
rt_ring_get(const struct rt_ring *ring, size_t counts, uint64_t second,
	    uint32_t *out)
{
	size_t first = first_of(ring, counts, second);
	bool has = ring->slots != NULL && rt_ring_has(ring, second);

	for (size_t i = 0; i < counts; i++)
		out[i] = has ? get(ring->slots, ring->width, first + i) : 0;
}

void
rt_ring_history(const struct rt_ring *ring, size_t counts, size_t which,
		uint64_t end_s, size_t length, uint32_t *out)
{
	struct span span = span_of(ring, end_s, length);
	size_t slots = length_of(ring), at = span.from % slots;

	if (ring->slots == NULL)
		return;
	for (uint64_t s = span.from; s <= span.to; s++) {
		rt_add_u32(&out[length - 1 - (end_s - s)],
			   get(ring->slots, ring->width, at * counts + which));
		at = at + 1 < slots ? at + 1 : 0;
	}
}
