/* A circuit breaker: whether a target may be tried at all. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_BREAKER_H
#define BO_BREAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <backoff/words.h>

#include "guard/slices.h"
#include "policy/policy.h"

struct bo_breaker {
	/** The state: see breaker.c. */
	atomic_uint_fast64_t word;
	/** Time at which it last opened, and at which the newest probe began.
	 */
	atomic_uint_fast64_t since_ns, probed_ns;
	/** The time after which a probe under way may lose its place. */
	uint64_t lease_ns;
	/** A window by count: the number of all outcomes so far, and of those
	 *  before the window; the generation above the failures in the window;
	 *  and the outcomes. */
	atomic_uint_fast64_t position, first, failures;
	atomic_ushort *outcome;
	/** A window by time. */
	struct bo_slices all, failed;
};

/** Whether the policy has a breaker. */
static inline bool
bo_breaker_is_on(const struct bo_breaker_rule *rule)
{
	return rule->window > 0 || rule->window_ns > 0;
}

/** A closed breaker, in zeroed memory; false without memory for its window. */
bool bo_breaker_init(const struct bo_breaker_rule *rule, uint64_t lease_ns,
		     struct bo_breaker *breaker);
void bo_breaker_clear(struct bo_breaker *breaker);

/** The state at now_ns: an open breaker whose cooldown is over counts as half
 *  open. */
enum backoff_breaker bo_breaker_state(const struct bo_breaker_rule *rule,
				      const struct bo_breaker *breaker,
				      uint64_t now_ns);

/** Whether an attempt may begin. Sets *probe to the number of this half-open
 *  time if the attempt is one of its probes, else to 0; and *changed to the
 *  state that the breaker changed to, or NONE. */
bool bo_breaker_admit(const struct bo_breaker_rule *rule,
		      struct bo_breaker *breaker, uint64_t now_ns,
		      uint32_t *probe, enum backoff_breaker *changed);

/** An admitted attempt ended and was not cancelled. Returns the state that the
 *  breaker changed to, or NONE. The outcome of a probe that has lost its place
 *  does not count. */
enum backoff_breaker bo_breaker_report(const struct bo_breaker_rule *rule,
				       struct bo_breaker *breaker, bool success,
				       uint32_t probe, uint64_t now_ns);

/** Whether a probe that was admitted still has its place. If so, its lease
 *  begins again. */
bool bo_breaker_renew(struct bo_breaker *breaker, uint32_t probe,
		      uint64_t now_ns);

/** An admitted probe will not be made, or was cancelled. */
void bo_breaker_abandon(struct bo_breaker *breaker, uint32_t probe);

/** In a child of fork(2), before its threads use the breaker: probes of the
 *  parent have no places here. */
void bo_breaker_inherit(const struct bo_breaker_rule *rule,
			struct bo_breaker *breaker);

#endif
