/* Allocation failure around retry objects, calls and clocks. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <backoff.h>

#include "oom.h"

/* A policy that is made before any failure and never freed. */
static const struct backoff_policy *
standard(void)
{
	static struct backoff_policy *policy;

	if (policy == NULL &&
	    backoff_policy_builtin("STANDARD", &policy) != BACKOFF_OK)
		return NULL;
	return policy;
}

static void
fail_twice(void *user, const struct backoff_attempt *attempt,
	   struct backoff_outcome *outcome)
{
	(void)user;
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	if (attempt->number < 3)
		backoff_outcome_from_http(outcome, 503);
}

static void
count_event(void *user, const struct backoff_event *event)
{
	*(unsigned *)user += event->type != BACKOFF_EVENT_UNKNOWN;
}

static enum backoff_status
set_all(struct backoff_retry *retry)
{
	enum backoff_status status = backoff_retry_set_service(retry, "s");

	if (status == BACKOFF_OK)
		status = backoff_retry_set_service(retry, "service");
	if (status == BACKOFF_OK)
		status = backoff_retry_set_target(retry, "target");
	if (status == BACKOFF_OK)
		status = backoff_retry_set_attrs(retry, "{\"a\":1}");
	if (status == BACKOFF_OK)
		status = backoff_retry_set_attrs(retry, NULL);
	return status;
}

static enum backoff_status
run_loop(struct tap *tap)
{
	struct backoff_retry *retry = OOM_UNTOUCHED;
	struct backoff_clock *clock = OOM_UNTOUCHED;
	struct backoff_answer answer;
	unsigned events = 0;
	enum backoff_status status =
		backoff_retry_new(standard(), "work", &retry);

	if (status != BACKOFF_OK) {
		TAP_MUST(tap, retry == OOM_UNTOUCHED);
		return status;
	}
	status = set_all(retry);
	if (status == BACKOFF_OK) {
		status = backoff_clock_virtual_new(0, 0, &clock);
		TAP_MUST(tap,
			 (status == BACKOFF_OK) == (clock != OOM_UNTOUCHED));
	}
	if (status == BACKOFF_OK) {
		backoff_retry_set_clock(retry, clock);
		backoff_retry_set_on_event(retry, count_event, &events);
		status = backoff_retry_run(retry, NULL, fail_twice, NULL,
					   &answer);
		TAP_EQUAL(tap, answer.attempts, 3);
		TAP_EQUAL(tap, events, 3);
		backoff_clock_virtual_free(clock);
	}
	backoff_retry_free(retry);
	return status;
}

static void
see_target(void *user, const struct backoff_event *event)
{
	snprintf(user, 16, "%s", event->target);
}

static void
succeed(void *user, const struct backoff_attempt *attempt,
	struct backoff_outcome *outcome)
{
	(void)user;
	(void)attempt;
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
}

/* A failing setter changes nothing. */
static enum backoff_status
setter_keeps(struct tap *tap)
{
	struct backoff_retry *retry;
	struct backoff_answer answer;
	char target[16] = "";
	enum backoff_status status =
		backoff_retry_new(standard(), "work", &retry);

	if (status != BACKOFF_OK)
		return status;
	status = backoff_retry_set_target(retry, "first");
	if (status == BACKOFF_OK) {
		status = backoff_retry_set_target(retry, "second");
		backoff_retry_set_on_event(retry, see_target, target);
		TAP_EQUAL(
			tap,
			backoff_retry_run(retry, NULL, succeed, NULL, &answer),
			BACKOFF_OK);
		TAP_MUST(tap,
			 strcmp(target, status == BACKOFF_OK ? "second"
							     : "first") == 0);
	}
	backoff_retry_free(retry);
	return status;
}

