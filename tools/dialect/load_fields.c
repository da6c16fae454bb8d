/* Reads `fields` of a dialect file: the log's names for each field. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rfc3339.h"
#include "dialect/load.h"
#include "dialect/scan.h"

static enum backoff_status
add_source(struct tk_load *load, const cJSON *item, const char *path,
	   struct tk_map *map)
{
	const char *name;
	enum backoff_status status = tk_load_text(load, item, path, &name);
	int source;

	if (status)
		return status;
	if (map->source_count == TK_SOURCES_PER_FIELD)
		return tk_load_fail(load, BACKOFF_E_LIMIT, path,
				    "a field has at most %d sources",
				    TK_SOURCES_PER_FIELD);
	if (strlen(name) > TK_SCAN_PATH_MAX)
		return tk_load_fail(load, BACKOFF_E_LIMIT, path,
				    "longer than %d bytes", TK_SCAN_PATH_MAX);
	source = tk_mapping_source(load->mapping, name);
	if (source < 0 && load->mapping->source_count < TK_SOURCES_MAX)
		return tk_load_no_memory(load);
	if (source < 0)
		return tk_load_fail(load, BACKOFF_E_LIMIT, path,
				    "more than %d sources", TK_SOURCES_MAX);
	map->source[map->source_count++] = (unsigned char)source;
	return BACKOFF_OK;
}

static enum backoff_status
load_from(struct tk_load *load, const cJSON *from, const char *around,
	  struct tk_map *map)
{
	char path[256], element[280];
	enum backoff_status status;
	const cJSON *item;
	int i = 0;

	tk_load_path(around, "from", path, sizeof(path));
	if (!from)
		return tk_load_fail(load, BACKOFF_E_FIELD, path, "is missing");
	if (!cJSON_IsArray(from))
		return add_source(load, from, path, map);
	if (cJSON_GetArraySize(from) == 0)
		return tk_load_fail(load, BACKOFF_E_VALUE, path,
				    "must not be empty");
	cJSON_ArrayForEach(item, from)
	{
		snprintf(element, sizeof(element), "%s[%d]", path, i++);
		status = add_source(load, item, element, map);
		if (status)
			return status;
	}
	return BACKOFF_OK;
}

/* The scale of "unit" or "format": 10^scale ns. */
static enum backoff_status
load_scale(struct tk_load *load, const cJSON *item, const char *path,
	   const char *prefix, const char *or_else, int *scale)
{
	static const char *const unit[] = {"ns", "us", "ms", "s"};
	size_t length = strlen(prefix);
	enum backoff_status status;
	const char *text;

	if (!item)
		return BACKOFF_OK;
	status = tk_load_text(load, item, path, &text);
	if (status)
		return status;
	if (strcmp(text, or_else) == 0) {
		*scale = -1;
		return BACKOFF_OK;
	}
	for (int i = 0; i < 4; i++) {
		if (strncmp(text, prefix, length) == 0 &&
		    strcmp(text + length, unit[i]) == 0) {
			*scale = 3 * i;
			return BACKOFF_OK;
		}
	}
	return tk_load_fail(load, BACKOFF_E_VALUE, path,
			    "must be one of: %s %ss %sms %sus %sns", or_else,
			    prefix, prefix, prefix, prefix);
}

static enum backoff_status
load_time(struct tk_load *load, const cJSON *object, const char *around,
	  struct tk_map *map)
{
	const cJSON *zone = tk_load_get(object, "zone");
	enum backoff_status status;
	char path[256], test[64];
	const char *text;
	uint64_t ns;

	tk_load_path(around, "format", path, sizeof(path));
	map->scale = -1;
	status = load_scale(load, tk_load_get(object, "format"), path, "unix_",
			    "rfc3339", &map->scale);
	if (status)
		return status;
	map->format = map->scale < 0 ? TK_TIME_RFC3339 : TK_TIME_UNIX;
	if (!zone)
		return BACKOFF_OK;
	tk_load_path(around, "zone", path, sizeof(path));
	status = tk_load_text(load, zone, path, &text);
	if (status)
		return status;
	snprintf(test, sizeof(test), "2000-01-01T00:00:00%s", text);
	if (strlen(text) >= sizeof(map->zone) ||
	    !bo_rfc3339_parse_loose(test, strlen(test), &ns))
		return tk_load_fail(
			load, BACKOFF_E_VALUE, path,
			"must be an offset like \"Z\" or \"+02:00\"");
	memcpy(map->zone, text, strlen(text) + 1);
	return BACKOFF_OK;
}

static enum backoff_status
add_word(struct tk_load *load, struct tk_map *map, const char *text, int number)
{
	struct tk_word *words =
		realloc(map->words, (map->word_count + 1) * sizeof(*words));

	if (!words)
		return tk_load_no_memory(load);
	map->words = words;
	words[map->word_count].number = number;
	words[map->word_count].text = strdup(text);
	if (!words[map->word_count].text)
		return tk_load_no_memory(load);
	map->word_count++;
	return BACKOFF_OK;
}

/* `values`: texts of the log and the names that they stand for. */
static enum backoff_status
load_values(struct tk_load *load, const cJSON *values, const char *path,
	    enum tk_field_kind kind, struct tk_map *map)
{
	enum backoff_status status = tk_load_keys(load, values, path, NULL);
	char member[384];
	const cJSON *item;

