/* Tests of tools/live/record.c. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/record.h"

#include <stdio.h>
#include <string.h>

#include "unit/live/helper.h"

#define SMALL (64u << 10)

static void
add(struct rt_record *record, uint32_t operation, struct backoff_event event)
{
	rt_record_add(record, operation, &event, event.ts_ns, false);
}

/* The numbers of a call's attempts, the newest first. */
static const char *
attempts(const struct rt_record *record, uint64_t at)
{
	static char text[64];
	struct rt_past past;
	size_t used = 0;

	text[0] = '\0';
	for (; rt_record_get(record, at, &past); at = past.before_in_call)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s%u", used > 0 ? " " : "",
					 (unsigned)past.attempt);
	return text;
}

static struct backoff_event
named(enum backoff_event_type type, uint64_t attempt, const char *id)
{
	struct backoff_event event = native_event(type, "pay", T0_S, attempt);

	event.call_id = id;
	return event;
}

Test(live_record, joins_the_attempts_of_calls_that_overlap)
{
	struct rt_record *record = rt_record_new(SMALL, 2);

	add(record, 0, named(BACKOFF_EVENT_ATTEMPT, 1, "a"));
	add(record, 0, named(BACKOFF_EVENT_ATTEMPT, 1, "b"));
	add(record, 1, named(BACKOFF_EVENT_ATTEMPT, 1, "a"));
	add(record, 0, named(BACKOFF_EVENT_ATTEMPT, 2, "a"));
	add(record, 0, named(BACKOFF_EVENT_EXHAUSTED, 2, "b"));
	cr_expect_str_eq(attempts(record, rt_record_last(record)), "2 1");
	add(record, 0, named(BACKOFF_EVENT_SUCCESS, 3, "a"));
	cr_expect_str_eq(attempts(record, rt_record_last_of(record, 0)),
			 "3 2 1");
	cr_expect_str_eq(attempts(record, rt_record_last_of(record, 1)), "1");
	rt_record_free(record);
}

Test(live_record, joins_attempts_without_ids_by_number_and_lane)
{
	struct rt_record *record = rt_record_new(SMALL, 1);
	struct backoff_event first =
		foreign_event(BACKOFF_EVENT_ATTEMPT, "mail", T0_S, 1);
	struct backoff_event second =
		foreign_event(BACKOFF_EVENT_ATTEMPT, "mail", T0_S + 1, 2);
	struct backoff_event last =
		foreign_event(BACKOFF_EVENT_EXHAUSTED, "mail", T0_S + 2, 3);

	rt_record_lane(record, "thread-1");
	add(record, 0, first);
	rt_record_lane(record, "thread-2");
	add(record, 0, first);
	add(record, 0, second);
	rt_record_lane(record, "thread-1");
	add(record, 0, second);
	add(record, 0, last);
	cr_expect_str_eq(attempts(record, rt_record_last(record)), "3 2 1");
	/* Its attempts before are not known. */
	add(record, 0, last);
	cr_expect_str_eq(attempts(record, rt_record_last(record)), "3");
	rt_record_free(record);
}

Test(live_record, an_id_of_a_request_is_not_that_of_one_call)
{
	struct rt_record *record = rt_record_new(SMALL, 1);
	struct backoff_event event =
		foreign_event(BACKOFF_EVENT_ATTEMPT, "mail", T0_S, 1);

	event.trace_id = "request-7";
	add(record, 0, event);
	event.type = BACKOFF_EVENT_EXHAUSTED;
	event.attempt = 2;
	add(record, 0, event);
	cr_expect_str_eq(attempts(record, rt_record_last(record)), "2 1");
	event.type = BACKOFF_EVENT_ATTEMPT;
	event.attempt = 1;
	add(record, 0, event);
	cr_expect_str_eq(attempts(record, rt_record_last(record)), "1");
	rt_record_free(record);
}

