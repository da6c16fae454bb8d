/* Tests of tools/live/notes.c: what is said, and only if it is proven. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/notes.h"

#include <stdio.h>

#include "unit/live/helper.h"

static struct rt_window *window;
static struct rt_notes notes;

static void
set_up(void)
{
	window = rt_window_new();
}

static void
tear_down(void)
{
	rt_window_free(window);
}

TestSuite(live_notes, .init = set_up, .fini = tear_down);

static const char *
find(uint64_t end_s)
{
	static char text[RT_NOTE_TEXT_MAX];

	rt_notes_find(&notes, window, end_s, 60);
	if (notes.count == 0)
		return "";
	return rt_note_say(&notes.item[0], text, sizeof(text));
}

static void
refuse(uint64_t second)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_ABORTED, "pay", second, 0);

	event.stop = BACKOFF_STOP_BREAKER_OPEN;
	event.attempts = 0;
	add_event(window, event);
}

Test(live_notes, a_breaker_is_open_for_long)
{
	for (uint64_t s = 0; s < 110; s += 5)
		refuse(T0_S + s);
	cr_expect_str_eq(find(T0_S + 109), "", "not for two minutes");
	for (uint64_t s = 110; s < 150; s += 5)
		refuse(T0_S + s);
	cr_expect_str_eq(find(T0_S + 149), "pay: breaker open for 2m30s");
	for (uint64_t s = 150; s < 400; s += 5)
		refuse(T0_S + s);
	cr_expect_str_eq(find(T0_S + 399),
			 "pay: breaker open for at least 5m00s");
	cr_expect_str_eq(find(T0_S + 440), "", "it has closed");
}

Test(live_notes, a_breaker_that_closed_in_between_was_not)
{
	for (uint64_t s = 0; s < 200; s += 5)
		if (s < 100 || s >= 115)
			refuse(T0_S + s);
	cr_expect_str_eq(find(T0_S + 199), "");
}

Test(live_notes, a_budget_was_empty)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_EXHAUSTED, "pay", T0_S, 1);

	event.stop = BACKOFF_STOP_BUDGET;
	add_many(window, event, 3);
	cr_expect_str_eq(find(T0_S), "pay: budget empty, 3 calls not retried");
	cr_expect_str_eq(find(T0_S + 100), "");
}

Test(live_notes, only_waits_that_are_too_short_cut_a_hint)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_ATTEMPT, "pay", T0_S, 1);

	event.delay_ns = 2 * NS_PER_S;
	add_event(window, event);
	event.hint_ns = 2 * NS_PER_S;
	add_event(window, event);
	event.hint_ns = NS_PER_S;
	event.hint_action = BACKOFF_HINT_ACTION_IGNORED;
	add_event(window, event);
	cr_expect_str_eq(find(T0_S), "", "as long as the hint, or longer");
	event.hint_ns = 3 * NS_PER_S;
	add_event(window, event);
	cr_expect_str_eq(find(T0_S),
			 "pay: 1 wait shorter than the server asked for");
	event.delay_ns = BACKOFF_ABSENT;
	add_event(window, event);
	find(T0_S);
	cr_expect_eq(notes.item[0].count, 1, "an unknown wait proves nothing");
}

Test(live_notes, limits_that_no_call_reaches)
{
	add_many(window, native_event(BACKOFF_EVENT_ATTEMPT, "pay", T0_S, 1),
		 RT_NOTE_RETRIED_MIN - 1);
	add_event(window, native_event(BACKOFF_EVENT_SUCCESS, "pay", T0_S, 2));
	cr_expect_str_eq(find(T0_S), "", "too few");
	add_event(window, native_event(BACKOFF_EVENT_ATTEMPT, "pay", T0_S, 1));
	cr_expect_str_eq(find(T0_S),
			 "pay: none of 1000 retried calls reached a limit");
	add_event(window,
		  native_event(BACKOFF_EVENT_EXHAUSTED, "pay", T0_S, 3));
	cr_expect_str_eq(find(T0_S), "", "one did");
}

Test(live_notes, a_log_that_may_lack_ends_proves_nothing)
{
	add_many(window, foreign_event(BACKOFF_EVENT_ATTEMPT, "pay", T0_S, 1),
		 RT_NOTE_RETRIED_MIN);
	cr_expect_str_eq(find(T0_S), "");
	add_event(window, foreign_event(BACKOFF_EVENT_SUCCESS, "pay", T0_S, 2));
	cr_expect_str_eq(find(T0_S), "", "its limit is not known");
}

Test(live_notes, some_are_named_and_more_counted)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_EXHAUSTED, "pay", T0_S, 1);
	char name[16];

	event.stop = BACKOFF_STOP_BUDGET;
	event.operation = name;
	for (unsigned i = 0; i < RT_NOTES_MAX + 3; i++) {
		snprintf(name, sizeof(name), "op %u", i);
		add_event(window, event);
	}
	find(T0_S);
	cr_expect_eq(notes.count, RT_NOTES_MAX);
	cr_expect_eq(notes.more, 3);
}

/* Calls each second, with pauses, up to one. */
static void
call(const char *operation, uint64_t from_s, uint64_t to_s, uint64_t each_s,
     uint64_t lasts_s)
{
	for (uint64_t s = from_s; s < to_s; s++)
		if (s % each_s < lasts_s)
			add_many(window,
				 native_event(BACKOFF_EVENT_SUCCESS, operation,
					      T0_S + s, 1),
				 5);
}

Test(live_notes, calls_stop_while_others_go_on)
{
	call("pay", 0, 120, 120, 120);
	cr_expect_str_eq(find(T0_S + 200), "", "nothing goes on");
	call("other", 0, 145, 145, 145);
	cr_expect_str_eq(find(T0_S + 144), "", "not for half a minute");
	call("other", 145, 240, 240, 240);
	cr_expect_str_eq(find(T0_S + 239),
			 "pay: no calls since 09:02:00 (was 5/s)");
	call("pay", 240, 241, 241, 241);
	cr_expect_str_eq(find(T0_S + 240), "", "they go on");
}

Test(live_notes, a_usual_pause_is_not_an_end)
{
	call("other", 0, 1200, 1200, 1200);
	call("batch", 0, 1080, 300, 180);
	cr_expect_str_eq(find(T0_S + 1199), "", "it pauses for two minutes");
	call("other", 1200, 1700, 1700, 1700);
	cr_expect_str_eq(find(T0_S + 1699),
			 "batch: no calls since 09:18:00 (was 5/s)");
}

Test(live_notes, a_batch_that_began_late_may_end)
{
	call("other", 0, 1200, 1200, 1200);
	call("batch", 900, 1100, 1200, 1200);
	cr_expect_str_eq(find(T0_S + 1199), "");
}
