/* Keeps attempts in a table of fixed size; the last one in a place stays. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "replay/attempt_cache.h"

/* A power of two: some 40 MB. */
#define COUNT_MAX (UINT32_C(1) << 18)
#define COUNT_MIN 64

struct rs_cached_attempt {
	size_t call;
	/** 0: this place is empty. */
	uint32_t number;
	struct rs_attempt attempt;
	struct backoff_outcome failure;
};

enum backoff_status
rs_attempt_cache_init(struct rs_attempt_cache *cache, const struct rs_run *run)
{
	size_t failures = run->operation->failure_count, count = COUNT_MIN;

	*cache = (struct rs_attempt_cache){0};
	if (run->estimator->per_replica)
		return BACKOFF_OK;
	while (count < 2 * failures && count < COUNT_MAX)
		count *= 2;
	cache->count = (uint32_t)count;
	cache->item = calloc(count, sizeof(*cache->item));
	return cache->item ? BACKOFF_OK : BACKOFF_E_NOMEM;
}

void
rs_attempt_cache_clear(struct rs_attempt_cache *cache)
{
	free(cache->item);
	*cache = (struct rs_attempt_cache){0};
}

/* An odd factor keeps calls with near indices apart. */
static struct rs_cached_attempt *
place_of(const struct rs_attempt_cache *cache, size_t call, uint32_t number)
{
	uint32_t hash = (uint32_t)call * UINT32_C(2654435761) + number;

	return &cache->item[hash & (cache->count - 1)];
}

void
rs_attempt_cache_take(struct rs_attempt_cache *cache, const struct rs_run *run,
		      struct rs_sim_call *call, uint64_t now_ns)
{
	uint32_t number = call->decision.attempt;
	struct rs_cached_attempt *kept;

	/* Nearly all first attempts were recorded. */
	if (cache->item == NULL || number == 1) {
		rs_sim_call_attempt(call, run, now_ns);
		return;
	}
	kept = place_of(cache, call->index, number);
	if (kept->number == number && kept->call == call->index &&
	    kept->attempt.start_ns == now_ns) {
		call->attempt = kept->attempt;
		call->failure = kept->failure;
		return;
	}
	rs_sim_call_attempt(call, run, now_ns);
	kept->number = number;
	kept->call = call->index;
	kept->attempt = call->attempt;
	kept->failure = call->failure;
}
