/* Applies rules to a line, and makes readings. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_APPLY_H
#define TK_APPLY_H

#include "dialect/give.h"

/** The patterns of a rule that may match a line: bit i % 64 of bits[i / 64]. */
struct tk_pattern_set {
	uint64_t bits[(TK_PATTERNS_MAX + 63) / 64];
};

/** Apply one rule; its other patterns are not tried. One with `each` is applied
 * to each element, together with the rules after it in its file that have the
 * same `each`. */
enum tk_applied tk_apply_rule(struct tk_apply *apply, struct tk_rule *rule,
			      const struct tk_pattern_set *patterns);

/** Give the failed attempts that only notes of an input are about, if they
 *  waited long enough at @p now_ns; BACKOFF_ABSENT: all. False: no memory. */
bool tk_apply_flush(struct tk_apply *apply, size_t input, uint64_t now_ns);

#endif
