/* The delay with the base and cap of a class of failures. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_DELAY_H
#define BO_DELAY_H

#include <backoff/engine.h>

#include "base/num.h"

/** backoff_engine_delay() with another base and cap. */
void bo_engine_delay(const struct backoff_policy *policy, uint64_t base_ns,
		     uint64_t cap_ns, uint32_t failed, uint64_t previous_ns,
		     struct backoff_delay *out);

/** backoff_engine_draw() without a check for NULL. */
static inline uint64_t
bo_engine_draw(const struct backoff_delay *law, uint64_t draw)
{
	uint64_t span = law->high_ns - law->low_ns;

	return bo_min(law->low_ns + bo_mul_frac(span, draw), law->ceiling_ns);
}

#endif
