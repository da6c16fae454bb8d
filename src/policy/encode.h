/* Policies to text, as far as the rest of this room needs it. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_ENCODE_H
#define BO_POLICY_ENCODE_H

#include "policy/policy.h"

/** Set the hash: FNV-1a over the canonical form. BACKOFF_E_NOMEM. */
enum backoff_status bo_policy_fingerprint(struct backoff_policy *policy);

#endif
