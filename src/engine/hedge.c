/* Several concurrent attempts of one call. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "engine/hedge.h"

#include <assert.h>
#include <string.h>

#include "base/num.h"
#include "base/sized.h"
#include "engine/engine.h"
#include "engine/hold.h"
#include "outcome/outcome.h"
#include "policy/policy.h"

/* The state has room for what one attempt holds of the guard. With several
 * attempts, each lane keeps what its attempt holds, and load() puts it into the
 * state for the decision about that attempt. */
static void
store(struct backoff_state *state, struct backoff_lane *lane)
{
	lane->probe = state->probe;
	lane->held_milli = state->held_milli;
	lane->held_since_ns = state->held_since_ns;
	state->probe = 0;
	state->held_milli = 0;
	state->hedged = 0;
}

static void
load(struct backoff_state *state, const struct backoff_lane *lane)
{
	state->hedged = lane->kind == BACKOFF_KIND_HEDGE;
	state->probe = lane->probe;
	state->held_milli = lane->held_milli;
	state->held_since_ns = lane->held_since_ns;
}

static __attribute__((noinline)) void
inherit_lanes(struct backoff_state *state, struct backoff_hedges *hedges,
	      uint64_t now_ns)
{
	bo_hold_check(state, now_ns);
	for (int i = 0; i <= BACKOFF_HEDGES_MAX; i++) {
		struct backoff_lane *lane = &hedges->lane[i];

		if (lane->attempt == 0)
			continue;
		lane->probe = 0;
		(void)bo_hold_pay_again(state, &lane->held_milli,
					&lane->held_since_ns, now_ns);
	}
}

/* Before a decision: as bo_hold_check(), with what the lanes name. */
static inline void
check_lanes(struct backoff_state *state, struct backoff_hedges *hedges,
	    uint64_t now_ns)
{
	if (bo_hold_is_foreign(state))
		inherit_lanes(state, hedges, now_ns);
}

struct backoff_lane *
bo_hedges_find(struct backoff_hedges *hedges, uint32_t attempt)
{
	for (int i = 0; i <= BACKOFF_HEDGES_MAX; i++)
		if (hedges->lane[i].attempt == attempt)
			return &hedges->lane[i];
	return NULL;
}

/* Decide to do nothing until a running attempt ends. */
static void
wait_for_others(const struct backoff_state *state, struct backoff_decision *out)
{
	bo_engine_clear(out);
	out->action = BACKOFF_ACTION_WAIT;
	out->attempt = state->attempt;
	out->not_before_ns = BACKOFF_FOREVER;
}

/* Give a lane to the state's attempt, which begins. */
static void
occupy(const struct backoff_policy *policy, struct backoff_state *state,
       struct backoff_hedges *hedges, enum backoff_kind kind, uint64_t start_ns)
{
	struct backoff_lane *lane = bo_hedges_find(hedges, 0);

	/* There are as many lanes as the limit of hedges, and one more. */
	assert(lane != NULL);
	lane->attempt = state->attempt;
	lane->kind = kind;
	lane->start_ns = start_ns;
	lane->attempt_timeout_ns =
		bo_engine_attempt_timeout(policy, state, start_ns);
	lane->in_flight = 0;
	/* All that later versions may add. */
	memset((char *)lane + BO_END_OF(backoff_lane, in_flight), 0,
	       sizeof(*lane) - BO_END_OF(backoff_lane, in_flight));
	store(state, lane);
	hedges->running++;
	hedges->begun++;
	hedges->next_ns = bo_add_sat(start_ns, policy->hedge.delay_ns);
}

void
backoff_engine_hedges_begin(const struct backoff_policy *policy,
			    struct backoff_state *state,
			    struct backoff_hedges *hedges, uint64_t start_ns)
{
	if (policy == NULL || state == NULL || hedges == NULL)
		return;
	hedges->running = 0;
	hedges->begun = state->round_begun;
	hedges->left = policy->hedge.max - hedges->begun;
	hedges->forbidden = 0;
	hedges->hint_until_ns = hedges->hint_too_long_ns = 0;
	hedges->hint_clamped = 0;
	memset(&hedges->hint, 0, sizeof(hedges->hint));
	if (state->round_begun == 0)
		state->round_classes = 0;
	state->round_begun = 0;
	/* The other fields of a free lane do not matter. */
	for (int i = 0; i <= BACKOFF_HEDGES_MAX; i++)
		hedges->lane[i].attempt = 0;
	/* A hedge repeats a request that may have been sent. */
	if (policy->hedge.delay_ns == BACKOFF_FOREVER ||
	    (policy->idempotent_only && !state->idempotent))
		hedges->left = 0;
	occupy(policy, state, hedges,
	       state->attempt == 1 ? BACKOFF_KIND_FIRST : BACKOFF_KIND_RETRY,
	       start_ns);
}

/* Whether the guard lets one more attempt through. */
static bool
admit(struct backoff_state *state, uint64_t now_ns,
      struct backoff_decision *out)
{
	/* Nothing has failed, so there is no class with a special cost. */
	static const struct backoff_outcome unknown = {
		.size = sizeof(unknown), .kind = BACKOFF_OUTCOME_FAILURE};

