/* Fills in events like the loops of the library do (src/retry/log.c). */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/rfc3339.h"
#include "world/lines.h"

#define FIRST_PID 1000

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

static void
fill_budget(const struct rs_line *line, struct rs_line_text *text,
	    struct backoff_event *event)
{
	uint64_t tokens;
	struct bo_out out;

	if (line->guard == NULL)
		return;
	event->breaker = backoff_breaker_name(
		backoff_guard_breaker(line->guard, line->now_ns));
	tokens = backoff_guard_tokens_milli(line->guard, line->now_ns);
	if (tokens == BACKOFF_FOREVER)
		return;
	out = bo_out_init(text->budget, sizeof(text->budget));
	bo_out_text(&out, "{\"id\":");
	bo_out_json(&out, event->target ? event->target : "op");
	bo_out_text(&out, ",\"tokens\":");
	bo_out_seconds(&out, tokens * 1000000);
	if (line->decision->cost_milli > 0) {
		bo_out_text(&out, ",\"cost\":");
		bo_out_seconds(&out,
			       (uint64_t)line->decision->cost_milli * 1000000);
	}
	bo_out_text(&out, "}");
	event->budget = text->budget;
}

/* Which process wrote the line. */
static void
fill_host(const struct rs_line *line, struct rs_line_text *text,
	  struct backoff_event *event)
{
	uint32_t host = line->scene->call[line->call].host;

	snprintf(text->host, sizeof(text->host), "host%u", host);
	event->host = text->host;
	event->pid = FIRST_PID + host;
	if (line->scene->world->log.sequence)
		event->seq = line->sequence;
}

static void
fill_policy(const struct rs_line *line, struct rs_line_text *text,
	    struct backoff_event *event)
{
	event->policy = backoff_policy_name(line->policy);
	snprintf(text->hash, sizeof(text->hash), "%016" PRIx64,
		 backoff_policy_hash(line->policy));
	event->policy_hash = text->hash;
}

static void
fill_call(const struct rs_line *line, struct rs_line_text *text,
	  struct backoff_event *event)
{
	const struct rs_world *world = line->scene->world;
	const struct rs_scene_call *call = &line->scene->call[line->call];
	uint32_t most = backoff_policy_max_attempts(line->policy);

	backoff_event_init(event, sizeof(*event));
	event->ts_ns =
		line->now_ns + (uint64_t)line->scene->skew_ns[call->host];
	event->service = "world";
	event->operation = "op";
	if (most != BACKOFF_UNLIMITED)
		event->max_attempts = most;
	snprintf(text->id, sizeof(text->id), "%016zx", line->call);
	if (world->log.format == 1) {
		event->trace_id = text->id;
		return;
	}
	event->call_id = text->id;
	if (world->targets.given && world->targets.labelled) {
		snprintf(text->target, sizeof(text->target), "target%u",
			 call->target);
		event->target = text->target;
	}
	event->elapsed_ns = bo_sub_sat(line->now_ns, call->start_ns);
	if (line->attempt_timeout_ns != BACKOFF_FOREVER)
		event->attempt_timeout_ns = line->attempt_timeout_ns;
	if (line->state->deadline_ns != BACKOFF_FOREVER)
		event->deadline_left_ns =
			bo_sub_sat(line->state->deadline_ns, line->now_ns);
	fill_host(line, text, event);
	fill_policy(line, text, event);
	fill_budget(line, text, event);
}

static void
fill_outcome(const struct rs_line *line, struct backoff_event *event)
{
	const struct backoff_outcome *outcome = line->outcome;

	event->outcome =
		outcome ? (int)outcome->kind : (int)BACKOFF_OUTCOME_CANCELLED;
	if (line->scene->world->log.format == 0)
		event->duration_ns =
			outcome ? line->now_ns - line->attempt_start_ns : 0;
	if (outcome == NULL || outcome->kind == BACKOFF_OUTCOME_SUCCESS)
		return;
	if (outcome->hint.kind == BACKOFF_HINT_DELAY)
		event->hint_ns = outcome->hint.delay_ns;
	event->failure_class = (int)outcome->failure_class;
	event->error_type = outcome->error_type;
	event->code = outcome->code;
	event->error = outcome->error;
}

static void
fill_law(const struct backoff_delay *law, struct rs_line_text *text,
	 struct backoff_event *event)
{
	bool capped = law->capped && law->law != BACKOFF_JITTER_DECORRELATED;

