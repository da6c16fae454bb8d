/* One call: the engine's decisions, told to the log and to the answer. Both
 * loops drive it, so that they cannot differ. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <backoff/rng.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/process.h"
#include "retry/retry.h"

const struct backoff_call_options *
bo_call_options(const struct backoff_call_options *given)
{
	static const struct backoff_call_options none = {.size = sizeof(none)};

	if (given == NULL)
		return &none;
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

/* 128 bits as 32 hex digits. */
static void
make_id(struct backoff_call *call)
{
	const uint32_t counter[4] = {(uint32_t)call->number,
				     (uint32_t)(call->number >> 32), 0,
				     BACKOFF_PURPOSE_CALL_ID};
	const uint32_t key[2] = {(uint32_t)call->experiment,
				 (uint32_t)(call->experiment >> 32)};
	static const char hex[] = "0123456789abcdef";
	uint32_t word[4];

	backoff_philox4x32(counter, key, word);
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < 8; k++, word[i] >>= 4)
			call->id[i * 8 + k] = hex[word[i] & 15];
	call->id[32] = '\0';
}

const char *
backoff_call_id(struct backoff_call *call)
{
	/* A restored call keeps the id that it was saved with. */
	if (call->id[0] == '\0') {
		if (call->options->call_id != NULL)
			return call->options->call_id;
		bo_call_number(call);
		make_id(call);
	}
	return call->id;
}

static bool
is_watched(const struct backoff_call *call)
{
	return call->retry->sink != NULL || call->retry->on_event != NULL;
}

/* {"id":"db1","tokens":495,"cost":5} */
static const char *
budget_text(struct backoff_call *call, uint64_t tokens_milli)
{
	const struct backoff_retry *r = call->retry;
	struct bo_out out = bo_out_init(call->budget, sizeof(call->budget));

	bo_out_text(&out, "{\"id\":");
	bo_out_json(&out, r->target != NULL ? r->target : r->operation);
	bo_out_text(&out, ",\"tokens\":");
	bo_out_seconds(&out, tokens_milli * 1000000);
	if (call->decision.cost_milli > 0) {
		bo_out_text(&out, ",\"cost\":");
		bo_out_seconds(&out,
			       (uint64_t)call->decision.cost_milli * 1000000);
	}
	bo_out_text(&out, "}");
	/* An id that escapes blew up is not worth half a line. */
	return out.length < sizeof(call->budget) ? call->budget : NULL;
}

static void
fill_guard(struct backoff_call *call, uint64_t now_ns,
	   struct backoff_event *event)
{
	const struct backoff_guard *guard = call->retry->guard;
	uint64_t tokens;

	if (guard == NULL)
		return;
	tokens = backoff_guard_tokens_milli(guard, now_ns);
	if (tokens != BACKOFF_FOREVER)
		event->budget = budget_text(call, tokens);
	event->breaker =
		backoff_breaker_name(backoff_guard_breaker(guard, now_ns));
}

/* What every event of a call has. */
static void
fill_event(struct backoff_call *call, enum backoff_event_type type,
	   uint64_t now_ns, struct backoff_event *event)
{
	const struct backoff_retry *r = call->retry;

	backoff_event_init(event);
	event->type = type;
	event->ts_ns = r->clock->wall_ns(r->clock->user);
	event->service = r->service;
	event->operation = r->operation;
	event->target = r->target;
	event->policy = backoff_policy_name(r->policy);
	event->policy_hash = r->hash;
	event->call_id = backoff_call_id(call);
	event->parent_call_id = call->options->parent_call_id;
	event->trace_id = call->options->trace_id;
	event->span_id = call->options->span_id;
	event->max_attempts = backoff_policy_max_attempts(r->policy);
	event->elapsed_ns = bo_sub_sat(now_ns, call->state.start_ns);
	if (call->attempt_timeout_ns != BACKOFF_FOREVER)
		event->attempt_timeout_ns = call->attempt_timeout_ns;
	if (call->state.deadline_ns != BACKOFF_FOREVER)
		event->deadline_left_ns =
			bo_sub_sat(call->state.deadline_ns, now_ns);
	fill_guard(call, now_ns, event);
	event->host = r->host;
	event->pid = bo_process_pid();
	event->seq = bo_process_next_seq();
	event->attrs = r->attrs;
}

static void
fill_attempt(struct backoff_event *event, uint32_t attempt)
{
	event->attempt = attempt;
	event->kind = attempt == 1 ? BACKOFF_KIND_FIRST : BACKOFF_KIND_RETRY;
}

static void
emit(const struct backoff_call *call, const struct backoff_event *event)
{
	const struct backoff_retry *r = call->retry;

	if (r->on_event != NULL)
		r->on_event(r->on_event_user, event);
	if (r->sink != NULL)
		backoff_sink_emit(r->sink, event);
}

