/* The retry object: settings and counters that its calls share. */
#ifndef BO_RETRY_H
#define BO_RETRY_H

#include <stdatomic.h>
#include <stdbool.h>

#include <backoff/retry.h>

#include "retry/id.h"

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
	char hash[17];
	char host[256];
};

/** Whether events go anywhere. */
static inline bool
bo_retry_is_watched(const struct backoff_retry *r)
{
	return r->sink != NULL || r->on_event != NULL;
}

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
