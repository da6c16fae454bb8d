/* The objects of nested arrays, one after the other. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_PATH_H
#define TK_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

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
