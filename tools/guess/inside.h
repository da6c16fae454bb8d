/* The parts of a guess: the sentences, and the rules drafted from them. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_GUESS_INSIDE_H
#define TK_GUESS_INSIDE_H

#include "dialect/dialect.h"
#include "dialect/template.h"
#include "guess/calls.h"
#include "guess/shape.h"

/** Sentences that are shown and written. */
#define TK_GUESS_MAX 10
/** Sentences that are kept apart before they are merged. */
#define TK_SHAPES_MAX 512
/** Messages that are kept of each, and of all. */
#define TK_KEPT_EACH 48
#define TK_KEPT_ALL 4096
#define TK_DRAFT_TEXT 2048
/** Holes of a template; the rest of a longer sentence is left out. */
#define TK_HOLES 24
#define TK_PARTS (2 * TK_TOKENS_MAX + 2)
#define TK_DOUBTS 4
/** Forms of times that a dialect file can state. */
#define TK_FORMATS 18

/** A literal, or a hole. */
struct tk_part {
	/** NULL: a literal, of these bytes of the shape's text. */
	const char *field, *kind;
	size_t at, length;
	/** No word says that the number is this. */
	bool unsure;
	/** Another sentence says what it is. */
	bool sure;
};

/** A rule, as it will be written. */
struct tk_draft {
	struct tk_part part[TK_PARTS];
	size_t parts, holes;
	/** Stands before the first hole in all lines; "" if nothing does. */
	char anchor[64];
	/** The template; "" if a member says it. */
	char text[TK_DRAFT_TEXT];
	/** It says less than another sentence about the same attempt, which
	 *  follows at once. */
	bool is_note;
	/** What is added to the attempt and to the limit. */
	int add_attempt, add_limit;
	/** What the lines have; -1: nothing. */
	int32_t low[TK_NUMBERS], high[TK_NUMBERS];
	/** The attempt is the limit in all of them. */
	bool at_limit;
	/** Messages that were kept and that the template reads. */
	size_t matched;
	/** What somebody who knows the program should look at. */
	char doubt[TK_DOUBTS][160];
	size_t doubts;
};

struct tk_guess {
	struct tk_unwrap *unwrap;
	struct tk_envelope_reader *reader;
	/** The built-in dialects but handwritten and generic-json. */
	struct tk_dialect *known;
	uint64_t lines, read, speaking, more;
	/** Lines that begin with a time of each form. */
	uint64_t fits[TK_FORMATS];
	/** Attempts that built-in dialects read. */
	uint64_t known_attempts;
	struct tk_shape **shape;
	size_t count, kept;
	struct tk_shape current;
	struct tk_draft draft[TK_GUESS_MAX];
	size_t drafts;
	/** What an access log has. */
	struct tk_calls calls;
	/** Lines with lists that have no name, and the first of them. */
	uint64_t lists;
	char list_line[TK_SHAPE_LINE];
};

/** What a message that was kept has in the holes of a template. */
typedef void (*tk_values_fn)(void *user, const struct tk_kept *kept,
			     const struct tk_holes *holes);

/** How to draft a sentence again, if its template does not read all lines. */
enum tk_try {
	TK_TRY_FIRST,
	/** Names may be any words. */
	TK_TRY_LOOSE,
	/** With the words of its first line only. */
	TK_TRY_ONE,
	TK_TRIES,
};

/** Draft the template of a sentence. */
void tk_draft_make(const struct tk_shape *shape, enum tk_try how,
		   struct tk_draft *out);

/** Write draft->text; with @p numbered holes are called h0, h1 and so on. */
void tk_draft_render(const struct tk_shape *shape, struct tk_draft *draft,
		     bool numbered);

/** Call for each message of @p lines that the draft's template reads, and
 *  count them. BACKOFF_OK, BACKOFF_E_NOMEM. */
enum backoff_status tk_draft_each(const struct tk_shape *shape,
				  struct tk_draft *draft,
				  const struct tk_shape *lines, tk_values_fn fn,
				  void *user, size_t *matched);

/** Decide by the values in its lines which hole is what. BACKOFF_OK,
 *  BACKOFF_E_NOMEM. */
enum backoff_status tk_draft_decide(const struct tk_shape *shape,
				    struct tk_draft *draft);

/** Find the operations of other sentences in the words of those that have
 *  none. BACKOFF_OK, BACKOFF_E_NOMEM. */
enum backoff_status tk_draft_operations(struct tk_shape *const *shape,
					struct tk_draft *draft, size_t count);

/** Compare the numbers of all sentences: from what they count, and which
 *  sentences end a call. */
void tk_draft_count(struct tk_shape *const *shape, struct tk_draft *draft,
		    size_t count);

/** Find sentences that only prepare another one. */
void tk_draft_connect(struct tk_shape *const *shape, struct tk_draft *draft,
		      size_t count);

/** Put those that read the lines of others behind them. BACKOFF_OK,
 *  BACKOFF_E_NOMEM. */
enum backoff_status tk_draft_sort(struct tk_shape **shape,
				  struct tk_draft *draft, size_t count);

/** Whether a rule has a field, from a hole or a member. */
bool tk_draft_has(const struct tk_shape *shape, const struct tk_draft *draft,
		  const char *field);

bool tk_draft_has_hole(const struct tk_draft *draft, const char *field);

/** The hole of a field; NULL if there is none. */
struct tk_part *tk_draft_hole(struct tk_draft *draft, const char *field);

/** The type of its rule. */
const char *tk_draft_type(const struct tk_shape *shape,
			  const struct tk_draft *draft);

/** Whether nothing of a sentence says which attempt it is about, or when the
 *  next one is: then it may well be about something else. */
bool tk_draft_is_bare(const struct tk_shape *shape,
		      const struct tk_draft *draft);

/** Whether a sentence means that. */
bool tk_guess_means(const struct tk_guess *guess, enum tk_meaning meaning);

/** Whether there are lines of whole calls, some of them with a retry. */
bool tk_guess_has_calls(const struct tk_guess *guess);

/** The bytes of a time at the beginning of a text that is only read if its form
 *  is stated, and which forms fit; 0. */
size_t tk_guess_format(const char *text, size_t length, uint32_t *fits);

/** The form of the times that lines begin with, and whether no other fits as
 *  well; NULL if they have none. */
const char *tk_guess_time_format(const struct tk_guess *guess, bool *sure);

/** Note a doubt. */
void tk_draft_doubt(struct tk_draft *draft, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
