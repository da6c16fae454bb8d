/* One call: the engine's decisions, told to the log and to the answer. All
 * loops drive it, so that they cannot differ. */
#include "config.h"

#include <string.h>

#include <backoff/rng.h>

#include "base/num.h"
#include "base/process.h"
#include "engine/engine.h"
#include "engine/guard.h"
#include "retry/retry.h"

const struct backoff_call_options bo_call_no_options = {
	.size = sizeof(bo_call_no_options)};

const struct backoff_call_options *
bo_call_checked_options(const struct backoff_call_options *given)
{
	if (given->size != sizeof(*given) ||
	    (given->call_id != NULL &&
	     (given->call_id[0] == '\0' || strlen(given->call_id) > 64)))
		return NULL;
	return given;
}

/* Give the call the key of its luck. Not at its begin: a call that succeeds at
 * once and is not logged needs none, and the counter is shared by threads. */
void
bo_call_number(struct backoff_call *call)
{
	struct backoff_retry *r = call->retry;

	if (call->numbered)
		return;
	call->numbered = true;
	call->number =
		atomic_fetch_add_explicit(&r->calls, 1, memory_order_relaxed);
	/* A child of fork(2) counts the same calls; its luck is its own. */
	call->experiment = r->seed + bo_process_lineage();
}

void
bo_call_apply(struct backoff_call *call, uint64_t now_ns)
{
	struct backoff_answer *a = call->answer;

	call->phase = call->decision.action == BACKOFF_ACTION_DONE
			      ? BO_PHASE_OVER
			      : BO_PHASE_WAITING;
	a->stop = call->decision.stop;
	a->attempts = call->state.finished;
	a->retries = a->attempts > 0 ? a->attempts - 1 : 0;
	a->elapsed_ns = bo_call_age(call, now_ns);
	a->backoff_ns = call->state.backoff_ns;
	a->pace_ns = call->decision.delay_ns;
}