static enum backoff_status
step_call(struct tap *tap)
{
	struct backoff_retry *retry;
	struct backoff_call *call = OOM_UNTOUCHED;
	struct backoff_step step;
	struct backoff_outcome outcome = {.kind = BACKOFF_OUTCOME_FAILURE};
	enum backoff_status status =
		backoff_retry_new(standard(), "work", &retry);

	if (status != BACKOFF_OK)
		return status;
	status = backoff_call_new(retry, NULL, &call);
	if (status == BACKOFF_OK) {
		TAP_EQUAL(tap, backoff_call_next(call, &step), BACKOFF_OK);
		TAP_EQUAL(tap, backoff_call_report(call, &outcome), BACKOFF_OK);
		TAP_EQUAL(tap, backoff_call_next(call, &step), BACKOFF_OK);
		TAP_EQUAL(tap, step.action, BACKOFF_ACTION_WAIT);
		backoff_call_free(call);
	} else {
		TAP_MUST(tap, call == OOM_UNTOUCHED);
	}
	backoff_retry_free(retry);
	return status;
}

static enum backoff_status
cancel(struct tap *tap)
{
	struct backoff_cancel *made = OOM_UNTOUCHED;
	enum backoff_status status = backoff_cancel_new(&made);

	if (status == BACKOFF_OK) {
		backoff_cancel_request(made);
		TAP_EQUAL(tap, backoff_cancel_requested(made), 1);
		backoff_cancel_free(made);
	} else {
		TAP_MUST(tap, made == OOM_UNTOUCHED);
	}
	return status;
}

static enum backoff_status
decode(struct tap *tap)
{
	static const char *const lines[] = {
		"{\"v\":1,\"ts\":\"2026-11-23T10:15:30Z\",\"event_type\":"
		"\"retry_success\",\"operation\":\"a\",\"call_id\":\"c\","
		"\"attempt\":1}",
		"{\"v\":1,\"ts\":\"2026-11-23T10:15:30Z\",\"event_type\":"
		"\"retry_success\",\"operation\":\"a\",\"call_id\":\"c\","
		"\"attempt\":1,\"attrs\":{\"tenant\":\"t\"},\"later\":[1,2]}",
		"{\"v\":1}",
	};
	static const enum backoff_status ends[] = {BACKOFF_OK, BACKOFF_OK,
						   BACKOFF_E_FOREIGN};
	struct backoff_event_decoder *decoder = OOM_UNTOUCHED;
	struct backoff_event event = {.seq = 77};
	struct backoff_error error = {.status = BACKOFF_OK};
	enum backoff_status status = backoff_event_decoder_new(&decoder);

	if (status != BACKOFF_OK) {
		TAP_MUST(tap, decoder == OOM_UNTOUCHED);
		return status;
	}
	for (size_t i = 0; i < 3 && status == BACKOFF_OK; i++) {
		event.seq = 77;
		status = backoff_event_decode(decoder, lines[i],
					      strlen(lines[i]), &event, &error);
		TAP_EQUAL(tap, status == BACKOFF_OK ? BACKOFF_OK : error.status,
			  status);
		TAP_MUST(tap, status == ends[i] || status == BACKOFF_E_NOMEM);
		TAP_EQUAL(tap, event.seq == 77, status != BACKOFF_OK);
	}
	/* The decoder still works after a failure. */
	if (status == BACKOFF_E_NOMEM)
		TAP_MUST(tap, backoff_event_decode(decoder, "x", 1, &event,
						   NULL) != BACKOFF_OK);
	backoff_event_decoder_free(decoder);
	return status == BACKOFF_E_FOREIGN ? BACKOFF_OK : status;
}

const struct oom_scenario oom_retry[] = {
	{"a retry object, its setters, a run", run_loop, BACKOFF_OK,
	 BACKOFF_E_NOMEM, 0},
	{"a setter twice", setter_keeps, BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	{"a call by steps", step_call, BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	{"a cancel switch", cancel, BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	{"an event decoder", decode, BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	{NULL, NULL, BACKOFF_OK, BACKOFF_OK, 0},
};
