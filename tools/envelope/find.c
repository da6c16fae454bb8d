/* Finds a member of nested objects, and of lists of keys and values. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "envelope/find.h"

#include <string.h>

/* Begin to read a value that was checked before. */
static void
begin(struct bo_json *json, const struct bo_json_value *value)
{
	bo_json_begin_loose(json, value->at, value->length);
}

static bool
is_text(const struct bo_json_value *value, const char *text, size_t length)
{
	return value->type == BO_JSON_STRING && value->length == length &&
	       memcmp(value->at, text, length) == 0;
}

/* The value inside {"stringValue": "x"}. */
static bool
unpack(const struct bo_json_value *value, struct bo_json_value *out)
{
	struct bo_json_member member;
	struct bo_json json;
	bool first = true;

	if (value->type != BO_JSON_OBJECT) {
		*out = *value;
		return true;
	}
	begin(&json, value);
	if (!bo_json_open(&json, '{') ||
	    !bo_json_member(&json, &first, &member))
		return false;
	*out = member.value;
	return true;
}

/* Find a key in an array of keys and values. */
static bool
find_key(const struct bo_json_value *array, const char *path, size_t length,
	 struct bo_json_value *out)
{
	struct bo_json_value element;
	struct bo_json json;
	bool first = true;

	begin(&json, array);
	if (!bo_json_open(&json, '['))
		return false;
	while (bo_json_element(&json, &first, &element)) {
		struct bo_json_value value = {.type = BO_JSON_NULL};
		struct bo_json_member member;
		struct bo_json inner;
		bool start = true, is_it = false, has_value = false;

		if (element.type != BO_JSON_OBJECT)
			return false;
		begin(&inner, &element);
		if (!bo_json_open(&inner, '{'))
			return false;
		while (bo_json_member(&inner, &start, &member)) {
			if (is_text(&member.key, "key", 3)) {
				is_it = is_text(&member.value, path, length);
			} else if (is_text(&member.key, "value", 5)) {
				value = member.value;
				has_value = true;
			}
		}
		if (is_it && has_value)
			return unpack(&value, out);
	}
	return false;
}

bool
tk_member_find(const struct bo_json_value *object, const char *path,
	       size_t length, struct bo_json_value *out)
{
	struct bo_json_member member;
	struct bo_json json;
	bool first = true, found = false;
	const char *dot;

	if (object->type == BO_JSON_ARRAY)
		return find_key(object, path, length, out);
	if (object->type != BO_JSON_OBJECT)
		return false;
	/* Cheaper than reading all members. */
	dot = memchr(path, '.', length);
	if (memmem(object->at, object->length, path,
		   dot != NULL ? (size_t)(dot - path) : length) == NULL)
		return false;
	begin(&json, object);
	if (!bo_json_open(&json, '{'))
		return false;
	while (bo_json_member(&json, &first, &member)) {
		size_t n = member.key.length;

		if (n > length || memcmp(member.key.at, path, n) != 0)
			continue;
		if (n == length) {
			*out = member.value;
			found = true;
		} else if (path[n] == '.' &&
			   tk_member_find(&member.value, path + n + 1,
					  length - n - 1, out)) {
			found = true;
		}
	}
	return found;
}