static void
keep_text(char *out, size_t size, const char *text)
{
	size_t length = size - 1;

	if (text == NULL) {
		out[0] = '\0';
	} else if (bo_outcome_owns(text)) {
		/* No end to look for: what follows it is constant, too. */
		memcpy(out, text, BO_OUTCOME_TEXT_ROOM);
	} else if (memccpy(out, text, '\0', size) == NULL) {
		/* A cut never falls inside a UTF-8 character. */
		while (length > 0 &&
		       ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
		out[length] = '\0';
	}
}

static bool
has_error(const struct backoff_answer *a)
{
	return a->error_type[0] != '\0' || a->code[0] != '\0' ||
	       a->error[0] != '\0';
}

static void
keep_outcome(struct backoff_answer *a, const struct backoff_outcome *outcome)
{
	a->kind = outcome->kind;
	a->failure_class = outcome->failure_class;
	a->result = outcome->result;
	/* What an attempt says that was called off is no failure; for want of
	 * one it is kept. */
	if (outcome->kind == BACKOFF_OUTCOME_SUCCESS ||
	    (outcome->kind == BACKOFF_OUTCOME_CANCELLED && has_error(a)))
		return;
	keep_text(a->error_type, sizeof(a->error_type), outcome->error_type);
	keep_text(a->code, sizeof(a->code), outcome->code);
	keep_text(a->error, sizeof(a->error), outcome->error);
}

void
bo_call_init(struct backoff_call *call, struct backoff_retry *retry,
	     const struct backoff_call_options *options, uint64_t now_ns,
	     struct backoff_answer *answer)
{
	call->retry = retry;
	call->options = options;
	call->answer = answer;
	call->numbered = false;
	call->id[0] = '\0';
	call->attempt_start_ns = now_ns;
	call->attempt_timeout_ns = BACKOFF_FOREVER;
	call->kind = BACKOFF_KIND_FIRST;
	call->in_flight = BACKOFF_ABSENT;
	call->earlier_ns = 0;
	call->owed_milli = 0;
	call->is_on_paper = false;
	answer->kind = BACKOFF_OUTCOME_CANCELLED;
	answer->failure_class = BACKOFF_CLASS_UNKNOWN;
	answer->result = NULL;
	answer->error_type[0] = answer->code[0] = answer->error[0] = '\0';
	backoff_engine_begin(retry->policy, &call->state, now_ns,
			     bo_call_deadline(options), &call->decision);
	call->state.idempotent = options->idempotent != 0;
	call->state.inbound_attempt = options->inbound_attempt;
	call->phase = BO_PHASE_READY;
}

void
bo_call_enter(struct backoff_call *call, uint64_t now_ns)
{
	struct backoff_guard *guard = call->retry->guard;

	if (guard != NULL) {
		backoff_engine_join(&call->state, guard, now_ns,
				    &call->decision);
		bo_tell_transition(call, now_ns);
	}
	if (call->decision.action == BACKOFF_ACTION_DONE)
		bo_call_stop(call, call->decision.stop, now_ns);
}

void
bo_call_begin(struct backoff_call *call, struct backoff_retry *retry,
	      const struct backoff_call_options *options, uint64_t now_ns,
	      struct backoff_answer *answer)
{
	bo_call_init(call, retry, options, now_ns, answer);
	bo_call_enter(call, now_ns);
}

void
bo_call_start(struct backoff_call *call, uint64_t now_ns,
	      struct backoff_attempt *attempt)
{
	call->kind = call->phase == BO_PHASE_RUNNING ? BACKOFF_KIND_HEDGE
		     : call->decision.attempt == 1   ? BACKOFF_KIND_FIRST
						     : BACKOFF_KIND_RETRY;
	call->phase = BO_PHASE_RUNNING;
	call->attempt_start_ns = now_ns;
	call->attempt_timeout_ns = call->decision.attempt_timeout_ns;
	*attempt = (struct backoff_attempt){
		.number = call->decision.attempt,
		.max_attempts = bo_retry_max_attempts(
			call->retry, call->state.inbound_attempt),
		.start_ns = now_ns,
		.give_up_ns = bo_add_sat(now_ns, call->attempt_timeout_ns),
		.cancel = call->options->cancel,
		.kind = call->kind,
	};
	if (bo_retry_is_watched(call->retry))
		bo_log_start(call, now_ns);
}

void
bo_call_report(struct backoff_call *call, struct backoff_outcome *outcome,
	       uint64_t now_ns)
{
	const struct backoff_retry *r = call->retry;

	if (r->classify != NULL)
		r->classify(r->classify_user, outcome);
	bo_call_decide(call, outcome, now_ns);
}

uint64_t
bo_call_draw(struct backoff_call *call, uint32_t number)
{
	if (!call->retry->draws)
		return 0;
	bo_call_number(call);
	return backoff_draw(call->experiment, BACKOFF_PURPOSE_DELAY,
			    call->number, number);
}

void
bo_call_decide(struct backoff_call *call, struct backoff_outcome *outcome,
	       uint64_t now_ns)
{
	uint64_t draw = outcome->kind == BACKOFF_OUTCOME_SUCCESS
				? 0
				: bo_call_draw(call, call->state.attempt);

	backoff_engine_decide(call->retry->policy, &call->state, outcome,
			      now_ns, draw, &call->decision);
	bo_call_apply(call, now_ns);
	bo_call_follow(call, outcome, call->state.finished, now_ns);
}

void
bo_call_follow(struct backoff_call *call, struct backoff_outcome *outcome,
	       uint32_t number, uint64_t now_ns)
{
	const struct backoff_retry *r = call->retry;

	bo_tell_transition(call, now_ns);
	keep_outcome(call->answer, outcome);
	if (bo_retry_is_watched(r))
		bo_log_end(call, outcome, number, now_ns);
	if (call->phase != BO_PHASE_OVER && outcome->result != NULL) {
		call->answer->result = NULL;
		if (r->discard != NULL)
			r->discard(r->discard_user, outcome->result);
	}
}

void
bo_call_stop(struct backoff_call *call, enum backoff_stop stop, uint64_t now_ns)
{
	bool running = call->phase == BO_PHASE_RUNNING;

	/* An attempt under way was made, even if nobody reports it. */
	if (running)
		call->state.finished = call->state.attempt;
	if (running && call->hedges != NULL)
		backoff_engine_hedges_end(&call->state, call->hedges);
	backoff_engine_stop(&call->state, stop, &call->decision);
	bo_call_apply(call, now_ns);
	if (running && call->hedges != NULL)
		bo_hedge_abandon(call, now_ns);
	if (running || call->state.finished == 0)
		call->answer->kind = BACKOFF_OUTCOME_CANCELLED;
	if (bo_retry_is_watched(call->retry))
		bo_log_stop(call, running, now_ns);
}

void
bo_call_leave(struct backoff_call *call)
{
	backoff_engine_stop(&call->state, BACKOFF_STOP_SHUTDOWN,
			    &call->decision);
	call->phase = BO_PHASE_OVER;
}

/* Reserve what a retry costs that was decided in another process. */
static enum backoff_stop
pay(struct backoff_call *call, uint64_t now_ns)
{
	int64_t owed_milli = call->owed_milli;

	call->owed_milli = 0;
	return bo_guard_reserve_again(call->state.guard, &call->state,
				      owed_milli, now_ns);
}

void
bo_call_resume(struct backoff_call *call, uint64_t now_ns)
{
	enum backoff_stop stop;

	call->is_on_paper = false;
	backoff_engine_resume(call->retry->policy, &call->state, now_ns,
			      &call->decision);
	bo_tell_transition(call, now_ns);
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

	/* A wait of nothing ends as it begins, unless a callback took time: the
	 * decision holds as it is. */
	if (call->decision.delay_ns == 0 && call->state.guard == NULL &&
	    !bo_retry_is_watched(r) && r->discard == NULL) {
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

enum backoff_status
bo_call_status(const struct backoff_call *call)
{
	switch (call->answer->stop) {
	case BACKOFF_STOP_SUCCESS:
		return BACKOFF_OK;
	case BACKOFF_STOP_CANCELLED:
		return BACKOFF_E_CANCELLED;
	default:
		return BACKOFF_E_STATE;
	}
}
