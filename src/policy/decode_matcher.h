/* The matchers of retry_on and abort_on. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_DECODE_MATCHER_H
#define BO_POLICY_DECODE_MATCHER_H

#include "policy/decode_place.h"

/** Read a list of matchers in place of @p out. */
void bo_decoding_matchers(struct bo_decoding *d, const struct bo_place *place,
			  struct bo_matchers *out);

#endif
