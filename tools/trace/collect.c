/* Collects events for stitching, and returns the stitched trace. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "trace/stitch.h"

struct tk_trace *
tk_trace_new(void)
{
	struct tk_trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return NULL;
	trace->sequence = tk_sequence_new();
	if (trace->sequence)
		return trace;
	free(trace);
	return NULL;
}

void
tk_trace_free(struct tk_trace *trace)
{
	if (!trace)
		return;
	tk_strings_clear(&trace->strings);
	tk_sequence_free(trace->sequence);
	free(trace->times.at);
	free(trace->other_times.at);
	free(trace->orders);
	free(trace->asides);
	free(trace->neighbours.moment);
	free(trace->records);
	free(trace->groups);
	bo_table_clear(&trace->group_table);
	free(trace->operations);
	free(trace->operation_of);
	free(trace->calls);
	free(trace->attempts);
	free(trace);
}

/* Other lines whose time is read: the first ones, and then a part. */
#define FOREIGN_ALL 10000
#define FOREIGN_EVERY 8

/* Make room for one more element; NULL if memory ran out. */
static void *
grow(void *array, size_t count, size_t *capacity, size_t size)
{
	size_t larger = *capacity ? *capacity + *capacity / 2 : 64;
	void *moved;

	if (count < *capacity)
		return array;
	if (larger > SIZE_MAX / size)
		return NULL;
	moved = realloc(array, larger * size);
	if (moved)
		*capacity = larger;
	return moved;
}

struct tk_operation *
tk_operation_find(const struct tk_trace *trace, tk_string name)
{
	if (name >= trace->operation_of_size || !trace->operation_of[name])
		return NULL;
	return &trace->operations[trace->operation_of[name] - 1];
}

struct tk_operation *
tk_operation_know(struct tk_trace *trace, tk_string name)
{
	struct tk_operation *operations;

	if (name >= trace->operation_of_size) {
		size_t size = 2 * ((size_t)name + 64);
		uint32_t *of = realloc(trace->operation_of, size * sizeof(*of));

		if (!of)
			return NULL;
		memset(of + trace->operation_of_size, 0,
		       (size - trace->operation_of_size) * sizeof(*of));
		trace->operation_of = of;
		trace->operation_of_size = size;
	}
	if (trace->operation_of[name])
		return tk_operation_find(trace, name);
	operations = grow(trace->operations, trace->operation_count,
			  &trace->operation_capacity, sizeof(*operations));
	if (!operations)
		return NULL;
	trace->operations = operations;
	memset(&operations[trace->operation_count], 0, sizeof(*operations));
	operations[trace->operation_count].name = name;
	trace->operation_of[name] = (uint32_t)++trace->operation_count;
	return &operations[trace->operation_count - 1];
}

static uint64_t
hash_key(const struct tk_group *group)
{
	const uint32_t key[3] = {(uint32_t)group->kind, group->operation,
				 group->id};

	return bo_hash(0, key, sizeof(key));
}

static uint64_t
hash_of(const void *user, uint32_t item)
{
	const struct tk_trace *trace = user;

	return hash_key(&trace->groups[item]);
}

static bool
is_group(const void *user, uint32_t item, const void *wanted)
{
	const struct tk_trace *trace = user;
	const struct tk_group *group = &trace->groups[item], *key = wanted;

	return group->kind == key->kind && group->operation == key->operation &&
	       group->id == key->id;
}

/* Get the group of a line, made if it is new; false if memory ran out. */
static bool
find_group(struct tk_trace *trace, enum tk_group_kind kind, tk_string operation,
	   tk_string id, uint32_t *out)
{
	const struct tk_group key = {
		.kind = kind, .operation = operation, .id = id};
	struct tk_group *groups;
	uint32_t *slot;

	if (!bo_table_reserve(&trace->group_table, trace->group_count, hash_of,
			      trace))
		return false;
	slot = bo_table_find(&trace->group_table, hash_key(&key), is_group,
			     trace, &key);
	if (*slot == 0) {
		groups = grow(trace->groups, trace->group_count,
			      &trace->group_capacity, sizeof(*groups));
		if (!groups)
			return false;
		trace->groups = groups;
		groups[trace->group_count] = key;
		*slot = (uint32_t)++trace->group_count;
	}
	*out = *slot - 1;
	return true;
}

