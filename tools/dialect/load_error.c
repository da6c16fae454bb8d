/* Errors of dialect files, with their place and a suggestion. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/load.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/nearest.h"
#include "dialect/scan.h"

/* The member that locate() looks for. */
struct wanted {
	const char *path;
	size_t length;
	const char *at;
};

static void
compare(void *user, const char *path, size_t length,
	const struct bo_json_value *value)
{
	struct wanted *wanted = user;

	if (!wanted->at && length == wanted->length &&
	    memcmp(path, wanted->path, length) == 0)
		wanted->at = value->at - (value->type == BO_JSON_STRING);
}

/* Find the member at a path, or the nearest one around it. cJSON does not keep
 * places, so the strict reader reads the file again. */
static void
locate(const struct tk_load *load, const char *path)
{
	struct wanted wanted = {path, strcspn(path, "["), NULL};
	struct backoff_error ignored = {.size = sizeof(ignored)};

	while (wanted.length > 0) {
		if (tk_scan_object(load->text, load->length, true, compare,
				   &wanted, &ignored) == BACKOFF_OK &&
		    wanted.at) {
			bo_json_position(load->text, wanted.at, load->error);
			return;
		}
		while (wanted.length > 0 && path[--wanted.length] != '.')
			continue;
	}
	bo_json_position(load->text, load->text + strspn(load->text, " \t\r\n"),
			 load->error);
}

enum backoff_status
tk_load_fail(struct tk_load *load, enum backoff_status status, const char *path,
	     const char *format, ...)
{
	va_list args;

	memset(load->error, 0, sizeof(*load->error));
	load->error->status = status;
	snprintf(load->error->path, sizeof(load->error->path), "%s", path);
	va_start(args, format);
	vsnprintf(load->error->text, sizeof(load->error->text), format, args);
	va_end(args);
	locate(load, load->error->path);
	return status;
}

enum backoff_status
tk_load_no_memory(struct tk_load *load)
{
	return tk_load_fail(load, BACKOFF_E_NOMEM, "", "out of memory");
}

const char *
tk_load_path(const char *around, const char *name, char *buffer, size_t size)
{
	snprintf(buffer, size, "%s%s%s", around, around[0] ? "." : "", name);
	return buffer;
}

enum backoff_status
tk_load_keys(struct tk_load *load, const cJSON *object, const char *around,
	     const char *known)
{
	char path[256], near[64], padded[128];
	const cJSON *item, *other;

	if (!cJSON_IsObject(object))
		return tk_load_fail(load, BACKOFF_E_VALUE, around,
				    "must be an object");
	cJSON_ArrayForEach(item, object)
	{
		tk_load_path(around, item->string, path, sizeof(path));
		for (other = item->next; other; other = other->next) {
			if (strcmp(item->string, other->string) == 0)
				return tk_load_fail(load, BACKOFF_E_FIELD, path,
						    "duplicate member");
		}
		snprintf(padded, sizeof(padded), " %s ", item->string);
		if (!known ||
		    (strstr(known, padded) && !strchr(item->string, ' ')))
			continue;
		if (bo_nearest_of(item->string, known, near, sizeof(near)))
			return tk_load_fail(
				load, BACKOFF_E_FIELD, path,
				"no such member; did you mean \"%s\"?", near);
		return tk_load_fail(load, BACKOFF_E_FIELD, path,
				    "no such member; known members:%s", known);
	}
	return BACKOFF_OK;
}

const cJSON *
tk_load_get(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

enum backoff_status
tk_load_text(struct tk_load *load, const cJSON *item, const char *path,
	     const char **out)
{
	if (!cJSON_IsString(item))
		return tk_load_fail(load, BACKOFF_E_VALUE, path,
				    "must be a string");
	if (!item->valuestring[0])
		return tk_load_fail(load, BACKOFF_E_VALUE, path,
				    "must not be empty");
	*out = item->valuestring;
	return BACKOFF_OK;
}

enum backoff_status
tk_load_number(struct tk_load *load, const cJSON *item, const char *path,
	       enum tk_field_kind kind, int *out)
{
	char names[512], near[64];
	enum backoff_status status;
	const char *text;

	status = tk_load_text(load, item, path, &text);
	if (status)
		return status;
	*out = tk_field_number(kind, text);
	if (*out >= 0)
		return BACKOFF_OK;
	tk_field_vocabulary(kind, names, sizeof(names));
	if (bo_nearest_of(text, names, near, sizeof(near)))
		return tk_load_fail(
			load, BACKOFF_E_VALUE, path,
			"no such name: \"%s\"; did you mean \"%s\"?", text,
			near);
	return tk_load_fail(load, BACKOFF_E_VALUE, path, "must be one of: %s",
			    names);
}
