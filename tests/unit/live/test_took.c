/* Tests of tools/live/took.c: quantiles of durations. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/took.h"

#include "unit/live/helper.h"

#define MS UINT64_C(1000000)

static struct rt_took took;

static void
tear_down(void)
{
	rt_took_clear(&took);
}

TestSuite(live_took, .fini = tear_down);

static void
add(uint64_t second, uint64_t duration_ns, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		cr_assert(rt_took_add(&took, second, duration_ns));
}

static double
p99_ms(uint64_t end_s, uint64_t length_s)
{
	return (double)rt_took_quantile(&took, end_s, length_s, 0.99) /
	       (double)MS;
}

static void
expect_near(double got, double want)
{
	cr_expect(got > want * 0.79 && got < want * 1.27, "%g, not %g", got,
		  want);
}

Test(live_took, a_quantile_is_near_what_was_added)
{
	static const uint64_t ms[] = {2,   3,    5,    10,   20,    50,   100,
				      200, 1000, 2000, 9000, 30000, 60000};

	for (size_t i = 0; i < sizeof(ms) / sizeof(*ms); i++) {
		rt_took_clear(&took);
		add(T0_S, ms[i] * MS, 100);
		expect_near(p99_ms(T0_S, 60), (double)ms[i]);
		/* The next bucket begins where this one ends. */
		rt_took_clear(&took);
		add(T0_S, ms[i] * MS * 5 / 4, 100);
		expect_near(p99_ms(T0_S, 60), (double)ms[i] * 5 / 4);
	}
}

Test(live_took, one_in_a_hundred_is_not_seen_and_two_are)
{
	add(T0_S, 10 * MS, 99);
	add(T0_S, 5000 * MS, 1);
	expect_near(p99_ms(T0_S, 60), 10);
	add(T0_S, 5000 * MS, 1);
	expect_near(p99_ms(T0_S, 60), 5000);
}

Test(live_took, few_have_none)
{
	cr_expect_eq(rt_took_quantile(&took, T0_S, 60, 0.99), 0);
	add(T0_S, 10 * MS, RT_TOOK_LEAST - 1);
	cr_expect_eq(rt_took_quantile(&took, T0_S, 60, 0.99), 0);
	add(T0_S, 10 * MS, 1);
	cr_expect_neq(rt_took_quantile(&took, T0_S, 60, 0.99), 0);
}

Test(live_took, what_is_beyond_the_buckets_has_the_last_ones)
{
	add(T0_S, 0, 100);
	cr_expect_lt(p99_ms(T0_S, 60), 1.4);
	rt_took_clear(&took);
	add(T0_S, UINT64_MAX - 1, 100);
	cr_expect_gt(p99_ms(T0_S, 60), 50000);
	cr_expect_lt(p99_ms(T0_S, 60), 70000);
	add(T0_S, BACKOFF_ABSENT, 10000);
	add(T0_S, 10 * MS, 10000);
	expect_near(p99_ms(T0_S, 60), 10);
}

Test(live_took, the_window_moves)
{
	add(T0_S, 10 * MS, 100);
	add(T0_S + 100, 1000 * MS, 100);
	expect_near(p99_ms(T0_S + 5, 60), 10);
	expect_near(p99_ms(T0_S + 105, 60), 1000);
	expect_near(rt_took_quantile(&took, T0_S + 105, 120, 0.4) / MS, 10);
	cr_expect_eq(rt_took_quantile(&took, T0_S + 400, 60, 0.99), 0);
	/* Too late for the ring. */
	add(T0_S + 1000, 1000 * MS, 100);
	add(T0_S, 10 * MS, 100000);
	expect_near(p99_ms(T0_S + 1000, 300), 1000);
}

Test(live_took, a_window_has_its_operation_s_durations)
{
	struct rt_window *window = rt_window_new();
	struct backoff_event event =
		native_event(BACKOFF_EVENT_SUCCESS, "pay", T0_S, 2);
	struct rt_operation *operation;

	event.duration_ns = 20 * MS;
	event.elapsed_ns = 900 * MS;
	add_many(window, event, 20);
	event.type = BACKOFF_EVENT_EXHAUSTED;
	event.duration_ns = event.elapsed_ns = 60000 * MS;
	add_many(window, event, 20);
	operation = rt_window_find(window, "pay");
	expect_near(
		(double)rt_operation_took_ns(operation, false, 0.99, T0_S, 60) /
			(double)MS,
		20);
	expect_near(
		(double)rt_operation_took_ns(operation, true, 0.99, T0_S, 60) /
			(double)MS,
		900);
	rt_window_free(window);
}
