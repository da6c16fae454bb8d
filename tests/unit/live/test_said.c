/* Tests of tools/live/said.c: verdicts that have ended. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "live/model.h"
#include "live/said.h"
#include "unit/live/helper.h"

static struct rt_said said;

static void
set_up(void)
{
	memset(&said, 0, sizeof(said));
}

TestSuite(live_said, .init = set_up);

/* Ten calls of a second. */
static void
add_second(struct rt_window *window, const char *operation, const char *target,
	   uint64_t second, bool down)
{
	struct backoff_event event = native_event(down ? BACKOFF_EVENT_ABORTED
						       : BACKOFF_EVENT_SUCCESS,
						  operation, T0_S + second, 1);

	event.target = target;
	add_many(window, event, 10);
	cr_assert(rt_said_look(&said, window));
}

Test(live_said, a_verdict_is_kept_from_its_first_second_to_its_last)
{
	struct rt_window *window = rt_window_new();
	const struct rt_said_verdict *ended;
	static struct rt_verdicts then;

	for (uint64_t s = 0; s < 300; s++)
		add_second(window, "a", NULL, s,
			   (s >= 100 && s < 130) || (s >= 200 && s < 240));
	ended = rt_said_ended(&said, NULL);
	cr_assert_not_null(ended);
	cr_expect_eq(ended->verdict.since_s, T0_S + 200);
	cr_expect_eq(ended->until_s, T0_S + 239);
	ended = rt_said_ended(&said, ended);
	cr_assert_not_null(ended);
	cr_expect_eq(ended->verdict.word, RT_WORD_FAILING);
	cr_expect_str_eq(ended->verdict.operation, "a");
	cr_expect_eq(ended->verdict.since_s, T0_S + 100);
	cr_expect_eq(ended->until_s, T0_S + 129);
	cr_expect_null(rt_said_ended(&said, ended));
	for (uint64_t s = 0; s < 300; s++) {
		rt_said_at(&said, T0_S + s, &then);
		cr_expect_eq(then.count,
			     (s >= 100 && s < 130) || (s >= 200 && s < 240),
			     "%ju s", (uintmax_t)s);
	}
	rt_window_free(window);
}

Test(live_said, what_fails_with_a_target_is_said_once)
{
	struct rt_window *window = rt_window_new();
	const struct rt_said_verdict *ended;

	for (uint64_t s = 0; s < 300; s++) {
		bool down = s >= 100 && s < 140;

		add_second(window, "a", "db", s, down);
		add_second(window, "b", "db", s, down && s >= 110);
	}
	ended = rt_said_ended(&said, NULL);
	cr_assert_not_null(ended);
	cr_expect_str_eq(ended->verdict.target, "db");
	cr_expect_eq(ended->until_s, T0_S + 139);
	cr_expect_null(rt_said_ended(&said, ended));
	rt_window_free(window);
}

/* Targets that were not seen for an hour make room for others. */
Test(live_said, the_name_of_a_target_that_is_gone_stays)
{
	struct rt_window *window = rt_window_new();
	static struct rt_verdicts now;
	char target[] = "db-1";

	add_second(window, "a", NULL, 0, false);
	now.count = 1;
	now.item[0] = (struct rt_verdict){
		.word = RT_WORD_FAILING, .target = target, .since_s = T0_S};
	rt_said_note(&said, &now, window);
	now.count = 0;
	target[3] = '2';
	add_second(window, "a", NULL, 9, false);
	cr_expect_str_eq(rt_said_ended(&said, NULL)->verdict.target, "db-1");
	add_second(window, "a", NULL, RT_SAID_S + 9, false);
	cr_expect_null(rt_said_ended(&said, NULL), "two hours later");
	rt_window_free(window);
}

Test(live_said, the_first_that_ended_makes_room)
{
	struct rt_window *window = rt_window_new();
	static struct rt_verdicts now;
	const struct rt_said_verdict *ended = NULL;
	char name[2 * RT_SAID_MAX][8];
	size_t count = 0;

	for (size_t i = 0; i < 2 * RT_SAID_MAX; i++) {
		snprintf(name[i], sizeof(name[i]), "t%zu", i);
		now.count = 1;
		now.item[0] = (struct rt_verdict){.word = RT_WORD_FAILING,
						  .target = name[i],
						  .since_s = T0_S + i};
		add_second(window, "a", NULL, i, false);
		rt_said_note(&said, &now, window);
	}
	while ((ended = rt_said_ended(&said, ended)) != NULL)
		cr_expect_str_eq(ended->verdict.target,
				 name[2 * RT_SAID_MAX - 2 - count++]);
	cr_expect_eq(count, RT_SAID_MAX - 1);
	rt_window_free(window);
}
