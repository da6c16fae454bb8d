/* A strict reader of JSON files, by tables of their members: each error has its
 * line, column and path. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_MEMBERS_READ_H
#define TK_MEMBERS_READ_H

#include "base/json.h"
#include "members/members.h"

struct tk_reader {
	struct bo_json json;
	struct backoff_error *error;
	char path[128];
};

/** Read the text of a file. BACKOFF_OK; else a status with line, column and
 *  path in @p error, and @p object may be half read. */
enum backoff_status tk_members_read(const struct tk_member_table *table,
				    const char *text, size_t length,
				    void *object, struct backoff_error *error);

/* What follows is for members of kind OTHER. */

/** Where the next value begins. */
const char *tk_reader_at(const struct tk_reader *reader);

/** An error at a place of the text. Returns the status. */
enum backoff_status tk_reader_fail(struct tk_reader *reader,
				   enum backoff_status status, const char *at,
				   const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/** Read a value of one type. */
enum backoff_status tk_reader_take(struct tk_reader *reader,
				   enum bo_json_type type,
				   struct bo_json_value *value);

enum backoff_status tk_reader_object(struct tk_reader *reader,
				     const struct tk_member_table *table,
				     void *object);

/** Read a duration. */
enum backoff_status tk_reader_seconds(struct tk_reader *reader, double *out);

/** Read a string that fits, without its escapes. */
enum backoff_status tk_reader_string(struct tk_reader *reader, size_t room,
				     char *out);

/** Step to the next element of an array that bo_json_open() entered; *first is
 *  true before the first one. False at its end. */
bool tk_reader_next(struct tk_reader *reader, bool *first);

#endif
