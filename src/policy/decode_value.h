/* Values of policy fields. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_DECODE_VALUE_H
#define BO_POLICY_DECODE_VALUE_H

#include "policy/decode_place.h"

/** Read the value of a field into the policy. */
void bo_decoding_read(struct bo_decoding *d, const struct bo_place *place,
		      enum bo_policy_row row);

#endif