	if (!status && cJSON_GetArraySize(values) > TK_ROWS_MAX)
		return tk_load_fail(load, BACKOFF_E_LIMIT, path,
				    "more than %d members", TK_ROWS_MAX);
	if (status)
		return status;
	cJSON_ArrayForEach(item, values)
	{
		int number = -1;

		tk_load_path(path, item->string, member, sizeof(member));
		status = tk_load_number(load, item, member, kind, &number);
		if (!status)
			status = add_word(load, map, item->string, number);
		if (status)
			return status;
	}
	return BACKOFF_OK;
}

static enum backoff_status
load_names(struct tk_load *load, const cJSON *object, const char *around,
	   enum tk_field_kind kind, struct tk_map *map)
{
	const cJSON *values = tk_load_get(object, "values");
	const cJSON *otherwise = tk_load_get(object, "otherwise");
	enum backoff_status status = BACKOFF_OK;
	char path[256], names[512];

	tk_load_path(around, "values", path, sizeof(path));
	if (values) {
		status = load_values(load, values, path, kind, map);
	} else {
		/* Without a table the log uses the native names. */
		tk_field_vocabulary(kind, names, sizeof(names));
		for (char *at = names; *at && !status;) {
			char *end = at + strcspn(at, " ");
			char *next = *end ? end + 1 : end;

			*end = '\0';
			status = add_word(load, map, at,
					  tk_field_number(kind, at));
			at = next;
		}
	}
	if (status || !otherwise)
		return status;
	tk_load_path(around, "otherwise", path, sizeof(path));
	return tk_load_number(load, otherwise, path, kind, &map->otherwise);
}

static enum backoff_status
load_add(struct tk_load *load, const cJSON *item, const char *around,
	 struct tk_map *map)
{
	char path[256];

	if (!item)
		return BACKOFF_OK;
	tk_load_path(around, "add", path, sizeof(path));
	if (!cJSON_IsNumber(item) || item->valuedouble < -100 ||
	    item->valuedouble > 100 ||
	    item->valuedouble != (double)(int)item->valuedouble)
		return tk_load_fail(load, BACKOFF_E_VALUE, path,
				    "must be a whole number from -100 to 100");
	map->add = (int)item->valuedouble;
	return BACKOFF_OK;
}

static enum backoff_status
load_field(struct tk_load *load, const cJSON *object, const char *path,
	   struct tk_map *map)
{
	static const char *const known[] = {
		[TK_FIELD_TEXT] = " from ",
		[TK_FIELD_COUNT] = " from add ",
		[TK_FIELD_DURATION] = " from unit ",
		[TK_FIELD_TIME] = " from format zone ",
		[TK_FIELD_TYPE] = " from ",
		[TK_FIELD_OUTCOME] = " from values otherwise ",
		[TK_FIELD_CLASS] = " from values otherwise ",
		[TK_FIELD_STOP] = " from values otherwise ",
	};
	_Static_assert(sizeof(known) / sizeof(*known) == TK_FIELD_KIND_COUNT,
		       "members for each kind of field");
	enum tk_field_kind kind = tk_fields[map->field].kind;
	enum backoff_status status =
		tk_load_keys(load, object, path, known[kind]);
	char unit[256];

	if (!status)
		status =
			load_from(load, tk_load_get(object, "from"), path, map);
	if (status)
		return status;
	switch (kind) {
	case TK_FIELD_TEXT:
	case TK_FIELD_TYPE:
		break;
	case TK_FIELD_COUNT:
		return load_add(load, tk_load_get(object, "add"), path, map);
	case TK_FIELD_DURATION:
		tk_load_path(path, "unit", unit, sizeof(unit));
		map->scale = 9;
		return load_scale(load, tk_load_get(object, "unit"), unit, "",
				  "text", &map->scale);
	case TK_FIELD_TIME:
		return load_time(load, object, path, map);
	case TK_FIELD_OUTCOME:
	case TK_FIELD_CLASS:
	case TK_FIELD_STOP:
		return load_names(load, object, path, kind, map);
	}
	return BACKOFF_OK;
}

enum backoff_status
tk_load_fields(struct tk_load *load, const cJSON *fields)
{
	static const char *const needed[] = {"ts", "event_type", "operation"};
	struct tk_mapping *mapping = load->mapping;
	char known[512] = " ", path[256];
	enum backoff_status status;
	const cJSON *item;

	if (!fields)
		return tk_load_fail(load, BACKOFF_E_FIELD, "fields",
				    "is missing");
	tk_field_names(known + 1, sizeof(known) - 2);
	memcpy(known + strlen(known), " ", 2);
	status = tk_load_keys(load, fields, "fields", known);
	if (status)
		return status;
	mapping->maps = calloc(tk_field_count, sizeof(*mapping->maps));
	if (!mapping->maps)
		return tk_load_no_memory(load);
	cJSON_ArrayForEach(item, fields)
	{
		struct tk_map *map = &mapping->maps[mapping->map_count++];

		map->field = (size_t)tk_field_find(item->string);
		map->otherwise = -1;
		tk_load_path("fields", item->string, path, sizeof(path));
		status = load_field(load, item, path, map);
		if (status)
			return status;
	}
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		tk_load_path("fields", needed[i], path, sizeof(path));
		if (!tk_mapping_field(mapping, needed[i]))
			return tk_load_fail(load, BACKOFF_E_FIELD, path,
					    "is missing");
	}
	mapping->type_map = tk_mapping_field(mapping, "event_type");
	return BACKOFF_OK;
}
