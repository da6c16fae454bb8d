/* Tests of tools/live/focus.c: calls and numbers of rows by other groups. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/detail.h"
#include "live/focus.h"

#include <string.h>

#include "unit/live/helper.h"

static struct rt_record *record;
static struct rt_window *window;
static struct rt_calls calls;
static struct rt_detail detail;

static void
set_up(void)
{
	window = rt_window_new();
	record = rt_record_new(1u << 20, RT_OPERATIONS_MAX + 1);
	rt_window_record(window, record);
}

static void
tear_down(void)
{
	rt_window_free(window);
	rt_record_free(record);
}

TestSuite(live_focus, .init = set_up, .fini = tear_down);

/* A call that fails at once. */
static void
fail(const char *operation, const char *host, uint64_t second,
     const char *error)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_ABORTED, operation, second, 1);

	event.call_id = NULL;
	event.host = host;
	event.service = "shop";
	event.target = "db";
	event.code = error;
	add_event(window, event);
}

static const struct rt_focus *
by(enum rt_group group, const char *name)
{
	static struct rt_focus focus;

	focus = (struct rt_focus){.group = group, .name = name};
	return &focus;
}

static size_t
count(enum rt_group group, const char *name)
{
	rt_calls_of(&calls, record, UINT64_MAX, UINT64_MAX, by(group, name),
		    RT_WHICH_FAILED, 0);
	return calls.count;
}

Test(live_focus, calls_are_those_of_the_row)
{
	fail("a", "pod-1", T0_S, "e:1");
	fail("b", "pod-1", T0_S, "e:2");
	fail("a", "pod-2", T0_S, "e:1");
	fail("a", NULL, T0_S, "e:1");
	cr_expect_eq(count(RT_GROUP_HOST, "pod-1"), 2);
	cr_expect_eq(count(RT_GROUP_HOST, "pod-2"), 1);
	cr_expect_eq(count(RT_GROUP_HOST, ""), 1, "those without a host");
	cr_expect_eq(count(RT_GROUP_HOST, "pod-3"), 0);
	cr_expect_eq(count(RT_GROUP_ERROR, "e:1"), 3);
	cr_expect_eq(count(RT_GROUP_SERVICE, "shop"), 4);
	cr_expect_eq(count(RT_GROUP_TARGET, "db"), 4);
	cr_expect_eq(count(RT_GROUP_POLICY, "STANDARD"), 4);
}

Test(live_focus, a_long_name_is_that_of_its_row)
{
	char host[200];

	memset(host, 'h', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	fail("a", host, T0_S, "e");
	host[RT_PART_NAME_MAX - 1] = '\0';
	cr_expect_eq(count(RT_GROUP_HOST, host), 1);
}

Test(live_focus, numbers_are_those_of_the_row)
{
	const struct rt_span span = rt_span_of(60, T0_S + 4, false);
	fail("a", "pod-1", T0_S, "e:1");
	fail("b", "pod-1", T0_S, "e:2");
	fail("b", "pod-1", T0_S, "e:2");
	fail("b", "pod-2", T0_S, "e:2");
	rt_detail_compute(&detail, record, UINT64_MAX, window,
			  by(RT_GROUP_HOST, "pod-1"), T0_S + 4, 60, &span);
	cr_expect_eq(detail.calls, 3);
	cr_assert_eq(detail.operations.count, 2);
	cr_expect_str_eq(detail.operations.item[0].name, "b");
	cr_expect_eq(detail.operations.item[0].failed_calls, 2);
	cr_expect_str_eq(detail.errors.item[0].name, "e:2");
}

/* Other groups are counted in steps of five seconds. */
Test(live_focus, the_history_has_all_calls_and_none_after_its_end)
{
	static const uint64_t ends[] = {T0_S + 4, T0_S + 1, T0_S + 60};

	fail("a", "pod-1", T0_S, "e");
	fail("b", "pod-1", T0_S + 1, "e");
	fail("b", "pod-1", T0_S + 1, "e");
	fail("b", "pod-2", T0_S + 1, "e");
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		const struct rt_span span = rt_span_of(60, ends[i], false);
		uint64_t sum = 0;

		rt_detail_compute(&detail, record, UINT64_MAX, window,
				  by(RT_GROUP_HOST, "pod-1"), ends[i], 60,
				  &span);
		for (size_t k = 0; k < span.points; k++)
			sum += detail.failed_calls[k];
		cr_expect_eq(sum, 3, "%zu", i);
	}
}

static uint64_t
calls_with(const char *filter, enum rt_group group, const char *name,
	   const bool *operations)
{
	struct rt_focus focus = *by(group, name);
	struct rt_span span = {.points = 10, .point_s = 1, .end_s = T0_S};
	struct rt_filter terms;
	char problem[96];
	uint64_t history = 0;

	cr_assert(rt_filter_parse(filter, &terms, problem, sizeof(problem)));
	focus.terms = &terms;
	focus.operations = operations;
	rt_detail_compute(&detail, record, UINT64_MAX, window, &focus, T0_S, 60,
			  &span);
	for (size_t i = 0; i < span.points; i++)
		history += detail.failed_calls[i];
	rt_calls_of(&calls, record, UINT64_MAX, UINT64_MAX, &focus,
		    RT_WHICH_FAILED, 0);
	cr_expect_eq(calls.count, detail.calls, "%s: %zu listed", filter,
		     calls.count);
	cr_expect_eq(history, detail.calls, "%s: %ju in the history", filter,
		     (uintmax_t)history);
	return detail.calls;
}

Test(live_focus, terms_of_the_filter_are_required)
{
	fail("a", "pod-1", T0_S, "e:1");
	fail("b", "pod-1", T0_S, "e:2");
	fail("a", "pod-2", T0_S, "e:2");
	fail("a", "pod-2", T0_S, "e:2");
	cr_expect_eq(calls_with("", RT_GROUP_OPERATION, NULL, NULL), 3);
	cr_expect_eq(calls_with("host=pod-2", RT_GROUP_OPERATION, NULL, NULL),
		     2);
	cr_expect_eq(calls_with("error=e:1 service=s*", RT_GROUP_OPERATION,
				NULL, NULL),
		     1);
	cr_expect_eq(calls_with("policy=none", RT_GROUP_OPERATION, NULL, NULL),
		     0);
	cr_expect_eq(calls_with("error=e:2", RT_GROUP_HOST, "pod-1", NULL), 1);
	/* The row is there, whatever terms say about its group. */
	cr_expect_eq(calls_with("host=x", RT_GROUP_HOST, "pod-1", NULL), 2);
}

Test(live_focus, terms_about_operations_are_required_of_other_rows)
{
	bool operations[RT_OPERATIONS_MAX + 1] = {true, false};

	fail("a", "pod-1", T0_S, "e:1");
	fail("b", "pod-1", T0_S, "e:2");
	cr_expect_eq(calls_with("op=a", RT_GROUP_HOST, "pod-1", operations), 1);
}
