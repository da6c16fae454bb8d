/* The decision after an attempt. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <backoff/engine.h>

#include "base/num.h"
#include "engine/classify.h"
#include "engine/delay.h"
#include "engine/engine.h"
#include "engine/hold.h"
#include "outcome/outcome.h"
#include "policy/policy.h"

bool
bo_engine_has_passed(uint64_t deadline_ns, uint64_t now_ns)
{
	return now_ns >= deadline_ns && deadline_ns != BACKOFF_FOREVER;
}

/* The time limit of an attempt that begins at start_ns. */
static uint64_t
limit_of(const struct backoff_policy *policy, uint32_t attempt,
	 uint64_t deadline_ns, uint64_t start_ns)
{
	uint64_t limit =
		policy->attempt_timeout.count > 0
			? backoff_policy_attempt_timeout_ns(policy, attempt)
			: BACKOFF_FOREVER;

	if (deadline_ns == BACKOFF_FOREVER)
		return limit;
	return bo_min(limit, bo_sub_sat(deadline_ns, start_ns));
}

uint64_t
bo_engine_attempt_timeout(const struct backoff_policy *policy,
			  const struct backoff_state *state, uint64_t start_ns)
{
	return limit_of(policy, state->attempt, state->deadline_ns, start_ns);
}

/* The earlier of the caller's deadline and the policy's, if that counts from
 * the start. */
static uint64_t
earlier_deadline(const struct backoff_policy *policy, uint64_t now_ns,
		 uint64_t deadline_ns)
{
	return bo_min(deadline_ns,
		      bo_add_sat(now_ns, policy->start_deadline_ns));
}

bool
bo_engine_first(const struct backoff_policy *policy, uint64_t now_ns,
		uint64_t deadline_ns, uint64_t *attempt_timeout_ns)
{
	deadline_ns = earlier_deadline(policy, now_ns, deadline_ns);
	if (bo_engine_has_passed(deadline_ns, now_ns))
		return false;
	*attempt_timeout_ns = limit_of(policy, 1, deadline_ns, now_ns);
	return true;
}

void
bo_engine_finish(struct backoff_state *state, enum backoff_stop stop,
		 struct backoff_decision *out)
{
	if (state->guard != NULL)
		bo_hold_end(state);
	state->stop = stop;
	out->action = BACKOFF_ACTION_DONE;
	out->stop = stop;
	out->attempt = state->finished;
	out->delay_ns = 0;
	out->not_before_ns = 0;
	out->attempt_timeout_ns = 0;
}

/* Clear what neither bo_engine_allow() nor bo_engine_finish() sets. Field by
 * field: gcc -O2 would clear the whole struct with "rep stos", which takes
 * longer to start than all of begin and resume. */
static inline void
clear_rest(struct backoff_decision *out)
{
	out->delay_ns = 0;
	out->law = (struct backoff_delay){.law = BACKOFF_JITTER_NONE};
	out->hint_action = BACKOFF_HINT_ACTION_NONE;
	out->breaker_changed = BACKOFF_BREAKER_NONE;
	out->cost_milli = 0;
}

void
bo_engine_clear(struct backoff_decision *out)
{
	clear_rest(out);
	out->action = BACKOFF_ACTION_ATTEMPT;
	out->stop = BACKOFF_STOP_NONE;
	out->attempt = 0;
	out->not_before_ns = 0;
	out->attempt_timeout_ns = 0;
}

void
bo_engine_refuse_null(struct backoff_decision *out)
{
	if (out == NULL)
		return;
	bo_engine_clear(out);
	out->action = BACKOFF_ACTION_DONE;
}

void
bo_engine_stop(struct backoff_state *state, enum backoff_stop stop,
	       struct backoff_decision *out)
{
	clear_rest(out);
	bo_hold_drop_foreign(state);
	bo_engine_finish(state, stop, out);
}

void
bo_engine_allow(const struct backoff_policy *policy,
		const struct backoff_state *state, uint64_t now_ns,
		struct backoff_decision *out)
{
	out->action = BACKOFF_ACTION_ATTEMPT;
	out->stop = BACKOFF_STOP_NONE;
	out->attempt = state->attempt;
	out->not_before_ns = now_ns;
	out->attempt_timeout_ns =
		bo_engine_attempt_timeout(policy, state, now_ns);
}

void
bo_engine_resume(const struct backoff_policy *policy,
		 struct backoff_state *state, uint64_t now_ns,
		 struct backoff_decision *out)
{
	enum backoff_stop stop = BACKOFF_STOP_NONE;

