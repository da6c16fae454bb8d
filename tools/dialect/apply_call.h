/* Lines that describe a whole call. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_APPLY_CALL_H
#define TK_APPLY_CALL_H

#include "dialect/give.h"

/** Give the readings of a call: one for each attempt of its `list`, else one
 *  for its last. */
enum tk_applied tk_apply_call(struct tk_apply *apply, struct tk_rule *rule,
			      struct tk_made *made);

#endif
