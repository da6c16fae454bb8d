/* Events in virtual time, ordered by due time. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_EVENT_QUEUE_H
#define RS_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** At equal times, kinds are due in this order. */
enum rs_event_kind {
	RS_EVENT_ATTEMPT_ENDS,
	RS_EVENT_WAIT_ENDS,
};

struct rs_event {
	uint64_t at_ns;
	enum rs_event_kind kind;
	/** Lower is due first among events of one kind at one time. */
	uint32_t order;
	/** For the caller. */
	void *call;
};

/** All zero is an empty queue. */
struct rs_event_queue {
	struct rs_event *item;
	size_t count, room;
};

/** False if memory ran out. */
bool rs_event_queue_push(struct rs_event_queue *queue,
			 const struct rs_event *event);

/** Take the first event; there must be one. */
struct rs_event rs_event_queue_pop(struct rs_event_queue *queue);

/** Due time of the first event; UINT64_MAX if there is none. */
uint64_t rs_event_queue_next(const struct rs_event_queue *queue);

void rs_event_queue_clear(struct rs_event_queue *queue);

#endif
