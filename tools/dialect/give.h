/* Readings that a rule gives of a line. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_GIVE_H
#define TK_GIVE_H

#include "dialect/bases.h"
#include "dialect/joins.h"
#include "dialect/notes.h"
#include "dialect/view.h"

/** What a rule made of a line. */
enum tk_applied {
	/** It is not a line of this rule. */
	TK_APPLIED_NOT,
	/** At least one reading was given. */
	TK_APPLIED_EVENT,
	/** It was kept for the next event of its lane. */
	TK_APPLIED_NOTE,
	/** It is known, and says nothing. */
	TK_APPLIED_SKIP,
	/** It is a line of this rule, but cannot be read: view->error. */
	TK_APPLIED_BAD,
	TK_APPLIED_NO_MEMORY,
};

/** Where readings go, and what connects lines. */
struct tk_apply {
	struct tk_view view;
	struct tk_joins *joins;
	struct tk_notes *notes;
	struct tk_bases *bases;
	size_t input;
	/** The time of lines without one; 0: none. */
	uint64_t arrival_ns;
	struct tk_reading reading;
	tk_reading_fn fn;
	void *user;
	/** The pattern that matched, and its holes: for `check`. */
	size_t pattern;
	struct tk_holes holes;
};

/** Give a reading. False: no memory. */
bool tk_apply_give(struct tk_apply *apply, struct tk_rule *rule,
		   const struct tk_made *made);

#endif
