/* A binary heap of events, the earliest on top. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/heap.h"
#include "replay/event_queue.h"

/* A total order, so that results do not depend on the heap. */
static bool
is_before(const void *left, const void *right, const void *user)
{
	const struct rs_event *a = left, *b = right;

	(void)user;
	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	return a->order < b->order;
}

bool
rs_event_queue_push(struct rs_event_queue *queue, const struct rs_event *event)
{
	if (queue->count == queue->room) {
		size_t room = queue->room ? queue->room * 2 : 64;
		struct rs_event *grown =
			realloc(queue->item, room * sizeof(*grown));

		if (grown == NULL)
			return false;
		queue->item = grown;
		queue->room = room;
	}
	bo_heap_push(queue->item, queue->count++, sizeof(*event), event,
		     is_before, NULL);
	return true;
}

struct rs_event
rs_event_queue_pop(struct rs_event_queue *queue)
{
	struct rs_event first;

	bo_heap_pop(queue->item, queue->count--, sizeof(first), &first,
		    is_before, NULL);
	return first;
}

uint64_t
rs_event_queue_next(const struct rs_event_queue *queue)
{
	return queue->count > 0 ? queue->item[0].at_ns : UINT64_MAX;
}

void
rs_event_queue_clear(struct rs_event_queue *queue)
{
	free(queue->item);
	*queue = (struct rs_event_queue){0};
}
