/* Tests of tools/retrytop/travel.c: steps in time, marks, and their limits. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/travel.h"

#include "live/coarse.h"
#include "unit/live/helper.h"

static struct rt_travel travel;

static void
now(uint64_t seconds)
{
	rt_travel_now(&travel, T0_S + seconds, T0_S);
}

static int
at(void)
{
	return travel.at_s == 0 ? -1 : (int)(travel.at_s - T0_S);
}

Test(retrytop_travel, steps_end_with_steps_of_the_history)
{
	static const struct {
		int64_t by;
		int want;
	} row[] = {
		{10, -1},    {-10, 989},  {-10, 979}, {10, 989}, {10, -1},
		{-300, 699}, {-10, 689},  {300, 989}, {10, -1},  {-10, 989},
		{-300, 689}, {-300, 389}, {-300, 89}, {-300, 9}, {-10, 9},
		{-300, 9},   {10, 19},    {5000, -1},
	};

	now(995);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		rt_travel_go(&travel, row[i].by);
		cr_expect_eq(at(), row[i].want, "%zu: %d", i, at());
	}
}

Test(retrytop_travel, now_is_never_a_step)
{
	/* A step is over with its last second. */
	now(989);
	rt_travel_go(&travel, -10);
	cr_expect_eq(at(), 979);
	rt_travel_go(&travel, 10);
	cr_expect_eq(at(), -1);
	now(990);
	rt_travel_go(&travel, -10);
	cr_expect_eq(at(), 989);
}

Test(retrytop_travel, without_events_there_is_no_past)
{
	cr_expect_not(rt_travel_go(&travel, -10));
	rt_travel_mark(&travel);
	cr_expect_eq(travel.marks, 0);
	cr_expect_eq(at(), -1);
}

Test(retrytop_travel, the_time_stays_while_the_log_grows)
{
	now(995);
	rt_travel_go(&travel, -10);
	now(2000);
	cr_expect_eq(at(), 989);
	/* Until it is forgotten. */
	now(989 + RT_COARSE_S);
	cr_expect_gt(at(), 989);
	cr_expect_eq((travel.at_s + 1) % RT_COARSE_STEP_S, 0);
	cr_expect_geq(travel.at_s, travel.oldest_s);
}

Test(retrytop_travel, marks_are_in_the_order_of_time)
{
	now(995);
	rt_travel_mark(&travel);
	cr_expect_eq(travel.mark[0], T0_S + 989, "now is the last step");
	rt_travel_go(&travel, -300);
	rt_travel_mark(&travel);
	rt_travel_go(&travel, 100);
	rt_travel_mark(&travel);
	cr_expect_eq(travel.marks, 3);
	cr_expect_eq(travel.mark[0], T0_S + 699);
	cr_expect_eq(travel.mark[1], T0_S + 799);
	cr_expect_eq(rt_travel_marked(&travel), 2);
	cr_expect(rt_travel_jump(&travel, -1));
	cr_expect_eq(at(), 699);
	cr_expect_not(rt_travel_jump(&travel, -1));
	cr_expect(rt_travel_jump(&travel, 1));
	cr_expect_eq(at(), 799);
	rt_travel_mark(&travel);
	cr_expect_eq(travel.marks, 2, "a second time removes it");
	cr_expect_eq(rt_travel_marked(&travel), 0);
	cr_expect(rt_travel_jump(&travel, 1));
	cr_expect_eq(at(), 989);
	cr_expect(rt_travel_jump(&travel, 1));
	cr_expect_eq(at(), -1, "now is after the last one");
	cr_expect(rt_travel_jump(&travel, -1));
	cr_expect_eq(at(), 989);
}

Test(retrytop_travel, the_earliest_mark_makes_room)
{
	for (unsigned i = 0; i < RT_MARKS_MAX + 2; i++) {
		now(995 + i * 10);
		rt_travel_mark(&travel);
	}
	cr_expect_eq(travel.marks, RT_MARKS_MAX);
	for (size_t i = 0; i < RT_MARKS_MAX; i++)
		cr_expect_eq(travel.mark[i], T0_S + 989 + (i + 2) * 10);
}
