/* A retry budget and a circuit breaker that the calls to one target share. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_GUARD_H
#define BACKOFF_GUARD_H

#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/clock.h>
#include <backoff/policy.h>
#include <backoff/status.h>
#include <backoff/words.h>

BACKOFF_BEGIN_DECLS

/**
 * Opaque. Any number of threads may use one, and none of them waits.
 *
 * A child of fork(2) continues with a copy, in which no calls, retries and
 * probes are under way: it gets the tokens back that retries under way had
 * reserved. What was spent, the state of the breaker and the outcomes in its
 * window stay.
 */
struct backoff_guard;

/**
 * Make a full budget and a closed breaker for one target, as @p policy has
 * them.
 *
 * An attempt that a half-open breaker lets through, a probe, keeps its place
 * until its outcome is reported, but not for ever: once all places are taken
 * and the newest probe is older than the policy's `cooldown` and
 * `attempt_timeout`, other probes take the places of those under way. The
 * outcome of a probe that lost its place does not count; if it succeeded, the
 * time for further probes doubles until the breaker closes or opens.
 *
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT for NULL; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_guard_new(const struct backoff_policy *policy,
		  struct backoff_guard **out);

/** Free it; NULL is fine. No call may use it after that. */
BACKOFF_API void backoff_guard_free(struct backoff_guard *guard);

/** Tokens left in the budget at monotonic time @p now_ns, in thousandths; for a
 *  concurrency budget the free places. BACKOFF_FOREVER without a budget. */
BACKOFF_API uint64_t
backoff_guard_tokens_milli(const struct backoff_guard *guard, uint64_t now_ns);

/** The most tokens that the budget can have, in thousandths: a full bucket for
 *  token_bucket and throttle; for a concurrency budget the places that it has
 *  now. BACKOFF_FOREVER without a budget, and for a ratio, which has no limit.
 */
BACKOFF_API uint64_t
backoff_guard_capacity_milli(const struct backoff_guard *guard);

/** The state in which a call that begins at @p now_ns would find the breaker.
 */
BACKOFF_API enum backoff_breaker
backoff_guard_breaker(const struct backoff_guard *guard, uint64_t now_ns);

/**
 * Guards by target, up to a limit. A new target evicts the least recently used
 * guard without holders; if all have holders, new targets share one guard. A
 * child of fork(2) has a copy, in which calls of the parent hold nothing.
 *
 * A target takes about 600 bytes, its name, and 2 bytes for each attempt of the
 * policy's `breaker.window`: 60 MB for 100,000 targets, but 2 GB with a window
 * of 10,000, which `breaker.window_time` avoids. Memory is taken when a target
 * is first seen. A retry object for each target takes another kilobyte each.
 */
struct backoff_guards;

/** Make an empty table for at most @p limit targets, from 1 to 1048576.
 *  BACKOFF_OK; BACKOFF_E_ARGUMENT; BACKOFF_E_NOMEM. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_guards_new(const struct backoff_policy *policy, uint32_t limit,
		   struct backoff_guards **out);

/** Free the table and its guards; NULL is fine. */
BACKOFF_API void backoff_guards_free(struct backoff_guards *guards);

/** The guard of a target (NULL means ""), made if there is none; give it back
 *  with backoff_guards_release(). Takes a lock. NULL only without memory. */
BACKOFF_API struct backoff_guard *
backoff_guards_take(struct backoff_guards *guards, const char *target);
BACKOFF_API void backoff_guards_release(struct backoff_guards *guards,
					struct backoff_guard *guard);

BACKOFF_END_DECLS

#endif
