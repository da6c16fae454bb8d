/* Rounds of several attempts of one call at once. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retry/hedge.h"

#include "engine/hedge.h"
#include "retry/attempt.h"
#include "retry/log.h"

uint32_t
bo_hedge_running(const struct backoff_hedges *hedges)
{
	uint32_t number = 0;

	for (int i = 0; i <= BACKOFF_HEDGES_MAX && number == 0; i++)
		number = hedges->lane[i].attempt;
	return number;
}

/* Begin the attempt that the engine has given a lane. */
static void
start(struct backoff_call *call, uint64_t now_ns,
      struct backoff_attempt *attempt)
{
	bo_attempt_start(call, now_ns, attempt);
	bo_hedges_find(call->hedges, attempt->number)->in_flight =
		call->in_flight;
}

/* Make the attempt the current one of the call. */
static void
select_lane(struct backoff_call *call, const struct backoff_lane *lane)
{
	call->kind = lane->kind;
	call->attempt_start_ns = lane->start_ns;
	call->attempt_timeout_ns = lane->attempt_timeout_ns;
	call->in_flight = lane->in_flight;
}

void
bo_hedge_start(struct backoff_call *call, uint64_t now_ns,
	       struct backoff_attempt *attempt)
{
	backoff_engine_hedges_begin(call->retry->policy, &call->state,
				    call->hedges, now_ns);
	start(call, now_ns, attempt);
}

bool
bo_hedge_next(struct backoff_call *call, uint64_t now_ns,
	      struct backoff_attempt *attempt)
{
	bo_call_own(call);
	backoff_engine_hedge(call->retry->policy, &call->state, call->hedges,
			     now_ns, &call->decision);
	bo_log_breaker(call, now_ns);
	if (call->decision.action != BACKOFF_ACTION_ATTEMPT)
		return false;
	start(call, now_ns, attempt);
	return true;
}

static void
lose(struct backoff_call *call, struct backoff_lane *lane, uint64_t now_ns)
{
	if (bo_call_is_logged(call))
		bo_log_lost(call, lane, now_ns);
}

void
bo_hedge_abandon(struct backoff_call *call, uint64_t now_ns)
{
	struct backoff_lane *newest = NULL;

	for (int i = 0; i <= BACKOFF_HEDGES_MAX; i++) {
		struct backoff_lane *lane = &call->hedges->lane[i];

		if (lane->attempt == 0)
			continue;
		if (newest == NULL) {
			newest = lane;
			continue;
		}
		if (lane->attempt < newest->attempt) {
			lose(call, lane, now_ns);
			continue;
		}
		lose(call, newest, now_ns);
		newest = lane;
	}
	if (newest != NULL)
		select_lane(call, newest);
}

/* The call is over: all attempts still under way lost. */
static void
lose_others(struct backoff_call *call, uint64_t now_ns)
{
	for (int i = 0; i <= BACKOFF_HEDGES_MAX; i++) {
		struct backoff_lane *lane = &call->hedges->lane[i];

		if (lane->attempt != 0)
			lose(call, lane, now_ns);
	}
}

enum backoff_status
bo_hedge_report(struct backoff_call *call, uint32_t number,
		struct backoff_outcome *outcome, uint64_t now_ns)
{
	struct backoff_lane *lane =
		number > 0 ? bo_hedges_find(call->hedges, number) : NULL;
	uint64_t draw = 0;

	if (lane == NULL)
		return BACKOFF_E_STATE;
	bo_call_own(call);
	select_lane(call, lane);
	bo_attempt_classify(call->retry, call->options, outcome);
	if (outcome->kind != BACKOFF_OUTCOME_SUCCESS)
		draw = bo_call_draw(call, number);
	backoff_engine_hedges_decide(call->retry->policy, &call->state,
				     call->hedges, number, outcome, now_ns,
				     draw, &call->decision);
	if (call->decision.action == BACKOFF_ACTION_DONE ||
	    call->decision.not_before_ns != BACKOFF_FOREVER)
		bo_call_apply(call, now_ns);
	if (call->phase == BO_PHASE_OVER)
		lose_others(call, now_ns);
	bo_attempt_follow(call, outcome, number, now_ns);
	return BACKOFF_OK;
}