Test(live_record, returns_what_it_was_given)
{
	struct rt_record *record = rt_record_new(SMALL, 1);
	struct backoff_event event = named(BACKOFF_EVENT_ATTEMPT, 2, "id");
	struct rt_past past;

	event.code = "http:503";
	event.parent_call_id = "outer";
	event.host = "pod-1";
	event.delay_ns = 5;
	event.kind = BACKOFF_KIND_RETRY;
	add(record, 0, event);
	cr_assert(rt_record_get(record, rt_record_last(record), &past));
	cr_expect_str_eq(past.label, "http:503");
	cr_expect_str_eq(past.error, "connection refused");
	cr_expect_str_eq(past.call, "id");
	cr_expect_str_eq(past.parent, "outer");
	cr_expect_str_eq(past.host, "pod-1");
	cr_expect_str_eq(past.target, "");
	cr_expect_eq(past.delay_ns, 5);
	cr_expect_eq(past.hint_ns, BACKOFF_ABSENT);
	cr_expect_eq(past.attempts, BACKOFF_ABSENT);
	cr_expect_eq(past.kind, BACKOFF_KIND_RETRY);
	rt_record_free(record);
}

/* Each event that is still there is read whole, in the order of arrival, and
 * no chain leads to what was overwritten. */
Test(live_record, forgets_the_oldest)
{
	struct rt_record *record = rt_record_new(SMALL, 3);
	struct rt_past past;
	uint64_t at, expected;
	char id[160];

	for (unsigned i = 0; i < 5000; i++) {
		struct backoff_event event;

		snprintf(id, sizeof(id), "%u%0*u", i, 1 + (int)(i * 7 % 120),
			 0);
		event = named(i % 5 ? BACKOFF_EVENT_ATTEMPT
				    : BACKOFF_EVENT_EXHAUSTED,
			      1 + i % 3, i % 2 ? "same" : id);
		event.ts_ns = i + 1;
		add(record, i % 3, event);
		expected = i + 1;
		for (at = rt_record_last(record);
		     rt_record_get(record, at, &past); at = past.before) {
			cr_assert_eq(past.ts_ns, expected--);
			cr_assert_str_eq(past.error, "connection refused");
		}
		cr_assert_eq(rt_record_from_ns(record), expected + 1);
		cr_assert_eq(rt_record_is_whole(record), expected == 0);
		at = rt_record_last_of(record, i % 3);
		for (unsigned k = 0; rt_record_get(record, at, &past); k++) {
			cr_assert_eq(past.ts_ns, i + 1 - 3 * k);
			at = past.before_in_operation;
		}
	}
	cr_expect_gt(expected, 4000);
	expected = 4996;
	for (at = rt_record_last_failed(record);
	     rt_record_get(record, at, &past); at = past.before_failed) {
		cr_assert_eq(past.ts_ns, expected);
		expected -= 5;
	}
	cr_expect_lt(expected, 4990);
	rt_record_free(record);
}

Test(live_record, a_window_records_what_it_counts)
{
	struct rt_record *record = rt_record_new(SMALL, RT_OPERATIONS_MAX + 1);
	struct rt_window *window = rt_window_new();
	struct rt_past past;

	rt_window_record(window, record);
	add_event(window, native_event(BACKOFF_EVENT_ATTEMPT, "pay", T0_S, 1));
	add_event(window,
		  native_event(BACKOFF_EVENT_SUCCESS, "mail", T0_S + 1, 2));
	add_event(window, native_event(BACKOFF_EVENT_BREAKER_TRANSITION, "mail",
				       T0_S + 1, 2));
	cr_assert(rt_record_get(record, rt_record_last(record), &past));
	cr_expect_eq(past.ts_ns, (T0_S + 1) * NS_PER_S + NS_PER_S / 2);
	cr_expect_eq(past.operation,
		     rt_operation_index(rt_window_find(window, "mail")));
	cr_expect_null(rt_window_find(window, "dns"));
	rt_window_free(window);
	rt_record_free(record);
}

/* Bytes of texts that are still there after many events. */
static size_t
kept(unsigned operations)
{
	struct rt_record *record = rt_record_new(1u << 20, 1000);
	struct rt_past past;
	size_t count = 0;

	for (unsigned i = 0; i < 20000; i++)
		add(record, i % operations,
		    named(BACKOFF_EVENT_EXHAUSTED, 1, "id"));
	for (uint64_t at = rt_record_last(record);
	     rt_record_get(record, at, &past); at = past.before)
		count++;
	rt_record_free(record);
	return count;
}

Test(live_record, is_smaller_with_many_operations)
{
	cr_expect_gt(kept(1), 5000);
	cr_expect_lt(kept(1000), kept(1) * 2 / 5);
	cr_expect_gt(kept(1000), kept(1) / 5);
}
