/* Tests of tools/live/verdict.c: when what was wrong is over. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/verdict.h"
#include "unit/live/helper.h"

/* The few that succeeded in an outage were slow, and that they were was said
 * for a minute and a half after it. What is slow after it is said. */
Test(live_verdict_end, what_was_slow_among_failures_ends_with_them)
{
	for (unsigned slow = 0; slow < 2; slow++) {
		struct rt_window *window = rt_window_new();
		struct rt_verdicts verdicts;

		for (unsigned s = 0; s < 420; s++) {
			bool down = s >= 300 && s < 400;
			struct backoff_event event = native_event(
				BACKOFF_EVENT_SUCCESS, "op", T0_S + s, 1);

			event.duration_ns = NS_PER_S / 10;
			add_many(window, event, down ? 29 : 22);
			event.duration_ns = NS_PER_S;
			add_many(window, event,
				 slow && s >= 300
					 ? 9
					 : down || s % (s < 300 ? 8 : 4) == 0);
			if (down)
				add_many(window,
					 native_event(BACKOFF_EVENT_EXHAUSTED,
						      "op", T0_S + s, 3),
					 40);
			if (s >= 300)
				cr_assert(
					rt_verdicts_update(&verdicts, window));
		}
		cr_expect_eq(verdicts.count, slow, "%u", slow);
		if (verdicts.count > 0)
			cr_expect_eq(verdicts.item[0].word, RT_WORD_SLOW);
		rt_window_free(window);
	}
}

/* What a policy had when it was rolled back was said for two minutes, and began
 * and ended several times. One that only comes later than others goes on. */
Test(live_verdict_end, what_a_policy_alone_had_is_over_when_it_is_not_called)
{
	for (int late = 0; late < 2; late++) {
		struct rt_window *window = rt_window_new();
		struct rt_verdicts verdicts;

		for (unsigned s = 0; s < 520; s++) {
			add_under(window, "v1", "a", T0_S + s, 19, s % 5 == 0);
			if (late && s >= 30)
				add_under(window, "v2", "b", T0_S + s - 30,
					  s < 330, s >= 330);
			if (!late && s < 400)
				add_under(window, "v2", "b", T0_S + s, s < 300,
					  s >= 300);
			if (s < 350 || (s > 400 && s < 425))
				continue;
			cr_assert(rt_verdicts_update(&verdicts, window));
			cr_assert_eq(verdicts.count, late || s < 420,
				     "%d: %u s", late, s);
		}
		rt_window_free(window);
	}
}

/* Where about half of the attempts failed, the word changed each few seconds.
 */
Test(live_verdict_end, a_word_does_not_change_with_each_few_attempts)
{
	struct rt_window *window = rt_window_new();
	enum rt_word word = RT_WORD_NONE;
	unsigned changes = 0;

	for (unsigned s = 0; s < 600; s++) {
		/* 45 %, or 55 % for half of each minute. */
		unsigned bad = s < 300 ? s % 10 == 0 : 9 + s / 30 % 2 * 2;
		struct rt_verdicts verdicts;
		struct backoff_event event =
			native_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + s, 1);

		event.delay_ns = NS_PER_S / 10;
		add_many(window, event, bad);
		add_many(window,
			 native_event(BACKOFF_EVENT_SUCCESS, "op", T0_S + s, 1),
			 20 - bad);
		if (s < 330)
			continue;
		cr_assert(rt_verdicts_update(&verdicts, window));
		cr_assert_eq(verdicts.count, 1);
		changes += verdicts.item[0].word != word;
		word = verdicts.item[0].word;
	}
	cr_expect_eq(word, RT_WORD_FAILING);
	cr_expect(changes <= 2, "%u", changes);
	rt_window_free(window);
}
