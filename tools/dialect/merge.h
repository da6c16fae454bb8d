/* What several lines say about one event, together. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_MERGE_H
#define TK_MERGE_H

#include <stdbool.h>
#include <stdint.h>

#include "dialect/fields.h"

/** Whether it has values for all these fields (bits of tk_fields). */
bool tk_merge_has(const struct tk_made *made, uint64_t fields);

/** Give @p to the fields that it lacks. */
void tk_merge(const struct tk_made *from, struct tk_made *to);

/** Copy all texts to memory of their own, to be freed with free(). NULL: no
 *  memory. */
char *tk_merge_keep(struct tk_made *made);

#endif
