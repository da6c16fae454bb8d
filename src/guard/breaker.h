/* A circuit breaker: whether a target may be tried at all. */
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
	/** Time at which it last opened. */
	atomic_uint_fast64_t since_ns;
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
bool bo_breaker_init(const struct bo_breaker_rule *rule,
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
 *  breaker changed to, or NONE. */
enum backoff_breaker bo_breaker_report(const struct bo_breaker_rule *rule,
				       struct bo_breaker *breaker, bool success,
				       uint32_t probe, uint64_t now_ns);

/** Whether the half-open time that a probe was admitted to still lasts. */
bool bo_breaker_holds(const struct bo_breaker *breaker, uint32_t probe);

/** An admitted probe will not be made, or was cancelled. */
void bo_breaker_abandon(struct bo_breaker *breaker, uint32_t probe);

#endif
