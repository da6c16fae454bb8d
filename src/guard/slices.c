/* Sums over a sliding window of time, without a lock. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "guard/slices.h"

#include <stdbool.h>

/* A slice is one word, so that its time and its sum are always read together:
 * the round of the window (24 bits) above the sum (40 bits, signed). A slice
 * that was last written exactly 2^24 windows ago would be taken for a new one;
 * with windows of a second that is half a year. */
#define SUM_BITS 40
#define SUM_MOST ((INT64_C(1) << (SUM_BITS - 1)) - 1)
#define ROUND_MASK UINT64_C(0xffffff)
#define ROUNDS_AHEAD 16
_Static_assert(ROUND_MASK == UINT64_MAX >> SUM_BITS,
	       "the round has the bits that the sum leaves");

static uint64_t
round_of(uint64_t word)
{
	return word >> SUM_BITS;
}

static int64_t
sum_of(uint64_t word)
{
	/* Shifted left, bit 39 is the sign bit. */
	return (int64_t)(word << (64 - SUM_BITS)) >> (64 - SUM_BITS);
}

static uint64_t
word_of(uint64_t round, int64_t sum)
{
	if (sum > SUM_MOST)
		sum = SUM_MOST;
	if (sum < -SUM_MOST)
		sum = -SUM_MOST;
	return round << SUM_BITS |
	       ((uint64_t)sum & ((UINT64_C(1) << SUM_BITS) - 1));
}

/* The number of the slice that a time falls into. */
static uint64_t
number_at(uint64_t window_ns, uint64_t when_ns)
{
	uint64_t slice_ns = window_ns / BO_SLICES;

	return when_ns / (slice_ns > 0 ? slice_ns : 1);
}

static uint64_t
round_at(uint64_t number)
{
	return number / BO_SLICES & ROUND_MASK;
}

int64_t
bo_slices_sum(const struct bo_slices *slices, uint64_t window_ns,
	      uint64_t now_ns)
{
	uint64_t now = number_at(window_ns, now_ns);
	int64_t sum = 0;

	for (uint64_t age = 0; age < BO_SLICES && age <= now; age++) {
		uint64_t word =
			atomic_load(&slices->slice[(now - age) % BO_SLICES]);

		if (round_of(word) == round_at(now - age))
			sum += sum_of(word);
	}
	return sum;
}

void
bo_slices_add(struct bo_slices *slices, uint64_t window_ns, uint64_t now_ns,
	      int64_t amount)
{
	uint64_t now = number_at(window_ns, now_ns), round = round_at(now);
	atomic_uint_fast64_t *slice = &slices->slice[now % BO_SLICES];
	uint_fast64_t word = atomic_load(slice), want;

	do {
		/* A thread that read its clock later may be some rounds ahead;
		 * an amount from just before is added to its round. */
		bool newer = word != 0 && ((round_of(word) - round) &
					   ROUND_MASK) <= ROUNDS_AHEAD;

		want = newer ? word_of(round_of(word), sum_of(word) + amount)
			     : word_of(round, amount);
	} while (!atomic_compare_exchange_weak(slice, &word, want));
}

void
bo_slices_take_back(struct bo_slices *slices, uint64_t window_ns,
		    uint64_t then_ns, int64_t amount)
{
	uint64_t then = number_at(window_ns, then_ns);
	atomic_uint_fast64_t *slice = &slices->slice[then % BO_SLICES];
	uint_fast64_t word = atomic_load(slice);

	while (round_of(word) == round_at(then) &&
	       !atomic_compare_exchange_weak(
		       slice, &word,
		       word_of(round_of(word), sum_of(word) - amount)))
		;
}

void
bo_slices_clear(struct bo_slices *slices)
{
	for (int i = 0; i < BO_SLICES; i++)
		atomic_store(&slices->slice[i], 0);
}
