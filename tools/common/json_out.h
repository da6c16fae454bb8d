/* Building a JSON document, which is written whole or not at all.
 *
 * A document that lacks a member, because memory ran out, looks like any other.
 * So each function notes a failure, later ones add what they can, and
 * tk_json_end() then writes nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_JSON_OUT_H
#define TK_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct cJSON;

struct tk_json {
	struct cJSON *root;
	bool failed;
};

/** Begin a document that is an object; returns the object. */
struct cJSON *tk_json_begin(struct tk_json *json);

/** Write the document and a newline, and free it. 0; -1 and errno if writing
 *  failed or memory ran out, when nothing was written. */
int tk_json_end(struct tk_json *json, FILE *out);

/*
 * Add to an object, under a name; or to an array, with NULL for the name.
 */

struct cJSON *tk_json_object(struct tk_json *json, struct cJSON *parent,
			     const char *name);
struct cJSON *tk_json_array(struct tk_json *json, struct cJSON *parent,
			    const char *name);
void tk_json_text(struct tk_json *json, struct cJSON *parent, const char *name,
		  const char *text);
/** Add finished JSON; fails for NULL, which means that memory ran out. */
void tk_json_raw(struct tk_json *json, struct cJSON *parent, const char *name,
		 const char *text);
void tk_json_null(struct tk_json *json, struct cJSON *parent, const char *name);
void tk_json_flag(struct tk_json *json, struct cJSON *parent, const char *name,
		  bool value);

/** Add a number; null if it is not finite, which JSON cannot say. */
void tk_json_number(struct tk_json *json, struct cJSON *parent,
		    const char *name, double value);

/** Add a number rounded to @p decimals, at most 12. */
void tk_json_rounded(struct tk_json *json, struct cJSON *parent,
		     const char *name, double value, unsigned decimals);

/** Get the object of this name in an object; it is added if missing. */
struct cJSON *tk_json_within(struct tk_json *json, struct cJSON *parent,
			     const char *name);

#endif
