/* A strict reader of JSON (RFC 8259) that knows where everything stands.
 *
 * cJSON builds trees but is lenient (raw control characters, bad UTF-8,
 * trailing text, "01"), forgets positions, and allocates for every value. This
 * reader decides what is valid, and reports line and column. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_JSON_H
#define BO_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include <backoff/status.h>

/** Maximum depth of nested objects and arrays. */
#define BO_JSON_DEPTH 32

/** Maximum length of a number. cJSON reads no more, and takes the rest of a
 *  longer one for a syntax error. */
#define BO_JSON_NUMBER_MAX 63

enum bo_json_type {
	BO_JSON_NULL,
	BO_JSON_FALSE,
	BO_JSON_TRUE,
	BO_JSON_NUMBER,
	BO_JSON_STRING,
	BO_JSON_ARRAY,
	BO_JSON_OBJECT,
	BO_JSON_TYPE_COUNT
};

/** A reading position, and what went wrong there. */
struct bo_json {
	const char *text, *at, *end;
	/** NULL if there is no problem; else `at` is its place. */
	const char *problem;
	/** The problem is a limit of this reader, not the syntax. */
	bool over_limit;
	/** See bo_json_begin_loose(). */
	bool loose;
	/** Objects and arrays around the next value. */
	unsigned depth;
	/** The last \u0000 that was read, which strings that end in NUL cannot
	 *  hold; NULL if there was none. */
	const char *nul;
};

/** A piece of the text. A string's piece lies between its quotes. */
struct bo_json_value {
	const char *at;
	size_t length;
	enum bo_json_type type;
	/** A string that has a backslash. */
	bool escaped;
};

struct bo_json_member {
	struct bo_json_value key, value;
};

/** "null", "a number", "an object": for messages. */
const char *bo_json_type_name(enum bo_json_type type);

void bo_json_begin(struct bo_json *json, const char *text, size_t length);

/** For lines of other programs: \ud800 to \udfff may also stand alone (Python's
 *  logging writes them for bytes that are not UTF-8), and numbers may be of any
 *  length. */
void bo_json_begin_loose(struct bo_json *json, const char *text, size_t length);

/** Read one whole value, checked in depth. */
bool bo_json_value(struct bo_json *json, struct bo_json_value *out);

/** Step into '{' or '['; false if the next value does not begin with it. */
bool bo_json_open(struct bo_json *json, char bracket);

/** The next member; false at the closing brace, which is stepped over, and on a
 *  problem. Set *first to true before the first. */
bool bo_json_member(struct bo_json *json, bool *first,
		    struct bo_json_member *out);

/** Only the name of the next member: json->at is where its value begins, which
 *  bo_json_value() or bo_json_open() must read. */
bool bo_json_key(struct bo_json *json, bool *first, struct bo_json_value *out);

/** The next element of an array, as bo_json_member(). */
bool bo_json_element(struct bo_json *json, bool *first,
		     struct bo_json_value *out);

/** Only white space is left, and there was no problem. */
bool bo_json_end(struct bo_json *json);

/** Fill in status, line, column and text of a problem; error may be NULL.
 *  Returns the status: BACKOFF_E_SYNTAX or BACKOFF_E_LIMIT. */
enum backoff_status bo_json_error(const struct bo_json *json,
				  struct backoff_error *error);

/** Whether a text is one value that cJSON then reads as it is meant: strict
 *  JSON without \u0000, at which its strings would end. BACKOFF_OK, else as
 *  bo_json_error(). */
enum backoff_status bo_json_check(const char *text, size_t length,
				  struct backoff_error *error);

/** Length of the byte order mark that a text begins with, which editors write
 *  and JSON does not have: 3, or 0. */
size_t bo_json_mark(const char *text, size_t length);

/** Line and column (from 1) of a byte of the text. */
void bo_json_position(const char *text, const char *at,
		      struct backoff_error *error);

/** Write a string's value without escapes; @p out has room for its length.
 *  U+0000 and lone surrogates become U+FFFD. Returns the length; adds no NUL.
 */
size_t bo_json_unescape(const struct bo_json_value *string, char *out);

#endif