	if (bo_hold_admit(state, now_ns, out) == BACKOFF_STOP_NONE &&
	    bo_hold_reserve(state, &unknown, now_ns, out) == BACKOFF_STOP_NONE)
		return true;
	bo_hold_give_back(state);
	return false;
}

void
backoff_engine_hedge(const struct backoff_policy *policy,
		     struct backoff_state *state, struct backoff_hedges *hedges,
		     uint64_t now_ns, struct backoff_decision *out)
{
	if (policy == NULL || state == NULL || hedges == NULL || out == NULL) {
		bo_engine_refuse_null(out);
		return;
	}
	wait_for_others(state, out);
	check_lanes(state, hedges, now_ns);
	if (hedges->left == 0 || bo_engine_is_last(policy, state) ||
	    bo_engine_has_passed(state->deadline_ns, hedges->next_ns > now_ns
							     ? hedges->next_ns
							     : now_ns))
		return;
	if (now_ns < hedges->next_ns) {
		out->not_before_ns = hedges->next_ns;
		return;
	}
	hedges->left--;
	if (!admit(state, now_ns, out)) {
		hedges->left = 0;
		return;
	}
	state->attempt++;
	bo_engine_allow(policy, state, now_ns, out);
	occupy(policy, state, hedges, BACKOFF_KIND_HEDGE, now_ns);
}

/* Keep the hint of a failure for further attempts, while others are running. */
static void
heed_hint(const struct bo_hint_rule *rule, const struct backoff_hint *hint,
	  struct backoff_hedges *hedges, uint64_t now_ns)
{
	bool is_long = hint->delay_ns > rule->max_ns;
	uint64_t until_ns;

	if (!rule->use)
		return;
	if (hint->kind == BACKOFF_HINT_FORBID) {
		hedges->forbidden = 1;
		hedges->left = 0;
		return;
	}
	if (hint->kind != BACKOFF_HINT_DELAY ||
	    (is_long && rule->too_long == BO_HINT_IGNORE))
		return;
	if (is_long && rule->too_long == BO_HINT_GIVE_UP) {
		if (hint->delay_ns > hedges->hint_too_long_ns)
			hedges->hint_too_long_ns = hint->delay_ns;
		hedges->left = 0;
		return;
	}
	until_ns = bo_add_sat(now_ns, bo_min(hint->delay_ns, rule->max_ns));
	if (until_ns > hedges->hint_until_ns) {
		hedges->hint_until_ns = until_ns;
		hedges->hint_clamped = is_long;
	}
	if (until_ns > hedges->next_ns)
		hedges->next_ns = until_ns;
}

/* How long a hint of the last failure makes it wait; FOREVER if it ends the
 * call. */
static uint64_t
effect_of(const struct bo_hint_rule *rule, const struct backoff_hint *hint)
{
	if (hint->kind != BACKOFF_HINT_DELAY)
		return 0;
	if (hint->delay_ns <= rule->max_ns)
		return hint->delay_ns;
	return rule->too_long == BO_HINT_GIVE_UP ? BACKOFF_FOREVER
	       : rule->too_long == BO_HINT_CLAMP ? rule->max_ns
						 : 0;
}

/* Join the hints of a round that is over: one that forbids wins, then one that
 * ends the call, then the one that lasts longest from now on. Returns whether
 * an earlier hint that was clamped takes the place of the last one's. */
static bool
join_hints(const struct bo_hint_rule *rule, struct backoff_hedges *hedges,
	   uint64_t now_ns, struct backoff_hint *hint)
{
	uint64_t left_ns = bo_sub_sat(hedges->hint_until_ns, now_ns);
	bool is_earlier = false;

	if (hedges->forbidden)
		hint->kind = BACKOFF_HINT_FORBID;
	if (hint->kind == BACKOFF_HINT_FORBID)
		return false;
	if (hedges->hint_too_long_ns > 0) {
		if (effect_of(rule, hint) != BACKOFF_FOREVER)
			*hint = (struct backoff_hint){
				.kind = BACKOFF_HINT_DELAY,
				.delay_ns = hedges->hint_too_long_ns};
	} else if (left_ns > effect_of(rule, hint)) {
		*hint = (struct backoff_hint){.kind = BACKOFF_HINT_DELAY,
					      .delay_ns = left_ns};
		is_earlier = true;
	}
	hedges->hint = *hint;
	return is_earlier && hedges->hint_clamped;
}

/* Whether a stop ends the call although other attempts are running. */
static bool
is_final(enum backoff_stop stop)
{
	return stop != BACKOFF_STOP_NONE && stop != BACKOFF_STOP_MAX_ATTEMPTS &&
	       stop != BACKOFF_STOP_DEADLINE &&
	       stop != BACKOFF_STOP_SERVER_FORBADE;
}

