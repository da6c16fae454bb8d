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
	/** A unit that is not in the value; NULL: none. */
	const char *field, *unit;
	/** Its path. */
	char name[64];
	/** It counts retries, so one more attempt. */
	int add;
	/** "2/5": also the limit. */
	bool of_limit;
};

/** Numbers that the rest of a log explains. */
enum tk_number {
	TK_NUMBER_ATTEMPT,
	TK_NUMBER_LIMIT,
	TK_NUMBER_LEFT,
	TK_NUMBERS,
};

/** A message that was kept, to see what varies. */
struct tk_kept {
	struct tk_kept *next;
	/** What members have; -1: none. */
	int32_t number[TK_NUMBERS];
	/** Where the sentence begins in it. */
	size_t body;
	char text[];
};

#define TK_NAMED_MAX 12
#define TK_SHAPE_TEXT 1024
#define TK_SHAPE_LINE 4096

struct tk_shape {
	uint64_t hash, count;
	enum tk_meaning meaning;
	/** It has a word that only retries have. */
	bool strong;
	/** A built-in dialect reads it. */
	bool known;
	/** JSON, logfmt, or console text with an object: members have
	 *  values. */
	bool has_members;
	/** The sentence is the message; else a member says it. */
	bool is_sentence;
	char when_name[64], when_value[64];
	struct tk_named named[TK_NAMED_MAX];
	size_t named_count;
	bool has_time, has_id, has_thread;
	/** Forms of the time of the current line, if they have to be stated. */
	uint32_t fits;
	/** The message, and a line that has it; "" if that is too long. */
	char text[TK_SHAPE_TEXT], line[TK_SHAPE_LINE];
	struct tk_tokens tokens;
	/** What varies before a token, or at the end. */
	bool gap[TK_TOKENS_MAX + 1];
	/** The first messages of it. */
	struct tk_kept *kept;
	size_t kept_count;
	/** Numbers of the current line's members. */
	int32_t number[TK_NUMBERS];
	/** The message has the sentence from here on. */
	size_t body;
};

/** Whether a text speaks of retries; sets *strong. */
bool tk_speaks_of_retries(const char *text, size_t length, bool *strong);

/** The same, but cheap, of a whole line: false only if none of its parts
 *  does. */
bool tk_may_speak_of_retries(const char *text, size_t length);

/** Whether a text says that something failed. */
bool tk_says_failure(const char *text, size_t length);

/** What a message means. */
enum tk_meaning tk_meaning_of(const char *text, size_t length);

/** Whether a word ends what stands before a place, or begins what stands behind
 *  it; spaces and marks between them do not count. @p words has spaces between
 *  them. */
bool tk_word_before(const char *text, size_t at, const char *words);
bool tk_word_behind(const char *text, size_t at, const char *words);

/** Whether a word is a unit of durations. */
bool tk_word_is_unit(const char *text, size_t length);

/** A member, or one of an object in it: "a.b". */
typedef void (*tk_guess_member_fn)(void *user, const char *path, size_t length,
				   const struct bo_json_value *value);

/** Call for each member of a line, and for those of its objects. */
void tk_guess_members(struct tk_envelope *envelope, tk_guess_member_fn fn,
		      void *user);

/** Find the members whose names say what they hold. */
void tk_shape_members(struct tk_shape *shape, struct tk_envelope *envelope);

/** Find the member that holds the message; if that is not about retries, the
 *  one that is. */
void tk_shape_when(struct tk_shape *shape, struct tk_envelope *envelope);

/** Whether the message has a word: else all of it is a name. */
bool tk_shape_has_words(const struct tk_shape *shape);

/** Whether a member holds that field. */
bool tk_shape_has(const struct tk_shape *shape, const char *field);

/** The member that holds "2/5"; NULL if none does. */
const struct tk_named *tk_shape_of_limit(const struct tk_shape *shape);

/** Forget it. */
void tk_shape_drop_of_limit(struct tk_shape *shape);

/** Make one sentence of two, if they are; the lines of @p from are then
 *  @p into's. */
bool tk_shape_merge(struct tk_shape *into, struct tk_shape *from);

void tk_shape_free(struct tk_shape *shape);

#endif
