/* Tests of tools/live/verdict_load.c: by how much retries multiply the load. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/verdict.h"
#include "unit/live/helper.h"

/* Calls of an outage of this length, of four attempts each, a breaker from this
 * second of it on. */
static struct rt_verdict
outage(uint64_t length_s, uint64_t breaker_s, bool successes)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 100 + length_s; s++) {
		bool down = s >= 100, refused = s >= 100 + breaker_s;
		struct backoff_event event =
			native_event(BACKOFF_EVENT_SUCCESS, "pay", T0_S + s, 1);

		add_many(window, event, successes && !down ? 10 : 0);
		event = native_event(BACKOFF_EVENT_ATTEMPT, "pay", T0_S + s, 1);
		add_many(window, event, down && !refused ? 30 : 0);
		event = native_event(BACKOFF_EVENT_EXHAUSTED, "pay", T0_S + s,
				     refused ? 0 : 4);
		event.stop = refused ? BACKOFF_STOP_BREAKER_OPEN
				     : BACKOFF_STOP_MAX_ATTEMPTS;
		if (refused)
			event.outcome = BACKOFF_OUTCOME_CANCELLED;
		add_many(window, event, down ? 10 : 0);
	}
	cr_assert(rt_verdicts_update(&verdicts, window));
	cr_assert_eq(verdicts.count, 1);
	rt_window_free(window);
	return verdicts.item[0];
}

Test(live_verdict_load, retries_multiply_it_until_breakers_open)
{
	static const struct {
		const char *why;
		uint64_t length_s, breaker_s;
		double load;
		uint64_t until_s;
	} row[] = {
		{"no breaker", 20, 1000, 4.0, 0},
		{"it has just begun", 5, 1000, 0, 0},
		{"a breaker opened a minute ago", 80, 20, 4.0, 120},
		{"a breaker opened at once", 80, 4, 0, 0},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rt_verdict verdict =
			outage(row[i].length_s, row[i].breaker_s, true);
		uint64_t until_s = row[i].until_s;

		cr_expect_eq(verdict.load, row[i].load, "%s: %g", row[i].why,
			     verdict.load);
		cr_expect_eq(verdict.load_until_s,
			     until_s > 0 ? T0_S + until_s : 0, "%s: %llu",
			     row[i].why,
			     (unsigned long long)verdict.load_until_s);
	}
}

Test(live_verdict_load, it_is_not_known_without_successes)
{
	cr_expect_eq(outage(20, 1000, false).load, 0);
}

/* "1.8x" of calls whose retries waited for half a minute. */
Test(live_verdict_load, retries_that_still_wait_do_not_count)
{
	struct rt_window *window = rt_window_new();
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 130; s++) {
		struct backoff_event event = native_event(
			s < 100 ? BACKOFF_EVENT_SUCCESS : BACKOFF_EVENT_ATTEMPT,
			"pay", T0_S + s, 1);

		add_many(window, event, 10);
		event = native_event(s < 100 ? BACKOFF_EVENT_SUCCESS
					     : BACKOFF_EVENT_EXHAUSTED,
				     "pay", T0_S + s, 1);
		event.stop = BACKOFF_STOP_HINT_TOO_LONG;
		add_many(window, event, 10);
	}
	cr_assert(rt_verdicts_update(&verdicts, window));
	cr_assert_eq(verdicts.count, 1);
	cr_expect_eq(verdicts.item[0].load, 0);
	rt_window_free(window);
}
