/* The blocking loop. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stddef.h>

#include "engine/engine.h"
#include "retry/attempt.h"
#include "retry/lifecycle.h"

static uint64_t
now(const struct backoff_retry *r)
{
	return r->clock->now_ns(r->clock->user);
}

static void
make_attempt(struct backoff_call *call, uint64_t now_ns, backoff_attempt_fn fn,
	     void *user)
{
	struct backoff_outcome outcome;
	struct backoff_attempt attempt;

	bo_outcome_init(&outcome);
	bo_attempt_start(call, now_ns, &attempt);
	fn(user, &attempt, &outcome);
	bo_attempt_classify(call->retry, call->options, &outcome);
	bo_attempt_decide(call, &outcome, now(call->retry));
}

/* Make the first attempt of a call without guard, sink and event callback. If
 * it succeeds, as most do, there is nothing to decide and no state to keep. If
 * it fails, set up the call as if it had begun before the attempt. */
static bool
succeeds_at_once(struct backoff_call *call, struct backoff_retry *r,
		 const struct backoff_call_options *options,
		 backoff_attempt_fn fn, void *user,
		 struct backoff_answer *answer)
{
	uint64_t deadline_ns = bo_call_deadline(options);
	uint64_t start_ns = 0, end_ns, timeout_ns = BACKOFF_FOREVER;
	struct backoff_outcome outcome;
	struct backoff_attempt attempt;
	bool timed = true;

	if (r->limited || deadline_ns != BACKOFF_FOREVER) {
		start_ns = now(r);
		if (!bo_engine_first(r->policy, start_ns, deadline_ns,
				     &timeout_ns)) {
			/* Cannot fail without a guard. */
			(void)bo_call_begin(call, r, options, start_ns, answer);
			return false;
		}
	} else if (r->timed) {
		start_ns = now(r);
	} else {
		timed = false;
	}
	bo_attempt_fill(
		&attempt, 1, bo_retry_max_attempts(r, options->inbound_attempt),
		start_ns, timeout_ns, options->cancel, BACKOFF_KIND_FIRST);
	bo_outcome_init(&outcome);
	fn(user, &attempt, &outcome);
	bo_attempt_classify(r, options, &outcome);
	if (outcome.kind == BACKOFF_OUTCOME_SUCCESS) {
		answer->stop = BACKOFF_STOP_SUCCESS;
		answer->kind = BACKOFF_OUTCOME_SUCCESS;
		answer->failure_class = outcome.failure_class;
		answer->attempts = 1;
		answer->retries = 0;
		answer->elapsed_ns = timed ? bo_sub_sat(now(r), start_ns) : 0;
		answer->backoff_ns = 0;
		answer->pace_ns = 0;
		answer->result = outcome.result;
		answer->error_type[0] = answer->code[0] = '\0';
		answer->error[0] = '\0';
		return true;
	}
	end_ns = now(r);
	(void)bo_call_begin(call, r, options, timed ? start_ns : end_ns,
			    answer);
	bo_attempt_start(call, call->state.start_ns, &attempt);
	bo_attempt_decide(call, &outcome, end_ns);
	return false;
}

static void
run(struct backoff_call *call, backoff_attempt_fn fn, void *user)
{
	/* The call and its first attempt start at one time: one clock read. */
	uint64_t now_ns = call->state.start_ns;

	while (call->phase != BO_PHASE_OVER) {
		if (bo_call_is_cancelled(call->options))
			bo_call_stop(call, BACKOFF_STOP_CANCELLED,
				     now(call->retry));
		else if (call->phase == BO_PHASE_READY)
			make_attempt(call, now_ns, fn, user);
		else
			bo_call_wait(call);
		now_ns = call->decision.not_before_ns;
	}
}

enum backoff_status
backoff_retry_run(struct backoff_retry *retry,
		  const struct backoff_call_options *options,
		  backoff_attempt_fn fn, void *user,
		  struct backoff_answer *answer)
{
	struct backoff_call_options whole;
	enum backoff_status status;
	struct backoff_call call;

	if (retry == NULL || fn == NULL)
		return BACKOFF_E_ARGUMENT;
	options = bo_call_options(options, &whole);
	if (options == NULL || answer == NULL)
		return BACKOFF_E_ARGUMENT;
	call.hedges = NULL;
	if (retry->quiet && options->sink == NULL &&
	    !bo_call_is_cancelled(options)) {
		if (succeeds_at_once(&call, retry, options, fn, user, answer))
			return BACKOFF_OK;
	} else {
		status = bo_call_begin(&call, retry, options, now(retry),
				       answer);
		if (status != BACKOFF_OK)
			return status;
	}
	run(&call, fn, user);
	bo_call_release_guard(&call);
	return bo_call_status(&call);
}
