/* The loop by steps, for event loops: next, attempt, report. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retry/step.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "retry/attempt.h"
#include "retry/hedge.h"
#include "retry/lifecycle.h"

/** A call on the heap with its options and answer. */
struct stepped {
	struct backoff_call call;
	struct backoff_call_options options;
	struct backoff_answer answer;
	/** One element if the policy hedges. The options' strings follow. */
	struct backoff_hedges hedges[];
};

static size_t
room_for(const char *text)
{
	return text != NULL ? strlen(text) + 1 : 0;
}

/* The strings of options, which a program may have in memory that does not
 * outlive the function that begins the call. */
static size_t
room_for_strings(const struct backoff_call_options *o)
{
	return room_for(o->call_id) + room_for(o->parent_call_id) +
	       room_for(o->trace_id) + room_for(o->span_id) +
	       room_for(o->target) + room_for(o->attrs);
}

static void
keep_string(const char **string, char **end)
{
	const char *from = *string;

	if (from == NULL)
		return;
	*string = *end;
	*end = stpcpy(*end, from) + 1;
}

static void
keep_strings(struct backoff_call_options *o, char *end)
{
	keep_string(&o->call_id, &end);
	keep_string(&o->parent_call_id, &end);
	keep_string(&o->trace_id, &end);
	keep_string(&o->span_id, &end);
	keep_string(&o->target, &end);
	keep_string(&o->attrs, &end);
}

static uint64_t
now(const struct backoff_call *call)
{
	const struct backoff_clock *clock = call->retry->clock;

	return clock->now_ns(clock->user);
}

enum backoff_status
bo_call_make(struct backoff_retry *retry,
	     const struct backoff_call_options *options,
	     struct backoff_call **out)
{
	struct backoff_call_options whole;
	struct stepped *made;
	size_t hedges, room;
	enum backoff_status status;

	options = bo_call_options(options, &whole);
	if (retry == NULL || out == NULL || options == NULL)
		return BACKOFF_E_ARGUMENT;
	room = room_for_strings(options);
	hedges = retry->allows_hedges ? 1 : 0;
	made = malloc(sizeof(*made) + hedges * sizeof(made->hedges[0]) + room);
	if (made == NULL)
		return BACKOFF_E_NOMEM;
	made->options = *options;
	made->options.size = sizeof(made->options);
	if (room > 0)
		keep_strings(&made->options, (char *)&made->hedges[hedges]);
	/* bo_call_init() sets what else is read of the call and of the texts,
	 * and backoff_engine_hedges_begin() of the hedges. */
	memset(&made->answer, 0, offsetof(struct backoff_answer, error_type));
	made->answer.size = sizeof(made->answer);
	made->call.hedges = NULL;
	if (hedges > 0) {
		made->call.hedges = made->hedges;
		made->hedges->size = sizeof(*made->hedges);
	}
	bo_call_init(&made->call, retry, &made->options,
		     retry->clock->now_ns(retry->clock->user), &made->answer);
	status = options->target != NULL ? bo_call_take_guard(&made->call)
					 : BACKOFF_OK;
	if (status != BACKOFF_OK) {
		free(made);
		return status;
	}
	*out = &made->call;
	return BACKOFF_OK;
}

enum backoff_status
backoff_call_new(struct backoff_retry *retry,
		 const struct backoff_call_options *options,
		 struct backoff_call **out)
{
	enum backoff_status status = bo_call_make(retry, options, out);

	if (status == BACKOFF_OK)
		bo_call_enter(*out, (*out)->state.start_ns);
	return status;
}

void
backoff_call_free(struct backoff_call *call)
{
	if (call == NULL)
		return;
	if (call->phase != BO_PHASE_OVER &&
	    (call->is_saved || bo_call_is_foreign(call)))
		bo_call_leave(call);
	else if (call->phase != BO_PHASE_OVER)
		bo_call_stop(call, BACKOFF_STOP_SHUTDOWN, now(call));
	bo_call_release_guard(call);
	free(call);
}

/* Member by member: gcc -O2 would clear the whole struct with "rep stos", which
 * takes longer to start than all of this. */
static void
clear(struct backoff_step *step)
{
	step->action = BACKOFF_ACTION_DONE;
	step->stop = BACKOFF_STOP_NONE;
	step->wait_until_ns = 0;
	memset(&step->attempt, 0, sizeof(step->attempt));
	step->delay_ns = 0;
	BO_CLEAR_REST(backoff_step, step);
}

