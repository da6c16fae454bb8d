/* The fields of an event that a dialect file may fill. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_FIELDS_H
#define TK_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** The kind of a field, which decides how its text is read. */
enum tk_field_kind {
	TK_FIELD_TEXT,
	TK_FIELD_COUNT,
	TK_FIELD_DURATION,
	TK_FIELD_TIME,
	TK_FIELD_TYPE,
	/** Names from the log's vocabulary, stored as numbers. */
	TK_FIELD_OUTCOME,
	TK_FIELD_CLASS,
	TK_FIELD_STOP
};
#define TK_FIELD_KIND_COUNT (TK_FIELD_STOP + 1)

/** What a rule reads: an event, and what an event is made of. */
struct tk_made {
	struct backoff_event event;
	/** Attempts left after this one; retries of a whole call. */
	uint64_t left, retries;
	/** When the next attempt begins, and when the call or the attempt
	 *  began. */
	uint64_t next_ts_ns, started_ns;
	/** The attempt counted from 0 or 1; the one that comes after this. */
	uint64_t index, next_attempt;
	const char *lane;
	/** Stands for the logger; 0: unknown, or the dialect is for a library,
	 *  which may have several. */
	uint64_t logger;
	/** The operation is only a default, or the logger's name. */
	bool unnamed;
	/** Not an attempt, but the end of a call whose last failure has a line:
	 *  a wait may be going on. */
	bool closes;
	/** Its operation is only what `also` of its dialect found, which may
	 *  have another name in another line; it counts as unnamed. */
	bool guessed;
};

/** A field that a dialect may fill: one row of a table. */
struct tk_field {
	const char *name;
	enum tk_field_kind kind;
	/** Offset in struct tk_made. */
	size_t offset;
	/** TEXT: maximum number of bytes kept. COUNT: the smallest number, 0 or
	 *  1. */
	size_t limit;
};

extern const struct tk_field tk_fields[];
extern const size_t tk_field_count;

/** Index of a field, or -1. */
int tk_field_find(const char *name);
/** All names, separated by spaces, for bo_nearest_of(). */
void tk_field_names(char *buffer, size_t size);
/** The number of a name of OUTCOME, CLASS or STOP; -1 if unknown. */
int tk_field_number(enum tk_field_kind kind, const char *name);
/** Its name; NULL if it is absent or unknown. */
const char *tk_field_name(enum tk_field_kind kind, int number);
/** The names of OUTCOME, CLASS or STOP, separated by spaces. */
void tk_field_vocabulary(enum tk_field_kind kind, char *buffer, size_t size);

#endif
