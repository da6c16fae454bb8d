/* A binary heap of events, the earliest on top. */
#include "config.h"

#include <stdlib.h>

#include "replay/event_queue.h"

/* A total order, so that results do not depend on the heap. */
static bool
before(const struct rs_event *a, const struct rs_event *b)
{
	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	return a->order < b->order;
}

bool
rs_event_queue_push(struct rs_event_queue *queue, const struct rs_event *event)
{
	size_t at = queue->count;

	if (queue->count == queue->room) {
		size_t room = queue->room ? queue->room * 2 : 64;
		struct rs_event *grown =
			realloc(queue->item, room * sizeof(*grown));

		if (grown == NULL)
			return false;
		queue->item = grown;
		queue->room = room;
	}
	queue->count++;
	while (at > 0 && before(event, &queue->item[(at - 1) / 2])) {
		queue->item[at] = queue->item[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	queue->item[at] = *event;
	return true;
}

struct rs_event
rs_event_queue_pop(struct rs_event_queue *queue)
{
	struct rs_event *item = queue->item;
	struct rs_event top = item[0], last = item[--queue->count];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < queue->count) {
		if (child + 1 < queue->count &&
		    before(&item[child + 1], &item[child]))
			child++;
		if (!before(&item[child], &last))
			break;
		item[at] = item[child];
		at = child;
	}
	item[at] = last;
	return top;
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
