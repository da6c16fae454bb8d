/* Errors of dialect files, with their place and a suggestion. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/nearest.h"
#include "common/times.h"
#include "dialect/load.h"

/* Places are not nested deeper than this. */
#define DEPTH_MAX 12

/* The value behind a name: json->at is where it begins. */
static bool
find_member(struct bo_json *json, const char *name)
{
	size_t length = strlen(name);
	struct bo_json_value key, value;
	bool first = true;
	char *copy;

	if (!bo_json_open(json, '{'))
		return false;
	while (bo_json_key(json, &first, &key)) {
		bool same = key.length == length &&
			    memcmp(key.at, name, length) == 0;

		if (key.escaped && key.length < 4096 &&
		    (copy = malloc(key.length + 1)) != NULL) {
			same = bo_json_unescape(&key, copy) == length &&
			       memcmp(copy, name, length) == 0;
			free(copy);
		}
		if (same)
			return true;
		if (!bo_json_value(json, &value))
			return false;
	}
	return false;
}

static bool
find_element(struct bo_json *json, int index)
{
	struct bo_json_value value;
	bool first = true;

	if (!bo_json_open(json, '['))
		return false;
	while (bo_json_element(json, &first, &value)) {
		if (index-- == 0) {
			json->at = value.at - (value.type == BO_JSON_STRING);
			return true;
		}
	}
	return false;
}

/* Find a place, or the nearest one around it. cJSON does not keep places, so
 * the strict reader reads the file again. */
static void
locate(const struct tk_load *load, const struct tk_at *at,
       struct backoff_error *error)
{
	const struct tk_at *chain[DEPTH_MAX];
	const char *place = load->text + strspn(load->text, " \t\r\n");
	size_t depth = 0;
	struct bo_json json;

	for (; at != NULL && depth < DEPTH_MAX; at = at->around)
		chain[depth++] = at;
	bo_json_begin(&json, load->text, load->length);
	json.at = place;
	while (depth-- > 0) {
		bool there = chain[depth]->name != NULL
				     ? find_member(&json, chain[depth]->name)
				     : find_element(&json, chain[depth]->index);

		if (!there)
			break;
		place = json.at;
	}
	bo_json_position(load->text, place, error);
}

static size_t
put_path(const struct tk_at *at, char *buffer, size_t size)
{
	size_t used =
		at->around != NULL ? put_path(at->around, buffer, size) : 0;
	int more;

	if (used >= size)
		return used;
	if (at->name == NULL)
		more = snprintf(buffer + used, size - used, "[%d]", at->index);
	else
		more = snprintf(buffer + used, size - used, "%s%s",
				used > 0 ? "." : "", at->name);
	return used + (more > 0 ? (size_t)more : 0);
}

const char *
tk_load_path(const struct tk_at *at, char *buffer, size_t size)
{
	buffer[0] = '\0';
	if (at != NULL)
		put_path(at, buffer, size);
	return buffer;
}

bool
tk_load_fail(struct tk_load *load, enum backoff_status status,
	     const struct tk_at *at, const char *format, ...)
{
	struct backoff_error error = {.size = sizeof(error), .status = status};
	va_list args;

	if (load->quiet && status != BACKOFF_E_NOMEM)
		return false;
	tk_load_path(at, error.path, sizeof(error.path));
	va_start(args, format);
	vsnprintf(error.text, sizeof(error.text), format, args);
	va_end(args);
	if (status != BACKOFF_E_NOMEM)
		locate(load, at, &error);
	if (load->status == BACKOFF_OK) {
		load->status = status;
		*load->error = error;
	}
	if (load->on_error != NULL)
		load->on_error(load->user, load->name, &error);
	return false;
}

bool
tk_load_no_memory(struct tk_load *load)
{
	/* Once is enough. */
	if (load->status != BACKOFF_E_NOMEM)
		tk_load_fail(load, BACKOFF_E_NOMEM, NULL, "out of memory");
	load->status = BACKOFF_E_NOMEM;
	load->error->status = BACKOFF_E_NOMEM;
	return false;
}

bool
tk_load_unknown(struct tk_load *load, enum backoff_status status,
		const struct tk_at *at, const char *what, const char *name,
		const char *known)
{
	char near[64];

	if (bo_nearest_of(name, known, near, sizeof(near)) != NULL)
		return tk_load_fail(load, status, at,
				    "no such %s; did you mean \"%s\"?", what,
				    near);
	return tk_load_fail(load, status, at, "no such %s; known %ss: %s", what,
			    what, known + (known[0] == ' '));
}

