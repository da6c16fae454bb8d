/* What one line says about the next: notes of a lane, and retries that are
 * open. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_JOINS_H
#define TK_JOINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dialect/rule.h"

/** In bounded memory: of many lanes, some are forgotten. */
struct tk_joins;

/** NULL if there is no memory. */
struct tk_joins *tk_joins_new(void);
void tk_joins_free(struct tk_joins *joins);

/** Keep what a note says for its lane (NULL: the input); a field that an
 *  earlier note of the same dialect has is replaced. False: no memory. */
bool tk_joins_note(struct tk_joins *joins, size_t input, const char *lane,
		   const struct tk_rule *rule, const struct tk_made *made);

/** Give an event of a dialect the fields that it lacks and that notes for it
 *  have. Each note is used once, and its texts live until the next call of
 *  tk_joins_note(). */
void tk_joins_take(struct tk_joins *joins, size_t input, const char *lane,
		   const struct tk_file *file, struct tk_made *made);

/** Note that a retry is due, or that its call is over. */
bool tk_joins_retry(struct tk_joins *joins, size_t input, const char *lane,
		    const struct tk_file *file, const struct tk_made *made);

/** Whether a retry of this dialect is due in this lane, else of this operation,
 *  else in this input; the event takes its operation if it has none. */
bool tk_joins_open(struct tk_joins *joins, size_t input, const char *lane,
		   const struct tk_file *file, struct tk_made *made);

#endif
