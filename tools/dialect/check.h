/* Checks dialects: their samples, and what their rules make of a line. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_CHECK_H
#define TK_CHECK_H

#include "dialect/dialect.h"
#include "dialect/template.h"

/** One sample of a dialect. */
struct tk_sample {
	/** Its place in `samples`, from 0, and its first line. */
	size_t index;
	const char *line;
	bool passed;
	/** What is not as it should be; "" if it passed. */
	char text[256];
};

/** Called for each sample. */
typedef void (*tk_sample_fn)(void *user, const struct tk_sample *sample);

/**
 * Check the samples of all dialects that are open. Each is read as the only
 * lines of a log, by its dialect alone.
 *
 * @param fn      may be NULL
 * @param failed  how many did not pass
 * @return BACKOFF_OK; BACKOFF_E_NOMEM
 */
enum backoff_status tk_samples_check(struct tk_dialect *dialect,
				     tk_sample_fn fn, void *user, size_t *total,
				     size_t *failed);

/** A rule of an open dialect. */
struct tk_rule_info {
	/** "rules[3]". */
	const char *dialect, *rule;
	/** "retry_attempt", "call", "note", "skip". */
	const char *type;
	/** Lines that it matched, and of which its patterns were stopped. */
	uint64_t matched, stopped;
	/** It has no literal by which its lines are found, so it is tried on
	 *  every line. */
	bool slow;
};

/** Rule @p i of all dialects, in their order of precedence; false past the
 *  last. */
bool tk_dialect_rule(const struct tk_dialect *dialect, size_t i,
		     struct tk_rule_info *out);

/** A hole of a match. */
struct tk_hole_seen {
	const char *name;
	struct tk_piece piece;
};

/** What one rule makes of a line. */
struct tk_look {
	/** For tk_dialect_rule(). */
	size_t rule;
	bool matched;
	/** The text that its patterns search. */
	struct tk_piece text;
	/** The `when` does not hold: the first member that is missing or has
	 *  another value; NULL. */
	const char *condition;
	/** The pattern that matched, or else came nearest; the literals that
	 *  were found one after the other, of how many, the last of them, and
	 *  the byte of the text behind it. Regular expressions have none. */
	size_t pattern, literals, total, reached;
	struct tk_piece literal;
	/** If it matched. */
	struct tk_hole_seen hole[TK_HOLES_MAX];
	size_t hole_count;
	/** The value of this field cannot be read, for this reason; NULL. */
	const char *wrong_field;
	char wrong[160];
};

/** Called for each rule. */
typedef void (*tk_look_fn)(void *user, const struct tk_look *look);

/** Show what every rule makes of a line, also those that would not be tried.
 *  Gives no readings. BACKOFF_OK; BACKOFF_E_NOMEM; BACKOFF_E_SYNTAX if the line
 *  is not text or a part of another. */
enum backoff_status tk_dialect_look(struct tk_dialect *dialect,
				    const struct tk_line *line, tk_look_fn fn,
				    void *user);

#endif