	state->attempt_start_ns = now_ns;
	clear_rest(out);
	if (bo_engine_has_passed(state->deadline_ns, now_ns)) {
		bo_hold_drop_foreign(state);
		stop = BACKOFF_STOP_DEADLINE;
	} else if (state->guard != NULL) {
		if (bo_hold_is_foreign(state))
			stop = bo_hold_inherit(state, now_ns);
		if (stop == BACKOFF_STOP_NONE)
			stop = bo_hold_admit(state, now_ns, out);
	}
	if (stop == BACKOFF_STOP_NONE)
		bo_engine_allow(policy, state, now_ns, out);
	else
		bo_engine_finish(state, stop, out);
}

void
bo_engine_join(struct backoff_state *state, struct backoff_guard *guard,
	       uint64_t now_ns, struct backoff_decision *out)
{
	enum backoff_stop stop;

	if (out->action != BACKOFF_ACTION_ATTEMPT)
		return;
	stop = bo_hold_begin(state, guard, now_ns, out);
	if (stop != BACKOFF_STOP_NONE)
		bo_engine_finish(state, stop, out);
}

void
bo_engine_begin(const struct backoff_policy *policy,
		struct backoff_state *state, uint64_t now_ns,
		uint64_t deadline_ns, struct backoff_decision *out)
{
	state->attempt = 1;
	state->stop = BACKOFF_STOP_NONE;
	state->finished = 0;
	state->start_ns = now_ns;
	state->deadline_ns = earlier_deadline(policy, now_ns, deadline_ns);
	state->previous_delay_ns = 0;
	state->backoff_ns = 0;
	state->uncounted = state->curve_start = 0;
	for (int i = 0; i < BO_CLASSES; i++)
		state->uncounted_by_class[i] = 0;
	state->idempotent = 1;
	state->guarded = 0;
	state->probe = 0;
	state->failed = 0;
	state->inbound_attempt = state->hedged = 0;
	state->held_milli = 0;
	state->held_since_ns = 0;
	state->guard = NULL;
	state->round_begun = state->round_classes = 0;
	bo_engine_resume(policy, state, now_ns, out);
}

enum backoff_class
bo_engine_class_of(const struct backoff_outcome *outcome)
{
	return (unsigned)outcome->failure_class < BO_CLASSES
		       ? outcome->failure_class
		       : BACKOFF_CLASS_UNKNOWN;
}

/* The law of the delay, with the base and cap of a failure's class. */
static void
law_of(const struct backoff_policy *policy, const struct backoff_state *state,
       enum backoff_class class, struct backoff_delay *law)
{
	const struct bo_class_rule *rule = &policy->on[class];
	uint64_t base_ns = policy->base_delay_ns, cap_ns = policy->cap_ns;

	if (rule->base_delay_ns != BACKOFF_FOREVER)
		base_ns = rule->base_delay_ns;
	if (policy->curve == BACKOFF_CURVE_CONSTANT)
		cap_ns = base_ns;
	else if (rule->max_delay_ns != BACKOFF_FOREVER)
		cap_ns = rule->max_delay_ns;
	bo_engine_delay(policy, base_ns, cap_ns,
			state->finished - state->curve_start,
			state->previous_delay_ns, law);
}

/* The law of the delay after the failures of a round, which have several
 * classes: the longest. A throttle failure must not be forgotten because an
 * attempt alongside failed later, in another way. */
static void
lengthen_law(const struct backoff_policy *policy,
	     const struct backoff_state *state, struct backoff_delay *law)
{
	for (unsigned i = 0; i < BO_CLASSES; i++) {
		struct backoff_delay other;

		if ((state->round_classes >> i & 1) == 0)
			continue;
		law_of(policy, state, (enum backoff_class)i, &other);
		if (bo_min(other.high_ns, other.ceiling_ns) >
		    bo_min(law->high_ns, law->ceiling_ns))
			*law = other;
	}
}

static inline void
find_law(const struct backoff_policy *policy, const struct backoff_state *state,
	 enum backoff_class class, struct backoff_delay *law)
{
	if (!policy->has_class_rules) {
		bo_engine_delay(policy, policy->base_delay_ns, policy->cap_ns,
				state->finished - state->curve_start,
				state->previous_delay_ns, law);
		return;
	}
	law_of(policy, state, class, law);
	if (state->round_classes != 0)
		lengthen_law(policy, state, law);
}

/* Choose between a hint, which is marked as ignored until then, and the
 * computed delay; false if the hint ends the call. Jitter only adds to a hint,
 * because a server that says "not before" means it. */
