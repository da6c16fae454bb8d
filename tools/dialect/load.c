/* Reads a dialect file into a mapping. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "dialect/load.h"

/* Find bytes that the line of every event has: the last part of the name of its
 * type, and the quote after it. If it has several names, only the quote. */
static enum backoff_status
make_needle(struct tk_load *load)
{
	struct tk_mapping *mapping = load->mapping;
	const struct tk_map *map = mapping->type_map;
	const char *name = mapping->source[map->source[0]].name;
	const char *dot = strrchr(name, '.');
	size_t length;

	if (dot)
		name = dot + 1;
	length = map->source_count == 1 ? strlen(name) : 0;
	/* JSON may write such a name in two ways. */
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)name[i] < 0x20 ||
		    (unsigned char)name[i] >= 0x80 || strchr("\"\\/", name[i]))
			length = 0;
	}
	mapping->needle = calloc(1, length + 2);
	if (!mapping->needle)
		return tk_load_no_memory(load);
	memcpy(mapping->needle, name, length);
	mapping->needle[length] = '"';
	mapping->needle_length = length + 1;
	return BACKOFF_OK;
}

static enum backoff_status
load_all(struct tk_load *load, const cJSON *root)
{
	const cJSON *description = tk_load_get(root, "description");
	enum backoff_status status = tk_load_keys(
		load, root, "", " dialect description fields events ");
	const char *name;

	if (status)
		return status;
	if (!tk_load_get(root, "dialect"))
		return tk_load_fail(load, BACKOFF_E_FIELD, "dialect",
				    "is missing");
	status = tk_load_text(load, tk_load_get(root, "dialect"), "dialect",
			      &name);
	if (status)
		return status;
	if (description && !cJSON_IsString(description))
		return tk_load_fail(load, BACKOFF_E_VALUE, "description",
				    "must be a string");
	load->mapping->name = strdup(name);
	if (!load->mapping->name)
		return tk_load_no_memory(load);
	status = tk_load_fields(load, tk_load_get(root, "fields"));
	if (!status)
		status = tk_load_events(load, tk_load_get(root, "events"));
	if (!status)
		status = make_needle(load);
	return status;
}

enum backoff_status
tk_mapping_parse(const char *text, size_t length, struct tk_mapping **out,
		 struct backoff_error *error)
{
	size_t mark = bo_json_mark(text, length);
	struct tk_load load = {text + mark, length - mark, NULL, error};
	enum backoff_status status;
	cJSON *root;

	/* cJSON takes more than JSON: the strict reader decides. */
	status = bo_json_check(load.text, load.length, error);
	if (status)
		return status;
	root = cJSON_ParseWithLength(load.text, load.length);
	load.mapping = calloc(1, sizeof(*load.mapping));
	if (!root || !load.mapping)
		status = tk_load_no_memory(&load);
	else
		status = load_all(&load, root);
	cJSON_Delete(root);
	if (status) {
		tk_mapping_free(load.mapping);
		return status;
	}
	*out = load.mapping;
	return BACKOFF_OK;
}
