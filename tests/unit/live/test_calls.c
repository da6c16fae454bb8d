/* Tests of tools/live/calls.c and detail.c: calls and their attempts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/calls.h"

#include <stdio.h>
#include <string.h>

#include "live/detail.h"
#include "unit/live/helper.h"

static struct rt_record *record;
static struct rt_window *window;
static struct rt_calls calls;
static const struct rt_focus first = {.operation = 0};

static void
begin(void)
{
	record = rt_record_new(1u << 20, RT_OPERATIONS_MAX + 1);
	window = rt_window_new();
	rt_window_record(window, record);
}

static void
finish(void)
{
	rt_window_free(window);
	rt_record_free(record);
}

static void
add(enum backoff_event_type type, enum backoff_stop stop, uint64_t second,
    uint64_t attempt, const char *id, const char *code)
{
	struct backoff_event event = native_event(type, "pay", second, attempt);

	event.call_id = id;
	event.code = code;
	event.stop = stop;
	event.duration_ns = NS_PER_S / 4;
	event.host = "pod";
	event.delay_ns = attempt * NS_PER_S;
	if (stop == BACKOFF_STOP_BREAKER_OPEN) {
		event.outcome = BACKOFF_OUTCOME_CANCELLED;
		event.attempts = attempt - 1;
	}
	add_event(window, event);
}

/* One call of each fate. */
static void
add_calls(void)
{
	add(BACKOFF_EVENT_SUCCESS, BACKOFF_STOP_SUCCESS, T0_S, 1, "a", NULL);
	add(BACKOFF_EVENT_ATTEMPT, 0, T0_S + 1, 1, "b", "e:1");
	add(BACKOFF_EVENT_ATTEMPT, 0, T0_S + 1, 1, "c", "e:1");
	add(BACKOFF_EVENT_SUCCESS, BACKOFF_STOP_SUCCESS, T0_S + 2, 2, "b",
	    NULL);
	add(BACKOFF_EVENT_ATTEMPT, 0, T0_S + 3, 2, "c", "e:1");
	add(BACKOFF_EVENT_EXHAUSTED, BACKOFF_STOP_MAX_ATTEMPTS, T0_S + 4, 3,
	    "c", "e:2");
	add(BACKOFF_EVENT_EXHAUSTED, BACKOFF_STOP_BREAKER_OPEN, T0_S + 5, 1,
	    "d", NULL);
	add(BACKOFF_EVENT_EXHAUSTED, BACKOFF_STOP_BUDGET, T0_S + 6, 1, "e",
	    "e:2");
	add(BACKOFF_EVENT_ABORTED, BACKOFF_STOP_NON_RETRYABLE, T0_S + 7, 1, "f",
	    "e:3");
}

Test(live_calls, failed_calls_come_newest_first)
{
	begin();
	add_calls();
	rt_calls_failed(&calls, record, UINT64_MAX, NULL, NULL);
	cr_assert_eq(calls.count, 4);
	cr_expect_str_eq(calls.call[0].id, "f");
	cr_expect_eq(calls.call[0].fate, RT_FATE_REFUSED);
	cr_expect_eq(calls.call[1].fate, RT_FATE_BUDGET);
	cr_expect_eq(calls.call[2].fate, RT_FATE_BREAKER);
	cr_expect_eq(calls.call[2].attempts, 0);
	cr_expect_str_eq(calls.call[2].errors, "");
	cr_expect_eq(calls.call[3].attempts, 3);
	cr_expect_eq(calls.call[3].duration_ns, 3 * NS_PER_S + NS_PER_S / 4);
	cr_expect_str_eq(calls.call[3].errors, "e:1 x2, e:2");
	cr_expect_str_eq(calls.call[3].text, "connection refused");
	cr_expect_not(calls.more);
	/* As of an earlier place. */
	rt_calls_failed(&calls, record, calls.call[2].at, NULL, NULL);
	cr_expect_eq(calls.count, 2);
	finish();
}

