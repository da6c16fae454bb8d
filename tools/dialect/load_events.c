/* Reads `events` of a dialect file: the meaning of each value of event_type. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "dialect/load.h"

static enum backoff_status
require(struct tk_load *load, const char *name, const char *path,
	struct tk_map_event *event)
{
	char known[512], near[64];

	if (tk_mapping_field(load->mapping, name)) {
		event->required |= UINT64_C(1) << tk_field_find(name);
		return BACKOFF_OK;
	}
	if (tk_field_find(name) >= 0)
		return tk_load_fail(load, BACKOFF_E_VALUE, path,
				    "\"%s\" is not among this dialect's fields",
				    name);
	tk_field_names(known, sizeof(known));
	if (bo_nearest_of(name, known, near, sizeof(near)))
		return tk_load_fail(
			load, BACKOFF_E_VALUE, path,
			"no such field: \"%s\"; did you mean \"%s\"?", name,
			near);
	return tk_load_fail(load, BACKOFF_E_VALUE, path,
			    "no such field: \"%s\"", name);
}

static enum backoff_status
load_required(struct tk_load *load, const cJSON *list, const char *around,
	      struct tk_map_event *event)
{
	char path[256], element[280];
	enum backoff_status status;
	const cJSON *item;
	const char *name;
	int i = 0;

	status = require(load, "ts", around, event);
	if (!status)
		status = require(load, "operation", around, event);
	if (status || !list)
		return status;
	tk_load_path(around, "required", path, sizeof(path));
	if (!cJSON_IsArray(list))
		return tk_load_fail(load, BACKOFF_E_VALUE, path,
				    "must be an array of fields");
	cJSON_ArrayForEach(item, list)
	{
		snprintf(element, sizeof(element), "%s[%d]", path, i++);
		status = tk_load_text(load, item, element, &name);
		if (!status)
			status = require(load, name, element, event);
		if (status)
			return status;
	}
	return BACKOFF_OK;
}

static enum backoff_status
load_set(struct tk_load *load, const cJSON *set, const char *around,
	 struct tk_map_event *event)
{
	static const struct {
		const char *name;
		enum tk_field_kind kind;
		size_t offset;
	} row[] = {
		{"outcome", TK_FIELD_OUTCOME,
		 offsetof(struct tk_map_event, outcome)},
		{"class", TK_FIELD_CLASS,
		 offsetof(struct tk_map_event, failure_class)},
		{"stop_reason", TK_FIELD_STOP,
		 offsetof(struct tk_map_event, stop)},
	};
	char path[256], member[280];
	enum backoff_status status;

	if (!set)
		return BACKOFF_OK;
	tk_load_path(around, "set", path, sizeof(path));
	status = tk_load_keys(load, set, path, " outcome class stop_reason ");
	for (size_t i = 0; !status && i < sizeof(row) / sizeof(*row); i++) {
		const cJSON *item = tk_load_get(set, row[i].name);
		int number;

		if (!item)
			continue;
		tk_load_path(path, row[i].name, member, sizeof(member));
		status = tk_load_number(load, item, member, row[i].kind,
					&number);
		if (!status)
			memcpy((char *)event + row[i].offset, &number,
			       sizeof(number));
	}
	return status;
}

static enum backoff_status
load_type(struct tk_load *load, const cJSON *item, const char *around,
	  struct tk_map_event *event)
{
	static const char names[] = "retry_attempt retry_success "
				    "retry_exhausted retry_aborted "
				    "retry_started";
	char path[256], near[64];
	enum backoff_status status;
	const char *text;
	int number;

	tk_load_path(around, "type", path, sizeof(path));
	if (!item)
		return tk_load_fail(load, BACKOFF_E_FIELD, path, "is missing");
	status = tk_load_text(load, item, path, &text);
	if (status)
		return status;
	number = backoff_event_type_number(text);
	if (number >= BACKOFF_EVENT_ATTEMPT &&
	    number <= BACKOFF_EVENT_STARTED) {
		event->type = (enum backoff_event_type)number;
		return BACKOFF_OK;
	}
	if (bo_nearest_of(text, names, near, sizeof(near)))
		return tk_load_fail(
			load, BACKOFF_E_VALUE, path,
			"no such type: \"%s\"; did you mean \"%s\"?", text,
			near);
	return tk_load_fail(load, BACKOFF_E_VALUE, path, "must be one of: %s",
			    names);
}

static enum backoff_status
load_event(struct tk_load *load, const cJSON *object, const char *path,
	   struct tk_map_event *event)
{
	enum backoff_status status =
		tk_load_keys(load, object, path, " type required set ");

	event->outcome = event->failure_class = event->stop = -1;
	if (!status)
		status = load_type(load, tk_load_get(object, "type"), path,
				   event);
	if (!status)
		status = load_required(load, tk_load_get(object, "required"),
				       path, event);
	if (!status)
		status =
			load_set(load, tk_load_get(object, "set"), path, event);
	return status;
}

enum backoff_status
tk_load_events(struct tk_load *load, const cJSON *events)
{
	struct tk_mapping *mapping = load->mapping;
	enum backoff_status status;
	char path[256];
	const cJSON *item;
	int count;

	if (!events)
		return tk_load_fail(load, BACKOFF_E_FIELD, "events",
				    "is missing");
	status = tk_load_keys(load, events, "events", NULL);
	if (status)
		return status;
	count = cJSON_GetArraySize(events);
	if (count == 0 || count > TK_ROWS_MAX)
		return tk_load_fail(load, BACKOFF_E_LIMIT, "events",
				    "must have from 1 to %d members",
				    TK_ROWS_MAX);
	mapping->events = calloc((size_t)count, sizeof(*mapping->events));
	if (!mapping->events)
		return tk_load_no_memory(load);
	cJSON_ArrayForEach(item, events)
	{
		struct tk_map_event *event =
			&mapping->events[mapping->event_count++];

		event->value = strdup(item->string);
		if (!event->value)
			return tk_load_no_memory(load);
		tk_load_path("events", item->string, path, sizeof(path));
		status = load_event(load, item, path, event);
		if (status)
			return status;
		mapping->logs_successes |= event->type == BACKOFF_EVENT_SUCCESS;
		mapping->logs_attempts |= event->type == BACKOFF_EVENT_ATTEMPT;
	}
	if (!tk_mapping_field(mapping, "attempt") &&
	    !tk_mapping_field(mapping, "attempts"))
		return tk_load_fail(load, BACKOFF_E_FIELD, "fields.attempt",
				    "is missing: attempts must be numbered");
	return BACKOFF_OK;
}