static bool
follow_hint(const struct bo_hint_rule *rule, uint64_t hint_ns, uint64_t draw,
	    struct backoff_decision *out)
{
	uint64_t low_ns = bo_min(hint_ns, rule->max_ns), high_ns, delay_ns;

	if (!rule->use)
		return true;
	if (low_ns < hint_ns && rule->too_long == BO_HINT_GIVE_UP)
		return false;
	if (low_ns < hint_ns && rule->too_long == BO_HINT_IGNORE)
		return true;
	high_ns = bo_add_sat(
		low_ns, bo_mul_div(low_ns, rule->jitter_nano, BO_NS_PER_S));
	delay_ns = low_ns + bo_mul_frac(high_ns - low_ns, draw);
	if (rule->combine == BO_HINT_MAX && out->delay_ns > delay_ns)
		return true;
	out->hint_action = low_ns < hint_ns ? BACKOFF_HINT_ACTION_CLAMPED
					    : BACKOFF_HINT_ACTION_HONOURED;
	out->delay_ns = delay_ns;
	out->law = (struct backoff_delay){
		.law = high_ns > low_ns ? BACKOFF_JITTER_ADDITIVE
					: BACKOFF_JITTER_NONE,
		.low_ns = low_ns,
		.high_ns = high_ns,
		.ceiling_ns = high_ns};
	return true;
}

/* Draw the delay, or say why a hint or the deadline ends the call. A hint comes
 * from the server and is not part of the curve, so decorrelated delays continue
 * from the computed delay that it raised or replaced. A retry at once has no
 * part in the curve either. */
static inline enum backoff_stop
choose_delay(const struct backoff_policy *policy, struct backoff_state *state,
	     const struct backoff_outcome *outcome,
	     const struct backoff_hint *hint, uint64_t now_ns, uint64_t draw,
	     struct backoff_decision *out)
{
	if (state->round_begun != 0) {
		out->law = (struct backoff_delay){.law = BACKOFF_JITTER_NONE};
		out->delay_ns = 0;
	} else {
		find_law(policy, state, bo_engine_class_of(outcome), &out->law);
		out->delay_ns = bo_engine_draw(&out->law, draw);
		state->previous_delay_ns = out->delay_ns;
	}
	if (hint->kind == BACKOFF_HINT_DELAY &&
	    !follow_hint(&policy->hint, hint->delay_ns, draw, out)) {
		out->hint_action = BACKOFF_HINT_ACTION_GAVE_UP;
		return BACKOFF_STOP_HINT_TOO_LONG;
	}
	if (bo_engine_has_passed(state->deadline_ns,
				 bo_add_sat(now_ns, out->delay_ns)))
		return BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE;
	return BACKOFF_STOP_NONE;
}

/* Decide to wait for the decision's delay. */
static void
commit_wait(const struct backoff_policy *policy, struct backoff_state *state,
	    uint64_t now_ns, struct backoff_decision *out)
{
	bool hinted = out->hint_action == BACKOFF_HINT_ACTION_HONOURED ||
		      out->hint_action == BACKOFF_HINT_ACTION_CLAMPED;

	state->attempt++;
	if (hinted && policy->hint.restart) {
		state->curve_start = state->finished;
		state->previous_delay_ns = 0;
	}
	state->backoff_ns = bo_add_sat(state->backoff_ns, out->delay_ns);
	out->action = BACKOFF_ACTION_WAIT;
	out->stop = BACKOFF_STOP_NONE;
	out->attempt = state->attempt;
	out->not_before_ns = bo_add_sat(now_ns, out->delay_ns);
	/* Set again by bo_engine_resume(), if the attempt begins late. */
	state->attempt_start_ns = out->not_before_ns;
	out->attempt_timeout_ns =
		bo_engine_attempt_timeout(policy, state, out->not_before_ns);
}

/* Count a failure, unless its class has failures left that do not count towards
 * max_attempts. */
static void
count_failure(const struct backoff_policy *policy, struct backoff_state *state,
	      enum backoff_class class)
{
	const struct bo_class_rule *rule = &policy->on[class];

	if (!policy->has_class_rules || rule->consume_attempt ||
	    state->uncounted_by_class[class] >= rule->limit)
		return;
	state->uncounted_by_class[class]++;
	state->uncounted++;
}

/* An attempt that ran for `reset_after` resets delays and counts: its failure
 * counts as the first. Attempt numbers continue, so the number of attempts
 * stays bounded. */
static void
reset_if_healthy(const struct backoff_policy *policy,
		 struct backoff_state *state, uint64_t now_ns)
{
	uint32_t before = state->attempt - 1;

