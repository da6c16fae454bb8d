/* Classification of failures. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_CLASSIFY_H
#define BO_CLASSIFY_H

#include <stdbool.h>

#include <backoff/engine.h>

/** backoff_engine_retryable() without a check for NULL. */
bool bo_engine_is_retryable(const struct backoff_policy *policy,
			    const struct backoff_outcome *outcome);

#endif
