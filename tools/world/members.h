/* The members of a world file as rows of data: reading, checks and the JSON
 * Schema come from them. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_MEMBERS_H
#define RS_WORLD_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rs_member_kind {
	/** char[most]. */
	RS_MEMBER_TEXT,
	/** int, index into `names`. */
	RS_MEMBER_NAME,
	/** double, seconds. */
	RS_MEMBER_DURATION,
	/** double. */
	RS_MEMBER_NUMBER,
	/** uint32_t. */
	RS_MEMBER_COUNT,
	/** bool. */
	RS_MEMBER_FLAG,
	/** A struct that `table` describes. */
	RS_MEMBER_OBJECT,
	/** A struct rs_law; a duration alone is a fixed one. */
	RS_MEMBER_LAW,
	/** At most `most` structs that `table` describes, and their uint32_t
	 *  count. */
	RS_MEMBER_LIST,
	/** A struct rs_policy_set. */
	RS_MEMBER_POLICIES,
};

struct rs_member_table;

struct rs_member {
	const char *name;
	enum rs_member_kind kind;
	bool required;
	/** Place of the value, and of the count of a list. */
	size_t offset, count_offset;
	/** Range of a number, count or duration. */
	double min, max;
	/** Room of a text, or length of a list. */
	size_t most;
	const char *names;
	const struct rs_member_table *table;
	const char *doc;
};

struct rs_member_table {
	const struct rs_member *member;
	size_t count;
	/** Size of the struct. */
	size_t size;
	/** Place of a bool that says whether the object was given; SIZE_MAX if
	 *  there is none. */
	size_t given_offset;
	/** Set the values that count for absent members; may be NULL. */
	void (*defaults)(void *object);
	/** What is wrong with the object as a whole; NULL if nothing is. May be
	 *  NULL. */
	const char *(*check)(const void *object);
};

/** The place of a member. */
#define RS_AT(type, field) .offset = offsetof(struct type, field)
#define RS_ROWS(rows) .member = (rows), .count = sizeof(rows) / sizeof(*(rows))
/** No place of "given". */
#define RS_PLAIN SIZE_MAX
/** Longest duration: ten years. */
#define RS_LONG_S 315360000.0

extern const struct rs_member_table rs_world_table;
extern const struct rs_member_table rs_error_table;
extern const struct rs_member_table rs_law_table;

#endif
