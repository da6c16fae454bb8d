/* Reads the events out of lines, and counts both. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/ingest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/utf8.h"
#include "live/counted.h"

#define NS_PER_S BO_NS_PER_S
/* Events closer to the wall clock than this are current. */
#define FRESH_NS (RT_HISTORY_S * NS_PER_S)
/* Calls whose attempts are numbered by order; the oldest are forgotten. They
 * take about 8 MiB. */
#define CALLS_MAX (1u << 16)
/* Lines of which copies are known: 8 MiB. */
#define COPIES_MAX (1u << 18)

enum backoff_status
rt_ingest_init(struct rt_ingest *ingest, const char *dialect,
	       struct backoff_error *error)
{
	const char *const names[] = {dialect, NULL};

	return rt_ingest_open(ingest, names, NULL, error);
}

enum backoff_status
rt_ingest_open(struct rt_ingest *ingest, const char *const *dialects,
	       const struct tk_dialect_options *options,
	       struct backoff_error *error)
{
	enum backoff_status status;

	memset(ingest, 0, sizeof(*ingest));
	status = tk_dialect_open(dialects, options, &ingest->dialect, error);
	if (status != BACKOFF_OK)
		return status;
	ingest->window = rt_window_new();
	ingest->sequence = tk_sequence_new();
	ingest->order = tk_order_new(CALLS_MAX);
	if (ingest->window == NULL || ingest->sequence == NULL ||
	    ingest->order == NULL) {
		rt_ingest_clear(ingest);
		return BACKOFF_E_NOMEM;
	}
	tk_sequence_limit(ingest->sequence, COPIES_MAX);
	return BACKOFF_OK;
}

void
rt_ingest_record(struct rt_ingest *ingest, struct rt_record *record)
{
	ingest->record = record;
	rt_window_record(ingest->window, record);
}

void
rt_ingest_clear(struct rt_ingest *ingest)
{
	tk_dialect_free(ingest->dialect);
	rt_window_free(ingest->window);
	tk_sequence_free(ingest->sequence);
	tk_order_free(ingest->order);
	free(ingest->source);
	memset(ingest, 0, sizeof(*ingest));
}

static bool
is_fresh(const struct rt_ingest *ingest, uint64_t ts_ns)
{
	uint64_t wall_ns = rt_when_wall_ns(rt_window_when(ingest->window),
					   ingest->wall_ns);
	uint64_t apart = ts_ns > wall_ns ? ts_ns - wall_ns : wall_ns - ts_ns;

	return ingest->wall_ns != 0 && apart <= FRESH_NS;
}

/* Whether the line was counted before, in this input or another. Lines whose
 * time is not their own may be alike, and are not copies. */
static bool
is_copy(struct rt_ingest *ingest, size_t input,
	const struct tk_reading *reading)
{
	if (reading->no_time || reading->arrived)
		return false;
	return tk_sequence_note(ingest->sequence, input, &reading->event) ==
	       TK_NUMBERED_COPY;
}

static bool
is_attempt(const struct backoff_event *event)
{
	return event->type == BACKOFF_EVENT_ATTEMPT ||
	       event->type == BACKOFF_EVENT_SUCCESS ||
	       event->type == BACKOFF_EVENT_EXHAUSTED ||
	       event->type == BACKOFF_EVENT_ABORTED;
}

/* A number that stands for a text; 0 for none. */
static uint64_t
name_of(const char *text)
{
	return text == NULL ? 0 : bo_hash(0, text, strlen(text)) | 1;
}

/* Number an attempt of a log that may have some without a number. */
static void
number(struct rt_ingest *ingest, const struct tk_reading *reading,
       struct backoff_event *event)
{
	uint64_t given = event->attempt != BACKOFF_ABSENT ? event->attempt
							  : event->attempts;
	const struct tk_order_line line = {
		.type = event->type,
		.operation = name_of(event->operation),
		.id = name_of(event->call_id ? event->call_id
					     : event->trace_id),
		.lane = name_of(reading->lane),
		.ts_ns = event->ts_ns != BACKOFF_ABSENT
				 ? event->ts_ns
				 : tk_order_clock(&ingest->made_up_ns,
						  event->delay_ns),
		.duration_ns = event->duration_ns,
		.delay_ns = event->delay_ns,
		.attempt = given,
		.max_attempts = event->max_attempts,
		.left = given == BACKOFF_ABSENT ? reading->left
						: BACKOFF_ABSENT,
		.follows = reading->follows,
		.closes = rt_counted_closes(event),
	};
	struct tk_order_number out;

