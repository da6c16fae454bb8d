/* Functions of every sink, and two sinks that only pass events on: callback and
 * tee. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "sink/sink.h"

#include <stdlib.h>

#include "base/process.h"
#include "event/whole.h"

void
backoff_sink_emit(struct backoff_sink *sink, const struct backoff_event *event)
{
	if (sink == NULL || event == NULL)
		return;
	struct backoff_event whole;

	sink->ops->emit(sink, bo_event_whole(event, &whole));
}

void
backoff_sink_flush(struct backoff_sink *sink)
{
	if (sink == NULL)
		return;
	if (sink->ops->flush != NULL)
		sink->ops->flush(sink);
}

uint64_t
backoff_sink_dropped(const struct backoff_sink *sink)
{
	if (sink == NULL)
		return 0;
	return sink->ops->dropped != NULL ? sink->ops->dropped(sink) : 0;
}

int
backoff_sink_rotating_error(const struct backoff_sink *sink)
{
	if (sink == NULL)
		return 0;
	return sink->ops->error != NULL ? sink->ops->error(sink) : 0;
}

void
backoff_sink_free(struct backoff_sink *sink)
{
	if (sink == NULL)
		return;
	backoff_sink_flush(sink);
	if (sink->ops->free != NULL)
		sink->ops->free(sink);
	free(sink);
}

void
bo_sink_dropped_event(struct backoff_event *event, uint64_t lost,
		      uint64_t ts_ns, const char *host)
{
	backoff_event_init(event, sizeof(*event));
	event->ts_ns = ts_ns;
	event->type = BACKOFF_EVENT_DROPPED;
	event->dropped = lost;
	event->host = host;
	event->pid = bo_process_pid();
	event->seq = bo_process_next_seq();
}

struct callback {
	struct backoff_sink sink;
	backoff_event_fn fn;
	void *user;
};

static void
callback_emit(struct backoff_sink *sink, const struct backoff_event *event)
{
	const struct callback *c = (const struct callback *)sink;

	c->fn(c->user, event);
}

enum backoff_status
backoff_sink_callback_new(backoff_event_fn fn, void *user,
			  struct backoff_sink **out)
{
	static const struct bo_sink_ops ops = {.emit = callback_emit};
	struct callback *c;

	if (fn == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	c = malloc(sizeof(*c));
	if (c == NULL)
		return BACKOFF_E_NOMEM;
	*c = (struct callback){{&ops}, fn, user};
	*out = &c->sink;
	return BACKOFF_OK;
}

struct tee {
	struct backoff_sink sink;
	struct backoff_sink *branch[2];
};

static void
tee_emit(struct backoff_sink *sink, const struct backoff_event *event)
{
	const struct tee *t = (const struct tee *)sink;

	backoff_sink_emit(t->branch[0], event);
	backoff_sink_emit(t->branch[1], event);
}

static void
tee_flush(struct backoff_sink *sink)
{
	const struct tee *t = (const struct tee *)sink;

	backoff_sink_flush(t->branch[0]);
	backoff_sink_flush(t->branch[1]);
}

static uint64_t
tee_dropped(const struct backoff_sink *sink)
{
	const struct tee *t = (const struct tee *)sink;

	return backoff_sink_dropped(t->branch[0]) +
	       backoff_sink_dropped(t->branch[1]);
}

static int
tee_error(const struct backoff_sink *sink)
{
	const struct tee *t = (const struct tee *)sink;
	int error = backoff_sink_rotating_error(t->branch[0]);

	return error != 0 ? error : backoff_sink_rotating_error(t->branch[1]);
}

static void
tee_free(struct backoff_sink *sink)
{
	const struct tee *t = (const struct tee *)sink;

	backoff_sink_free(t->branch[0]);
	backoff_sink_free(t->branch[1]);
}

enum backoff_status
backoff_sink_tee_new(struct backoff_sink *first, struct backoff_sink *second,
		     struct backoff_sink **out)
{
	static const struct bo_sink_ops ops = {tee_emit, tee_flush, tee_dropped,
					       tee_free, tee_error};
	struct tee *t;

	if (first == NULL || second == NULL || first == second || out == NULL)
		return BACKOFF_E_ARGUMENT;
	t = malloc(sizeof(*t));
	if (t == NULL)
		return BACKOFF_E_NOMEM;
	*t = (struct tee){{&ops}, {first, second}};
	*out = &t->sink;
	return BACKOFF_OK;
}
