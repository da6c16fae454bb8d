/* Reads `events` of an old dialect file: one rule for each value of
 * event_type. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialect/load.h"

static bool
require(struct tk_load *load, const char *name, const struct tk_at *at,
	struct tk_rule *rule)
{
	int field = tk_load_field(load, name, at);

	if (field < 0)
		return false;
	if (tk_load_get(tk_load_get(load->root, "fields"), name) == NULL)
		return tk_load_fail(load, BACKOFF_E_VALUE, at,
				    "\"%s\" is not among this dialect's fields",
				    name);
	rule->required |= UINT64_C(1) << field;
	return true;
}

static bool
load_required(struct tk_load *load, const cJSON *list,
	      const struct tk_at *around, struct tk_rule *rule)
{
	struct tk_at at = {around, "required", 0};
	const cJSON *item;
	const char *name;
	bool fine = true;
	int i = 0;

	rule->required = UINT64_C(1) << tk_field_find("ts") |
			 UINT64_C(1) << tk_field_find("operation");
	if (list == NULL)
		return true;
	if (!cJSON_IsArray(list))
		return tk_load_fail(load, BACKOFF_E_VALUE, &at,
				    "must be an array of fields");
	cJSON_ArrayForEach(item, list)
	{
		struct tk_at place = {&at, NULL, i++};

		name = tk_load_text(load, item, &place);
		fine &= name != NULL && require(load, name, &place, rule);
	}
	return fine;
}

/* A rule's condition: the first of the names of event_type has this value. */
static bool
add_condition(struct tk_load *load, const char *value, const struct tk_at *at,
	      struct tk_rule *rule)
{
	const cJSON *fields = tk_load_get(load->root, "fields");
	const cJSON *type = tk_load_get(fields, "event_type");
	struct tk_source source = {0};
	struct tk_condition *made;
	bool fine;

	rule->condition = made = tk_load_array(load, 1, sizeof(*made));
	if (made == NULL)
		return false;
	rule->condition_count = 1;
	made->wanted = tk_load_array(load, 1, sizeof(*made->wanted));
	if (made->wanted == NULL)
		return false;
	made->wanted_count = 1;
	made->wanted->text = tk_load_dup(load, value);
	load->quiet = true;
	fine = tk_load_source(load, type, at, TK_FIELD_TYPE, rule, NULL,
			      &source);
	load->quiet = false;
	made->name = source.name;
	made->name_count = source.name_count;
	source.name = NULL;
	source.name_count = 0;
	tk_source_clear(&source);
	return fine && made->wanted->text != NULL;
}

static void
load_event(struct tk_load *load, const cJSON *object, const struct tk_at *at,
	   struct tk_rule *rule)
{
	struct tk_file *file = load->file;
	int type;

	tk_load_keys(load, object, at, " type required set ");
	if (!cJSON_IsObject(object))
		return;
	type = tk_load_type(load, tk_load_get(object, "type"), at, false);
	if (type >= 0)
		rule->event = (enum backoff_event_type)type;
	load_required(load, tk_load_get(object, "required"), at, rule);
	if (load->status != BACKOFF_OK)
		return;
	if (add_condition(load, at->name, at, rule))
		tk_load_maps(load, object, at, rule);
	if (rule->event == BACKOFF_EVENT_SUCCESS)
		file->successes = TK_SUCCESSES_ALL;
	file->logs_attempts |= rule->event == BACKOFF_EVENT_ATTEMPT;
}

void
tk_load_check_needed(struct tk_load *load, const cJSON *fields)
{
	static const char *const needed[] = {"ts", "event_type", "operation"};
	struct tk_at at = {NULL, "fields", 0};

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		struct tk_at member = {&at, needed[i], 0};

		if (tk_load_get(fields, needed[i]) == NULL)
			tk_load_fail(load, BACKOFF_E_FIELD, &member,
				     "is missing");
	}
}

void
tk_load_events(struct tk_load *load, const cJSON *events)
{
	const cJSON *fields = tk_load_get(load->root, "fields");
	struct tk_at at = {NULL, "events", 0}, fields_at = {NULL, "fields", 0};
	struct tk_at attempt = {&fields_at, "attempt", 0};
	int total = cJSON_GetArraySize(events);
	struct tk_file *file = load->file;
	const cJSON *item;

	if (!tk_load_keys(load, events, &at, NULL))
		return;
	if (total == 0 || total > TK_ROWS_MAX) {
		tk_load_fail(load, BACKOFF_E_LIMIT, &at,
			     "must have from 1 to %d members", TK_ROWS_MAX);
		return;
	}
	file->rule = tk_load_array(load, (size_t)total, sizeof(*file->rule));
	if (file->rule == NULL)
		return;
	cJSON_ArrayForEach(item, events)
	{
		struct tk_rule *rule = &file->rule[file->rule_count++];
		struct tk_at place = {&at, item->string, 0};

		rule->file = file;
		tk_load_path(&place, rule->label, sizeof(rule->label));
		load_event(load, item, &place, rule);
	}
	if (cJSON_IsObject(fields) && !tk_load_get(fields, "attempt") &&
	    !tk_load_get(fields, "attempts"))
		tk_load_fail(load, BACKOFF_E_FIELD, &attempt,
			     "is missing: attempts must be numbered");
}
