/* Helpers and errors of the files that read a dialect file. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_DIALECT_LOAD_H
#define TK_DIALECT_LOAD_H

#include <cjson/cJSON.h>

#include "dialect/rule.h"

/** A dialect file being read. Errors do not end it, so that all are found. */
struct tk_load {
	const char *text;
	size_t length;
	struct tk_file *file;
	const cJSON *root;
	/** The first error, and where all go. */
	struct backoff_error *error;
	enum backoff_status status;
	const char *name;
	tk_dialect_error_fn on_error;
	void *user;
	/** Errors are not reported, because they were before. */
	bool quiet;
	/** A file with `events`: the types in JSON must be right. */
	bool strict;
};

/** A place in the file: a member, or an element of an array, of the place
 *  around it. */
struct tk_at {
	const struct tk_at *around;
	/** NULL: element `index`. */
	const char *name;
	int index;
};

/** Report an error of the member there, or of the nearest one around it.
 *  Always false. */
bool tk_load_fail(struct tk_load *load, enum backoff_status status,
		  const struct tk_at *at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
bool tk_load_no_memory(struct tk_load *load);

/** The same for a name that is not among @p known, with the nearest of them. */
bool tk_load_unknown(struct tk_load *load, enum backoff_status status,
		     const struct tk_at *at, const char *what, const char *name,
		     const char *known);

/** "rules[1].fields.ts"; returns buffer. */
const char *tk_load_path(const struct tk_at *at, char *buffer, size_t size);

/** The member of an object, or NULL. */
const cJSON *tk_load_get(const cJSON *object, const char *name);

/** Check that it is an object, that each member is known (names between spaces;
 *  NULL: any) and that none is there twice. */
bool tk_load_keys(struct tk_load *load, const cJSON *object,
		  const struct tk_at *at, const char *known);

/** A string that is not empty; NULL after an error. */
const char *tk_load_text(struct tk_load *load, const cJSON *item,
			 const struct tk_at *at);

/** The index of a field with this name, or -1 after an error. */
int tk_load_field(struct tk_load *load, const char *name,
		  const struct tk_at *at);
/** A copy of it. */
bool tk_load_copy(struct tk_load *load, const cJSON *item,
		  const struct tk_at *at, char **out);
/** strdup() that reports. */
char *tk_load_dup(struct tk_load *load, const char *text);
/** calloc() that reports. */
void *tk_load_array(struct tk_load *load, size_t count, size_t size);

/** One of the names of OUTCOME, CLASS or STOP; -1 after an error. */
int tk_load_number(struct tk_load *load, const cJSON *item,
		   const struct tk_at *at, enum tk_field_kind kind);

/** A string, or an array of strings that is not empty: a new array. */
bool tk_load_texts(struct tk_load *load, const cJSON *item,
		   const struct tk_at *at, size_t max, char ***out,
		   size_t *count);

/** A zone like "Z" or "+02:00". */
bool tk_load_zone(struct tk_load *load, const cJSON *item,
		  const struct tk_at *at, int32_t *out);

/** A name of a member or of a hole of @p rule (NULL: it has none). Returns
 *  whether there was memory and the name is fine. */
bool tk_load_name(struct tk_load *load, const char *text, struct tk_rule *rule,
		  const struct tk_at *at, struct tk_name *out);

/** A SOURCE of a field of this kind. @p first is a hole that comes before its
 *  names; NULL. */
bool tk_load_source(struct tk_load *load, const cJSON *item,
		    const struct tk_at *at, enum tk_field_kind kind,
		    struct tk_rule *rule, const char *first,
		    struct tk_source *out);

/** A constant for a field of this kind. */
bool tk_load_constant(struct tk_load *load, const cJSON *item,
		      const struct tk_at *at, enum tk_field_kind kind,
		      struct tk_source *out);

/** `fields` and `set` of a rule and of its file: rule->map. */
bool tk_load_maps(struct tk_load *load, const cJSON *rule_json,
		  const struct tk_at *at, struct tk_rule *rule);

/** Check the file's `fields`, which its rules share. */
void tk_load_check_fields(struct tk_load *load, const cJSON *fields);

/** `when`, `text` and `regex`: what a line must be. */
bool tk_load_match(struct tk_load *load, const cJSON *object,
		   const struct tk_at *at, struct tk_rule *rule);
/** The file's `also`, before its rules. */
void tk_load_also(struct tk_load *load, const cJSON *item);
/** One condition: a member has one of the values. */
bool tk_load_condition(struct tk_load *load, const cJSON *item,
		       const struct tk_at *at, const char *names,
		       struct tk_condition *out);

/** `type` of an event; -1 after an error. With @p all also call, note and
 *  skip, whose numbers are 100 + enum tk_rule_type. */
int tk_load_type(struct tk_load *load, const cJSON *item,
		 const struct tk_at *at, bool all);

/** Check that an old file's `fields` has what all events need. */
void tk_load_check_needed(struct tk_load *load, const cJSON *fields);
/** `rules`, or `events` of an old file. */
void tk_load_rules(struct tk_load *load, const cJSON *rules);
void tk_load_events(struct tk_load *load, const cJSON *events);

#endif