static const char *
law_name(const struct backoff_delay *law)
{
	static const char *const capped[] = {
		"capped_none",  "capped_full",         "capped_equal",
		"capped_minus", "capped_proportional", "capped_additive",
		"decorrelated"};

	return law->capped ? capped[law->law] : backoff_jitter_name(law->law);
}

static void
fill_outcome(struct backoff_event *event, const struct backoff_outcome *outcome)
{
	event->outcome = (int)outcome->kind;
	if (outcome->kind == BACKOFF_OUTCOME_SUCCESS)
		return;
	if (outcome->hint.kind == BACKOFF_HINT_DELAY)
		event->hint_ns = outcome->hint.delay_ns;
	event->failure_class = (int)outcome->failure_class;
	event->error_type = outcome->error_type;
	event->code = outcome->code;
	event->error = outcome->error;
}

static void
fill_decision(const struct backoff_call *call, struct backoff_event *event)
{
	const struct backoff_decision *d = &call->decision;
	bool hinted = d->hint_action == BACKOFF_HINT_ACTION_HONOURED ||
		      d->hint_action == BACKOFF_HINT_ACTION_CLAMPED;

	event->hint_action = d->hint_action;
	if (d->action == BACKOFF_ACTION_WAIT) {
		event->delay_ns = d->delay_ns;
		event->delay_source = hinted ? BACKOFF_DELAY_SOURCE_HINT
				      : d->delay_ns > 0
					      ? BACKOFF_DELAY_SOURCE_BACKOFF
					      : BACKOFF_DELAY_SOURCE_ZERO;
		event->delay_law = law_name(&d->law);
		event->delay_low_ns = d->law.low_ns;
		event->delay_high_ns = d->law.high_ns;
		return;
	}
	event->stop = d->stop;
	event->attempts = call->answer->attempts;
	event->retries = call->answer->retries;
	event->backoff_ns = call->state.backoff_ns;
}

/* Which event ends a call for this reason. */
static enum backoff_event_type
last_event(enum backoff_stop stop)
{
	switch (stop) {
	case BACKOFF_STOP_SUCCESS:
		return BACKOFF_EVENT_SUCCESS;
	case BACKOFF_STOP_MAX_ATTEMPTS:
	case BACKOFF_STOP_DEADLINE:
	case BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE:
	case BACKOFF_STOP_BUDGET:
	case BACKOFF_STOP_BREAKER_OPEN:
	case BACKOFF_STOP_HINT_TOO_LONG:
		return BACKOFF_EVENT_EXHAUSTED;
	default:
		return BACKOFF_EVENT_ABORTED;
	}
}

/* A breaker changed its state at this decision: an event of its own. */
static void
tell_transition(struct backoff_call *call, uint64_t now_ns)
{
	enum backoff_breaker to = call->decision.breaker_changed;
	struct backoff_event event;

	if (to == BACKOFF_BREAKER_NONE || !is_watched(call))
		return;
	fill_event(call, BACKOFF_EVENT_BREAKER_TRANSITION, now_ns, &event);
	event.breaker = backoff_breaker_name(to);
	emit(call, &event);
}

/* Follow a decision about an attempt: the phase, and the totals of the
 * answer. */
static void
apply(struct backoff_call *call, uint64_t now_ns)
{
	struct backoff_answer *a = call->answer;

	call->phase = call->decision.action == BACKOFF_ACTION_DONE
			      ? BO_PHASE_OVER
			      : BO_PHASE_WAITING;
	a->stop = call->decision.stop;
	a->attempts = call->state.finished;
	a->retries = a->attempts > 0 ? a->attempts - 1 : 0;
	a->elapsed_ns = bo_sub_sat(now_ns, call->state.start_ns);
	a->backoff_ns = call->state.backoff_ns;
}

