/* What earlier lines say of a number: from what a log counts, and down. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_BASES_H
#define TK_BASES_H

#include "dialect/rule.h"

/** In bounded memory. */
struct tk_bases;

/** NULL if there is no memory. */
struct tk_bases *tk_bases_new(void);
void tk_bases_free(struct tk_bases *bases);

/** Make the number of the attempt from `index`, which counts from 0 once a
 *  line of the operation had 0, and from `next_attempt`, which is the attempt
 *  after this one until a line of the operation had 1. */
void tk_bases_number(struct tk_bases *bases, const struct tk_file *file,
		     struct tk_made *made);

/** Whether a line counts down the wait that an earlier line of its call began:
 *  it has some seconds less. */
bool tk_bases_counts_down(struct tk_bases *bases, const struct tk_file *file,
			  const struct backoff_event *event);

#endif
