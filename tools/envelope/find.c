/* Finds a member of nested objects. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "envelope/find.h"

#include <string.h>

bool
tk_member_find(const struct bo_json_value *object, const char *path,
	       size_t length, struct bo_json_value *out)
{
	struct bo_json_member member;
	struct bo_json json;
	bool first = true, found = false;

	if (object->type != BO_JSON_OBJECT)
		return false;
	bo_json_begin_loose(&json, object->at, object->length);
	bo_json_open(&json, '{');
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
