/* Reads the fields of a rule: its holes, its sources and its constants. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "dialect/load.h"

/* The members that a `fields` or `set` may have. */
static void
field_names(char *buffer, size_t size)
{
	buffer[0] = ' ';
	tk_field_names(buffer + 1, size - 2);
	memcpy(buffer + strlen(buffer), " ", 2);
}

void
tk_load_check_fields(struct tk_load *load, const cJSON *fields)
{
	const struct tk_at at = {NULL, "fields", 0};
	const cJSON *item;
	char known[768];

	field_names(known, sizeof(known));
	if (!tk_load_keys(load, fields, &at, known) && !cJSON_IsObject(fields))
		return;
	cJSON_ArrayForEach(item, fields)
	{
		struct tk_at member = {&at, item->string, 0};
		int field = tk_field_find(item->string);
		struct tk_source source = {0};

		if (field >= 0)
			tk_load_source(load, item, &member,
				       tk_fields[field].kind, NULL, NULL,
				       &source);
		tk_source_clear(&source);
	}
}

static bool
has_hole(const struct tk_rule *rule, const char *name)
{
	for (size_t i = 0; i < rule->hole_count; i++) {
		if (strcmp(rule->hole[i], name) == 0)
			return true;
	}
	return false;
}

/* What a field is if the rule does not say. */
static const char *
usual_source(const char *field)
{
	if (strcmp(field, "ts") == 0)
		return "@time";
	if (strcmp(field, "trace_id") == 0)
		return "@id";
	return strcmp(field, "lane") == 0 ? "@thread" : NULL;
}

/* Read one field: its hole, the rule's source or else the file's, and the
 * constant if these have no value. */
static bool
load_map(struct tk_load *load, const cJSON *own, const cJSON *shared,
	 const cJSON *constant, const struct tk_at *at, struct tk_rule *rule,
	 size_t field)
{
	const char *name = tk_fields[field].name;
	enum tk_field_kind kind = tk_fields[field].kind;
	const struct tk_at fields_at = {at, "fields", 0};
	const struct tk_at set_at = {at, "set", 0};
	struct tk_at own_at = {&fields_at, name, 0};
	struct tk_at constant_at = {&set_at, name, 0};
	const char *hole = has_hole(rule, name) ? name : NULL;
	struct tk_map *map = &rule->map[rule->map_count];
	const cJSON *from = own != NULL ? own : shared;
	cJSON usual = {.type = cJSON_String};
	bool quiet = load->quiet, fine = true;

	if (from == NULL && hole == NULL && constant == NULL) {
		usual.valuestring = (char *)(uintptr_t)usual_source(name);
		if (usual.valuestring == NULL || load->strict)
			return true;
		from = &usual;
	}
	/* Said once, of the file's fields. */
	if (own == NULL && from != NULL) {
		load->quiet = true;
		if (cJSON_IsObject(from) && hole == NULL &&
		    tk_load_get(from, "from") == NULL) {
			load->quiet = quiet;
			return true;
		}
	}
	map->field = field;
	rule->map_count++;
	if (from != NULL || hole != NULL) {
		cJSON empty = {.type = cJSON_Object};

		fine = tk_load_source(load, from != NULL ? from : &empty,
				      &own_at, kind, rule, hole, &map->source);
	}
	load->quiet = quiet;
	if (constant != NULL && map->source.fallback == NULL)
		fine &= tk_load_constant(load, constant, &constant_at, kind,
					 &map->source);
	return fine;
}

/* What is asked of each event of the rule. */
static void
note_maps(struct tk_rule *rule)
{
	for (size_t i = 0; i < rule->map_count; i++) {
		const struct tk_source *source = &rule->map[i].source;
		const char *name = tk_fields[rule->map[i].field].name;

		if (source->name_count == 0)
			continue;
		if (strcmp(name, "attempts") == 0)
			rule->says_attempts = true;
		else if (strcmp(name, "operation") == 0)
			rule->default_operation = source->fallback;
	}
}

bool
tk_load_maps(struct tk_load *load, const cJSON *rule_json,
	     const struct tk_at *at, struct tk_rule *rule)
{
	const cJSON *fields = tk_load_get(rule_json, "fields");
	const cJSON *set = tk_load_get(rule_json, "set");
	const cJSON *shared = tk_load_get(load->root, "fields");
	const struct tk_at fields_at = {at, "fields", 0};
	const struct tk_at set_at = {at, "set", 0};
	char known[768];
	bool fine = true;

	field_names(known, sizeof(known));
	if (fields != NULL && !load->strict)
		fine &= tk_load_keys(load, fields, &fields_at, known);
	if (set != NULL)
		fine &= tk_load_keys(load, set, &set_at, known);
	rule->map = tk_load_array(load, tk_field_count, sizeof(*rule->map));
	if (rule->map == NULL)
		return false;
	for (size_t i = 0; i < tk_field_count; i++) {
		const char *name = tk_fields[i].name;
		const cJSON *constant = tk_load_get(set, name);

		if (tk_fields[i].kind == TK_FIELD_TYPE)
			continue;
		fine &= load_map(
			load, load->strict ? NULL : tk_load_get(fields, name),
			constant != NULL ? NULL : tk_load_get(shared, name),
			constant, at, rule, i);
	}
	note_maps(rule);
	return fine;
}
