/* The loop by steps, for event loops: next, attempt, report. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retry/step.h"

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

/* The strings of options, which a program may have in memory that does not
 * outlive the function that begins the call. */
#define STRINGS 6

static void
list_strings(struct backoff_call_options *options, const char **list[STRINGS])
{
	const char **const strings[STRINGS] = {
		&options->call_id, &options->parent_call_id, &options->trace_id,
		&options->span_id, &options->target,         &options->attrs};

	memcpy(list, strings, sizeof(strings));
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
	struct backoff_call_options copy, whole;
	const char **string[STRINGS];
	struct stepped *made;
	size_t hedges, size = 0;
	enum backoff_status status;
	char *end;

	options = bo_call_options(options, &whole);
	if (retry == NULL || out == NULL || options == NULL)
		return BACKOFF_E_ARGUMENT;
	copy = *options;
	copy.size = sizeof(copy);
	list_strings(&copy, string);
	for (int i = 0; i < STRINGS; i++)
		if (*string[i] != NULL)
			size += strlen(*string[i]) + 1;
	hedges = retry->allows_hedges ? 1 : 0;
	made = calloc(1,
		      sizeof(*made) + hedges * sizeof(made->hedges[0]) + size);
	if (made == NULL)
		return BACKOFF_E_NOMEM;
	end = (char *)&made->hedges[hedges];
	for (int i = 0; i < STRINGS; i++)
		if (*string[i] != NULL) {
			const char *from = *string[i];

			*string[i] = end;
			end = stpcpy(end, from) + 1;
		}
	made->options = copy;
	made->answer.size = sizeof(made->answer);
	if (hedges > 0) {
		made->call.hedges = made->hedges;
		made->hedges->size = sizeof(*made->hedges);
	}
	bo_call_init(&made->call, retry, &made->options,
		     retry->clock->now_ns(retry->clock->user), &made->answer);
	status = copy.target != NULL ? bo_call_take_guard(&made->call)
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
	BO_CLEAR(backoff_step, step);
	step->action = BACKOFF_ACTION_DONE;
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

enum backoff_status
backoff_call_report_attempt(struct backoff_call *call, uint32_t number,
			    const struct backoff_outcome *outcome)
{
	struct backoff_outcome copy;

	if (call == NULL || outcome == NULL)
		return BACKOFF_E_ARGUMENT;
	if (call->phase != BO_PHASE_RUNNING)
		return BACKOFF_E_STATE;
	bo_outcome_borrow(&copy, outcome);
	if (call->hedges != NULL)
		return bo_hedge_report(call, number, &copy, now(call));
	if (number != call->state.attempt)
		return BACKOFF_E_STATE;
	bo_attempt_classify(call->retry, call->options, &copy);
	bo_attempt_decide(call, &copy, now(call));
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
