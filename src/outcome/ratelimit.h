/* The RateLimit header field, in its two forms. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_RATELIMIT_H
#define BO_RATELIMIT_H

#include <stdbool.h>

#include "outcome/header.h"
#include "outcome/hint_value.h"

/**
 * Read `limit=10, remaining=0, reset=5`
 * (draft-ietf-httpapi-ratelimit-headers-07) into out->limit, or
 * `"name";r=0;t=5, "other";r=7;t=60` (later drafts) into out->hint: the longest
 * reset of the limits that are used up.
 */
bool bo_ratelimit_read(struct bo_piece p, struct bo_header *out);

#endif
