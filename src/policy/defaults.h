/* The defaults of policies. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_DEFAULTS_H
#define BO_POLICY_DEFAULTS_H

#include "policy/fields.h"

/** All fields at their defaults; NULL if there is no memory. */
struct backoff_policy *bo_policy_new(void);

/** Whether a field is at its default; not for names, texts and matchers. */
bool bo_policy_is_default(const struct backoff_policy *policy,
			  enum bo_policy_row row);

/** Put a field back to its default; lists of matchers stay. */
void bo_policy_reset(struct backoff_policy *policy, enum bo_policy_row row);

#endif
