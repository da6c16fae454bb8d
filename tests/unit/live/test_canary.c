/* Tests of tools/live/canary.c: two policies or hashes of an operation. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/canary.h"
#include "unit/live/helper.h"

static void
add_calls(struct rt_window *window, const char *operation, const char *policy,
	  const char *hash, unsigned ok, unsigned failed)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_SUCCESS, operation, T0_S, 1);

	event.policy = policy;
	event.policy_hash = hash;
	add_many(window, event, ok);
	event.type = BACKOFF_EVENT_EXHAUSTED;
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	add_many(window, event, failed);
}

Test(live_canary, the_difference_has_an_interval)
{
	struct rt_window *window = rt_window_new();
	struct rt_canary canary;

	rt_canary_find(&canary, rt_window_cube(window), T0_S, 60);
	cr_expect_str_eq(canary.operation, "");
	add_calls(window, "other", "p", "aaaa", 50, 50);
	add_calls(window, "other", "q", "aaaa", 0, 9);
	rt_canary_find(&canary, rt_window_cube(window), T0_S, 60);
	cr_expect_str_eq(canary.operation, "", "nine calls show nothing");
	add_calls(window, "pay", "v1", "aaaa", 32, 48);
	add_calls(window, "pay", "v2", "bbbb", 14, 56);
	rt_canary_find(&canary, rt_window_cube(window), T0_S, 60);
	cr_expect_str_eq(canary.operation, "pay");
	cr_expect_str_eq(canary.canary.policy, "v2");
	cr_expect_str_eq(canary.rest.policy, "v1");
	cr_expect_eq(canary.canary.failed, 56);
	cr_expect_eq(canary.rest.calls, 80);
	cr_expect_float_eq(canary.difference, 0.2, 1e-9);
	cr_expect_float_eq(canary.low, 0.0524, 6e-5);
	cr_expect_float_eq(canary.high, 0.3339, 6e-5);
	cr_expect(rt_canary_differs(&canary));
	rt_window_free(window);
}

Test(live_canary, a_policy_that_changed_is_known_by_its_hash)
{
	struct rt_window *window = rt_window_new();
	struct rt_canary canary;

	add_calls(window, "pay", "v1", "aaaa0000", 90, 1);
	add_calls(window, "pay", "v1", "bbbb0000", 10, 0);
	rt_canary_find(&canary, rt_window_cube(window), T0_S, 60);
	cr_expect_str_eq(canary.canary.policy, "v1#bbbb0000");
	cr_expect_str_eq(canary.rest.policy, "v1#aaaa0000");
	cr_expect_not(rt_canary_differs(&canary));
	rt_window_free(window);
}
