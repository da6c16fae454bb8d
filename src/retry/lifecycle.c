/* The life of a call outside its attempts: begin, wait, resume, stop. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retry/lifecycle.h"

#include "engine/engine.h"
#include "engine/hold.h"
#include "retry/hedge.h"
#include "retry/log.h"

void
bo_call_enter(struct backoff_call *call, uint64_t now_ns)
{
	struct backoff_guard *guard = call->guard;

	if (guard != NULL) {
		bo_engine_join(&call->state, guard, now_ns, &call->decision);
		bo_log_breaker(call, now_ns);
	}
	if (call->decision.action == BACKOFF_ACTION_DONE)
		bo_call_stop(call, call->decision.stop, now_ns);
}

enum backoff_status
bo_call_begin(struct backoff_call *call, struct backoff_retry *retry,
	      const struct backoff_call_options *options, uint64_t now_ns,
	      struct backoff_answer *answer)
{
	enum backoff_status status = BACKOFF_OK;

	bo_call_init(call, retry, options, now_ns, answer);
	if (options->target != NULL)
		status = bo_call_take_guard(call);
	/* Without a guard, only a deadline that has passed forbids. */
	if (status == BACKOFF_OK &&
	    (call->guard != NULL ||
	     call->decision.action == BACKOFF_ACTION_DONE))
		bo_call_enter(call, now_ns);
	return status;
}

void
bo_call_stop(struct backoff_call *call, enum backoff_stop stop, uint64_t now_ns)
{
	bool running = call->phase == BO_PHASE_RUNNING;

	/* Only what was waited counts. A call that was restored continues a
	 * wait that all counts already. */
	if (call->phase == BO_PHASE_WAITING)
		call->state.backoff_ns = bo_sub_sat(
			call->state.backoff_ns,
			bo_sub_sat(call->decision.not_before_ns, now_ns));
	/* An attempt under way counts as made, even if it is never reported. */
	if (running)
		call->state.finished = call->state.attempt;
	if (running && call->hedges != NULL)
		backoff_engine_hedges_end(&call->state, call->hedges);
	bo_engine_stop(&call->state, stop, &call->decision);
	bo_call_apply(call, now_ns);
	if (running && call->hedges != NULL)
		bo_hedge_abandon(call, now_ns);
	if (running || call->state.finished == 0)
		call->answer->kind = BACKOFF_OUTCOME_CANCELLED;
	if (bo_call_is_logged(call))
		bo_log_stop(call, running, now_ns);
}

void
bo_call_leave(struct backoff_call *call)
{
	bo_engine_stop(&call->state, BACKOFF_STOP_SHUTDOWN, &call->decision);
	call->phase = BO_PHASE_OVER;
}

/* Reserve the cost of a retry that another process decided. */
static enum backoff_stop
pay(struct backoff_call *call, uint64_t now_ns)
{
	int64_t owed_milli = call->owed_milli;

	call->owed_milli = 0;
	return bo_hold_reserve_again(&call->state, owed_milli, now_ns);
}

void
bo_call_resume(struct backoff_call *call, uint64_t now_ns)
{
	enum backoff_stop stop;

	bo_call_own(call);
	call->is_saved = false;
	bo_engine_resume(call->retry->policy, &call->state, now_ns,
			 &call->decision);
	bo_log_breaker(call, now_ns);
	stop = call->decision.stop;
	if (stop == BACKOFF_STOP_NONE && call->owed_milli > 0)
		stop = pay(call, now_ns);
	if (stop != BACKOFF_STOP_NONE)
		bo_call_stop(call, stop, now_ns);
	else
		call->phase = BO_PHASE_READY;
}

void
bo_call_wait(struct backoff_call *call)
{
	const struct backoff_retry *r = call->retry;
	const struct backoff_clock *clock = r->clock;
	enum backoff_status status = BACKOFF_OK;
	uint64_t now_ns = call->decision.not_before_ns;

	/* Without a delay and without callbacks, no time passes between the
	 * decision and the attempt: the decision still holds. */
	if (call->decision.delay_ns == 0 && call->state.guard == NULL &&
	    !bo_call_is_watched(call) && r->discard == NULL) {
		call->phase = BO_PHASE_READY;
		return;
	}
	if (call->decision.delay_ns > 0)
		status = clock->sleep_until(clock->user, now_ns,
					    call->options->cancel);
	now_ns = clock->now_ns(clock->user);
	if (status == BACKOFF_OK)
		bo_call_resume(call, now_ns);
	else
		bo_call_stop(call,
			     status == BACKOFF_E_CANCELLED
				     ? BACKOFF_STOP_CANCELLED
				     : BACKOFF_STOP_SLEEP_FAILED,
			     now_ns);
}