/* Release what a lane holds of the guard; its cost is given back or spent. */
static void
release(struct backoff_guard *guard, struct backoff_lane *lane, bool is_spent)
{
	if (is_spent)
		bo_guard_spend(guard, lane->held_milli, lane->probe);
	else
		bo_guard_give_back(guard, lane->held_milli, lane->held_since_ns,
				   lane->probe);
	lane->probe = 0;
	lane->held_milli = 0;
}

static void
release_all(const struct backoff_state *state, struct backoff_hedges *hedges,
	    bool is_spent)
{
	for (int i = 0; i <= BACKOFF_HEDGES_MAX; i++)
		if (hedges->lane[i].attempt != 0 && state->guard != NULL)
			release(state->guard, &hedges->lane[i], is_spent);
}

void
backoff_engine_hedges_end(struct backoff_state *state,
			  struct backoff_hedges *hedges)
{
	if (state == NULL || hedges == NULL)
		return;
	/* In a child of fork(2), the lanes may name what its parent holds. */
	if (!bo_hold_is_foreign(state))
		release_all(state, hedges, false);
}

static void
decide_while_others_run(const struct backoff_policy *policy,
			struct backoff_state *state,
			struct backoff_hedges *hedges,
			const struct backoff_outcome *outcome, uint64_t now_ns,
			struct backoff_decision *out)
{
	struct backoff_hint joined;
	enum backoff_stop stop =
		bo_engine_refuse(policy, state, outcome, now_ns);

	bo_engine_clear(out);
	bo_hold_report(policy, state, outcome, stop, now_ns, out);
	if (is_final(stop)) {
		state->finished = state->attempt;
		/* Attempts that lost were sent: if hedges got their cost back,
		 * a budget would not limit them. A call that is cancelled gets
		 * everything back. */
		release_all(state, hedges, stop != BACKOFF_STOP_CANCELLED);
		bo_engine_finish(state, stop, out);
		return;
	}
	state->round_classes |= 1u << bo_engine_class_of(outcome);
	/* A hint of an earlier failure still holds. */
	if (policy->hedge.after_failure == BO_HEDGE_NOW)
		hedges->next_ns = now_ns > hedges->hint_until_ns
					  ? now_ns
					  : hedges->hint_until_ns;
	heed_hint(&policy->hint, bo_outcome_hint(outcome, &joined), hedges,
		  now_ns);
	out->action = BACKOFF_ACTION_WAIT;
	out->attempt = state->attempt;
	out->not_before_ns = BACKOFF_FOREVER;
}

/* No attempt is running. If the policy makes the next hedge at once after a
 * failure, the round continues with it; it has nothing to run alongside, and
 * repairs a failure, so it is a retry, also for budget and breaker. */
static void
decide_last(const struct backoff_policy *policy, struct backoff_state *state,
	    struct backoff_hedges *hedges,
	    const struct backoff_outcome *outcome, uint64_t now_ns,
	    uint64_t draw, struct backoff_decision *out)
{
	bool goes_on =
		policy->hedge.after_failure == BO_HEDGE_NOW && hedges->left > 0;
	bool failed = outcome->kind == BACKOFF_OUTCOME_FAILURE ||
		      outcome->kind == BACKOFF_OUTCOME_TIMEOUT;
	struct backoff_outcome last;
	struct backoff_hint joined;
	bool is_clamped;

	bo_outcome_borrow(&last, outcome);
	last.hint = *bo_outcome_hint(outcome, &joined);
	is_clamped =
		failed && join_hints(&policy->hint, hedges, now_ns, &last.hint);
	bo_engine_clear(out);
	if (goes_on)
		state->round_begun = hedges->begun;
	else
		/* The whole round is one step of the curve. */
		state->curve_start += hedges->begun - 1;
	bo_engine_decide(policy, state, &last, now_ns, draw, out);
	if (goes_on && out->action == BACKOFF_ACTION_WAIT)
		state->round_classes |= 1u << bo_engine_class_of(outcome);
	else
		state->round_begun = state->round_classes = 0;
	if (is_clamped && out->hint_action == BACKOFF_HINT_ACTION_HONOURED)
		out->hint_action = BACKOFF_HINT_ACTION_CLAMPED;
}

void
backoff_engine_hedges_decide(const struct backoff_policy *policy,
			     struct backoff_state *state,
			     struct backoff_hedges *hedges, uint32_t attempt,
			     const struct backoff_outcome *outcome,
			     uint64_t now_ns, uint64_t draw,
			     struct backoff_decision *out)
{
	if (policy == NULL || state == NULL || hedges == NULL ||
	    outcome == NULL || out == NULL) {
		bo_engine_refuse_null(out);
		return;
	}
	struct backoff_lane *lane = bo_hedges_find(hedges, attempt);

	if (now_ns < state->start_ns)
		now_ns = state->start_ns;
	if (attempt == 0 || lane == NULL) {
		wait_for_others(state, out);
		return;
	}
	check_lanes(state, hedges, now_ns);
	load(state, lane);
	lane->attempt = 0;
	hedges->running--;
	if (hedges->running > 0)
		decide_while_others_run(policy, state, hedges, outcome, now_ns,
					out);
	else
		decide_last(policy, state, hedges, outcome, now_ns, draw, out);
}
