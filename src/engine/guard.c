/* Budget and breaker of one target, at the moments of a call. */
#include "config.h"

#include "engine/guard.h"

#include "engine/breaker.h"
#include "engine/budget.h"

bool
bo_guard_has_breaker(const struct backoff_guard *guard)
{
	return guard->policy->breaker.window > 0 ||
	       guard->policy->breaker.window_ns > 0;
}

/* An attempt that probes a half-open breaker will not tell it anything. */
static void
leave_breaker(struct backoff_guard *guard, struct backoff_state *state)
{
	if (state->probe != 0)
		bo_breaker_abandon(&guard->breaker, state->probe);
	state->probe = 0;
}

/* Ask the breaker for an attempt. */
static enum backoff_stop
admit(struct backoff_guard *guard, struct backoff_state *state, uint64_t now_ns,
      struct backoff_decision *out)
{
	uint32_t probe;

	if (!bo_guard_has_breaker(guard))
		return BACKOFF_STOP_NONE;
	if (!bo_breaker_admit(&guard->policy->breaker, &guard->breaker, now_ns,
			      &probe, &out->breaker_changed))
		return BACKOFF_STOP_BREAKER_OPEN;
	state->probe = probe;
	return BACKOFF_STOP_NONE;
}

enum backoff_stop
bo_guard_begin(struct backoff_guard *guard, struct backoff_state *state,
	       uint64_t now_ns, struct backoff_decision *out)
{
	enum backoff_stop stop = admit(guard, state, now_ns, out);

	if (stop == BACKOFF_STOP_NONE) {
		state->guarded = 1;
		bo_budget_begin(&guard->policy->budget, &guard->budget, now_ns);
	}
	return stop;
}

void
bo_guard_rejoin(struct backoff_guard *guard, struct backoff_state *state)
{
	state->guard = guard;
	state->guarded = 1;
	bo_budget_rejoin(&guard->policy->budget, &guard->budget);
}

enum backoff_stop
bo_guard_resume(struct backoff_guard *guard, struct backoff_state *state,
		uint64_t now_ns, struct backoff_decision *out)
{
	/* Event loops ask again for the attempt that the call began with. */
	if (state->probe != 0 &&
	    bo_breaker_holds(&guard->breaker, state->probe))
		return BACKOFF_STOP_NONE;
	return admit(guard, state, now_ns, out);
}

void
bo_guard_report(struct backoff_guard *guard, struct backoff_state *state,
		const struct backoff_outcome *outcome, bool retryable,
		uint64_t now_ns, struct backoff_decision *out)
{
	bool success = outcome->kind == BACKOFF_OUTCOME_SUCCESS;
	bool forbidden = outcome->hint.kind == BACKOFF_HINT_FORBID;

	/* A cancelled attempt says nothing; what it holds goes back when the
	 * call ends, which is now. */
	if (outcome->kind == BACKOFF_OUTCOME_CANCELLED)
		return;
	/* gRPC A6 counts what the server forbids to repeat as a failure. */
	if (success || bo_budget_counts_failures(&guard->policy->budget))
		bo_budget_report(&guard->policy->budget, &guard->budget,
				 success, retryable || forbidden,
				 state->held_milli, state->hedged);
	state->held_milli = 0;
	state->hedged = 0;
	/* The breaker is about the target's health, of which a bad request says
	 * nothing. */
	if (bo_guard_has_breaker(guard) && (success || retryable))
		out->breaker_changed = bo_breaker_report(
			&guard->policy->breaker, &guard->breaker, success,
			state->probe, now_ns);
	else
		leave_breaker(guard, state);
	state->probe = 0;
}

static enum backoff_stop
reserve(struct backoff_guard *guard, struct backoff_state *state,
	int64_t cost_milli, uint64_t now_ns)
{
	if (!bo_budget_reserve(&guard->policy->budget, &guard->budget,
			       cost_milli, now_ns))
		return BACKOFF_STOP_BUDGET;
	state->held_milli = cost_milli;
	state->held_since_ns = now_ns;
	return BACKOFF_STOP_NONE;
}

enum backoff_stop
bo_guard_reserve(struct backoff_guard *guard, struct backoff_state *state,
		 const struct backoff_outcome *outcome, uint64_t now_ns,
		 struct backoff_decision *out)
{
	const struct bo_budget_rule *rule = &guard->policy->budget;

	if (rule->kind == BO_BUDGET_NONE)
		return BACKOFF_STOP_NONE;
	out->cost_milli =
		bo_budget_cost(rule, outcome->failure_class, outcome->kind);
	return reserve(guard, state, out->cost_milli, now_ns);
}

enum backoff_stop
bo_guard_reserve_again(struct backoff_guard *guard, struct backoff_state *state,
		       int64_t cost_milli, uint64_t now_ns)
{
	cost_milli = bo_budget_cost_again(&guard->policy->budget, cost_milli);
	/* Where retries have no price, the failure that led to this one was
	 * weighed when it was decided. */
	if (cost_milli == 0)
		return BACKOFF_STOP_NONE;
	return reserve(guard, state, cost_milli, now_ns);
}

void
bo_guard_give_back(struct backoff_guard *guard, struct backoff_state *state)
{
	if (state->held_milli > 0)
		bo_budget_refund(&guard->policy->budget, &guard->budget,
				 state->held_milli, state->held_since_ns);
	state->held_milli = 0;
	leave_breaker(guard, state);
}

void
bo_guard_spend(struct backoff_guard *guard, struct backoff_state *state)
{
	bo_budget_report(&guard->policy->budget, &guard->budget, false, false,
			 state->held_milli, state->hedged);
	state->held_milli = 0;
	leave_breaker(guard, state);
}

void
bo_guard_end(struct backoff_guard *guard, struct backoff_state *state)
{
	bo_guard_give_back(guard, state);
	if (state->guarded)
		bo_budget_end(&guard->policy->budget, &guard->budget);
	state->guarded = 0;
}
