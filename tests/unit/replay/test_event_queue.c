/* Tests of replay/event_queue: events are due in a defined order. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include <backoff/rng.h>

#include "replay/event_queue.h"

static bool
in_order(const struct rs_event *a, const struct rs_event *b)
{
	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	return a->order <= b->order;
}

/* Times are drawn so that many are equal. */
Test(replay_event_queue, events_come_by_time_then_kind_then_order)
{
	static char call[5000];
	struct rs_event_queue queue = {0};
	struct rs_event last = {0};
	uint64_t least = UINT64_MAX;

	cr_expect(rs_event_queue_next(&queue) == UINT64_MAX);
	for (uint32_t i = 0; i < 5000; i++) {
		struct rs_event event = {
			.at_ns = backoff_draw(1, BACKOFF_PURPOSE_USER, i, 0) %
				 500,
			.kind = backoff_draw(1, BACKOFF_PURPOSE_USER, i, 1) % 2
					? RS_EVENT_ATTEMPT_ENDS
					: RS_EVENT_WAIT_ENDS,
			.order = i,
			.call = &call[i],
		};

		cr_assert(rs_event_queue_push(&queue, &event));
		least = event.at_ns < least ? event.at_ns : least;
		cr_expect(rs_event_queue_next(&queue) == least);
	}
	for (uint32_t i = 0; i < 5000; i++) {
		uint64_t next = rs_event_queue_next(&queue);
		struct rs_event event = rs_event_queue_pop(&queue);

		cr_expect(event.at_ns == next);
		cr_expect(event.call == &call[event.order]);
		cr_expect(i == 0 || in_order(&last, &event));
		last = event;
	}
	cr_expect(queue.count == 0);
	rs_event_queue_clear(&queue);
}
