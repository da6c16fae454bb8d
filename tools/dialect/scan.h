/* The members of a log line's object, nested ones with their path. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_SCAN_H
#define TK_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include <backoff.h>

#include "base/json.h"

/** Joined names of nested members that are longer match nothing. */
#define TK_SCAN_PATH_MAX 255

/**
 * Called for each member; for one of a nested object, if @p deep was asked
 * for, with the names joined by dots. An object is reported after its members.
 *
 * @param path  not NUL-terminated, without escapes
 */
typedef void (*tk_scan_fn)(void *user, const char *path, size_t path_length,
			   const struct bo_json_value *value);

/**
 * Scan one JSON object, read as by bo_json_begin_loose().
 *
 * @param deep   report members of nested objects too
 * @param error  set on failure
 * @return BACKOFF_OK; BACKOFF_E_SYNTAX; BACKOFF_E_LIMIT (depth)
 */
enum backoff_status tk_scan_object(const char *text, size_t length, bool deep,
				   tk_scan_fn fn, void *user,
				   struct backoff_error *error);

#endif
