/* The moments at which a circuit breaker is asked or told. */
#ifndef BO_BREAKER_H
#define BO_BREAKER_H

#include "engine/guard.h"

/** Closed. */
void bo_breaker_init(struct bo_breaker *breaker);

/** The state at now_ns: an open breaker whose cooldown is over counts as half
 *  open. */
enum backoff_breaker bo_breaker_state(const struct bo_breaker_rule *rule,
				      const struct bo_breaker *breaker,
				      uint64_t now_ns);

/** May an attempt begin? Sets *probe to the number of this half-open time if it
 *  is one of its probes, else to 0; *changed to the state that this changed
 *  to, or NONE. */
bool bo_breaker_admit(const struct bo_breaker_rule *rule,
		      struct bo_breaker *breaker, uint64_t now_ns,
		      uint32_t *probe, enum backoff_breaker *changed);

/** An admitted attempt ended; a cancelled one says nothing. Returns the state
 *  that this changed to, or NONE. */
enum backoff_breaker bo_breaker_report(const struct bo_breaker_rule *rule,
				       struct bo_breaker *breaker, bool success,
				       uint32_t probe, uint64_t now_ns);

/** Whether a probe that was admitted still is one. */
bool bo_breaker_holds(const struct bo_breaker *breaker, uint32_t probe);

/** A probe that was admitted will not be made or was cancelled. */
void bo_breaker_abandon(struct bo_breaker *breaker, uint32_t probe);

#endif
