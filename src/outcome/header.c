/* Joins what headers say. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "outcome/header.h"

struct backoff_hint
bo_limit_hint(uint32_t state, uint64_t reset_ns)
{
	if ((state & BO_LIMIT_RESET) == 0 ||
	    ((state & BO_LIMIT_LEFT) != 0 && (state & BO_LIMIT_USED_UP) == 0))
		return (struct backoff_hint){.kind = BACKOFF_HINT_NONE,
					     .delay_ns = 0};
	return (struct backoff_hint){.kind = BACKOFF_HINT_RESET,
				     .delay_ns = reset_ns};
}

/* What the peer says about this request counts for more than what it says about
 * its limits. */
static int
rank(enum backoff_hint_kind kind)
{
	switch (kind) {
	case BACKOFF_HINT_RESET:
		return 1;
	case BACKOFF_HINT_DELAY:
		return 2;
	case BACKOFF_HINT_FORBID:
		return 3;
	case BACKOFF_HINT_NONE:
		break;
	}
	return 0;
}

struct backoff_hint
backoff_hint_join(struct backoff_hint first, struct backoff_hint second)
{
	if (rank(first.kind) != rank(second.kind))
		return rank(first.kind) > rank(second.kind) ? first : second;
	return first.delay_ns >= second.delay_ns ? first : second;
}
