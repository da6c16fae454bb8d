/* The parts of a guess: the sentences, and the rules drafted from them. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_GUESS_INSIDE_H
#define TK_GUESS_INSIDE_H

#include "dialect/dialect.h"
#include "guess/shape.h"

/** Sentences that are shown and written. */
#define TK_GUESS_MAX 10
/** Sentences that are kept apart before they are merged. */
#define TK_SHAPES_MAX 512
#define TK_DRAFT_TEXT 2048
#define TK_HOLES 16

/** A rule, as it will be written. */
struct tk_draft {
	/** A template; "" if a member says it. */
	char text[TK_DRAFT_TEXT];
	/** Names of the fields that the template has holes for. */
	const char *hole[TK_HOLES];
	size_t hole_count;
	/** It says less than another sentence about the same attempt, which
	 *  follows at once. */
	bool is_note;
};

struct tk_guess {
	struct tk_unwrap *unwrap;
	struct tk_envelope_reader *reader;
	/** The built-in dialects. */
	struct tk_dialect *known;
	uint64_t lines, read, speaking, more;
	struct tk_shape **shape;
	size_t count;
	struct tk_shape current;
	struct tk_draft draft[TK_GUESS_MAX];
	size_t drafts;
};

/** Draft the template of a sentence. */
void tk_draft_make(const struct tk_shape *shape, struct tk_draft *out);

/** Whether the template reads the line that it was made of. */
bool tk_draft_fits(const struct tk_shape *shape, const struct tk_draft *draft);

/** Find sentences that only prepare another one. */
void tk_draft_connect(struct tk_shape *const *shape, struct tk_draft *draft,
		      size_t count);

/** Whether a rule has a field, from a hole or a member. */
bool tk_draft_has(const struct tk_shape *shape, const struct tk_draft *draft,
		  const char *field);

#endif
