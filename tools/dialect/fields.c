/* The fields of an event that a dialect file may fill. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/fields.h"

#include <stdio.h>
#include <string.h>

#include <backoff.h>

#define AT(member) offsetof(struct tk_made, event.member)
/* The limits of backoff_event_encode(): a foreign log must not cost more memory
 * than a native one. */
#define TEXT(name)                                                             \
	{                                                                      \
#name, TK_FIELD_TEXT, AT(name), 256                            \
	}
#define COUNT(name, first)                                                     \
	{                                                                      \
#name, TK_FIELD_COUNT, AT(name), first                         \
	}
#define DURATION(name)                                                         \
	{                                                                      \
#name "_seconds", TK_FIELD_DURATION, AT(name##_ns), 0          \
	}

const struct tk_field tk_fields[] = {
	{"ts", TK_FIELD_TIME, AT(ts_ns), 0},
	{"event_type", TK_FIELD_TYPE, AT(type), 0},
	TEXT(service),
	TEXT(operation),
	TEXT(target),
	TEXT(policy),
	TEXT(policy_hash),
	TEXT(call_id),
	TEXT(parent_call_id),
	COUNT(attempt, 1),
	COUNT(max_attempts, 1),
	{"outcome", TK_FIELD_OUTCOME, AT(outcome), 0},
	{"class", TK_FIELD_CLASS, AT(failure_class), 0},
	TEXT(error_type),
	TEXT(code),
	{"error", TK_FIELD_TEXT, AT(error), 512},
	DURATION(duration),
	DURATION(elapsed),
	DURATION(delay),
	{"stop_reason", TK_FIELD_STOP, AT(stop), 0},
	COUNT(attempts, 1),
	COUNT(in_flight, 0),
	TEXT(trace_id),
	TEXT(span_id),
	TEXT(host),
	COUNT(pid, 0),
	COUNT(seq, 0),
	{"left", TK_FIELD_COUNT, offsetof(struct tk_made, left), 0},
	{"retries", TK_FIELD_COUNT, offsetof(struct tk_made, retries), 0},
	{"next_ts", TK_FIELD_TIME, offsetof(struct tk_made, next_ts_ns), 0},
	{"started", TK_FIELD_TIME, offsetof(struct tk_made, started_ns), 0},
	{"index", TK_FIELD_COUNT, offsetof(struct tk_made, index), 0},
	{"next_attempt", TK_FIELD_COUNT, offsetof(struct tk_made, next_attempt),
	 1},
	{"lane", TK_FIELD_TEXT, offsetof(struct tk_made, lane), 256},
};
const size_t tk_field_count = sizeof(tk_fields) / sizeof(*tk_fields);

_Static_assert(sizeof(tk_fields) / sizeof(*tk_fields) <= 64,
	       "tk_rule.required has a bit for each");

int
tk_field_find(const char *name)
{
	for (size_t i = 0; i < tk_field_count; i++) {
		if (strcmp(tk_fields[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

void
tk_field_names(char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; i < tk_field_count && used < size; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s%s",
					 i ? " " : "", tk_fields[i].name);
}

static const char *
name_of(enum tk_field_kind kind, int number)
{
	if (kind == TK_FIELD_CLASS)
		return backoff_class_name((enum backoff_class)number);
	/* Logs have no outcome 0, "not reported", and "not over" is not a
	 * reason. */
	if (kind == TK_FIELD_OUTCOME)
		return backoff_outcome_kind_name(
			(enum backoff_outcome_kind)(number + 1));
	return backoff_stop_name((enum backoff_stop)(number + 1));
}

int
tk_field_number(enum tk_field_kind kind, const char *name)
{
	for (int i = 0; name_of(kind, i); i++) {
		if (strcmp(name_of(kind, i), name) == 0)
			return kind == TK_FIELD_CLASS ? i : i + 1;
	}
	return -1;
}

const char *
tk_field_name(enum tk_field_kind kind, int number)
{
	if (kind == TK_FIELD_CLASS)
		return number >= 0 ? name_of(kind, number) : NULL;
	return number > 0 ? name_of(kind, number - 1) : NULL;
}

void
tk_field_vocabulary(enum tk_field_kind kind, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (int i = 0; name_of(kind, i) && used < size; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s%s",
					 i ? " " : "", name_of(kind, i));
}