/* The number of a logged law; "capped_" says that draws above the ceiling were
 * pinned to it, which low and high show as well. */
static int8_t
law_number(const char *name)
{
	static const char capped[] = "capped_";

	if (!name)
		return -1;
	if (strncmp(name, capped, sizeof(capped) - 1) == 0)
		name += sizeof(capped) - 1;
	for (int i = 0; backoff_jitter_name((enum backoff_jitter)i); i++) {
		if (strcmp(backoff_jitter_name((enum backoff_jitter)i), name) ==
		    0)
			return (int8_t)i;
	}
	return -1;
}

static uint8_t
default_outcome(const struct backoff_event *event)
{
	if (event->outcome >= 0)
		return (uint8_t)event->outcome;
	return event->type == BACKOFF_EVENT_SUCCESS ? BACKOFF_OUTCOME_SUCCESS
						    : BACKOFF_OUTCOME_FAILURE;
}

/* The texts of an event as numbers. */
static bool
intern(struct tk_trace *trace, const struct backoff_event *event,
       struct tk_record *record, tk_string *id)
{
	struct tk_strings *strings = &trace->strings;
	const char *call = event->call_id ? event->call_id : event->trace_id;

	return tk_strings_add(strings, event->operation, &record->operation) &&
	       tk_strings_add(strings, event->target, &record->target) &&
	       tk_strings_add(strings, event->policy, &record->policy) &&
	       tk_strings_add(strings, event->policy_hash,
			      &record->policy_hash) &&
	       tk_strings_add(strings, event->error_type,
			      &record->attempt.error_type) &&
	       tk_strings_add(strings, event->code, &record->attempt.code) &&
	       tk_strings_add(strings, event->error, &record->attempt.error) &&
	       tk_strings_add(strings, event->host, &record->host) &&
	       tk_strings_add(strings, event->service, &record->service) &&
	       tk_strings_add(strings, call, id);
}

