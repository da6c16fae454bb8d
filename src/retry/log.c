/* Events of a call: one for each attempt, and the breaker's transitions. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retry/log.h"

#include <string.h>

#include "base/buf.h"
#include "base/process.h"
#include "clock/wall.h"
#include "outcome/outcome.h"

/* {"id":"db1","tokens":495,"cost":5} */
static const char *
budget_text(struct backoff_call *call, uint64_t tokens_milli)
{
	const char *target = bo_call_target(call);
	struct bo_out out = bo_out_init(call->budget, sizeof(call->budget));

	bo_out_text(&out, "{\"id\":");
	bo_out_json(&out, target != NULL ? target : call->retry->operation);
	bo_out_text(&out, ",\"tokens\":");
	bo_out_seconds(&out, tokens_milli * 1000000);
	if (call->decision.cost_milli > 0) {
		bo_out_text(&out, ",\"cost\":");
		bo_out_seconds(&out,
			       (uint64_t)call->decision.cost_milli * 1000000);
	}
	bo_out_text(&out, "}");
	/* Leave it out rather than fill half a line with an escaped id. */
	return out.length < sizeof(call->budget) ? call->budget : NULL;
}

static void
fill_guard(struct backoff_call *call, uint64_t now_ns,
	   struct backoff_event *event)
{
	const struct backoff_guard *guard = call->guard;
	uint64_t tokens;

	if (guard == NULL)
		return;
	tokens = backoff_guard_tokens_milli(guard, now_ns);
	if (tokens != BACKOFF_FOREVER)
		event->budget = budget_text(call, tokens);
	event->breaker =
		backoff_breaker_name(backoff_guard_breaker(guard, now_ns));
}

/* The fields that every event of a call has. */
static void
fill_event(struct backoff_call *call, enum backoff_event_type type,
	   uint64_t now_ns, struct backoff_event *event)
{
	const struct backoff_retry *r = call->retry;

	backoff_event_init(event, sizeof(*event));
	event->type = type;
	event->ts_ns = bo_clock_wall(r->clock, now_ns);
	event->service = r->service;
	event->operation = r->operation;
	event->target = bo_call_target(call);
	event->policy = backoff_policy_name(r->policy);
	event->policy_hash = r->hash;
	event->call_id = backoff_call_id(call);
	event->parent_call_id = call->options->parent_call_id;
	event->trace_id = call->options->trace_id;
	event->span_id = call->options->span_id;
	if (bo_retry_max_attempts(r, call->state.inbound_attempt) !=
	    BACKOFF_UNLIMITED)
		event->max_attempts =
			bo_retry_max_attempts(r, call->state.inbound_attempt);
	event->elapsed_ns = bo_call_age(call, now_ns);
	if (call->attempt_timeout_ns != BACKOFF_FOREVER)
		event->attempt_timeout_ns = call->attempt_timeout_ns;
	if (call->state.deadline_ns != BACKOFF_FOREVER)
		event->deadline_left_ns =
			bo_sub_sat(call->state.deadline_ns, now_ns);
	fill_guard(call, now_ns, event);
	event->host = r->host;
	event->pid = bo_process_pid();
	event->seq = bo_process_next_seq();
	event->attrs =
		call->options->attrs != NULL ? call->options->attrs : r->attrs;
}

static void
fill_attempt(struct backoff_event *event, uint32_t attempt,
	     enum backoff_kind kind, uint64_t in_flight)
{
	event->attempt = attempt;
	event->kind = kind;
	event->in_flight = in_flight;
}

/* The attempt no longer counts as under way in this process. */
static void
end_attempt(uint64_t *in_flight)
{
	if (*in_flight != BACKOFF_ABSENT)
		bo_process_end_attempt();
	*in_flight = BACKOFF_ABSENT;
}

static void
emit(const struct backoff_call *call, const struct backoff_event *event)
{
	const struct backoff_retry *r = call->retry;

	if (r->on_event != NULL)
		r->on_event(r->on_event_user, event);
	if (call->sink != NULL)
		backoff_sink_emit(call->sink, event);
}

