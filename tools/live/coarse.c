/* Counts of the last two hours in steps of ten seconds. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/coarse.h"

#include <stdlib.h>

#include "base/num.h"
#include "live/counts.h"

#define STEP_S RT_COARSE_STEP_S

struct rt_coarse_store {
	/* The step of the counts that are not in the rings yet, because adding
	 * to many rings for each event takes long; whether there are any. */
	uint64_t step;
	bool pending;
	/* One for each count; then those counts. */
	struct rt_ring ring[];
};

static uint32_t *
pending_of(struct rt_coarse_store *store, size_t counts)
{
	return (uint32_t *)(void *)&store->ring[counts];
}

/* Add what is pending to the rings. False if there is no memory. */
static bool
flush(struct rt_coarse_store *store, size_t counts)
{
	uint32_t *pending = pending_of(store, counts);

	for (size_t i = 0; store->pending && i < counts; i++) {
		struct rt_ring *ring = &store->ring[i];

		if (pending[i] == 0)
			continue;
		ring->length = RT_COARSE_STEPS;
		rt_ring_advance(ring, 1, store->step);
		if (rt_ring_has(ring, store->step) &&
		    !rt_ring_add(ring, 1, store->step, &pending[i]))
			return false;
		pending[i] = 0;
	}
	store->pending = false;
	return true;
}

void
rt_coarse_clear(struct rt_coarse *coarse, size_t counts)
{
	for (size_t i = 0; coarse->store != NULL && i < counts; i++)
		rt_ring_clear(&coarse->store->ring[i]);
	free(coarse->store);
	coarse->store = NULL;
}

bool
rt_coarse_add_some(struct rt_coarse *coarse, size_t counts, uint64_t second,
		   const uint32_t *add, uint32_t some)
{
	struct rt_coarse_store *store = coarse->store;
	uint64_t step = second / STEP_S;
	uint32_t *pending;

	if (store == NULL) {
		store = calloc(1,
			       sizeof(*store) + counts * (sizeof(*store->ring) +
							  sizeof(*pending)));
		coarse->store = store;
	}
	if (store == NULL || (step != store->step && !flush(store, counts)))
		return false;
	store->step = step;
	store->pending = true;
	pending = pending_of(store, counts);
	for (; some != 0; some &= some - 1) {
		size_t i = (size_t)__builtin_ctz(some);

		rt_add_u32(&pending[i], add[i]);
	}
	return true;
}

void
rt_coarse_retreat(struct rt_coarse *coarse, size_t counts, uint64_t second)
{
	if (coarse->store == NULL)
		return;
	flush(coarse->store, counts);
	for (size_t i = 0; i < counts; i++)
		rt_ring_retreat(&coarse->store->ring[i], 1, second / STEP_S);
}

/* The first second at or after this one with which a step begins. */
static uint64_t
step_begin(uint64_t second)
{
	return (second + STEP_S - 1) / STEP_S * STEP_S;
}

static uint64_t
first_of(uint64_t end_s, uint64_t length_s)
{
	return end_s >= length_s ? end_s - length_s + 1 : 0;
}

void
rt_coarse_sum(const struct rt_coarse *coarse, size_t counts, uint64_t end_s,
	      uint64_t length_s, uint64_t *out)
{
	uint64_t first = step_begin(first_of(end_s, length_s)) / STEP_S;
	uint64_t last = end_s / STEP_S;
	uint64_t steps = first < last ? last - first + 1 : 1;

	if (coarse->store == NULL)
		return;
	flush(coarse->store, counts);
	for (size_t i = 0; i < counts; i++)
		rt_ring_sum(&coarse->store->ring[i], 1, last, steps, &out[i]);
}

struct rt_coarse_split
rt_coarse_split(uint64_t head_s, uint64_t end_s, uint64_t length_s)
{
	uint64_t oldest_s = bo_sub_sat(head_s, RT_HISTORY_S - 1);
	uint64_t joint_s = step_begin(oldest_s);
	uint64_t first_s = first_of(end_s, length_s);
	struct rt_coarse_split split = {.end_s = end_s};

	if (first_s >= oldest_s) {
		split.fine_s = length_s;
	} else if (end_s < joint_s) {
		split.coarse_s = length_s;
	} else {
		split.fine_s = end_s - joint_s + 1;
		split.end_s = joint_s - 1;
		if (first_s + STEP_S <= joint_s)
			split.coarse_s = joint_s - first_s;
	}
	return split;
}

void
rt_coarse_join(const struct rt_coarse *coarse, const struct rt_ring *fine,
	       size_t counts, uint64_t end_s, uint64_t length_s, uint64_t *out)
{
	const struct rt_coarse_split split =
		rt_coarse_split(fine->head_s, end_s, length_s);

	if (split.fine_s > 0)
		rt_ring_sum(fine, counts, end_s, split.fine_s, out);
	if (split.coarse_s > 0)
		rt_coarse_sum(coarse, counts, split.end_s, split.coarse_s, out);
}

uint64_t
rt_coarse_covers_s(uint64_t newest_s, uint64_t end_s, uint64_t length_s)
{
	uint64_t first_s = first_of(end_s, length_s);

	if (first_s + RT_HISTORY_S > newest_s)
		return length_s;
	first_s = step_begin(first_s);
	return first_s < end_s ? end_s - first_s + 1 : end_s % STEP_S + 1;
}

void
rt_coarse_history(const struct rt_coarse *coarse, size_t counts, size_t which,
		  uint64_t end_s, size_t steps, uint32_t *out)
{
	if (coarse->store == NULL)
		return;
	flush(coarse->store, counts);
	rt_ring_history(&coarse->store->ring[which], 1, 0, end_s / STEP_S,
			steps, out);
}
