/* What the calls to one target share: a retry budget and a circuit breaker. */
#ifndef BACKOFF_GUARD_H
#define BACKOFF_GUARD_H

#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/clock.h>
#include <backoff/policy.h>
#include <backoff/status.h>
#include <backoff/words.h>

BACKOFF_BEGIN_DECLS

/** Opaque. Any number of threads may use one, and none of them waits. */
struct backoff_guard;

/**
 * The budget and breaker of @p policy for one target, full and closed.
 *
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT for NULL; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_guard_new(const struct backoff_policy *policy,
		  struct backoff_guard **out);

/** Free it; NULL is fine. No call may use it any more. */
BACKOFF_API void backoff_guard_free(struct backoff_guard *guard);

/** Tokens left in the budget, in thousandths, at monotonic time @p now_ns;
 *  BACKOFF_FOREVER without a budget. For a concurrency budget: free places. */
BACKOFF_API uint64_t
backoff_guard_tokens_milli(const struct backoff_guard *guard, uint64_t now_ns);

/** How many tokens there can be, in thousandths: of a token_bucket and a
 *  throttle the full bucket, of a concurrency budget its places now.
 *  BACKOFF_FOREVER without a budget, and for a ratio, which has no limit. */
BACKOFF_API uint64_t
backoff_guard_capacity_milli(const struct backoff_guard *guard);

/** The breaker's state as the next call would find it at @p now_ns. */
BACKOFF_API enum backoff_breaker
backoff_guard_breaker(const struct backoff_guard *guard, uint64_t now_ns);

/**
 * Guards by target, at most so many: the one that was not used for longest
 * goes when a new one needs its place. Guards that are in use stay; if all
 * are, new targets share one.
 */
struct backoff_guards;

/** @p limit from 1 to 1048576. BACKOFF_OK; BACKOFF_E_ARGUMENT;
 *  BACKOFF_E_NOMEM. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_guards_new(const struct backoff_policy *policy, uint32_t limit,
		   struct backoff_guards **out);

/** Free the table and its guards; NULL is fine. */
BACKOFF_API void backoff_guards_free(struct backoff_guards *guards);

/** The guard of a target (NULL is ""), made if need be; give it back with
 *  backoff_guards_release(). Takes a lock. NULL only without memory. */
BACKOFF_API struct backoff_guard *
backoff_guards_take(struct backoff_guards *guards, const char *target);
BACKOFF_API void backoff_guards_release(struct backoff_guards *guards,
					struct backoff_guard *guard);

BACKOFF_END_DECLS

#endif
