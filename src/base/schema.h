/* A JSON Schema made from a field table. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_SCHEMA_H
#define BO_SCHEMA_H

#include <stddef.h>

#include <backoff/field.h>

#include "base/buf.h"

/** A field table, and what the schema adds to it. */
struct bo_schema {
	const char *title, *description;
	/** Whether fields that are not in the table are errors. */
	int closed;
	/** The schema's "required" clause, with a comma at its end; NULL if
	 *  every row without a default is required. */
	const char *required;
	/** Row @p index of @p count. */
	const struct backoff_field *(*row)(size_t index);
	size_t count;
	/** Add sentences to the description of row @p index; may be NULL. */
	void (*note)(struct bo_out *out, size_t index);
};

/** Write the schema (draft 2020-12), indented, with a newline at the end. */
void bo_schema_put(struct bo_out *out, const struct bo_schema *schema);

#endif