static bool
is_none(const void *user, const struct rt_past *past)
{
	(void)user;
	(void)past;
	return false;
}

Test(live_calls, calls_refused_at_once_are_one_line_for_each_operation)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_EXHAUSTED, "mail", T0_S + 9, 1);

	begin();
	add_calls();
	for (unsigned i = 0; i < 200; i++)
		add(BACKOFF_EVENT_EXHAUSTED, BACKOFF_STOP_BREAKER_OPEN,
		    T0_S + 8, 1, "g", NULL);
	event.stop = BACKOFF_STOP_BREAKER_OPEN;
	event.attempts = 0;
	add_event(window, event);
	rt_calls_failed(&calls, record, UINT64_MAX, NULL, NULL);
	cr_assert_eq(calls.count, 5);
	cr_expect_eq(calls.call[0].folded, 0);
	cr_expect_str_eq(calls.call[1].id, "g");
	cr_expect_eq(calls.call[1].folded, 200);
	cr_expect_eq(calls.call[4].attempts, 3);
	rt_calls_failed(&calls, record, UINT64_MAX, is_none, NULL);
	cr_expect_eq(calls.count, 0);
	finish();
}

Test(live_calls, each_kind_has_its_calls)
{
	static const struct {
		const char *why;
		enum rt_which which;
		uint64_t slow_ns;
		const char *ids;
	} cases[] = {
		{"failed", RT_WHICH_FAILED, 0, "fedc"},
		{"all", RT_WHICH_ALL, 0, "fedcba"},
		{"recovered", RT_WHICH_RECOVERED, 0, "b"},
		{"what is slow is not known", RT_WHICH_SLOW, 0, ""},
		{"slow", RT_WHICH_SLOW, NS_PER_S / 5, "ba"},
		{"none is slow", RT_WHICH_SLOW, NS_PER_S, ""},
	};

	begin();
	add_calls();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char ids[16] = "";

		rt_calls_of(&calls, record, UINT64_MAX, UINT64_MAX, &first,
			    cases[i].which, cases[i].slow_ns);
		for (size_t k = 0; k < calls.count; k++)
			ids[k] = calls.call[k].id[0];
		cr_expect_str_eq(ids, cases[i].ids, "%s", cases[i].why);
	}
	finish();
}

/* The last one of several old files filled the list. */
Test(live_calls, calls_are_in_the_order_of_time)
{
	begin();
	for (unsigned file = 0; file < 3; file++)
		for (unsigned i = 0; i < RT_CALLS_MAX; i++)
			add(BACKOFF_EVENT_ABORTED, 0, T0_S + i * 3 + file, 1,
			    file == 1 ? "b" : "a", "e");
	add(BACKOFF_EVENT_EXHAUSTED, BACKOFF_STOP_BREAKER_OPEN, T0_S + 280, 1,
	    "r", NULL);
	add(BACKOFF_EVENT_EXHAUSTED, BACKOFF_STOP_BREAKER_OPEN, T0_S + 281, 1,
	    "s", NULL);
	add(BACKOFF_EVENT_EXHAUSTED, BACKOFF_STOP_BREAKER_OPEN, T0_S + 279, 1,
	    "q", NULL);
	rt_calls_failed(&calls, record, UINT64_MAX, NULL, NULL);
	cr_assert_eq(calls.count, RT_CALLS_MAX);
	cr_expect(calls.more);
	cr_expect_str_eq(calls.call[1].id, "b");
	cr_expect_eq(calls.call[0].end_ns,
		     (T0_S + 299) * NS_PER_S + NS_PER_S / 2);
	for (size_t i = 1; i < calls.count; i++)
		cr_expect_leq(calls.call[i].end_ns, calls.call[i - 1].end_ns);
	cr_expect_str_eq(calls.call[18].id, "s");
	cr_expect_eq(calls.call[18].folded, 2);
	finish();
}

