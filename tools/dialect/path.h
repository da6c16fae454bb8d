/* Finds a member of nested JSON by its path, also in lists of keys and
 * values. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_PATH_H
#define TK_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

/**
 * Find "a.b.c" in an object: nested, or with dots in its names. In an array of
 * {"key": K, "value": {TYPE: V}}, as OTLP writes attributes, the rest of the
 * path is K, and V is found.
 *
 * @param object  valid JSON of type OBJECT or ARRAY
 */
bool tk_path_find(const struct bo_json_value *object, const char *path,
		  size_t length, struct bo_json_value *out);

/** Called for an element of the innermost array, with the objects around it,
 *  the outermost first, and the element last; false stops. */
typedef bool (*tk_each_fn)(void *user, const struct bo_json_value *chain,
			   size_t count);

/** Nesting of arrays that tk_path_each() follows. */
#define TK_EACH_MAX 8

/** Call @p fn for each object of the arrays "a[].b[]". Returns false if it was
 *  stopped. */
bool tk_path_each(const struct bo_json_value *object, const char *path,
		  tk_each_fn fn, void *user);

#endif
