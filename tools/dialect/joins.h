/* Retries that are open, so that a later line may be about them. */
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

/** Note that a retry is due, or that its call is over. */
bool tk_joins_retry(struct tk_joins *joins, size_t input, const char *lane,
		    const struct tk_file *file, const struct tk_made *made);

/** Whether a retry of this dialect is due in this lane, else of this operation,
 *  else in this input, since @p within_ns or less; the event takes its
 *  operation and its call id if it has none. */
bool tk_joins_open(struct tk_joins *joins, size_t input, const char *lane,
		   const struct tk_file *file, uint64_t within_ns,
		   struct tk_made *made);

#endif