static void
keep_text(char *out, size_t size, const char *text)
{
	size_t length = size - 1;

	if (text == NULL) {
		out[0] = '\0';
	} else if (memccpy(out, text, '\0', size) == NULL) {
		/* A cut never falls inside a UTF-8 character. */
		while (length > 0 &&
		       ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
		out[length] = '\0';
	}
}

static void
keep_outcome(struct backoff_answer *a, const struct backoff_outcome *outcome)
{
	a->kind = outcome->kind;
	a->failure_class = outcome->failure_class;
	a->result = outcome->result;
	if (outcome->kind == BACKOFF_OUTCOME_SUCCESS)
		return;
	keep_text(a->error_type, sizeof(a->error_type), outcome->error_type);
	keep_text(a->code, sizeof(a->code), outcome->code);
	keep_text(a->error, sizeof(a->error), outcome->error);
}

void
bo_call_begin(struct backoff_call *call, struct backoff_retry *retry,
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
	answer->kind = BACKOFF_OUTCOME_CANCELLED;
	answer->failure_class = BACKOFF_CLASS_UNKNOWN;
	answer->result = NULL;
	answer->error_type[0] = answer->code[0] = answer->error[0] = '\0';
	backoff_engine_begin(retry->policy, &call->state, now_ns,
			     options->has_deadline ? options->deadline_ns
						   : BACKOFF_FOREVER,
			     &call->decision);
	call->state.idempotent = options->idempotent != 0;
	if (retry->guard != NULL) {
		backoff_engine_join(&call->state, retry->guard, now_ns,
				    &call->decision);
		tell_transition(call, now_ns);
	}
	call->phase = BO_PHASE_READY;
	if (call->decision.action == BACKOFF_ACTION_DONE)
		bo_call_stop(call, call->decision.stop, now_ns);
}

void
bo_call_start(struct backoff_call *call, uint64_t now_ns,
	      struct backoff_attempt *attempt)
{
	struct backoff_event event;

	call->phase = BO_PHASE_RUNNING;
	call->attempt_start_ns = now_ns;
	call->attempt_timeout_ns = call->decision.attempt_timeout_ns;
	*attempt = (struct backoff_attempt){
		.number = call->decision.attempt,
		.max_attempts =
			backoff_policy_max_attempts(call->retry->policy),
		.start_ns = now_ns,
		.give_up_ns = bo_add_sat(now_ns, call->attempt_timeout_ns),
		.cancel = call->options->cancel,
	};
	if (!call->retry->log_starts || !is_watched(call))
		return;
	fill_event(call, BACKOFF_EVENT_STARTED, now_ns, &event);
	fill_attempt(&event, attempt->number);
	emit(call, &event);
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

void
bo_call_decide(struct backoff_call *call, struct backoff_outcome *outcome,
	       uint64_t now_ns)
{
	struct backoff_retry *r = call->retry;
	struct backoff_event event;
	uint64_t draw = 0;

	if (outcome->kind != BACKOFF_OUTCOME_SUCCESS && r->draws) {
		bo_call_number(call);
		draw = backoff_draw(call->experiment, BACKOFF_PURPOSE_DELAY,
				    call->number, call->state.attempt);
	}
	backoff_engine_decide(r->policy, &call->state, outcome, now_ns, draw,
			      &call->decision);
	tell_transition(call, now_ns);
	apply(call, now_ns);
	keep_outcome(call->answer, outcome);
	if (is_watched(call)) {
		fill_event(call,
			   call->phase == BO_PHASE_WAITING
				   ? BACKOFF_EVENT_ATTEMPT
				   : last_event(call->decision.stop),
			   now_ns, &event);
		fill_attempt(&event, call->state.finished);
		fill_outcome(&event, outcome);
		event.duration_ns = bo_sub_sat(now_ns, call->attempt_start_ns);
		fill_decision(call, &event);
		emit(call, &event);
	}
	if (call->phase == BO_PHASE_WAITING && outcome->result != NULL) {
		call->answer->result = NULL;
		if (r->discard != NULL)
			r->discard(r->discard_user, outcome->result);
	}
}

void
bo_call_stop(struct backoff_call *call, enum backoff_stop stop, uint64_t now_ns)
{
	static const struct backoff_outcome cancelled = {
		.kind = BACKOFF_OUTCOME_CANCELLED};
	bool running = call->phase == BO_PHASE_RUNNING;
	struct backoff_event event;

	/* An attempt under way was made, even if nobody reports it. */
	if (running)
		call->state.finished = call->state.attempt;
	backoff_engine_stop(&call->state, stop, &call->decision);
	apply(call, now_ns);
	if (running || call->state.finished == 0)
		call->answer->kind = BACKOFF_OUTCOME_CANCELLED;
	if (!is_watched(call))
		return;
	fill_event(call, last_event(stop), now_ns, &event);
	fill_attempt(&event,
		     call->state.finished > 0 ? call->state.finished : 1);
	fill_outcome(&event, &cancelled);
	event.failure_class = -1;
	event.duration_ns =
		running ? bo_sub_sat(now_ns, call->attempt_start_ns) : 0;
	fill_decision(call, &event);
	emit(call, &event);
}

void
bo_call_resume(struct backoff_call *call, uint64_t now_ns)
{
	backoff_engine_resume(call->retry->policy, &call->state, now_ns,
			      &call->decision);
	tell_transition(call, now_ns);
	if (call->decision.action == BACKOFF_ACTION_DONE)
		bo_call_stop(call, call->decision.stop, now_ns);
	else
		call->phase = BO_PHASE_READY;
}
