/* Allocation failure while sinks are made, and none while they work. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <backoff.h>

#include "oom.h"

static void
count_event(void *user, const struct backoff_event *event)
{
	*(unsigned *)user += event->type == BACKOFF_EVENT_SUCCESS;
}

static struct backoff_event
some_event(void)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.ts_ns = 1;
	event.type = BACKOFF_EVENT_SUCCESS;
	event.operation = "work";
	event.call_id = "c";
	event.attempt = 1;
	return event;
}

/* Replace *sink by a sink on top of it, or free *sink. */
static enum backoff_status
ring_on(struct tap *tap, struct backoff_sink **sink)
{
	struct backoff_sink *ring = OOM_UNTOUCHED;
	enum backoff_status status = backoff_sink_ring_new(*sink, 8, &ring);

	TAP_MUST(tap, (status == BACKOFF_OK) == (ring != OOM_UNTOUCHED));
	if (status == BACKOFF_OK)
		*sink = ring;
	else
		backoff_sink_free(*sink);
	return status;
}

/* Replace *sink by a limit that lets everything pass. */
static enum backoff_status
limit_on(struct tap *tap, struct backoff_sink **sink)
{
	struct backoff_sink *limit = OOM_UNTOUCHED;
	enum backoff_status status =
		backoff_sink_limit_new(*sink, 1000, 1000, &limit);

	TAP_MUST(tap, (status == BACKOFF_OK) == (limit != OOM_UNTOUCHED));
	if (status == BACKOFF_OK)
		*sink = limit;
	else
		backoff_sink_free(*sink);
	return status;
}

/* A tee with a limit and a callback, and with a ring and a file. */
static enum backoff_status
sink_tree(struct tap *tap)
{
	struct backoff_event event = some_event();
	struct backoff_sink *file = OOM_UNTOUCHED, *seen = OOM_UNTOUCHED;
	struct backoff_sink *tee = OOM_UNTOUCHED;
	unsigned count = 0;
	enum backoff_status status = backoff_sink_file_new("/dev/null", &file);

	TAP_MUST(tap, (status == BACKOFF_OK) == (file != OOM_UNTOUCHED));
	if (status == BACKOFF_OK)
		status = ring_on(tap, &file);
	if (status != BACKOFF_OK)
		return status;
	status = backoff_sink_callback_new(count_event, &count, &seen);
	TAP_MUST(tap, (status == BACKOFF_OK) == (seen != OOM_UNTOUCHED));
	if (status == BACKOFF_OK)
		status = limit_on(tap, &seen);
	if (status == BACKOFF_OK) {
		status = backoff_sink_tee_new(seen, file, &tee);
		TAP_MUST(tap, (status == BACKOFF_OK) == (tee != OOM_UNTOUCHED));
		if (status != BACKOFF_OK)
			backoff_sink_free(seen);
	}
	if (status != BACKOFF_OK) {
		backoff_sink_free(file);
		return status;
	}
	for (int i = 0; i < 100; i++)
		backoff_sink_emit(tee, &event);
	backoff_sink_flush(tee);
	TAP_EQUAL(tap, count, 100);
	backoff_sink_free(tee);
	return BACKOFF_OK;
}

/* The caller's descriptor stays open. */
static enum backoff_status
borrowed_descriptor(struct tap *tap)
{
	struct backoff_event event = some_event();
	struct backoff_sink *sink = OOM_UNTOUCHED;
	enum backoff_status status;
	int end[2];

	TAP_EQUAL(tap, pipe(end), 0);
	status = backoff_sink_fd_new(end[1], 0, &sink);
	TAP_MUST(tap, (status == BACKOFF_OK) == (sink != OOM_UNTOUCHED));
	if (status == BACKOFF_OK) {
		backoff_sink_emit(sink, &event);
		TAP_EQUAL(tap, backoff_sink_dropped(sink), 0);
		backoff_sink_free(sink);
	}
	TAP_EQUAL(tap, close(end[1]), 0);
	TAP_EQUAL(tap, close(end[0]), 0);
	return status;
}

/* A log that rotates four times. After it was made, it needs no memory. */
static enum backoff_status
rotating_file(struct tap *tap)
{
	static const char path[] = "./oom_rotating.log";
	const struct backoff_rotation rotation = {.size = sizeof(rotation),
						  .keep = 2,
						  .max_bytes = 1,
						  .max_age_ns = 1000000000};
	struct backoff_event event = some_event();
	struct backoff_sink *sink = OOM_UNTOUCHED;
	enum backoff_status status =
		backoff_sink_rotating_new(path, &rotation, &sink);

	TAP_MUST(tap, (status == BACKOFF_OK) == (sink != OOM_UNTOUCHED));
	if (status == BACKOFF_OK) {
		for (int i = 0; i < 5; i++)
			backoff_sink_emit(sink, &event);
		TAP_EQUAL(tap, backoff_sink_dropped(sink), 0);
		TAP_EQUAL(tap, backoff_sink_rotating_error(sink), 0);
		backoff_sink_free(sink);
	}
	unlink("./oom_rotating.log.1");
	unlink("./oom_rotating.log.2");
	unlink(path);
	return status;
}

const struct oom_scenario oom_sink[] = {
	/* A thread needs memory too; without a thread, there is no ring. */
	{"a ring and a callback behind a tee", sink_tree, BACKOFF_OK,
	 BACKOFF_E_IO, 0},
	{"a borrowed descriptor", borrowed_descriptor, BACKOFF_OK,
	 BACKOFF_E_NOMEM, 0},
	{"a log that rotates", rotating_file, BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	{NULL, NULL, BACKOFF_OK, BACKOFF_OK, 0},
};
