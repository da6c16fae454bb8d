/* The decision after an attempt. */
#include "config.h"

#include <backoff/engine.h>

#include "base/num.h"
#include "policy/policy.h"

/* BACKOFF_FOREVER never comes, not even at the end of time. */
static bool
has_passed(uint64_t deadline_ns, uint64_t now_ns)
{
	return now_ns >= deadline_ns && deadline_ns != BACKOFF_FOREVER;
}

/* The limit of an attempt that starts at start_ns. */
static uint64_t
attempt_timeout(const struct backoff_policy *policy,
		const struct backoff_state *state, uint64_t start_ns)
{
	uint64_t limit = policy->attempt_timeout.count > 0
				 ? backoff_policy_attempt_timeout_ns(
					   policy, state->attempt)
				 : BACKOFF_FOREVER;

	if (state->deadline_ns == BACKOFF_FOREVER)
		return limit;
	return bo_min(limit, bo_sub_sat(state->deadline_ns, start_ns));
}

void
backoff_engine_stop(struct backoff_state *state, enum backoff_stop stop,
		    struct backoff_decision *out)
{
	state->stop = stop;
	*out = (struct backoff_decision){.action = BACKOFF_ACTION_DONE,
					 .stop = stop,
					 .attempt = state->finished};
}

void
backoff_engine_resume(const struct backoff_policy *policy,
		      struct backoff_state *state, uint64_t now_ns,
		      struct backoff_decision *out)
{
	if (has_passed(state->deadline_ns, now_ns)) {
		backoff_engine_stop(state, BACKOFF_STOP_DEADLINE, out);
		return;
	}
	*out = (struct backoff_decision){
		.action = BACKOFF_ACTION_ATTEMPT,
		.attempt = state->attempt,
		.not_before_ns = now_ns,
		.attempt_timeout_ns = attempt_timeout(policy, state, now_ns),
	};
}

void
backoff_engine_begin(const struct backoff_policy *policy,
		     struct backoff_state *state, uint64_t now_ns,
		     uint64_t deadline_ns, struct backoff_decision *out)
{
	*state = (struct backoff_state){
		.version = 1,
		.attempt = 1,
		.start_ns = now_ns,
		.deadline_ns = bo_min(deadline_ns,
				      bo_add_sat(now_ns, policy->deadline_ns)),
	};
	backoff_engine_resume(policy, state, now_ns, out);
}

/* Draw the delay and wait for it, unless the deadline comes first. */
static void
retry(const struct backoff_policy *policy, struct backoff_state *state,
      uint64_t now_ns, uint64_t draw, struct backoff_decision *out)
{
	struct backoff_delay law;
	uint64_t delay_ns;

	backoff_engine_delay(policy, state->finished, state->previous_delay_ns,
			     &law);
	delay_ns = backoff_engine_draw(&law, draw);
	if (has_passed(state->deadline_ns, bo_add_sat(now_ns, delay_ns))) {
		backoff_engine_stop(state, BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE,
				    out);
		return;
	}
	state->attempt++;
	state->previous_delay_ns = delay_ns;
	state->backoff_ns = bo_add_sat(state->backoff_ns, delay_ns);
	out->action = BACKOFF_ACTION_WAIT;
	out->stop = BACKOFF_STOP_NONE;
	out->attempt = state->attempt;
	out->delay_ns = delay_ns;
	out->not_before_ns = bo_add_sat(now_ns, delay_ns);
	out->law = law;
	out->attempt_timeout_ns =
		attempt_timeout(policy, state, out->not_before_ns);
}

void
backoff_engine_decide(const struct backoff_policy *policy,
		      struct backoff_state *state,
		      const struct backoff_outcome *outcome, uint64_t now_ns,
		      uint64_t draw, struct backoff_decision *out)
{
	enum backoff_stop stop = BACKOFF_STOP_NONE;

	if (now_ns < state->start_ns)
		now_ns = state->start_ns;
	state->finished = state->attempt;
	if (outcome->kind == BACKOFF_OUTCOME_SUCCESS)
		stop = BACKOFF_STOP_SUCCESS;
	else if (outcome->kind == BACKOFF_OUTCOME_CANCELLED)
		stop = BACKOFF_STOP_CANCELLED;
	else if (!backoff_engine_retryable(policy, outcome))
		stop = BACKOFF_STOP_NON_RETRYABLE;
	else if (state->attempt >= policy->max_attempts)
		stop = BACKOFF_STOP_MAX_ATTEMPTS;
	else if (has_passed(state->deadline_ns, now_ns))
		stop = BACKOFF_STOP_DEADLINE;
	if (stop != BACKOFF_STOP_NONE)
		backoff_engine_stop(state, stop, out);
	else
		retry(policy, state, now_ns, draw, out);
}
