/* The guard when a call ends, or continues in another process. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "engine/hold.h"

void
bo_hold_rejoin(struct backoff_state *state, struct backoff_guard *guard)
{
	state->guarded = bo_guard_rejoin(guard);
	state->guard = guard;
}

bool
bo_hold_pay_again(const struct backoff_state *state, int64_t *held_milli,
		  uint64_t *since_ns, uint64_t now_ns)
{
	if (*held_milli <= 0 || bo_guard_inherits_costs(state->guard))
		return true;
	*since_ns = now_ns;
	if (bo_guard_reserve_again(state->guard, now_ns, held_milli))
		return true;
	*held_milli = 0;
	return false;
}

enum backoff_stop
bo_hold_inherit(struct backoff_state *state, uint64_t now_ns)
{
	state->guarded = bo_guard_rejoin(state->guard);
	state->probe = 0;
	return bo_hold_pay_again(state, &state->held_milli,
				 &state->held_since_ns, now_ns)
		       ? BACKOFF_STOP_NONE
		       : BACKOFF_STOP_BUDGET;
}

enum backoff_stop
bo_hold_reserve_again(struct backoff_state *state, int64_t cost_milli,
		      uint64_t now_ns)
{
	if (!bo_guard_reserve_again(state->guard, now_ns, &cost_milli))
		return BACKOFF_STOP_BUDGET;
	state->held_milli = cost_milli;
	state->held_since_ns = now_ns;
	return BACKOFF_STOP_NONE;
}

void
bo_hold_give_back(struct backoff_state *state)
{
	if (state->held_milli > 0 || state->probe != 0)
		bo_guard_give_back(state->guard, state->held_milli,
				   state->held_since_ns, state->probe);
	state->held_milli = 0;
	state->probe = 0;
}

void
bo_hold_end(struct backoff_state *state)
{
	bo_hold_give_back(state);
	if (state->guarded != 0)
		bo_guard_end(state->guard);
	state->guarded = 0;
}
