/* Reads the events out of lines, and counts both. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/ingest.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

#define NS_PER_S BO_NS_PER_S
/* Events closer to the wall clock than this are current. */
#define FRESH_NS (RT_HISTORY_S * NS_PER_S)

enum backoff_status
rt_ingest_init(struct rt_ingest *ingest, const char *dialect,
	       struct backoff_error *error)
{
	enum backoff_status status;

	memset(ingest, 0, sizeof(*ingest));
	status = tk_dialect_open((const char *const[]){dialect, NULL}, NULL,
				 &ingest->dialect, error);
	if (status != BACKOFF_OK)
		return status;
	ingest->window = rt_window_new();
	ingest->sequence = tk_sequence_new();
	if (ingest->window == NULL || ingest->sequence == NULL) {
		rt_ingest_clear(ingest);
		return BACKOFF_E_NOMEM;
	}
	return BACKOFF_OK;
}

void
rt_ingest_clear(struct rt_ingest *ingest)
{
	tk_dialect_free(ingest->dialect);
	rt_window_free(ingest->window);
	tk_sequence_free(ingest->sequence);
	memset(ingest, 0, sizeof(*ingest));
}

static void
note_bad(struct rt_ingest *ingest, size_t input, uint64_t line,
	 const struct backoff_error *error)
{
	char text[sizeof(error->path) + sizeof(error->text) + 2];
	struct rt_bad *bad;

	if (ingest->bad++ >= RT_BAD_MAX)
		return;
	bad = &ingest->first_bad[ingest->bad - 1];
	bad->input = input;
	bad->line = line;
	bad->column = error->column;
	snprintf(text, sizeof(text), "%s%s%s", error->path,
		 error->path[0] != '\0' ? ": " : "", error->text);
	bo_utf8_copy(text, bad->text, sizeof(bad->text));
}

static bool
is_fresh(const struct rt_ingest *ingest, uint64_t ts_ns)
{
	uint64_t apart = ts_ns > ingest->wall_ns ? ts_ns - ingest->wall_ns
						 : ingest->wall_ns - ts_ns;

	return ingest->wall_ns != 0 && apart <= FRESH_NS;
}

/* Whether the line was counted before, in this input or another. */
static bool
is_copy(struct rt_ingest *ingest, size_t input,
	const struct backoff_event *event)
{
	return tk_sequence_note(ingest->sequence, input, event) ==
	       TK_NUMBERED_COPY;
}

static void
count_event(struct rt_ingest *ingest, size_t input,
	    const struct backoff_event *event)
{
	ingest->events++;
	if (is_copy(ingest, input, event)) {
		ingest->copied++;
		return;
	}
	if (event->type == BACKOFF_EVENT_UNKNOWN)
		ingest->unknown++;
	if (event->type == BACKOFF_EVENT_DROPPED &&
	    event->dropped != BACKOFF_ABSENT)
		ingest->dropped = bo_add_sat(ingest->dropped, event->dropped);
	rt_window_from(ingest->window, input);
	if (!rt_window_add(ingest->window, event, ingest->wall_ns))
		ingest->no_memory = true;
	if (is_fresh(ingest, event->ts_ns))
		ingest->live = true;
	else if (ingest->caught_up)
		ingest->replayed = true;
}

/* Where a reading comes from. */
struct from {
	struct rt_ingest *ingest;
	size_t input;
};

static bool
take_reading(void *user, const struct tk_reading *reading)
{
	const struct from *from = user;

	count_event(from->ingest, from->input, &reading->event);
	return true;
}

void
rt_ingest_line(void *user, size_t input, const struct tk_line *line)
{
	struct rt_ingest *ingest = user;
	struct backoff_error error = {.size = sizeof(error)};
	struct from from = {ingest, input};

	ingest->lines++;
	ingest->oversize += line->oversize;
	switch (tk_dialect_read(ingest->dialect, input, line, take_reading,
				&from, &error)) {
	case TK_EVENT:
		return;
	case TK_FOREIGN:
		ingest->foreign++;
		break;
	case TK_BAD:
		/* The line itself may be fine. */
		if (error.status == BACKOFF_E_NOMEM)
			ingest->no_memory = true;
		note_bad(ingest, input, line->number, &error);
		break;
	}
	if (ingest->caught_up && ingest->wall_ns != 0 && !ingest->replayed)
		ingest->live = true;
}

bool
rt_ingest_is_live(const struct rt_ingest *ingest)
{
	return ingest->live && ingest->wall_ns != 0;
}

uint64_t
rt_ingest_end_s(const struct rt_ingest *ingest)
{
	/* The last second that is over: a partial one would look like a drop
	 * in activity. */
	if (rt_ingest_is_live(ingest))
		return ingest->wall_ns / NS_PER_S - 1;
	return rt_window_newest_ns(ingest->window) / NS_PER_S;
}