Test(live_calls, says_that_there_are_more)
{
	begin();
	for (unsigned i = 0; i <= RT_CALLS_MAX; i++)
		add(BACKOFF_EVENT_ABORTED, 0, T0_S, 1, i % 2 ? "a" : "b", "e");
	rt_calls_failed(&calls, record, UINT64_MAX, NULL, NULL);
	cr_expect_eq(calls.count, RT_CALLS_MAX);
	cr_expect(calls.more);
	finish();
}

Test(live_calls, a_hedge_is_not_a_retry)
{
	static const struct {
		const char *why;
		enum backoff_kind kind;
		uint64_t attempt;
		bool whole;
		enum rt_fate fate;
	} cases[] = {
		{"the hedge won", BACKOFF_KIND_HEDGE, 2, false,
		 RT_FATE_FIRST_TRY},
		{"the first attempt won", BACKOFF_KIND_FIRST, 1, false,
		 RT_FATE_FIRST_TRY},
		{"a retry", BACKOFF_KIND_RETRY, 2, false, RT_FATE_RECOVERED},
		{"a line for all attempts", BACKOFF_KIND_FIRST, 1, true,
		 RT_FATE_RECOVERED},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct rt_past past = {
			.type = BACKOFF_EVENT_SUCCESS,
			.kind = cases[i].kind,
			.attempt = cases[i].attempt,
			.attempts = 2,
			.whole = cases[i].whole,
		};

		cr_expect_eq(rt_fate_of(&past), cases[i].fate, "%s",
			     cases[i].why);
	}
}

Test(live_calls, finds_parents_and_children)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_ATTEMPT, "inner", T0_S, 1);
	uint64_t at[RT_CHILDREN_MAX];
	struct rt_past past;

	begin();
	add(BACKOFF_EVENT_ATTEMPT, 0, T0_S, 1, "outer", "e");
	event.parent_call_id = "outer";
	for (unsigned i = 0; i < 3; i++) {
		event.call_id = i % 2 ? "second" : "first";
		event.attempt = 1 + i / 2;
		add_event(window, event);
	}
	cr_assert_eq(rt_call_children(record, "outer", UINT64_MAX, at), 2);
	cr_assert(rt_record_get(record, at[0], &past));
	cr_expect_str_eq(past.call, "second");
	cr_assert(rt_record_get(record, at[1], &past));
	cr_expect_str_eq(past.call, "first");
	cr_expect_eq(past.attempt, 2);
	cr_assert(rt_record_get(
		record, rt_call_find(record, past.parent, UINT64_MAX), &past));
	cr_expect_str_eq(past.call, "outer");
	cr_expect_eq(rt_call_find(record, "", UINT64_MAX), 0);
	cr_expect_eq(rt_call_children(record, "", UINT64_MAX, at), 0);
	finish();
}

Test(live_detail, counts_fates_attempts_errors_and_hosts)
{
	static const uint64_t fates[RT_FATE_COUNT] = {
		[RT_FATE_FIRST_TRY] = 1, [RT_FATE_RECOVERED] = 1,
		[RT_FATE_USED_UP] = 1,   [RT_FATE_BREAKER] = 1,
		[RT_FATE_BUDGET] = 1,    [RT_FATE_REFUSED] = 1,
	};
	const struct rt_span span = rt_span_of(60, T0_S + 7, false);
	struct rt_detail detail;

	begin();
	add_calls();
	rt_detail_compute(&detail, record, UINT64_MAX, window, &first, T0_S + 7,
			  60, &span);
	cr_expect_eq(detail.covered_s, 60);
	cr_expect_eq(detail.calls, 6);
	for (size_t i = 0; i < RT_FATE_COUNT; i++)
		cr_expect_eq(detail.fate[i], fates[i], "%s",
			     rt_fate_name((enum rt_fate)i));
	cr_expect_eq(detail.unsent, 1);
	cr_expect_eq(detail.attempt[0].made, 5);
	cr_expect_eq(detail.attempt[0].failed, 4);
	cr_expect_eq(detail.attempt[0].wait_max_ns, NS_PER_S);
	cr_expect_eq(detail.attempt[1].made, 2);
	cr_expect_eq(detail.attempt[1].failed, 1);
	cr_expect_eq(detail.attempt[2].failed, 1);
	cr_expect_eq(detail.failed, 6);
	cr_assert_eq(detail.errors.count, 3);
	cr_expect_str_eq(detail.errors.item[0].name, "e:1");
	cr_expect_eq(detail.errors.item[0].failed, 3);
	cr_expect_str_eq(detail.errors.item[0].text, "connection refused");
	cr_assert_eq(detail.hosts.count, 1);
	cr_expect_eq(detail.hosts.item[0].calls, 6);
	cr_expect_eq(detail.hosts.item[0].failed_calls, 4);
	cr_expect_eq(detail.failed_calls[span.points - 1], 1);
	cr_expect_eq(detail.failed_calls[span.points - 5], 0);
	/* A window of two seconds. */
	rt_detail_compute(&detail, record, UINT64_MAX, window, &first, T0_S + 6,
			  2, &span);
	cr_expect_eq(detail.calls, 2);
	finish();
}

