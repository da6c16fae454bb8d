/* Events for the tests of sinks, and lines read back. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_EVENTS_H
#define TEST_EVENTS_H

#include <string.h>

#include <criterion/criterion.h>

#include <backoff/event.h>
#include <backoff/sink.h>

static inline struct backoff_event
numbered(uint64_t seq)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.ts_ns = UINT64_C(1795429530000000000) + seq * 1000;
	event.type = BACKOFF_EVENT_ATTEMPT;
	event.operation = "op";
	event.call_id = "call";
	event.attempt = 1;
	event.host = "host";
	event.seq = seq;
	return event;
}

/** Decode one line; its strings are valid until the decoder is used again. */
static inline struct backoff_event
event_of_line(struct backoff_event_decoder *decoder, const char *line,
	      size_t length)
{
	struct backoff_event event;
	struct backoff_error error = {.text = ""};

	cr_assert(backoff_event_decode(decoder, line, length, &event, &error) ==
			  BACKOFF_OK,
		  "%s: %.*s", error.text, (int)length, line);
	return event;
}

#endif
