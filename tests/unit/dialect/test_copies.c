/* Tests of tools/dialect/copies.c: copies of lines without numbers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/live/helper.h"
#include "dialect/copies.h"

/* Events of a log: a second each, with or without ids and fractions. */
static struct backoff_event
event_of(unsigned i, const char *id, bool fraction)
{
	struct backoff_event event = foreign_event(BACKOFF_EVENT_ATTEMPT, "op",
						   T0_S + i / 2, 1 + i % 2);

	event.trace_id = id;
	if (!fraction)
		event.ts_ns -= event.ts_ns % NS_PER_S;
	return event;
}

Test(dialect_copies, a_copy_of_a_log_counts_once)
{
	static const struct {
		const char *why, *id;
		bool fraction;
		/* The copy lacks its first lines. */
		unsigned from, copies;
	} row[] = {
		{"with ids", "r1", true, 0, 100},
		{"with fractions", NULL, true, 0, 100},
		{"with neither", NULL, false, 0, 100},
		{"with ids, cut", "r1", false, 40, 60},
		{"with neither, cut: two services may write the same", NULL,
		 false, 40, 0},
	};

	for (size_t k = 0; k < sizeof(row) / sizeof(*row); k++) {
		struct tk_copies *copies = tk_copies_new();
		unsigned found = 0;

		for (unsigned i = 0; i < 100; i++) {
			struct backoff_event event =
				event_of(i, row[k].id, row[k].fraction);

			cr_expect_not(tk_copies_note(copies, 0, &event), "%s",
				      row[k].why);
		}
		for (unsigned i = row[k].from; i < 100; i++) {
			struct backoff_event event =
				event_of(i, row[k].id, row[k].fraction);

			found += tk_copies_note(copies, 1, &event);
		}
		cr_expect_eq(found, row[k].copies, "%s: %u", row[k].why, found);
		tk_copies_free(copies);
	}
}

Test(dialect_copies, one_input_may_repeat_itself)
{
	struct tk_copies *copies = tk_copies_new();

	for (unsigned i = 0; i < 100; i++) {
		struct backoff_event event = event_of(0, NULL, false);

		cr_expect_not(tk_copies_note(copies, 3, &event));
		/* But not an event of one request. */
		event = event_of(0, "r1", false);
		cr_expect_eq(tk_copies_note(copies, 3, &event), i > 0);
	}
	tk_copies_free(copies);
}

/* How many of a log's events are copies if each is there twice: one after the
 * other, the log after itself, or the log and another input. */
static unsigned
copies_of(struct backoff_event *event, size_t count, unsigned how)
{
	struct tk_copies *copies = tk_copies_new();
	unsigned found = 0;

	for (size_t i = 0; i < 2 * count; i++)
		found += tk_copies_note(copies, how == 2 && i >= count,
					&event[how == 0 ? i / 2 : i % count]);
	tk_copies_free(copies);
	return found;
}

Test(dialect_copies, only_times_that_tell_events_apart_make_copies)
{
	static const struct {
		const char *why;
		/* Times are multiples of this; so are delays, if not 0. */
		uint64_t time_ns, delay_ns;
		/* By how they are doubled. The first events do not show yet
		 * what times and delays are like, and one time is a full
		 * second. */
		unsigned copies[3];
	} row[] = {
		{"microseconds", 1000, 0, {199, 200, 200}},
		{"milliseconds, random delays", 1000000, 1, {196, 199, 200}},
		{"milliseconds, fixed delays", 1000000, 0, {0, 0, 200}},
		{"seconds: replicas poll, and fail alike",
		 NS_PER_S,
		 0,
		 {0, 0, 200}},
	};
	struct backoff_event event[200];

	for (size_t k = 0; k < sizeof(row) / sizeof(*row); k++) {
		for (uint64_t i = 0; i < 200; i++) {
			uint64_t ns = i * 3 * NS_PER_S + i * UINT64_C(7654321);

			event[i] = event_of(0, NULL, false);
			event[i].ts_ns += NS_PER_S / 2 + ns;
			event[i].ts_ns -= event[i].ts_ns % row[k].time_ns;
			event[i].delay_ns = NS_PER_S;
			if (row[k].delay_ns != 0)
				event[i].delay_ns += i * 7654321 + 1;
		}
		for (unsigned how = 0; how < 3; how++) {
			unsigned found = copies_of(event, 200, how);

			cr_expect_eq(found, row[k].copies[how], "%s, %u: %u",
				     row[k].why, how, found);
		}
	}
}