static void
wait_for(const struct backoff_call *call, uint64_t now_ns,
	 struct backoff_step *step)
{
	uint64_t until_ns = call->decision.not_before_ns;

	step->action = BACKOFF_ACTION_WAIT;
	step->wait_until_ns = until_ns;
	step->delay_ns = until_ns == BACKOFF_FOREVER
				 ? BACKOFF_FOREVER
				 : bo_sub_sat(until_ns, now_ns);
}

/* With attempts under way: begin another, or say when to ask again. */
static void
ask_for_hedge(struct backoff_call *call, struct backoff_step *step)
{
	uint64_t now_ns = now(call);

	if (bo_hedge_next(call, now_ns, &step->attempt)) {
		step->action = BACKOFF_ACTION_ATTEMPT;
		return;
	}
	wait_for(call, now_ns, step);
}

enum backoff_status
backoff_call_next(struct backoff_call *call, struct backoff_step *step)
{
	if (call == NULL || step == NULL)
		return BACKOFF_E_ARGUMENT;
	uint64_t now_ns = 0;

	if (call->phase == BO_PHASE_RUNNING && call->hedges == NULL)
		return BACKOFF_E_STATE;
	clear(step);
	if (call->phase != BO_PHASE_OVER) {
		bo_call_own(call);
		now_ns = now(call);
		if (bo_call_is_cancelled(call->options))
			bo_call_stop(call, BACKOFF_STOP_CANCELLED, now_ns);
		else if (call->phase == BO_PHASE_READY ||
			 (call->phase == BO_PHASE_WAITING &&
			  now_ns >= call->decision.not_before_ns))
			bo_call_resume(call, now_ns);
	}
	if (call->phase == BO_PHASE_WAITING) {
		wait_for(call, now_ns, step);
	} else if (call->phase == BO_PHASE_READY) {
		step->action = BACKOFF_ACTION_ATTEMPT;
		if (call->hedges != NULL)
			bo_hedge_start(call, call->decision.not_before_ns,
				       &step->attempt);
		else
			bo_attempt_start(call, call->decision.not_before_ns,
					 &step->attempt);
	} else if (call->phase == BO_PHASE_RUNNING) {
		ask_for_hedge(call, step);
	} else {
		step->stop = call->decision.stop;
	}
	return BACKOFF_OK;
}

/* The rest of backoff_call_report_attempt(), which may change the outcome. */
static __attribute__((noinline)) enum backoff_status
report_copy(struct backoff_call *call, uint32_t number,
	    const struct backoff_outcome *outcome)
{
	struct backoff_outcome copy;

	bo_outcome_borrow(&copy, outcome);
	if (call->hedges != NULL)
		return bo_hedge_report(call, number, &copy, now(call));
	bo_attempt_classify(call->retry, call->options, &copy);
	bo_attempt_decide(call, &copy, now(call));
	return BACKOFF_OK;
}

enum backoff_status
backoff_call_report_attempt(struct backoff_call *call, uint32_t number,
			    const struct backoff_outcome *outcome)
{
	if (call == NULL || outcome == NULL)
		return BACKOFF_E_ARGUMENT;
	if (call->phase != BO_PHASE_RUNNING)
		return BACKOFF_E_STATE;
	if (call->hedges == NULL && number != call->state.attempt)
		return BACKOFF_E_STATE;
	if (call->hedges != NULL || call->retry->classify != NULL ||
	    outcome->kind != BACKOFF_OUTCOME_SUCCESS)
		return report_copy(call, number, outcome);
	bo_attempt_decide(call, outcome, now(call));
	return BACKOFF_OK;
}

enum backoff_status
backoff_call_report(struct backoff_call *call,
		    const struct backoff_outcome *outcome)
{
	if (call == NULL || outcome == NULL)
		return BACKOFF_E_ARGUMENT;
	uint32_t number = call->state.attempt;

	if (call->phase == BO_PHASE_RUNNING && call->hedges != NULL) {
		if (call->hedges->running != 1)
			return BACKOFF_E_STATE;
		number = bo_hedge_running(call->hedges);
	}
	return backoff_call_report_attempt(call, number, outcome);
}

enum backoff_status
backoff_call_cancel(struct backoff_call *call)
{
	if (call == NULL)
		return BACKOFF_E_ARGUMENT;
	if (call->phase == BO_PHASE_OVER)
		return BACKOFF_E_STATE;
	bo_call_stop(call, BACKOFF_STOP_CANCELLED, now(call));
	return BACKOFF_OK;
}
