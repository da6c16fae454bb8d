/* Helpers and errors of the files that read a dialect file. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_DIALECT_LOAD_H
#define TK_DIALECT_LOAD_H

#include <cjson/cJSON.h>

#include "dialect/mapping.h"

/** A dialect file being read. */
struct tk_load {
	const char *text;
	size_t length;
	struct tk_mapping *mapping;
	struct backoff_error *error;
};

/** Set the error, with the line and column of the member at @p path or of the
 *  nearest one around it; returns @p status. */
enum backoff_status tk_load_fail(struct tk_load *load,
				 enum backoff_status status, const char *path,
				 const char *format, ...)
	__attribute__((format(printf, 4, 5)));
enum backoff_status tk_load_no_memory(struct tk_load *load);

/** "AROUND.NAME", or NAME if AROUND is empty; returns buffer. */
const char *tk_load_path(const char *around, const char *name, char *buffer,
			 size_t size);

/** The member of an object, or NULL. */
const cJSON *tk_load_get(const cJSON *object, const char *name);

/** Check that it is an object, that each member is known (names between spaces;
 *  NULL: any) and that none is there twice. */
enum backoff_status tk_load_keys(struct tk_load *load, const cJSON *object,
				 const char *around, const char *known);

/** A string that is not empty. */
enum backoff_status tk_load_text(struct tk_load *load, const cJSON *item,
				 const char *path, const char **out);

/** One of the names of OUTCOME, CLASS or STOP. */
enum backoff_status tk_load_number(struct tk_load *load, const cJSON *item,
				   const char *path, enum tk_field_kind kind,
				   int *out);

/** `fields`, the first half of a dialect file. */
enum backoff_status tk_load_fields(struct tk_load *load, const cJSON *fields);
/** `events`, the second. */
enum backoff_status tk_load_events(struct tk_load *load, const cJSON *events);

#endif