	if (!tk_order_number(ingest->order, &line, &out)) {
		ingest->no_memory = true;
		return;
	}
	/* What a line says counts for those without a number. */
	if (given != BACKOFF_ABSENT)
		return;
	ingest->by_order += out.way >= TK_ORDER_ID;
	event->attempt = out.number;
	event->kind = out.number > 1 ? BACKOFF_KIND_RETRY : BACKOFF_KIND_FIRST;
	if (out.way == TK_ORDER_LEFT && event->max_attempts == BACKOFF_ABSENT &&
	    tk_order_limit(ingest->order, line.operation) > 0)
		event->max_attempts =
			tk_order_limit(ingest->order, line.operation);
}

/* What a foreign log may lack. */
static void
complete(struct rt_ingest *ingest, const struct tk_reading *reading,
	 struct backoff_event *event)
{
	if (!is_attempt(event))
		return;
	number(ingest, reading, event);
	ingest->unknown_delays += event->type == BACKOFF_EVENT_ATTEMPT &&
				  event->delay_ns == BACKOFF_ABSENT;
	if (!reading->no_time)
		return;
	ingest->timeless++;
	event->ts_ns = rt_window_newest_ns(ingest->window);
}

static size_t
whole_of(const struct rt_ingest *ingest, size_t input)
{
	return ingest->whole ? ingest->whole[input] : input;
}

/* A line of this time, unless its clock is ahead of all others. */
static void
note_line(struct rt_ingest *ingest, uint64_t ts_ns, bool bad)
{
	ts_ns = bo_min(ts_ns, rt_window_newest_ns(ingest->window));
	if (ts_ns != 0)
		rt_unread_note(&ingest->unread, ts_ns / NS_PER_S, bad);
}

static void
count_event(struct rt_ingest *ingest, size_t input,
	    const struct backoff_event *event, bool whole)
{
	uint64_t ts_ns;

	if (ingest->on_event != NULL)
		ingest->on_event(ingest->on_event_user, event, whole);
	if (event->type == BACKOFF_EVENT_UNKNOWN)
		ingest->unknown++;
	if (event->type == BACKOFF_EVENT_DROPPED &&
	    event->dropped != BACKOFF_ABSENT)
		ingest->dropped = bo_add_sat(ingest->dropped, event->dropped);
	rt_window_from(ingest->window, whole_of(ingest, input));
	rt_window_arrives(ingest->window, ingest->caught_up);
	if (!rt_window_add(ingest->window, event, ingest->wall_ns))
		ingest->no_memory = true;
	if (!rt_said_look(&ingest->said, ingest->window))
		ingest->no_memory = true;
	note_line(ingest, event->ts_ns, false);
	/* A clock may be wrong. */
	ts_ns = rt_when_last_ns(rt_window_when(ingest->window));
	if (is_fresh(ingest, ts_ns != 0 ? ts_ns : event->ts_ns))
		ingest->live = true;
	else if (ingest->caught_up)
		ingest->replayed = true;
}

/* Whether the user wants no events of this time. */
static bool
is_too_early(struct rt_ingest *ingest, size_t input,
	     const struct backoff_event *event)
{
	return !ingest->caught_up && ingest->since_ns > 0 &&
	       event->ts_ns != BACKOFF_ABSENT &&
	       rt_window_onward_ns(ingest->window, whole_of(ingest, input),
				   event) < ingest->since_ns;
}

/* Where a reading comes from. */
struct from {
	struct rt_ingest *ingest;
	size_t input;
};

/* What is known of an input; NULL without memory. */
static struct rt_source *
source_of(struct rt_ingest *ingest, size_t input)
{
	struct rt_source *source;

	if (input < ingest->source_count)
		return &ingest->source[input];
	source = reallocarray(ingest->source, input + 1, sizeof(*source));
	if (source == NULL) {
		ingest->no_memory = true;
		return NULL;
	}
	memset(source + ingest->source_count, 0,
	       (input + 1 - ingest->source_count) * sizeof(*source));
	ingest->source = source;
	ingest->source_count = input + 1;
	return &source[input];
}

static void
note_source(struct rt_ingest *ingest, size_t input,
	    const struct tk_reading *reading)
{
	struct rt_source *source = source_of(ingest, input);
	uint64_t ts_ns = reading->event.ts_ns;

	if (source == NULL)
		return;
	source->events++;
	source->dialect = reading->source;
	if (reading->source < 64)
		source->dialects |= UINT64_C(1) << reading->source;
	if (ts_ns != BACKOFF_ABSENT && ts_ns > source->newest_ns)
		source->newest_ns = ts_ns;
}

