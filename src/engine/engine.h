/* Parts of a decision that rounds of several attempts take as well. */
#ifndef BO_ENGINE_H
#define BO_ENGINE_H

#include <stdbool.h>

#include <backoff/engine.h>

/** BACKOFF_FOREVER never comes, not even at the end of time. */
bool bo_engine_has_passed(uint64_t deadline_ns, uint64_t now_ns);

/** What backoff_engine_begin() would say of the first attempt, without a state:
 *  false if the deadline has passed, else the attempt's limit. */
bool bo_engine_first(const struct backoff_policy *policy, uint64_t now_ns,
		     uint64_t deadline_ns, uint64_t *attempt_timeout_ns);

/** The limit of the state's attempt, were it to begin at start_ns. */
uint64_t bo_engine_attempt_timeout(const struct backoff_policy *policy,
				   const struct backoff_state *state,
				   uint64_t start_ns);

/** Nothing decided yet. */
void bo_engine_clear(struct backoff_decision *out);

/** The attempt of the state may begin. */
void bo_engine_allow(const struct backoff_policy *policy,
		     const struct backoff_state *state, uint64_t now_ns,
		     struct backoff_decision *out);

/** Whether no attempt may follow the one that began last. */
bool bo_engine_is_last(const struct backoff_policy *policy,
		       const struct backoff_state *state);

/** Why a failure is not retried, before any delay is drawn; NONE if it may be.
 *  Counts the failure. */
enum backoff_stop bo_engine_refuse(const struct backoff_policy *policy,
				   struct backoff_state *state,
				   const struct backoff_outcome *outcome,
				   uint64_t now_ns);

/** The call is over; what the decision says beside that stays. */
void bo_engine_finish(struct backoff_state *state, enum backoff_stop stop,
		      struct backoff_decision *out);

#endif
