/* Tests of tools/live/copies.c: copies of lines without numbers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/live/helper.h"
#include "live/copies.h"

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

Test(live_copies, a_copy_of_a_log_counts_once)
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
		struct rt_copies *copies = rt_copies_new();
		unsigned found = 0;

		for (unsigned i = 0; i < 100; i++) {
			struct backoff_event event =
				event_of(i, row[k].id, row[k].fraction);

			cr_expect_not(rt_copies_note(copies, 0, &event), "%s",
				      row[k].why);
		}
		for (unsigned i = row[k].from; i < 100; i++) {
			struct backoff_event event =
				event_of(i, row[k].id, row[k].fraction);

			found += rt_copies_note(copies, 1, &event);
		}
		cr_expect_eq(found, row[k].copies, "%s: %u", row[k].why, found);
		rt_copies_free(copies);
	}
}

Test(live_copies, one_input_may_repeat_itself)
{
	struct rt_copies *copies = rt_copies_new();

	for (unsigned i = 0; i < 100; i++) {
		struct backoff_event event = event_of(0, NULL, false);

		cr_expect_not(rt_copies_note(copies, 3, &event));
		/* But not an event of one request. */
		event = event_of(0, "r1", false);
		cr_expect_eq(rt_copies_note(copies, 3, &event), i > 0);
	}
	rt_copies_free(copies);
}
