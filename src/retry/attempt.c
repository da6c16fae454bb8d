/* One attempt of a call: its start, the decision after it, the follow-up. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retry/attempt.h"

#include "engine/engine.h"
#include "retry/log.h"

void
bo_attempt_start(struct backoff_call *call, uint64_t now_ns,
		 struct backoff_attempt *attempt)
{
	call->kind = call->phase == BO_PHASE_RUNNING ? BACKOFF_KIND_HEDGE
		     : call->decision.attempt == 1   ? BACKOFF_KIND_FIRST
						     : BACKOFF_KIND_RETRY;
	call->phase = BO_PHASE_RUNNING;
	call->attempt_start_ns = now_ns;
	call->attempt_timeout_ns = call->decision.attempt_timeout_ns;
	bo_attempt_fill(
		attempt, call->decision.attempt,
		bo_retry_max_attempts(call->retry, call->state.inbound_attempt),
		now_ns, call->attempt_timeout_ns, call->options->cancel,
		call->kind);
	if (bo_call_is_watched(call))
		bo_log_start(call, now_ns);
}

void
bo_attempt_decide(struct backoff_call *call,
		  const struct backoff_outcome *outcome, uint64_t now_ns)
{
	uint64_t draw = outcome->kind == BACKOFF_OUTCOME_SUCCESS
				? 0
				: bo_call_draw(call, call->state.attempt);

	bo_call_own(call);
	bo_engine_decide(call->retry->policy, &call->state, outcome, now_ns,
			 draw, &call->decision);
	bo_call_apply(call, now_ns);
	bo_attempt_follow(call, outcome, call->state.finished, now_ns);
}

void
bo_attempt_follow(struct backoff_call *call,
		  const struct backoff_outcome *outcome, uint32_t number,
		  uint64_t now_ns)
{
	bo_log_breaker(call, now_ns);
	bo_call_keep_outcome(call, outcome);
	if (bo_call_is_watched(call))
		bo_log_end(call, outcome, number, now_ns);
	if (call->phase != BO_PHASE_OVER && outcome->result != NULL) {
		const struct backoff_retry *r = call->retry;

		call->answer->result = NULL;
		if (r->discard != NULL)
			r->discard(bo_call_user(call->options, r->discard_user),
				   outcome->result);
	}
}
