/* Applies rules to a line, and makes readings. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_APPLY_H
#define TK_APPLY_H

#include "dialect/give.h"

/** Apply one rule. One with `each` is applied to each element, together with
 *  the rules after it in its file that have the same `each`. */
enum tk_applied tk_apply_rule(struct tk_apply *apply, struct tk_rule *rule);

/** Whether a rule's `when` and its patterns match; sets the view's holes. */
enum tk_applied tk_apply_match(struct tk_apply *apply, struct tk_rule *rule);

/** Give the failed attempts that only notes of an input are about, if they
 *  waited long enough at @p now_ns; BACKOFF_ABSENT: all. False: no memory. */
bool tk_apply_flush(struct tk_apply *apply, size_t input, uint64_t now_ns);

#endif
