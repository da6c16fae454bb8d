/* Resources of the guard that a call holds, kept in its state. Most functions
 * are inline, since they only move a few fields between the two. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_HOLD_H
#define BO_HOLD_H

#include <backoff/engine.h>

#include "engine/classify.h"
#include "guard/guard.h"

/** The process was forked after the call began: what the call holds belongs to
 *  the parent. Count the call here, and reserve the cost of its retry again;
 *  BACKOFF_STOP_BUDGET if that is refused, and then the retry holds nothing. */
enum backoff_stop bo_hold_inherit(struct backoff_state *state, uint64_t now_ns);

/** Reserve again what an attempt holds, from a budget of this process; false,
 *  and *held_milli 0, if that is refused. */
bool bo_hold_pay_again(const struct backoff_state *state, int64_t *held_milli,
		       uint64_t *since_ns, uint64_t now_ns);

/** Whether another process holds what the state and its lanes name. */
static inline bool
bo_hold_is_foreign(const struct backoff_state *state)
{
	return state->guarded != 0 && !bo_guard_is_of_process(state->guarded);
}

/** Before a call ends without a decision: what another process holds is not
 *  this one's to give back. */
static inline void
bo_hold_drop_foreign(struct backoff_state *state)
{
	if (!bo_hold_is_foreign(state))
		return;
	state->held_milli = 0;
	state->probe = 0;
	state->guarded = 0;
}

/** Before a decision: make sure that this process holds what the state names.
 *  An attempt that is under way continues without a refused budget. */
static inline void
bo_hold_check(struct backoff_state *state, uint64_t now_ns)
{
	if (bo_hold_is_foreign(state))
		(void)bo_hold_inherit(state, now_ns);
}

/** A call begins, and shares the guard if that admits its first attempt. */
static inline enum backoff_stop
bo_hold_begin(struct backoff_state *state, struct backoff_guard *guard,
	      uint64_t now_ns, struct backoff_decision *out)
{
	state->guard = guard;
	state->guarded = bo_guard_begin(guard, now_ns, &state->probe,
					&out->breaker_changed);
	return state->guarded != 0 ? BACKOFF_STOP_NONE
				   : BACKOFF_STOP_BREAKER_OPEN;
}

/** A call that began in another process continues here: it is counted, and the
 *  breaker is asked when its wait is over. */
void bo_hold_rejoin(struct backoff_state *state, struct backoff_guard *guard);

/** A retry begins that was decided in another process, for cost_milli, more
 *  than 0: reserve its cost here, too, or return BACKOFF_STOP_BUDGET. */
enum backoff_stop bo_hold_reserve_again(struct backoff_state *state,
					int64_t cost_milli, uint64_t now_ns);

/** Give back what the state holds for an attempt that will not be made, or does
 *  not count. */
void bo_hold_give_back(struct backoff_state *state);

/** The call is over: give back what it holds, and stop counting it. Only for a
 *  call with a guard. */
void bo_hold_end(struct backoff_state *state);

/** Ask whether the state's attempt may begin. */
static inline enum backoff_stop
bo_hold_admit(struct backoff_state *state, uint64_t now_ns,
	      struct backoff_decision *out)
{
	if (state->guard == NULL ||
	    bo_guard_admit(state->guard, now_ns, &state->probe,
			   &out->breaker_changed))
		return BACKOFF_STOP_NONE;
	return BACKOFF_STOP_BREAKER_OPEN;
}

/** Whether an attempt that ended and led to this stop may have failed because
 *  of its target, so that other calls will fail, too. */
static inline bool
bo_hold_is_of_target(const struct backoff_policy *policy,
		     const struct backoff_outcome *outcome,
		     enum backoff_stop stop)
{
	if (stop == BACKOFF_STOP_SERVER_FORBADE)
		return bo_engine_is_retryable(policy, outcome);
	return stop != BACKOFF_STOP_NON_RETRYABLE;
}

/** Report the outcome of the state's attempt, and why the call stops, if it
 *  does. The attempt holds nothing afterwards; a cancelled one, which says
 *  nothing about the target, holds what it held. */
static inline void
bo_hold_report(const struct backoff_policy *policy, struct backoff_state *state,
	       const struct backoff_outcome *outcome, enum backoff_stop stop,
	       uint64_t now_ns, struct backoff_decision *out)
{
	if (state->guard == NULL || outcome->kind == BACKOFF_OUTCOME_CANCELLED)
		return;
	out->breaker_changed = bo_guard_report(
		state->guard, outcome,
		bo_hold_is_of_target(policy, outcome, stop), state->held_milli,
		state->hedged != 0, state->probe, now_ns);
	state->held_milli = 0;
	state->hedged = 0;
	state->probe = 0;
}

/** Reserve the cost of a retry after this outcome. */
static inline enum backoff_stop
bo_hold_reserve(struct backoff_state *state,
		const struct backoff_outcome *outcome, uint64_t now_ns,
		struct backoff_decision *out)
{
	if (state->guard == NULL)
		return BACKOFF_STOP_NONE;
	if (!bo_guard_reserve(state->guard, outcome, now_ns, &out->cost_milli))
		return BACKOFF_STOP_BUDGET;
	state->held_milli = out->cost_milli;
	state->held_since_ns = now_ns;
	return BACKOFF_STOP_NONE;
}

#endif
