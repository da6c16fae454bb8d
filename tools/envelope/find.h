/* A member of nested objects, and of lists of keys and values, by its path. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_FIND_H
#define TK_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

/**
 * Find "a.b.c" in an object: nested, or with dots in its names. If a name comes
 * twice, the last counts. In an array of {"key": K, "value": {TYPE: V}}, as
 * OTLP writes attributes, the rest of the path is K, and V is found. Nothing is
 * found in other arrays.
 *
 * @param object  an object, or such an array; valid JSON
 */
bool tk_member_find(const struct bo_json_value *object, const char *path,
		    size_t length, struct bo_json_value *out);

#endif
