/* The lanes of concurrent attempts. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_HEDGE_H
#define BO_HEDGE_H

#include <backoff/engine.h>

/** The lane of an attempt; NULL if there is none. */
struct backoff_lane *bo_hedges_find(struct backoff_hedges *hedges,
				    uint32_t attempt);

#endif
