/* Recorded events as JSON lines again. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/saved.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *
text_of(const char *text)
{
	return *text != '\0' ? text : NULL;
}

/* The record keeps one label: the code, the type or the text. */
static void
set_error(const struct rt_past *past, struct backoff_event *out)
{
	if (*past->error != '\0') {
		out->code = text_of(past->label);
		out->error = past->error;
	} else {
		out->error = text_of(past->label);
	}
}

void
rt_past_event(const struct rt_past *past, const char *operation,
	      struct backoff_event *out)
{
	backoff_event_init(out, sizeof(*out));
	out->type = past->type;
	out->ts_ns = past->ts_ns;
	out->outcome = past->outcome;
	out->failure_class = past->failure_class;
	out->kind = past->kind;
	out->delay_source = past->delay_source;
	out->hint_action = past->hint_action;
	out->stop = past->stop;
	out->service = text_of(past->service);
	out->operation = operation;
	out->target = text_of(past->target);
	out->policy = text_of(past->policy);
	out->policy_hash = text_of(past->policy_hash);
	out->call_id = text_of(past->call);
	out->parent_call_id = text_of(past->parent);
	out->delay_law = text_of(past->law);
	out->breaker = text_of(past->breaker);
	out->host = text_of(past->host);
	out->attempt = past->attempt;
	out->max_attempts = past->max_attempts;
	out->duration_ns = past->duration_ns;
	out->elapsed_ns = past->elapsed_ns;
	out->delay_ns = past->delay_ns;
	out->delay_low_ns = past->delay_low_ns;
	out->delay_high_ns = past->delay_high_ns;
	out->hint_ns = past->hint_ns;
	out->attempts = past->attempts;
	set_error(past, out);
}

/* Places of the events up to one, the newest first; NULL if there is no
 * memory. */
static uint64_t *
list_places(const struct rt_record *record, uint64_t until, size_t *count)
{
	uint64_t last = rt_record_last(record), *places;
	struct rt_past past;
	size_t all = 0;

	for (uint64_t at = last; rt_record_get(record, at, &past);
	     at = past.before)
		all++;
	places = malloc((all + 1) * sizeof(*places));
	*count = 0;
	for (uint64_t at = last;
	     places != NULL && rt_record_get(record, at, &past);
	     at = past.before)
		if (at <= until)
			places[(*count)++] = at;
	return places;
}

static bool
write_event(const struct rt_past *past, const struct rt_window *window,
	    FILE *out)
{
	const struct rt_operation *operation =
		rt_window_operation(window, past->operation);
	char line[BACKOFF_EVENT_LINE_MAX];
	struct backoff_event event;
	size_t length;

	rt_past_event(past, rt_operation_name(operation), &event);
	length = backoff_event_encode(&event, line, sizeof(line));
	return fwrite(line, 1, length, out) == length;
}

bool
rt_record_save(const struct rt_record *record, uint64_t until,
	       const struct rt_window *window, FILE *out, size_t *count)
{
	uint64_t *places = list_places(record, until, count);
	bool saved = true;

	if (places == NULL) {
		errno = ENOMEM;
		return false;
	}
	for (size_t i = *count; saved && i-- > 0;) {
		struct rt_past past;

		saved = rt_record_get(record, places[i], &past) &&
			write_event(&past, window, out);
	}
	free(places);
	return saved;
}
