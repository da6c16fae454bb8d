/* A member of nested objects, by its path. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_FIND_H
#define TK_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

/** Find "a.b.c" in an object: nested, or with dots in its names. If a name
 * comes twice, the last counts. */
bool tk_member_find(const struct bo_json_value *object, const char *path,
		    size_t length, struct bo_json_value *out);

#endif
