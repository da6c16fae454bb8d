/* What the matchers of a policy match, and which hardly match anything. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_LINT_MATCHERS_H
#define RS_LINT_MATCHERS_H

#include <stdbool.h>
#include <stddef.h>

#include <backoff.h>

/** Whether any HTTP status that is a failure is retried, as
 *  backoff_outcome_from_http() reports it, without an error text. */
bool rs_matches_http(const struct backoff_policy *policy);

/** Matchers that are valid and probably a mistake. */
struct rs_unlikely {
	size_t count;
	/** The first, cut, and why. */
	char matcher[80];
	const char *why;
};

/** Look for them in retry_on and abort_on. False if memory ran out. */
bool rs_find_unlikely(const struct backoff_policy *policy,
		      struct rs_unlikely *out);

#endif
