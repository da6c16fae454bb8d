/* Literals that a line must have for a rule to match it. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_SELECT_H
#define TK_SELECT_H

#include "dialect/needles.h"
#include "dialect/rule.h"

/** Literals of which a line must have one. */
struct tk_selected {
	struct tk_piece literal[TK_ROWS_MAX];
	size_t count;
};

/** The literals of one pattern, of which a line must have all. */
#define TK_SELECTED_ALL 4

/**
 * Choose literals of a rule that stand in its lines as they are, whatever the
 * lines are wrapped in: the best of its patterns, or the name or the values of
 * one member of `when`. The set is empty if there is none: then the rule must
 * be tried on every line.
 */
void tk_select(const struct tk_rule *rule, struct tk_selected *out);

/** More literals that a line must have: for @p i from 0, one of each set.
 *  False past the last. */
bool tk_select_more(const struct tk_rule *rule, size_t i,
		    struct tk_selected *out);

/** The longest literals of pattern @p i, all of which a line must have to match
 *  it; at most TK_SELECTED_ALL. */
void tk_select_pattern(const struct tk_rule *rule, size_t i,
		       struct tk_selected *out);

#endif