const cJSON *
tk_load_get(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

bool
tk_load_keys(struct tk_load *load, const cJSON *object, const struct tk_at *at,
	     const char *known)
{
	const cJSON *item, *other;
	bool fine = true;
	char padded[256];

	if (!cJSON_IsObject(object))
		return tk_load_fail(load, BACKOFF_E_VALUE, at,
				    "must be an object");
	cJSON_ArrayForEach(item, object)
	{
		struct tk_at member = {at, item->string, 0};

		for (other = item->next; other; other = other->next) {
			if (strcmp(item->string, other->string) == 0)
				fine = tk_load_fail(load, BACKOFF_E_FIELD,
						    &member,
						    "duplicate member");
		}
		snprintf(padded, sizeof(padded), " %s ", item->string);
		if (!known ||
		    (strstr(known, padded) && !strchr(item->string, ' ')))
			continue;
		fine = tk_load_unknown(load, BACKOFF_E_FIELD, &member, "member",
				       item->string, known);
	}
	return fine;
}

const char *
tk_load_text(struct tk_load *load, const cJSON *item, const struct tk_at *at)
{
	if (!cJSON_IsString(item)) {
		tk_load_fail(load, BACKOFF_E_VALUE, at, "must be a string");
		return NULL;
	}
	if (!item->valuestring[0]) {
		tk_load_fail(load, BACKOFF_E_VALUE, at, "must not be empty");
		return NULL;
	}
	return item->valuestring;
}

char *
tk_load_dup(struct tk_load *load, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		tk_load_no_memory(load);
	return copy;
}

void *
tk_load_array(struct tk_load *load, size_t count, size_t size)
{
	void *array = calloc(count > 0 ? count : 1, size);

	if (array == NULL)
		tk_load_no_memory(load);
	return array;
}

bool
tk_load_copy(struct tk_load *load, const cJSON *item, const struct tk_at *at,
	     char **out)
{
	const char *text = tk_load_text(load, item, at);

	if (text != NULL)
		*out = tk_load_dup(load, text);
	return text != NULL && *out != NULL;
}

int
tk_load_number(struct tk_load *load, const cJSON *item, const struct tk_at *at,
	       enum tk_field_kind kind)
{
	const char *text = tk_load_text(load, item, at);
	char names[512], near[64];
	int number;

	if (text == NULL)
		return -1;
	number = tk_field_number(kind, text);
	if (number >= 0)
		return number;
	tk_field_vocabulary(kind, names, sizeof(names));
	if (bo_nearest_of(text, names, near, sizeof(near)))
		tk_load_fail(load, BACKOFF_E_VALUE, at,
			     "no such name: \"%s\"; did you mean \"%s\"?", text,
			     near);
	else
		tk_load_fail(load, BACKOFF_E_VALUE, at, "must be one of: %s",
			     names);
	return -1;
}

int
tk_load_field(struct tk_load *load, const char *name, const struct tk_at *at)
{
	int field = tk_field_find(name);
	char known[768], near[64];

	if (field >= 0)
		return field;
	tk_field_names(known, sizeof(known));
	if (bo_nearest_of(name, known, near, sizeof(near)))
		tk_load_fail(load, BACKOFF_E_VALUE, at,
			     "no such field: \"%s\"; did you mean \"%s\"?",
			     name, near);
	else
		tk_load_fail(load, BACKOFF_E_VALUE, at, "no such field: \"%s\"",
			     name);
	return -1;
}

bool
tk_load_texts(struct tk_load *load, const cJSON *item, const struct tk_at *at,
	      size_t max, char ***out, size_t *count)
{
	int total = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 1;
	bool fine = true;
	const cJSON *element;
	int i = 0;

	if (total == 0)
		return tk_load_fail(load, BACKOFF_E_VALUE, at,
				    "must not be empty");
	if ((size_t)total > max)
		return tk_load_fail(load, BACKOFF_E_LIMIT, at,
				    "more than %zu elements", max);
	*out = tk_load_array(load, (size_t)total, sizeof(**out));
	if (*out == NULL)
		return false;
	if (!cJSON_IsArray(item)) {
		*count = 1;
		return tk_load_copy(load, item, at, &(*out)[0]);
	}
	cJSON_ArrayForEach(element, item)
	{
		struct tk_at place = {at, NULL, i};

		fine &= tk_load_copy(load, element, &place, &(*out)[i++]);
	}
	*count = (size_t)total;
	return fine;
}

bool
tk_load_zone(struct tk_load *load, const cJSON *item, const struct tk_at *at,
	     int32_t *out)
{
	const char *text = tk_load_text(load, item, at);

	if (text == NULL)
		return false;
	if (tk_zone_parse(text, strlen(text), out))
		return true;
	return tk_load_fail(load, BACKOFF_E_VALUE, at,
			    "must be an offset like \"Z\" or \"+02:00\"");
}