	if (bo_sub_sat(now_ns, state->attempt_start_ns) <
		    policy->reset_after_ns ||
	    before > BO_ATTEMPTS_MAX)
		return;
	state->uncounted = state->curve_start = before;
	state->previous_delay_ns = 0;
	for (int i = 0; i < BO_CLASSES; i++)
		state->uncounted_by_class[i] = 0;
}

/* The deadline may count from the first failure of the call. */
static void
note_failure(const struct backoff_policy *policy, struct backoff_state *state,
	     uint64_t now_ns)
{
	if (!state->failed && policy->failure_deadline_ns != BACKOFF_FOREVER)
		state->deadline_ns =
			bo_min(state->deadline_ns,
			       bo_add_sat(now_ns, policy->failure_deadline_ns));
	state->failed = 1;
}

/* If the request that this call serves is itself a retry, its sender retries
 * already: where several layers retry, their attempts multiply. */
bool
bo_engine_is_last(const struct backoff_policy *policy,
		  const struct backoff_state *state)
{
	return state->attempt - state->uncounted >= policy->max_attempts ||
	       (!policy->retry_inbound && state->inbound_attempt > 1);
}

/* Why a call ends whose attempt did not fail. */
static enum backoff_stop
stop_of(enum backoff_outcome_kind kind)
{
	if (kind == BACKOFF_OUTCOME_SUCCESS)
		return BACKOFF_STOP_SUCCESS;
	return kind == BACKOFF_OUTCOME_CANCELLED ? BACKOFF_STOP_CANCELLED
						 : BACKOFF_STOP_NON_RETRYABLE;
}

enum backoff_stop
bo_engine_refuse(const struct backoff_policy *policy,
		 struct backoff_state *state,
		 const struct backoff_outcome *outcome, uint64_t now_ns)
{
	if (outcome->kind != BACKOFF_OUTCOME_FAILURE &&
	    outcome->kind != BACKOFF_OUTCOME_TIMEOUT)
		return stop_of(outcome->kind);
	if (outcome->hint.kind == BACKOFF_HINT_FORBID && policy->hint.use)
		return BACKOFF_STOP_SERVER_FORBADE;
	if (!bo_engine_is_retryable(policy, outcome))
		return BACKOFF_STOP_NON_RETRYABLE;
	if (outcome->not_replayable)
		return BACKOFF_STOP_NOT_REPLAYABLE;
	if (policy->idempotent_only && !state->idempotent && !outcome->not_sent)
		return BACKOFF_STOP_NOT_IDEMPOTENT;
	note_failure(policy, state, now_ns);
	if (policy->reset_after_ns != BACKOFF_FOREVER)
		reset_if_healthy(policy, state, now_ns);
	count_failure(policy, state, bo_engine_class_of(outcome));
	if (bo_engine_is_last(policy, state))
		return BACKOFF_STOP_MAX_ATTEMPTS;
	return bo_engine_has_passed(state->deadline_ns, now_ns)
		       ? BACKOFF_STOP_DEADLINE
		       : BACKOFF_STOP_NONE;
}

void
bo_engine_decide(const struct backoff_policy *policy,
		 struct backoff_state *state,
		 const struct backoff_outcome *outcome, uint64_t now_ns,
		 uint64_t draw, struct backoff_decision *out)
{
	struct backoff_hint joined;
	const struct backoff_hint *hint;
	enum backoff_stop stop;
	uint64_t delay_ns;

	if (now_ns < state->start_ns)
		now_ns = state->start_ns;
	bo_hold_check(state, now_ns);
	state->finished = state->attempt;
	hint = bo_outcome_hint(outcome, &joined);
	out->hint_action = hint->kind == BACKOFF_HINT_DELAY
				   ? BACKOFF_HINT_ACTION_IGNORED
				   : BACKOFF_HINT_ACTION_NONE;
	out->breaker_changed = BACKOFF_BREAKER_NONE;
	out->cost_milli = 0;
	stop = bo_engine_refuse(policy, state, outcome, now_ns);
	bo_hold_report(policy, state, outcome, stop, now_ns, out);
	if (stop == BACKOFF_STOP_NONE)
		stop = choose_delay(policy, state, outcome, hint, now_ns, draw,
				    out);
	if (stop == BACKOFF_STOP_NONE)
		stop = bo_hold_reserve(state, outcome, now_ns, out);
	if (stop == BACKOFF_STOP_NONE) {
		commit_wait(policy, state, now_ns, out);
		return;
	}
	delay_ns = stop == BACKOFF_STOP_BUDGET ? out->delay_ns : 0;
	bo_engine_finish(state, stop, out);
	/* A caller that makes call after call paces itself with it. */
	out->delay_ns = delay_ns;
}
