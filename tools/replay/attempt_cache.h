/* Attempts kept from one replica to the next: their start mostly does not
 * depend on the draws of a replica. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_ATTEMPT_CACHE_H
#define RS_ATTEMPT_CACHE_H

#include "replay/sim_call.h"

struct rs_cached_attempt;

struct rs_attempt_cache {
	/** By a hash of call and number; NULL: nothing is kept. */
	struct rs_cached_attempt *item;
	uint32_t count;
};

/** Nothing is kept if the estimator depends on the replica. BACKOFF_OK or
 *  BACKOFF_E_NOMEM. */
enum backoff_status rs_attempt_cache_init(struct rs_attempt_cache *cache,
					  const struct rs_run *run);
void rs_attempt_cache_clear(struct rs_attempt_cache *cache);

/** Begin an attempt as rs_sim_call_attempt() does, or as it did before for the
 *  same attempt of the same call at the same time. */
void rs_attempt_cache_take(struct rs_attempt_cache *cache,
			   const struct rs_run *run, struct rs_sim_call *call,
			   uint64_t now_ns);

#endif
