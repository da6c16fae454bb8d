/* The members of a JSON file as rows of data: reading, checks and the JSON
 * Schema come from them. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_MEMBETK_H
#define TK_MEMBETK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

enum tk_member_kind {
	/** char[most]. */
	TK_MEMBER_TEXT,
	/** int, index into `names`. */
	TK_MEMBER_NAME,
	/** double, seconds. */
	TK_MEMBER_DURATION,
	/** double. */
	TK_MEMBER_NUMBER,
	/** uint32_t. */
	TK_MEMBER_COUNT,
	/** bool. */
	TK_MEMBER_FLAG,
	/** A struct that `table` describes. */
	TK_MEMBER_OBJECT,
	/** At most `most` structs that `table` describes, and their uint32_t
	 *  count. */
	TK_MEMBER_LIST,
	/** What its `read` makes of it. */
	TK_MEMBER_OTHER,
};

struct tk_member_table;
struct tk_reader;

struct tk_member {
	const char *name;
	enum tk_member_kind kind;
	bool required;
	/** Place of the value, and of the count of a list. */
	size_t offset, count_offset;
	/** Range of a number, count or duration. */
	double min, max;
	/** Room of a text, or length of a list. */
	size_t most;
	const char *names;
	const struct tk_member_table *table;
	/** For OTHER: reads the next value; and its JSON Schema, without
	 *  braces. */
	enum backoff_status (*read)(struct tk_reader *reader, void *value);
	const char *schema;
	const char *doc;
};

struct tk_member_table {
	/** Its name under $defs of a schema; NULL if it is written out where
	 *  it is used. */
	const char *definition;
	const struct tk_member *member;
	size_t count;
	/** Size of the struct. */
	size_t size;
	/** Place of a bool that says whether the object was given; SIZE_MAX if
	 *  there is none. */
	size_t given_offset;
	/** Set the values that count for absent members; may be NULL. */
	void (*defaults)(void *object);
	/** What is wrong with the object as a whole; NULL if nothing is. What
	 *  begins with the name of a member is said at its value. May be
	 *  NULL. */
	const char *(*check)(const void *object);
};

/** The place of a member. */
#define TK_AT(type, field) .offset = offsetof(struct type, field)
#define TK_ROWS(rows) .member = (rows), .count = sizeof(rows) / sizeof(*(rows))
/** No place of "given". */
#define TK_PLAIN SIZE_MAX
#endif