Test(dialect_copies, lines_that_differ_in_anything_are_two)
{
	struct tk_copies *copies = tk_copies_new();
	struct backoff_event event = event_of(0, "r1", true);

	event.pid = event.seq = 1;
	event.host = "app";
	cr_expect_not(tk_copies_note(copies, 0, &event));
	event.target = "b";
	cr_expect_not(tk_copies_note(copies, 0, &event));
	event.attrs = "{\"a\":1}";
	cr_expect_not(tk_copies_note(copies, 0, &event));
	event.extra = "\"b\":1";
	cr_expect_not(tk_copies_note(copies, 0, &event));
	event.duration_ns = 1;
	cr_expect_not(tk_copies_note(copies, 0, &event));
	cr_expect(tk_copies_note(copies, 0, &event));
	/* Sixteen bits are not enough for a million lines. */
	for (uint64_t i = 2; i < 1000000; i++) {
		event.duration_ns = i;
		cr_assert_not(tk_copies_note(copies, 0, &event), "%llu",
			      (unsigned long long)i);
	}
	tk_copies_free(copies);
}

Test(dialect_copies, replicas_that_fail_alike_are_not_copies)
{
	struct tk_copies *copies = tk_copies_new();

	/* Two poll every three seconds; the second began later. */
	for (unsigned input = 0; input < 2; input++)
		for (unsigned i = 5 * input; i < 200; i++) {
			struct backoff_event event =
				event_of(6 * i, NULL, false);

			cr_expect_not(tk_copies_note(copies, input, &event));
		}
	tk_copies_free(copies);
}

Test(dialect_copies, room_for_more_lines_keeps_those_before)
{
	struct tk_copies *copies = tk_copies_new();
	unsigned found = 0;

	for (unsigned i = 0; i < 100000; i++) {
		struct backoff_event event = event_of(i, "r1", true);

		found += tk_copies_note(copies, 0, &event);
	}
	cr_expect_eq(found, 0);
	for (unsigned i = 0; i < 100000; i++) {
		struct backoff_event event = event_of(i, "r1", true);

		found += tk_copies_note(copies, 1, &event);
	}
	cr_expect_eq(found, 100000);
	tk_copies_free(copies);
}

Test(dialect_copies, a_limit_bounds_memory_and_says_what_is_forgotten)
{
	const unsigned limit = 1u << 14, lines = 20 * limit;
	struct tk_copies *copies = tk_copies_new();
	unsigned near = 0, far = 0;

	tk_copies_limit(copies, limit);
	for (unsigned i = 0; i < lines; i++) {
		struct backoff_event event = event_of(i, "r1", true);

		cr_assert_not(tk_copies_note(copies, 0, &event));
		if (i < limit / 2)
			cr_assert_eq(tk_copies_forgotten(copies), 0, "%u", i);
	}
	/* There is room for twice as many, of which sets may be full. */
	cr_expect_geq(tk_copies_forgotten(copies), lines - 2 * limit);
	cr_expect_leq(tk_copies_forgotten(copies), lines - limit);
	for (unsigned i = 0; i < limit / 2; i++) {
		struct backoff_event last =
			event_of(lines - limit / 2 + i, "r1", true);
		struct backoff_event first = event_of(i, "r1", true);

		near += tk_copies_note(copies, 1, &last);
		far += tk_copies_note(copies, 1, &first);
	}
	cr_expect_eq(near, limit / 2);
	cr_expect_eq(far, 0);
	tk_copies_free(copies);
}