static const char *
law_name(const struct backoff_delay *law)
{
	static const char *const capped[] = {
		[BACKOFF_JITTER_NONE] = "capped_none",
		[BACKOFF_JITTER_FULL] = "capped_full",
		[BACKOFF_JITTER_EQUAL] = "capped_equal",
		[BACKOFF_JITTER_MINUS] = "capped_minus",
		[BACKOFF_JITTER_PROPORTIONAL] = "capped_proportional",
		[BACKOFF_JITTER_ADDITIVE] = "capped_additive",
		[BACKOFF_JITTER_DECORRELATED] = "decorrelated"};
	_Static_assert(sizeof(capped) / sizeof(*capped) == BACKOFF_JITTER_COUNT,
		       "a name for each law");

	return law->capped ? capped[law->law] : backoff_jitter_name(law->law);
}

static void
fill_outcome(struct backoff_event *event, const struct backoff_outcome *outcome)
{
	struct backoff_hint joined;
	const struct backoff_hint *hint;

	event->outcome = outcome->kind == BACKOFF_OUTCOME_NOT_REPORTED
				 ? BACKOFF_OUTCOME_FAILURE
				 : (int)outcome->kind;
	if (outcome->kind == BACKOFF_OUTCOME_SUCCESS)
		return;
	hint = bo_outcome_hint(outcome, &joined);
	if (hint->kind == BACKOFF_HINT_DELAY)
		event->hint_ns = hint->delay_ns;
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

/* The event that closes a call. */
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

void
bo_log_transition(struct backoff_call *call, uint64_t now_ns)
{
	enum backoff_breaker to = call->decision.breaker_changed;
	struct backoff_event event;

	fill_event(call, BACKOFF_EVENT_BREAKER_TRANSITION, now_ns, &event);
	event.breaker = backoff_breaker_name(to);
	emit(call, &event);
}

void
bo_log_start(struct backoff_call *call, uint64_t now_ns)
{
	struct backoff_event event;

	call->in_flight = bo_process_begin_attempt();
	if (!call->retry->log_starts)
		return;
	fill_event(call, BACKOFF_EVENT_STARTED, now_ns, &event);
	fill_attempt(&event, call->decision.attempt, call->kind,
		     call->in_flight);
	emit(call, &event);
}

void
bo_log_end(struct backoff_call *call, const struct backoff_outcome *outcome,
	   uint32_t number, uint64_t now_ns)
{
	struct backoff_event event;

	fill_event(call,
		   call->phase == BO_PHASE_OVER
			   ? last_event(call->decision.stop)
			   : BACKOFF_EVENT_ATTEMPT,
		   now_ns, &event);
	fill_attempt(&event, number, call->kind, call->in_flight);
	end_attempt(&call->in_flight);
	fill_outcome(&event, outcome);
	event.duration_ns = bo_sub_sat(now_ns, call->attempt_start_ns);
	fill_decision(call, &event);
	emit(call, &event);
}

void
bo_log_stop(struct backoff_call *call, bool running, uint64_t now_ns)
{
	struct backoff_event event;

	fill_event(call, last_event(call->decision.stop), now_ns, &event);
	fill_attempt(&event,
		     call->state.finished > 0 ? call->state.finished : 1,
		     call->kind, call->in_flight);
	end_attempt(&call->in_flight);
	event.outcome = BACKOFF_OUTCOME_CANCELLED;
	event.duration_ns =
		running ? bo_sub_sat(now_ns, call->attempt_start_ns) : 0;
	fill_decision(call, &event);
	emit(call, &event);
}

/* The line of a lost attempt does not close the call: the line of the attempt
 * that ended it follows. */
void
bo_log_lost(struct backoff_call *call, struct backoff_lane *lane,
	    uint64_t now_ns)
{
	struct backoff_event event;

	fill_event(call, BACKOFF_EVENT_ATTEMPT, now_ns, &event);
	fill_attempt(&event, lane->attempt, lane->kind, lane->in_flight);
	end_attempt(&lane->in_flight);
	event.outcome = BACKOFF_OUTCOME_CANCELLED;
	event.duration_ns = bo_sub_sat(now_ns, lane->start_ns);
	event.attempt_timeout_ns = lane->attempt_timeout_ns == BACKOFF_FOREVER
					   ? BACKOFF_ABSENT
					   : lane->attempt_timeout_ns;
	event.delay_ns = 0;
	event.delay_source = BACKOFF_DELAY_SOURCE_ZERO;
	event.delay_law = backoff_jitter_name(BACKOFF_JITTER_NONE);
	event.delay_low_ns = event.delay_high_ns = 0;
	emit(call, &event);
}
