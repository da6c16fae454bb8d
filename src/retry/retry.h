/* The retry object: settings and counters that its calls share. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_RETRY_H
#define BO_RETRY_H

#include <stdatomic.h>
#include <stdbool.h>

#include <backoff/retry.h>

#include "retry/id.h"

#define BO_TARGET_MAX_BYTES 256
#define BO_ATTRS_MAX_BYTES 1024

struct backoff_retry {
	const struct backoff_policy *policy;
	const struct backoff_clock *clock;
	struct backoff_sink *sink;
	backoff_classify_fn classify;
	backoff_discard_fn discard;
	backoff_event_fn on_event;
	void *classify_user, *discard_user, *on_event_user;
	bool log_starts;
	/** First attempts are timed even if nothing needs their times. */
	bool timed;
	/** Neither guard nor sink nor event callback: see
	 *  backoff_retry_run(). */
	bool quiet;
	/** The policy limits time or measures attempts. */
	bool limited;
	/** The policy's delays depend on random draws. */
	bool draws;
	/** The policy allows several attempts of a call at once. */
	bool allows_hedges;
	/** A call that serves a retry makes one attempt. */
	bool once_inbound;
	/** The policy's limit. */
	uint32_t max_attempts;
	uint64_t seed;
	struct bo_id_key id_key;
	/** Calls that needed a random draw or an id. All threads write it, so
	 *  it has a cache line to itself. */
	_Alignas(64) atomic_uint_fast64_t calls;
	_Alignas(64) char *operation;
	char *service, *target, *attrs;
	/** Budget and breaker, or NULL: taken from guards if that is set, else
	 *  this object's alone. */
	struct backoff_guard *guard;
	struct backoff_guards *guards;
	/** Guards for targets of calls, if guards is NULL; made when first
	 *  needed. */
	struct backoff_guards *_Atomic own;
	char hash[17];
	char host[256];
};

/** Whether a text can be the `attrs` of events. */
bool bo_retry_attrs_are_valid(const char *json);

/** A guard for a call that names a target. With @p table not NULL, the call has
 *  to give the guard back to *table. BACKOFF_E_NOMEM. */
enum backoff_status bo_retry_take_guard(struct backoff_retry *r,
					const char *target,
					struct backoff_guards **table,
					struct backoff_guard **guard);

/** The number of attempts that a call may make; @p inbound_attempt is that of
 *  the request that it serves. */
static inline uint32_t
bo_retry_max_attempts(const struct backoff_retry *r, uint32_t inbound_attempt)
{
	if (r->once_inbound && inbound_attempt > 1)
		return 1;
	return r->max_attempts;
}

#endif
