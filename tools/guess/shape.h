/* A sentence of a log, from lines that differ only in values. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_SHAPE_H
#define TK_SHAPE_H

#include "envelope/envelope.h"
#include "guess/tokens.h"

/** What a sentence says of a call. */
enum tk_meaning {
	TK_MEANS_RETRY,
	TK_MEANS_EXHAUSTED,
	TK_MEANS_ABORTED,
	TK_MEANS_SUCCESS,
};

/** A member whose name says which field it holds. */
struct tk_named {
	/** Index into the table of names; its unit. */
	const char *field, *unit;
	char name[64];
	int add;
};

#define TK_NAMED_MAX 12
#define TK_SHAPE_TEXT 1024
#define TK_SHAPE_LINE 4096

struct tk_shape {
	uint64_t hash, count;
	enum tk_meaning meaning;
	/** It has a word that only retries have. */
	bool strong;
	/** JSON, logfmt, or console text with an object: members have
	 *  values. */
	bool has_members;
	/** The sentence is the message; else a member says it. */
	bool is_sentence;
	char when_name[64], when_value[64];
	struct tk_named named[TK_NAMED_MAX];
	size_t named_count;
	bool has_time, has_id, has_thread;
	/** The message, and a line that has it; "" if that is too long. */
	char text[TK_SHAPE_TEXT], line[TK_SHAPE_LINE];
	struct tk_tokens tokens;
	/** What varies before a token, or at the end. */
	bool gap[TK_TOKENS_MAX + 1];
};

/** Whether a text speaks of retries; sets *strong. */
bool tk_speaks_of_retries(const char *text, size_t length, bool *strong);

/** The same, but cheap, of a whole line: false only if none of its parts
 *  does. */
bool tk_may_speak_of_retries(const char *text, size_t length);

/** What a message means. */
enum tk_meaning tk_meaning_of(const char *text, size_t length);

/** Find the members whose names say what they hold, and if the message is not
 *  about retries, the one that is. */
void tk_shape_members(struct tk_shape *shape, struct tk_envelope *envelope);

/** Whether a member holds that field. */
bool tk_shape_has(const struct tk_shape *shape, const char *field);

/** Make one sentence of two, if they are. */
bool tk_shape_merge(struct tk_shape *into, const struct tk_shape *from);

#endif