static uint32_t
small(uint64_t number)
{
	if (number == BACKOFF_ABSENT)
		return 0;
	return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

static void
fill(struct tk_record *record, const struct backoff_event *event)
{
	struct tk_attempt *attempt = &record->attempt;

	attempt->end_ns = event->ts_ns;
	attempt->duration_ns = event->duration_ns;
	attempt->delay_ns = event->delay_ns;
	attempt->delay_low_ns = event->delay_low_ns;
	attempt->delay_high_ns = event->delay_high_ns;
	attempt->delay_law = law_number(event->delay_law);
	attempt->hint_ns = event->hint_ns;
	attempt->hint_action = (uint8_t)event->hint_action;
	attempt->outcome = default_outcome(event);
	attempt->failure_class = event->failure_class < 0
					 ? BACKOFF_CLASS_UNKNOWN
					 : (uint8_t)event->failure_class;
	record->number =
		small(event->attempt != BACKOFF_ABSENT ? event->attempt
						       : event->attempts);
	record->max_attempts = event->max_attempts > TK_ATTEMPTS_MAX
				       ? 0
				       : small(event->max_attempts);
	record->deadline_ns = BACKOFF_ABSENT;
	if (event->deadline_left_ns < BACKOFF_ABSENT - event->ts_ns)
		record->deadline_ns = event->ts_ns + event->deadline_left_ns;
	record->elapsed_ns = event->elapsed_ns;
	record->seq = event->seq;
	record->process = bo_hash(event->pid, event->host,
				  event->host ? strlen(event->host) : 0);
	record->type = (uint8_t)event->type;
	record->stop = (uint8_t)event->stop;
	/* A call that was cancelled while it waited: the line has the number
	 * of the attempt before the wait, and no duration of its own. */
	record->closes = event->type != BACKOFF_EVENT_ATTEMPT &&
			 event->outcome == BACKOFF_OUTCOME_CANCELLED &&
			 event->duration_ns == 0;
}

/* What is known of the log that an event comes from. */
struct origin {
	/** It has no lines for successes. */
	bool silent;
	/** It may have one line for a call of several attempts. */
	bool may_be_whole;
	/** The event has a number of its process. */
	bool numbered;
	/** It has lines only for successes of calls that were retried. */
	bool only_retried;
	/** The event has no number: attempts are numbered by their order, or
	 *  from those left. */
	bool unnumbered;
	/** Its time is that of another line, or made up. */
	bool timeless, made_up;
	/** The line continues a call. */
	bool follows;
	/** Attempts left, BACKOFF_ABSENT; its lane, or NULL. */
	uint64_t left;
	const char *lane;
};

/* Note what a line says that few lines do. */
static bool
add_aside(struct tk_trace *trace, const struct tk_record *record,
	  const struct origin *origin)
{
	struct tk_aside *asides;
	struct tk_aside aside = {
		.record = (uint32_t)trace->record_count,
		.number = record->number,
		.left = origin->left,
		.follows = origin->follows,
	};

	if (!origin->unnumbered && origin->left == BACKOFF_ABSENT &&
	    origin->lane == NULL)
		return true;
	asides = grow(trace->asides, trace->aside_count, &trace->aside_capacity,
		      sizeof(*asides));
	if (asides == NULL ||
	    !tk_strings_add(&trace->strings, origin->lane, &aside.lane)) {
		trace->asides = asides ? asides : trace->asides;
		return false;
	}
	trace->asides = asides;
	asides[trace->aside_count++] = aside;
	return true;
}

bool
tk_trace_regroup(struct tk_trace *trace, struct tk_record *record,
		 enum tk_group_kind kind, tk_string id)
{
	uint32_t group;

	if (!find_group(trace, kind, record->operation, id, &group))
		return false;
	trace->groups[record->group].count--;
	trace->groups[group].count++;
	record->group = group;
	return true;
}

/* Take an event of an attempt. */
static bool
add_attempt(struct tk_trace *trace, const struct backoff_event *event,
	    const struct origin *origin)
{
	enum tk_group_kind kind = event->call_id    ? TK_GROUP_CALL
				  : event->trace_id ? TK_GROUP_REQUEST
						    : TK_GROUP_OPERATION;
	struct tk_operation *operation;
	struct tk_record *records;
	struct tk_record record;
	tk_string id;

	memset(&record, 0, sizeof(record));
	fill(&record, event);
	record.silent = origin->silent;
	record.numbered = origin->numbered;
	record.may_be_whole = origin->may_be_whole;
	record.timeless = origin->timeless;
	record.made_up = origin->made_up;
	record.input = trace->input;
	if (trace->record_count >= TK_NO_RECORD - 1 ||
	    !intern(trace, event, &record, &id) ||
	    !find_group(trace, kind, record.operation, id, &record.group))
		return false;
	operation = tk_operation_know(trace, record.operation);
	if (!operation)
		return false;
	if (!add_aside(trace, &record, origin))
		return false;
	operation->has_silent |= origin->silent;
	operation->only_retried |= origin->only_retried;
	operation->unnumbered |= origin->unnumbered;
	operation->has_attempts |= event->type == BACKOFF_EVENT_ATTEMPT;
	operation->has_unnamed_success |=
		kind != TK_GROUP_CALL && event->type == BACKOFF_EVENT_SUCCESS;
	records = grow(trace->records, trace->record_count,
		       &trace->record_capacity, sizeof(*records));
	if (!records)
		return false;
	trace->records = records;
	records[trace->record_count++] = record;
	trace->groups[record.group].count++;
	trace->neighbours.named += kind != TK_GROUP_OPERATION;
	trace->groups[record.group].hedged |=
		kind == TK_GROUP_CALL && event->kind == BACKOFF_KIND_HEDGE;
	return true;
}

static enum backoff_status
add(struct tk_trace *trace, const struct backoff_event *event,
    struct origin origin)
{
	struct tk_trace_totals *totals = &trace->totals;
	uint64_t number = event->attempt != BACKOFF_ABSENT ? event->attempt
							   : event->attempts;
	bool is_attempt = event->type == BACKOFF_EVENT_ATTEMPT ||
			  event->type == BACKOFF_EVENT_SUCCESS ||
			  event->type == BACKOFF_EVENT_EXHAUSTED ||
			  event->type == BACKOFF_EVENT_ABORTED;

	if (trace->stitched)
		return BACKOFF_E_STATE;
	totals->events++;
	/* Lines without a time are alike, and not copies. */
	switch (origin.timeless ? TK_NUMBERED_NOT
				: tk_sequence_note(trace->sequence,
						   trace->input, event)) {
	case TK_NUMBERED_COPY:
		trace->quality.copies++;
		return BACKOFF_OK;
	case TK_NUMBERED_NEW:
		origin.numbered = true;
		trace->numbered++;
		break;
	case TK_NUMBERED_NOT:
		break;
	}
	/* An attempt without time or number has no place. */
	if (event->ts_ns == BACKOFF_ABSENT ||
	    (!origin.unnumbered && (number == 0 || number == BACKOFF_ABSENT)))
		is_attempt = false;
	if (is_attempt && !add_attempt(trace, event, &origin))
		return BACKOFF_E_NOMEM;
	if (event->type == BACKOFF_EVENT_UNKNOWN)
		totals->unknown++;
	if (event->type == BACKOFF_EVENT_DROPPED &&
	    event->dropped != BACKOFF_ABSENT)
		totals->dropped = bo_add_sat(totals->dropped, event->dropped);
	if (event->ts_ns == BACKOFF_ABSENT || origin.timeless)
		return BACKOFF_OK;
	tk_timeless_note(trace, event->ts_ns);
	if (!tk_note_time(&trace->times, event->ts_ns))
		return BACKOFF_E_NOMEM;
	if (totals->from_ns == 0 || event->ts_ns < totals->from_ns)
		totals->from_ns = event->ts_ns;
	if (event->ts_ns > totals->to_ns)
		totals->to_ns = event->ts_ns;
	return BACKOFF_OK;
}

enum backoff_status
tk_trace_add(struct tk_trace *trace, const struct backoff_event *event)
{
	const struct origin origin = {
		.silent = event->call_id == NULL,
		.left = BACKOFF_ABSENT,
	};

	return add(trace, event, origin);
}

enum backoff_status
tk_trace_take(struct tk_trace *trace, const struct tk_reading *reading)
{
	const struct backoff_event *event = &reading->event;
	bool unnumbered =
		event->attempt == BACKOFF_ABSENT &&
		event->attempts == BACKOFF_ABSENT &&
		(reading->by_order || reading->left != BACKOFF_ABSENT);
	struct origin origin = {
		.silent = reading->silent,
		.may_be_whole = reading->may_be_whole,
		.only_retried = reading->successes == TK_SUCCESSES_AFTER_RETRY,
		.unnumbered = unnumbered,
		.left = unnumbered ? reading->left : BACKOFF_ABSENT,
		.lane = reading->lane,
		.follows = reading->follows,
	};
	struct backoff_event placed;

	if (!reading->no_time)
		return add(trace, event, origin);
	placed = *event;
	origin.timeless = true;
	origin.made_up = trace->input_time_ns == 0;
	placed.ts_ns = tk_timeless_place(trace, event);
	return add(trace, &placed, origin);
}

static bool
take_reading(void *user, const struct tk_reading *reading)
{
	return tk_trace_take(user, reading) == BACKOFF_OK;
}

static bool
note_time_of_other(struct tk_trace *trace, uint64_t ts_ns)
{
	tk_timeless_note(trace, ts_ns);
	return tk_note_time(&trace->other_times, ts_ns);
}

/* Take one line; false if there is no memory. */
static bool
take(struct tk_trace *trace, const char *path, const struct tk_line *line,
     struct tk_dialect *dialect, tk_bad_fn on_bad, void *user)
{
	struct backoff_error error = {.size = sizeof(error)};
	uint64_t ts_ns;

	trace->totals.lines++;
	switch (tk_dialect_read(dialect, trace->whole, line, take_reading,
				trace, &error)) {
	case TK_EVENT:
		return true;
	case TK_FOREIGN:
		/* In a long log, some of them show when it was written. */
		if (trace->totals.foreign++ < FOREIGN_ALL ||
		    trace->totals.foreign % FOREIGN_EVERY == 0)
			return !tk_dialect_time(dialect, line, &ts_ns) ||
			       note_time_of_other(trace, ts_ns);
		return true;
	case TK_BAD:
		break;
	}
	if (error.status == BACKOFF_E_NOMEM)
		return false;
	trace->totals.bad++;
	trace->totals.oversize += line->oversize;
	if (on_bad)
		on_bad(user, path, &error);
	return true;
}

void
tk_trace_rotated(struct tk_trace *trace, bool goes_on, bool continued)
{
	trace->goes_on = goes_on;
	trace->continued = continued;
}

enum backoff_status
tk_trace_read(struct tk_trace *trace, const char *path,
	      struct tk_dialect *dialect, tk_bad_fn on_bad, void *user)
{
	enum backoff_status status;
	struct tk_lines *lines;
	struct tk_line line;
	int saved;

	if (trace->stitched)
		return BACKOFF_E_STATE;
	status = tk_lines_open(path, &lines);
	if (status)
		return status;
	/* It only tells files apart, so it may stay at the last number. */
	if (trace->input < UINT16_MAX)
		trace->input++;
	if (!trace->goes_on)
		trace->whole = trace->input;
	tk_timeless_begin(trace);
	while ((status = tk_lines_next(lines, &line)) == BACKOFF_OK) {
		if (!take(trace, path, &line, dialect, on_bad, user)) {
			status = BACKOFF_E_NOMEM;
			break;
		}
	}
	if (status == BACKOFF_E_NOT_FOUND && !trace->continued &&
	    !tk_dialect_flush(dialect, trace->whole, BACKOFF_ABSENT,
			      take_reading, trace))
		status = BACKOFF_E_NOMEM;
	trace->goes_on = trace->continued = false;
	saved = errno;
	tk_lines_close(lines);
	errno = saved;
	return status == BACKOFF_E_NOT_FOUND ? BACKOFF_OK : status;
}

const struct tk_trace_totals *
tk_trace_totals(const struct tk_trace *trace)
{
	return &trace->totals;
}

const struct tk_call *
tk_trace_calls(const struct tk_trace *trace, size_t *count)
{
	*count = trace->call_count;
	return trace->calls;
}

const struct tk_attempt *
tk_trace_attempts(const struct tk_trace *trace, size_t *count)
{
	*count = trace->attempt_count;
	return trace->attempts;
}

const char *
tk_trace_text(const struct tk_trace *trace, tk_string string)
{
	return tk_strings_text(&trace->strings, string);
}

size_t
tk_trace_strings(const struct tk_trace *trace)
{
	return trace->strings.count;
}

bool
tk_trace_rename(struct tk_trace *trace, tk_string string, const char *text)
{
	return tk_strings_rename(&trace->strings, string, text);
}

bool
tk_trace_logs_successes(const struct tk_trace *trace, tk_string operation)
{
	const struct tk_operation *known = tk_operation_find(trace, operation);

	if (operation)
		return known && !tk_operation_silent(known) &&
		       !known->only_retried;
	for (size_t i = 0; i < trace->operation_count; i++) {
		if (tk_operation_silent(&trace->operations[i]) ||
		    trace->operations[i].only_retried)
			return false;
	}
	return trace->operation_count > 0;
}
