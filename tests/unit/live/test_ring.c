/* Tests of tools/live/ring.c: counts are right whatever their size. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "live/ring.h"

#define COUNTS 3
#define T0_S UINT64_C(1795424400)

static void
add(struct rt_ring *ring, uint64_t second, uint32_t a, uint32_t b, uint32_t c)
{
	const uint32_t counts[COUNTS] = {a, b, c};

	rt_ring_advance(ring, COUNTS, second);
	cr_assert(rt_ring_add(ring, COUNTS, second, counts));
}

static void
expect_sum(const struct rt_ring *ring, uint64_t end_s, uint64_t length_s,
	   uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t sum[COUNTS] = {0};

	rt_ring_sum(ring, COUNTS, end_s, length_s, sum);
	cr_expect_eq(sum[0], a, "%u", (unsigned)sum[0]);
	cr_expect_eq(sum[1], b, "%u", (unsigned)sum[1]);
	cr_expect_eq(sum[2], c, "%u", (unsigned)sum[2]);
}

Test(live_ring, has_no_memory_before_it_counts)
{
	struct rt_ring ring = {0};

	rt_ring_advance(&ring, COUNTS, T0_S);
	cr_expect_null(ring.slots);
	cr_expect_eq(ring.head_s, T0_S);
	expect_sum(&ring, T0_S, 300, 0, 0, 0);
	rt_ring_clear(&ring);
}

/* Each step needs the next width, and must keep what was there. */
Test(live_ring, grows_and_keeps_what_it_has)
{
	struct rt_ring ring = {0};

	add(&ring, T0_S, 255, 1, 0);
	add(&ring, T0_S + 1, 7, 0, 9);
	cr_expect_eq(ring.width, 8);
	expect_sum(&ring, T0_S + 1, 2, 262, 1, 9);
	add(&ring, T0_S, 1, 0, 0);
	cr_expect_eq(ring.width, 16);
	expect_sum(&ring, T0_S + 1, 2, 263, 1, 9);
	expect_sum(&ring, T0_S, 1, 256, 1, 0);
	add(&ring, T0_S + 1, 0, 65536, 0);
	cr_expect_eq(ring.width, 32);
	expect_sum(&ring, T0_S + 1, 2, 263, 65537, 9);
	add(&ring, T0_S + 1, 0, UINT32_MAX, 0);
	expect_sum(&ring, T0_S + 1, 1, 7, UINT32_MAX, 9);
	rt_ring_clear(&ring);
}

/* Small counts share a byte, with those of other seconds, too. */
Test(live_ring, small_counts_take_bits)
{
	struct rt_ring ring = {0};
	uint32_t got[COUNTS];

	add(&ring, T0_S, 1, 0, 1);
	add(&ring, T0_S + 1, 0, 1, 0);
	cr_expect_eq(ring.width, 1);
	expect_sum(&ring, T0_S + 1, 2, 1, 1, 1);
	add(&ring, T0_S + 1, 1, 2, 0);
	cr_expect_eq(ring.width, 2);
	expect_sum(&ring, T0_S + 1, 1, 1, 3, 0);
	add(&ring, T0_S + 2, 15, 0, 4);
	cr_expect_eq(ring.width, 4);
	expect_sum(&ring, T0_S + 2, 3, 17, 3, 5);
	rt_ring_get(&ring, COUNTS, T0_S + 1, got);
	cr_expect(got[0] == 1 && got[1] == 3 && got[2] == 0);
	rt_ring_get(&ring, COUNTS, T0_S + 3, got);
	cr_expect(got[0] == 0 && got[1] == 0 && got[2] == 0, "none yet");
	add(&ring, T0_S + RT_HISTORY_S + 1, 1, 1, 1);
	expect_sum(&ring, T0_S + RT_HISTORY_S + 1, RT_HISTORY_S, 16, 1, 5);
	rt_ring_retreat(&ring, COUNTS, T0_S + RT_HISTORY_S);
	expect_sum(&ring, T0_S + RT_HISTORY_S + 1, RT_HISTORY_S, 15, 0, 4);
	rt_ring_clear(&ring);
}

Test(live_ring, a_copy_is_its_own)
{
	struct rt_ring ring = {0}, copy;

	cr_assert(rt_ring_copy(&copy, &ring, COUNTS));
	cr_expect_null(copy.slots);
	add(&ring, T0_S, 1, 2, 3);
	cr_assert(rt_ring_copy(&copy, &ring, COUNTS));
	add(&ring, T0_S, 1, 0, 0);
	expect_sum(&copy, T0_S, 1, 1, 2, 3);
	rt_ring_clear(&ring);
	expect_sum(&copy, T0_S, 1, 1, 2, 3);
	rt_ring_clear(&copy);
}

Test(live_ring, forgets_what_is_too_old)
{
	struct rt_ring ring = {0};

	add(&ring, T0_S, 1, 300, 3);
	add(&ring, T0_S + RT_HISTORY_S - 1, 1, 1, 1);
	expect_sum(&ring, T0_S + RT_HISTORY_S - 1, RT_HISTORY_S, 2, 301, 4);
	add(&ring, T0_S + RT_HISTORY_S, 0, 0, 0);
	expect_sum(&ring, T0_S + RT_HISTORY_S, RT_HISTORY_S + 9, 1, 1, 1);
	expect_sum(&ring, T0_S, 1, 0, 0, 0);
	rt_ring_clear(&ring);
}

Test(live_ring, has_a_history_of_each_count)
{
	uint32_t history[RT_HISTORY_S] = {[RT_HISTORY_S - 1] = 5};
	struct rt_ring ring = {0};

	add(&ring, T0_S, 1, 300, 3);
	add(&ring, T0_S + 1, 0, 7, 0);
	rt_ring_history(&ring, COUNTS, 1, T0_S + 1, RT_HISTORY_S, history);
	cr_expect_eq(history[RT_HISTORY_S - 1], 12, "it is added");
	cr_expect_eq(history[RT_HISTORY_S - 2], 300);
	cr_expect_eq(history[0], 0);
	rt_ring_history(&ring, COUNTS, 1, T0_S + RT_HISTORY_S - 1, RT_HISTORY_S,
			history);
	cr_expect_eq(history[0], 300);
	cr_expect_eq(history[1], 7);
	rt_ring_clear(&ring);
}
