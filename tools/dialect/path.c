/* Walks nested arrays of JSON without building a tree of it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/path.h"

#include <string.h>

#include "envelope/find.h"

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
	    !tk_member_find(&chain[count - 1], path, name, &array) ||
	    array.type != BO_JSON_ARRAY)
		return true;
	path += name + 2;
	path += *path == '.';
	bo_json_begin_loose(&json, array.at, array.length);
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
