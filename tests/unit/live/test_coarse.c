/* Tests of tools/live/coarse.c: counts of two hours, joined with seconds. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "live/coarse.h"
#include "unit/live/helper.h"

#define COUNTS 2

static void
add(struct rt_coarse *coarse, uint64_t second, uint32_t one, uint32_t two)
{
	const uint32_t counts[COUNTS] = {one, two};

	cr_assert(rt_coarse_add(coarse, COUNTS, second, counts));
}

static uint64_t
sum(const struct rt_coarse *coarse, size_t which, uint64_t end_s,
    uint64_t length_s)
{
	uint64_t out[COUNTS] = {0};

	rt_coarse_sum(coarse, COUNTS, end_s, length_s, out);
	return out[which];
}

Test(live_coarse, a_sum_has_the_steps_that_begin_in_the_window)
{
	struct rt_coarse coarse = {NULL};

	for (uint64_t s = 0; s < 60; s++)
		add(&coarse, T0_S + s, 1, 300);
	cr_expect_eq(sum(&coarse, 0, T0_S + 59, 60), 60);
	cr_expect_eq(sum(&coarse, 1, T0_S + 59, 60), 60 * 300);
	cr_expect_eq(sum(&coarse, 0, T0_S + 59, 20), 20);
	cr_expect_eq(sum(&coarse, 0, T0_S + 59, 19), 10, "its begin is later");
	cr_expect_eq(sum(&coarse, 0, T0_S + 39, 20), 20, "in the past");
	cr_expect_eq(sum(&coarse, 0, T0_S + 39, 1), 10, "at least one");
	cr_expect_eq(sum(&coarse, 0, T0_S - 1, 60), 0);
	rt_coarse_clear(&coarse, COUNTS);
}

Test(live_coarse, what_is_older_than_two_hours_is_forgotten)
{
	struct rt_coarse coarse = {NULL};

	add(&coarse, T0_S, 1, 0);
	add(&coarse, T0_S + RT_COARSE_S - 1, 1, 0);
	cr_expect_eq(sum(&coarse, 0, T0_S + RT_COARSE_S - 1, RT_COARSE_S), 2);
	add(&coarse, T0_S + RT_COARSE_S, 1, 0);
	cr_expect_eq(sum(&coarse, 0, T0_S + RT_COARSE_S, RT_COARSE_S + 10), 2);
	add(&coarse, T0_S, 1, 0);
	cr_expect_eq(sum(&coarse, 0, T0_S + RT_COARSE_S, RT_COARSE_S + 10), 2,
		     "what comes too late is left out");
	rt_coarse_clear(&coarse, COUNTS);
}

Test(live_coarse, a_time_that_was_given_up_is_forgotten)
{
	struct rt_coarse coarse = {NULL};

	add(&coarse, T0_S, 1, 1);
	add(&coarse, T0_S + 10, 2, 0);
	add(&coarse, T0_S + 100, 4, 0);
	rt_coarse_retreat(&coarse, COUNTS, T0_S + 15);
	cr_expect_eq(sum(&coarse, 0, T0_S + 100, 200), 3);
	cr_expect_eq(sum(&coarse, 1, T0_S + 100, 200), 1);
	add(&coarse, T0_S + 100, 8, 0);
	cr_expect_eq(sum(&coarse, 0, T0_S + 100, 200), 11);
	rt_coarse_retreat(&coarse, COUNTS, T0_S - RT_COARSE_S);
	cr_expect_eq(sum(&coarse, 0, T0_S + 100, 200), 0);
	rt_coarse_clear(&coarse, COUNTS);
}

Test(live_coarse, it_has_a_history_of_each_count)
{
	struct rt_coarse coarse = {NULL};
	uint32_t out[3] = {1, 1, 1};

	rt_coarse_history(&coarse, COUNTS, 1, T0_S, 3, out);
	add(&coarse, T0_S - 15, 0, 3);
	add(&coarse, T0_S, 0, 5);
	rt_coarse_history(&coarse, COUNTS, 1, T0_S + 9, 3, out);
	cr_expect_eq(out[0], 4);
	cr_expect_eq(out[1], 1);
	cr_expect_eq(out[2], 6);
	rt_coarse_clear(&coarse, COUNTS);
}

/* It has all it ever had, wherever the seconds give way to steps. */
Test(live_coarse, what_ended_a_while_ago_is_in_long_windows)
{
	struct rt_coarse coarse = {NULL};
	struct rt_ring fine = {0};
	const uint32_t one[COUNTS] = {1, 0};

	for (uint64_t s = T0_S; s < T0_S + 500; s++) {
		add(&coarse, s, 1, 0);
		rt_ring_advance(&fine, COUNTS, s);
		cr_assert(rt_ring_add(&fine, COUNTS, s, one));
	}
	for (uint64_t end_s = T0_S + 499; end_s < T0_S + 2000; end_s++) {
		uint64_t out[COUNTS] = {0};

		rt_coarse_join(&coarse, &fine, COUNTS, end_s, 5000, out);
		cr_assert_eq(out[0], 500, "%d s later: %d",
			     (int)(end_s - T0_S - 499), (int)out[0]);
	}
	rt_coarse_clear(&coarse, COUNTS);
	rt_ring_clear(&fine);
}

/* Each second has one, so a sum is the number of seconds that it covers. */
Test(live_coarse, joined_with_seconds_it_covers_what_it_says)
{
	struct rt_coarse coarse = {NULL};
	struct rt_ring fine = {0};
	const uint32_t one[COUNTS] = {1, 0};
	const uint64_t newest_s = T0_S + 4003;

	for (uint64_t s = T0_S; s <= newest_s; s++) {
		add(&coarse, s, 1, 0);
		rt_ring_advance(&fine, COUNTS, s);
		cr_assert(rt_ring_add(&fine, COUNTS, s, one));
	}
	for (uint64_t length_s = 1; length_s <= 1000; length_s++) {
		/* Now, at any second within the fine ring, and long ago at the
		 * ends of steps. */
		for (uint64_t ago = 0; ago < 1500; ago++) {
			uint64_t end_s = newest_s - ago;
			uint64_t covered_s =
				rt_coarse_covers_s(newest_s, end_s, length_s);
			uint64_t out[COUNTS] = {0};

			if (ago > 280 && end_s % 10 != 9)
				continue;
			rt_coarse_join(&coarse, &fine, COUNTS, end_s, length_s,
				       out);
			cr_assert_eq(out[0], covered_s,
				     "%d s up to %d s ago: %d, not %d",
				     (int)length_s, (int)ago, (int)out[0],
				     (int)covered_s);
			if (length_s >= 10)
				cr_assert(covered_s <= length_s &&
					  covered_s + 10 > length_s);
		}
	}
	rt_coarse_clear(&coarse, COUNTS);
	rt_ring_clear(&fine);
}
