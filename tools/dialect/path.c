/* Follows paths into JSON without building a tree of it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/path.h"

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
tk_path_find(const struct bo_json_value *object, const char *path,
	     size_t length, struct bo_json_value *out)
{
	struct bo_json_member member;
	struct bo_json json;
	bool first = true;

	if (object->type == BO_JSON_ARRAY)
		return find_key(object, path, length, out);
	if (object->type != BO_JSON_OBJECT)
		return false;
	begin(&json, object);
	if (!bo_json_open(&json, '{'))
		return false;
	while (bo_json_member(&json, &first, &member)) {
		size_t name = member.key.length;

		if (name > length || memcmp(member.key.at, path, name) != 0)
			continue;
		if (name == length) {
			*out = member.value;
			return true;
		}
		if (path[name] == '.' &&
		    tk_path_find(&member.value, path + name + 1,
				 length - name - 1, out))
			return true;
	}
	return false;
}

static bool
each(struct bo_json_value *chain, size_t count, const char *path, tk_each_fn fn,
     void *user)
{
	size_t name = strcspn(path, "[");
	struct bo_json_value array;
	struct bo_json json;
	bool first = true;

	if (*path == '\0')
		return fn(user, chain, count);
	if (count == TK_EACH_MAX ||
	    !tk_path_find(&chain[count - 1], path, name, &array) ||
	    array.type != BO_JSON_ARRAY)
		return true;
	path += name + 2;
	path += *path == '.';
	begin(&json, &array);
	if (!bo_json_open(&json, '['))
		return true;
	while (bo_json_element(&json, &first, &chain[count])) {
		if (chain[count].type == BO_JSON_OBJECT &&
		    !each(chain, count + 1, path, fn, user))
			return false;
	}
	return true;
}

bool
tk_path_each(const struct bo_json_value *object, const char *path,
	     tk_each_fn fn, void *user)
{
	struct bo_json_value chain[TK_EACH_MAX + 1] = {*object};

	return each(chain, 1, path, fn, user);
}