	snprintf(text->law, sizeof(text->law), "%s%s", capped ? "capped_" : "",
		 backoff_jitter_name(law->law));
	event->delay_law = text->law;
	event->delay_low_ns = law->low_ns;
	event->delay_high_ns = law->high_ns;
}

static void
fill_decision(const struct rs_line *line, struct rs_line_text *text,
	      struct backoff_event *event)
{
	const struct backoff_decision *d = line->decision;
	bool hinted = d->hint_action == BACKOFF_HINT_ACTION_HONOURED ||
		      d->hint_action == BACKOFF_HINT_ACTION_CLAMPED;

	event->hint_action = d->hint_action;
	if (d->action != BACKOFF_ACTION_WAIT) {
		event->type = last_event(d->stop);
		event->stop = d->stop;
		event->attempts = line->state->finished;
		event->retries = bo_sub_sat(line->state->finished, 1);
		event->backoff_ns = line->state->backoff_ns;
		return;
	}
	event->type = BACKOFF_EVENT_ATTEMPT;
	event->delay_ns = d->delay_ns;
	if (line->scene->world->log.format == 1)
		return;
	event->delay_source = hinted            ? BACKOFF_DELAY_SOURCE_HINT
			      : d->delay_ns > 0 ? BACKOFF_DELAY_SOURCE_BACKOFF
						: BACKOFF_DELAY_SOURCE_ZERO;
	fill_law(&d->law, text, event);
}

/* Whether the log has a line for a success. */
static bool
logs_success(const struct rs_line *line)
{
	switch (line->scene->world->log.successes) {
	case 0:
		return true;
	case 1:
		return line->attempt > 1;
	default:
		return false;
	}
}

bool
rs_line_event(const struct rs_line *line, struct rs_line_text *text,
	      struct backoff_event *event)
{
	if (line->decision->stop == BACKOFF_STOP_SUCCESS && !logs_success(line))
		return false;
	fill_call(line, text, event);
	event->attempt = line->attempt;
	fill_outcome(line, event);
	fill_decision(line, text, event);
	if (line->scene->world->log.format == 0) {
		event->in_flight = line->in_flight;
		event->kind = line->attempt > 1 ? BACKOFF_KIND_RETRY
						: BACKOFF_KIND_FIRST;
		return true;
	}
	/* What such lines do not say. */
	event->failure_class = -1;
	event->code = NULL;
	event->hint_action = BACKOFF_HINT_ACTION_NONE;
	event->hint_ns = BACKOFF_ABSENT;
	event->retries = event->backoff_ns = BACKOFF_ABSENT;
	return true;
}

void
rs_line_transition(const struct rs_line *line, struct rs_line_text *text,
		   struct backoff_event *event)
{
	fill_call(line, text, event);
	event->type = BACKOFF_EVENT_BREAKER_TRANSITION;
	event->breaker = backoff_breaker_name(line->decision->breaker_changed);
}

/* A member of a JSON object. */
static void
put(struct bo_out *out, const char *name, const char *value)
{
	bo_out_text(out, ", ");
	bo_out_json(out, name);
	bo_out_text(out, ": ");
	bo_out_json(out, value);
}

static size_t
encode_python(const struct backoff_event *event, char *line, size_t size)
{
	const char *text = event->error ? event->error : "connection failed";
	bool waits = event->type == BACKOFF_EVENT_ATTEMPT;
	struct bo_out out = bo_out_init(line, size);
	char time[BO_RFC3339_MAX];

	bo_rfc3339_format(event->ts_ns, 6, time, sizeof(time));
	bo_out_text(&out, "{\"timestamp\": ");
	bo_out_json(&out, time);
	put(&out, "event_type", waits ? "retry_attempt" : "retry_exhausted");
	put(&out, "operation", event->operation);
	put(&out, "request_id", event->trace_id);
	if (waits) {
		bo_out_format(&out,
			      ", \"attempt\": %" PRIu64
			      ", \"max_attempts\": %" PRIu64
			      ", \"delay_seconds\": ",
			      event->attempt, event->max_attempts);
		bo_out_seconds(&out, event->delay_ns);
	} else {
		bo_out_format(&out, ", \"attempts\": %" PRIu64,
			      event->attempts);
	}
	put(&out, waits ? "error" : "final_error", text);
	put(&out, "error_type", event->error_type);
	bo_out_text(&out, "}\n");
	return out.length < size ? out.length : 0;
}

size_t
rs_line_encode(const struct rs_world *world, const struct backoff_event *event,
	       char *line, size_t size)
{
	return world->log.format == 1 ? encode_python(event, line, size)
				      : backoff_event_encode(event, line, size);
}
