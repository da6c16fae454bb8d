/* Tests of tools/live/saved.c. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/saved.h"

#include <stdlib.h>
#include <string.h>

#include "unit/live/helper.h"

static struct rt_record *record;
static struct rt_window *window;

static void
set_up(void)
{
	window = rt_window_new();
	record = rt_record_new(1u << 20, 10);
	rt_window_record(window, record);
}

static void
tear_down(void)
{
	rt_window_free(window);
	rt_record_free(record);
}

TestSuite(live_saved, .init = set_up, .fini = tear_down);

/* The lines that are saved, and their number. */
static char *
save(uint64_t until, size_t *count)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cr_assert(rt_record_save(record, until, window, out, count));
	cr_assert_eq(fclose(out), 0);
	return text;
}

static struct backoff_event
full_event(void)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_ATTEMPT, "pay", T0_S, 2);

	event.failure_class = BACKOFF_CLASS_TRANSIENT;
	event.kind = BACKOFF_KIND_RETRY;
	event.target = "payments";
	event.parent_call_id = "parent";
	event.host = "pod-1";
	event.code = "http:503";
	event.error = "busy";
	event.error_type = NULL;
	event.delay_law = "full";
	event.delay_source = BACKOFF_DELAY_SOURCE_HINT;
	event.hint_action = BACKOFF_HINT_ACTION_HONOURED;
	event.delay_ns = NS_PER_S / 2;
	event.delay_low_ns = 0;
	event.delay_high_ns = NS_PER_S;
	event.hint_ns = NS_PER_S / 2;
	event.duration_ns = NS_PER_S / 4;
	event.elapsed_ns = NS_PER_S;
	return event;
}

Test(live_saved, an_event_comes_back_as_it_was)
{
	struct backoff_event event = full_event();
	char want[BACKOFF_EVENT_LINE_MAX + 1] = "", *got;
	size_t count;

	want[backoff_event_encode(&event, want, sizeof(want) - 1)] = '\0';
	add_event(window, event);
	got = save(UINT64_MAX, &count);
	cr_expect_eq(count, 1);
	cr_expect_str_eq(got, want);
	free(got);
}

Test(live_saved, events_are_in_their_order_up_to_a_place)
{
	char *text;
	uint64_t until;
	size_t count;

	add_event(window, native_event(BACKOFF_EVENT_ATTEMPT, "a", T0_S, 1));
	add_event(window, native_event(BACKOFF_EVENT_ATTEMPT, "b", T0_S, 1));
	until = rt_record_last(record);
	add_event(window, native_event(BACKOFF_EVENT_ATTEMPT, "c", T0_S, 1));
	text = save(until, &count);
	cr_expect_eq(count, 2);
	cr_expect(strstr(text, "\"a\"") < strstr(text, "\"b\""));
	cr_expect_null(strstr(text, "\"c\""));
	free(text);
}

Test(live_saved, a_full_disk_is_an_error)
{
	FILE *out = fopen("/dev/full", "w");
	size_t count;

	if (out == NULL)
		cr_skip_test("no /dev/full");
	add_many(window, native_event(BACKOFF_EVENT_ATTEMPT, "a", T0_S, 1),
		 100);
	cr_expect_not(rt_record_save(record, UINT64_MAX, window, out, &count));
	fclose(out);
}
