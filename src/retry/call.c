/* One call: its record, from its options to its answer. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retry/call.h"

#include <string.h>

#include <backoff/rng.h>

#include "base/utf8.h"
#include "engine/engine.h"
#include "outcome/outcome.h"

const struct backoff_call_options bo_call_no_options = {
	.size = sizeof(bo_call_no_options)};

bool
bo_call_are_valid(const struct backoff_call_options *given)
{
	return bo_sized_is_known(given, sizeof(*given)) &&
	       (given->call_id == NULL ||
		(given->call_id[0] != '\0' && strlen(given->call_id) <= 64)) &&
	       (given->target == NULL ||
		(given->target[0] != '\0' &&
		 strlen(given->target) <= BO_TARGET_MAX_BYTES)) &&
	       (given->attrs == NULL || bo_retry_attrs_are_valid(given->attrs));
}

/* Called late, not at the start: threads contend for the counter, and a call
 * that succeeds at once and is not logged needs no number. */
void
bo_call_number(struct backoff_call *call)
{
	struct backoff_retry *r = call->retry;

	if (call->numbered)
		return;
	call->numbered = true;
	call->number =
		atomic_fetch_add_explicit(&r->calls, 1, memory_order_relaxed);
	/* A child of fork(2) counts the same calls, and draws differently. */
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

static inline void
keep_text(char *out, size_t size, const char *text)
{
	if (text == NULL) {
		out[0] = '\0';
	} else if (bo_outcome_text_is_constant(text)) {
		/* Copied without looking for its end: what follows is constant
		 * data too. */
		memcpy(out, text, BO_OUTCOME_TEXT_ROOM);
	} else if (memccpy(out, text, '\0', size) == NULL) {
		out[bo_utf8_cut(text, size, size - 1)] = '\0';
	}
}

static bool
has_error(const struct backoff_answer *a)
{
	return a->error_type[0] != '\0' || a->code[0] != '\0' ||
	       a->error[0] != '\0';
}

/* Apart from the rest, since most attempts succeed. */
static __attribute__((noinline)) void
keep_error(struct backoff_answer *a, const struct backoff_outcome *outcome)
{
	/* The error of a cancelled attempt is kept only if no failure came
	 * before it. */
	if (outcome->kind == BACKOFF_OUTCOME_CANCELLED && has_error(a))
		return;
	keep_text(a->error_type, sizeof(a->error_type), outcome->error_type);
	keep_text(a->code, sizeof(a->code), outcome->code);
	keep_text(a->error, sizeof(a->error), outcome->error);
}

void
bo_call_keep_outcome(struct backoff_call *call,
		     const struct backoff_outcome *outcome)
{
	struct backoff_answer *a = call->answer;

	a->kind = outcome->kind;
	a->failure_class = outcome->failure_class;
	a->result = outcome->result;
	if (outcome->kind != BACKOFF_OUTCOME_SUCCESS)
		keep_error(a, outcome);
}

void
bo_call_init(struct backoff_call *call, struct backoff_retry *retry,
	     const struct backoff_call_options *options, uint64_t now_ns,
	     struct backoff_answer *answer)
{
	call->retry = retry;
	call->generation = bo_process_generation();
	call->options = options;
	call->sink = options->sink != NULL ? options->sink : retry->sink;
	call->guard = retry->guard;
	call->guards = NULL;
	call->answer = answer;
	call->numbered = false;
	call->id[0] = '\0';
	call->attempt_start_ns = now_ns;
	call->attempt_timeout_ns = BACKOFF_FOREVER;
	call->kind = BACKOFF_KIND_FIRST;
	call->in_flight = BACKOFF_ABSENT;
	call->earlier_ns = 0;
	call->owed_milli = 0;
	call->is_saved = false;
	answer->kind = BACKOFF_OUTCOME_CANCELLED;
	answer->failure_class = BACKOFF_CLASS_UNKNOWN;
	answer->result = NULL;
	answer->error_type[0] = answer->code[0] = answer->error[0] = '\0';
	call->state.size = sizeof(call->state);
	call->decision.size = sizeof(call->decision);
	bo_engine_begin(retry->policy, &call->state, now_ns,
			bo_call_deadline(options), &call->decision);
	call->state.idempotent = options->idempotent != 0;
	call->state.inbound_attempt = options->inbound_attempt;
	call->phase = BO_PHASE_READY;
}

void
bo_call_inherit(struct backoff_call *call)
{
	call->generation = bo_process_generation();
	if (call->guards != NULL)
		bo_guards_rejoin(call->guards, call->guard);
	/* Attempts under way are counted here too, until they end. */
	if (call->phase != BO_PHASE_RUNNING ||
	    call->in_flight == BACKOFF_ABSENT)
		return;
	if (call->hedges == NULL)
		bo_process_begin_attempt();
	for (int i = 0; call->hedges != NULL && i <= BACKOFF_HEDGES_MAX; i++)
		if (call->hedges->lane[i].attempt != 0)
			bo_process_begin_attempt();
}

enum backoff_status
bo_call_take_guard(struct backoff_call *call)
{
	return bo_retry_take_guard(call->retry, call->options->target,
				   &call->guards, &call->guard);
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

enum backoff_status
bo_call_status(const struct backoff_call *call)
{
	switch (call->answer->stop) {
	case BACKOFF_STOP_SUCCESS:
		return BACKOFF_OK;
	case BACKOFF_STOP_CANCELLED:
		return BACKOFF_E_CANCELLED;
	default:
		return BACKOFF_E_FAILED;
	}
}

const char *
backoff_call_id(struct backoff_call *call)
{
	if (call == NULL)
		return NULL;
	const struct bo_id_key *key = &call->retry->id_key;
	struct bo_id_key child_key;

	/* A restored call keeps the id that it was saved with. */
	if (call->id[0] != '\0')
		return call->id;
	if (call->options->call_id != NULL)
		return call->options->call_id;
	bo_call_number(call);
	if (key->experiment != call->experiment) {
		/* This process was forked after the key was made. */
		bo_id_key_init(&child_key, call->experiment);
		key = &child_key;
	}
	bo_id_write(key, call->number, call->id);
	return call->id;
}

const struct backoff_answer *
backoff_call_answer(const struct backoff_call *call)
{
	if (call == NULL)
		return NULL;
	return call->answer;
}
