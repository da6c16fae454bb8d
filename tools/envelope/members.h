/* The members of one line: of a JSON object, or "name=value" pairs. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_MEMBERS_H
#define TK_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include <backoff.h>

#include "base/json.h"
#include "unwrap/unwrap.h"

struct tk_entry {
	struct tk_piece name;
	struct bo_json_value value;
	/** A string that holds an object: the object, once it was asked for. */
	struct bo_json_value inner;
	bool has_inner;
	/** A pair's value has escapes of Go's strconv.Quote, not of JSON. */
	bool quoted_by_go;
};

struct tk_members {
	struct tk_entry *entry;
	size_t count, room;
	/** Hashes of the beginnings of their names: most names that a rule asks
	 *  for are none of them. */
	uint64_t begins;
	/** For texts without escapes: twice the line is enough, because each
	 *  member is unescaped at most twice; and as much for a template. */
	char *scratch;
	size_t scratch_used, scratch_size;
};

/** Forget the members, and make room for texts of a line. False if there is no
 *  memory. */
bool tk_members_begin(struct tk_members *members, size_t line_length);
void tk_members_clear(struct tk_members *members);

/** Add an entry; false if there is no memory. */
bool tk_members_add(struct tk_members *members, struct tk_piece name,
		    const struct bo_json_value *value, bool quoted_by_go);

/** Add all members of an object. BACKOFF_OK, BACKOFF_E_SYNTAX, _LIMIT,
 *  _NOMEM. */
enum backoff_status tk_members_object(struct tk_members *members,
				      const char *text, size_t length,
				      struct backoff_error *error);

/**
 * Add the pairs of a text: name=value, name="a \"b\"", name='a b'. A value ends
 * at a space, but that of a name like "error" only before the next pair.
 * BACKOFF_OK, BACKOFF_E_NOMEM.
 */
enum backoff_status tk_members_pairs(struct tk_members *members,
				     const char *text, size_t length);

/** Whether a text begins with a pair. */
bool tk_members_is_pair(const char *text, size_t length);

/** Find a member, as tk_envelope_member() does. */
bool tk_members_find(struct tk_members *members, const char *path,
		     size_t length, struct bo_json_value *out);

/** Find a path within a member: in an object, or in a string that holds one. */
bool tk_members_inside(struct tk_members *members, struct tk_entry *entry,
		       const char *path, size_t length,
		       struct bo_json_value *out);

/** Remove the escapes of a pair's value; false if there is no memory. */
bool tk_members_plain(struct tk_members *members, struct tk_entry *entry);

/** Fill the holes of a template, such as {Delay:0.0}, with the members of those
 *  names or of `Properties`. The text as it is if there is none, or no room. */
struct tk_piece tk_members_fill(struct tk_members *members,
				struct tk_piece text);

/** The text of a string without escapes, or of a number; else as it is
 *  written. */
struct tk_piece tk_members_text(struct tk_members *members,
				const struct bo_json_value *value);

#endif