Test(live_detail, a_line_that_only_ends_a_call_is_not_an_attempt)
{
	const struct rt_span span = rt_span_of(60, T0_S + 7, false);
	struct backoff_event end =
		native_event(BACKOFF_EVENT_EXHAUSTED, "pay", T0_S + 2, 1);
	struct rt_detail detail;

	end.call_id = "a";
	end.outcome = BACKOFF_OUTCOME_CANCELLED;
	end.duration_ns = 0;
	end.stop = BACKOFF_STOP_MAX_ATTEMPTS;
	begin();
	add(BACKOFF_EVENT_ATTEMPT, 0, T0_S + 1, 1, "a", "e:1");
	add_event(window, end);
	rt_detail_compute(&detail, record, UINT64_MAX, window, &first, T0_S + 7,
			  60, &span);
	cr_expect_eq(detail.calls, 1);
	cr_expect_eq(detail.fate[RT_FATE_USED_UP], 1);
	cr_expect_eq(detail.attempt[0].made, 1);
	cr_expect_eq(detail.attempt[0].failed, 1);
	finish();
}

Test(live_detail, the_worst_names_are_listed)
{
	const struct rt_span span = rt_span_of(60, T0_S + 7, false);
	struct rt_detail detail;
	char code[16];

	begin();
	for (unsigned i = 0; i < 100; i++) {
		snprintf(code, sizeof(code), "e:%u", i);
		add(BACKOFF_EVENT_ABORTED, 0, T0_S, 1, "a", code);
		if (i == 50)
			add(BACKOFF_EVENT_ABORTED, 0, T0_S, 1, "a", code);
	}
	rt_detail_compute(&detail, record, UINT64_MAX, window, &first, T0_S, 60,
			  &span);
	cr_assert_eq(detail.errors.count, RT_DETAIL_NAMES);
	cr_expect_str_eq(detail.errors.item[0].name, "e:50");
	cr_expect_eq(detail.errors.item[0].failed, 2);
	cr_expect_eq(detail.errors.rest.failed, 101 - 2 - 7);
	finish();
}

Test(live_detail, says_how_much_the_record_covers)
{
	struct rt_record *small =
		rt_record_new(64u << 10, RT_OPERATIONS_MAX + 1);
	const struct rt_span span = rt_span_of(60, T0_S + 7, false);
	struct rt_detail detail;

	begin();
	rt_window_record(window, small);
	for (unsigned i = 0; i < 600; i++)
		add(BACKOFF_EVENT_ABORTED, 0, T0_S + i, 1, "a", "e");
	rt_detail_compute(&detail, small, UINT64_MAX, window, &first,
			  T0_S + 599, 600, &span);
	cr_expect_lt(detail.covered_s, 590);
	cr_expect_gt(detail.covered_s, 20);
	cr_expect_geq(detail.calls, detail.covered_s);
	rt_record_free(small);
	finish();
}
