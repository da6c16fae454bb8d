/* Checks the fields of a policy against each other. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_DECODE_LIMITS_H
#define BO_POLICY_DECODE_LIMITS_H

#include "policy/decode_place.h"

/** Report where good fields contradict each other. */
void bo_decoding_limits(struct bo_decoding *d);

/** Number of schedule entries in use. At least one: an empty schedule would
 *  mean that there is none, and a child may set max_attempts to 1. */
size_t bo_delays_used(const struct backoff_policy *policy);

#endif