static bool
take_reading(void *user, const struct tk_reading *reading)
{
	const struct from *from = user;
	struct rt_ingest *ingest = from->ingest;
	struct backoff_event event;

	ingest->events++;
	note_source(ingest, from->input, reading);
	if (is_copy(ingest, from->input, reading)) {
		ingest->copied++;
		return true;
	}
	if (is_too_early(ingest, from->input, &reading->event)) {
		ingest->skipped++;
		return true;
	}
	if (ingest->record != NULL)
		rt_record_lane(ingest->record, reading->lane);
	rt_window_about(ingest->window,
			reading->successes == TK_SUCCESSES_AFTER_RETRY,
			reading->whole);
	if (reading->native) {
		count_event(ingest, from->input, &reading->event,
			    reading->whole);
		return true;
	}
	event = reading->event;
	complete(ingest, reading, &event);
	count_event(ingest, from->input, &event, reading->whole);
	return true;
}

void
rt_ingest_line(void *user, size_t input, const struct tk_line *line)
{
	struct rt_ingest *ingest = user;
	struct backoff_error error = {.size = sizeof(error)};
	struct from from = {ingest, input};
	struct rt_source *source = source_of(ingest, input);

	ingest->lines++;
	ingest->oversize += line->oversize;
	/* A line that is new now was written now, if it does not say when. */
	tk_dialect_arrival(ingest->dialect,
			   ingest->caught_up ? ingest->wall_ns : 0);
	switch (tk_dialect_read(ingest->dialect, whole_of(ingest, input), line,
				take_reading, &from, &error)) {
	case TK_EVENT:
		return;
	case TK_FOREIGN:
		ingest->foreign++;
		if (source != NULL)
			source->foreign++;
		break;
	case TK_BAD:
		/* The line itself may be fine. */
		if (error.status == BACKOFF_E_NOMEM)
			ingest->no_memory = true;
		ingest->bad++;
		if (source != NULL)
			source->bad++;
		if (source != NULL)
			note_line(ingest, source->newest_ns, true);
		tk_bad_note(&ingest->bad_lines, input, line->number, &error);
		break;
	}
	if (ingest->caught_up && ingest->wall_ns != 0 && !ingest->replayed)
		ingest->live = true;
}

void
rt_ingest_believe(struct rt_ingest *ingest, size_t inputs)
{
	for (size_t i = 0; i < inputs; i++)
		if (!rt_window_end(ingest->window, i))
			ingest->no_memory = true;
}

void
rt_ingest_flush(struct rt_ingest *ingest, size_t inputs, uint64_t now_ns)
{
	for (size_t i = 0; i < inputs; i++) {
		struct from from = {ingest, i};

		if (!tk_dialect_flush(ingest->dialect, i, now_ns, take_reading,
				      &from))
			ingest->no_memory = true;
	}
	if (now_ns == BACKOFF_ABSENT)
		rt_ingest_believe(ingest, inputs);
}

void
rt_ingest_catch_up(struct rt_ingest *ingest)
{
	ingest->caught_up = true;
	if (ingest->wall_ns == 0)
		return;
	rt_window_watch(ingest->window, ingest->wall_ns);
	/* A log of a wrong clock may have passed the present. */
	ingest->live = is_fresh(ingest, rt_window_newest_ns(ingest->window));
}

uint64_t
rt_ingest_forgotten(const struct rt_ingest *ingest)
{
	return tk_sequence_forgotten(ingest->sequence);
}

uint64_t
rt_ingest_forgotten_waits(const struct rt_ingest *ingest)
{
	return ingest->order == NULL ? 0 : tk_order_forgotten(ingest->order);
}

bool
rt_ingest_is_live(const struct rt_ingest *ingest)
{
	return ingest->live && ingest->wall_ns != 0 && !ingest->ended;
}

uint64_t
rt_ingest_end_s(const struct rt_ingest *ingest)
{
	/* The last second that is over: a partial one would look like a drop
	 * in activity. */
	if (rt_ingest_is_live(ingest))
		return rt_when_as_of_ns(rt_window_when(ingest->window),
					ingest->wall_ns) /
			       NS_PER_S -
		       1;
	return rt_window_newest_ns(ingest->window) / NS_PER_S;
}
