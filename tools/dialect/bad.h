/* Bad lines of a log, by kind: many lines of one kind are one message. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_BAD_H
#define TK_BAD_H

#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** Kinds that are kept; lines of others are only counted. */
#define TK_BAD_KINDS 5

/** The first line of a kind, and how many there are. */
struct tk_bad_kind {
	size_t input;
	uint64_t line;
	struct backoff_error error;
	uint64_t count, hash;
};

/** Zero to begin with. */
struct tk_bad {
	struct tk_bad_kind kind[TK_BAD_KINDS];
	size_t kinds;
	/** Lines of other kinds. */
	uint64_t others;
};

/** Note a bad line. Two are of one kind if their errors differ only in numbers
 *  and quoted texts. */
void tk_bad_note(struct tk_bad *bad, size_t input, uint64_t line,
		 const struct backoff_error *error);

/** "delay_seconds: must be a number (got string) (40 lines)". */
void tk_bad_say(const struct tk_bad_kind *kind, char *out, size_t size);

#endif
