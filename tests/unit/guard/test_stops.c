/* Tests of every reason for which a call stops, through the whole loop. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/guard/guarded.h"

#define WAITS(attempts, fields)                                                \
	"{\"name\":\"W\",\"max_attempts\":" attempts                           \
	",\"base_delay\":1,\"jitter\":\"none\"" fields "}"

/** The outcome of the attempts. */
enum act {
	ACT_SUCCEED,
	ACT_FAIL,
	ACT_FATAL,
	ACT_CANCEL,
	ACT_FORBID,
	ACT_HINT,
	ACT_NOT_REPLAYABLE,
	ACT_SLOW,
};

/** Ways to make and end the call. */
enum way {
	WAY_RUN,
	WAY_RUN_IDEMPOTENT,
	/** Made by steps, and freed in its first wait. */
	WAY_FREE,
	WAY_NO_SLEEP,
	/** Made after another call failed. */
	WAY_SECOND,
};

struct scene {
	struct backoff_clock *clock;
	enum act act;
	unsigned attempts, events;
	struct {
		enum backoff_event_type type;
		enum backoff_stop stop;
		char error_type[32];
		uint64_t attempts;
	} last;
};

static void
attempt(void *user, const struct backoff_attempt *attempt,
	struct backoff_outcome *outcome)
{
	struct scene *s = user;

	(void)attempt;
	s->attempts++;
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	if (s->act == ACT_SUCCEED)
		return;
	backoff_outcome_set(outcome,
			    s->act == ACT_CANCEL ? BACKOFF_OUTCOME_CANCELLED
						 : BACKOFF_OUTCOME_FAILURE,
			    s->act == ACT_FATAL ? BACKOFF_CLASS_FATAL
						: BACKOFF_CLASS_SERVER,
			    "TheError", NULL, NULL);
	if (s->act == ACT_SLOW)
		backoff_clock_virtual_advance(s->clock, 100 * S);
	outcome->not_replayable = s->act == ACT_NOT_REPLAYABLE;
	if (s->act == ACT_FORBID)
		outcome->hint.kind = BACKOFF_HINT_FORBID;
	if (s->act == ACT_HINT)
		outcome->hint = (struct backoff_hint){
			.kind = BACKOFF_HINT_DELAY, .delay_ns = 3600 * S};
}

static void
on_event(void *user, const struct backoff_event *event)
{
	struct scene *s = user;

	if (event->type == BACKOFF_EVENT_BREAKER_TRANSITION)
		return;
	s->events++;
	s->last.type = event->type;
	s->last.stop = event->stop;
	s->last.attempts = event->attempts;
	snprintf(s->last.error_type, sizeof(s->last.error_type), "%s",
		 event->error_type != NULL ? event->error_type : "");
}

static enum backoff_status
never_sleeps(void *user, uint64_t when_ns, const struct backoff_cancel *cancel)
{
	(void)user;
	(void)when_ns;
	(void)cancel;
	return BACKOFF_E_IO;
}

static void
free_while_waiting(struct backoff_retry *retry, struct scene *s,
		   struct backoff_answer *answer)
{
	struct backoff_outcome outcome = {0};
	struct backoff_call *call;
	struct backoff_step step;

	cr_assert(backoff_call_new(retry, NULL, &call) == BACKOFF_OK);
	cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
	attempt(s, &step.attempt, &outcome);
	cr_assert(backoff_call_report(call, &outcome) == BACKOFF_OK);
	cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
	cr_assert(step.action == BACKOFF_ACTION_WAIT);
	backoff_call_free(call);
	/* The answer was freed with it; its event stays. */
	*answer = (struct backoff_answer){
		.stop = s->last.stop, .attempts = (uint32_t)s->last.attempts};
	snprintf(answer->error_type, sizeof(answer->error_type), "TheError");
}

/* End a call for the row's reason. */
static void
end_call(const char *text, enum way way, struct scene *s,
	 struct backoff_answer *answer)
{
	struct backoff_policy *policy = policy_of(text);
	struct backoff_call_options options = {
		.size = sizeof(options),
		.idempotent = way == WAY_RUN_IDEMPOTENT};
	struct backoff_retry *retry;
	struct backoff_clock broken;

	cr_assert(backoff_clock_virtual_new(0, 0, &s->clock) == BACKOFF_OK);
	broken = *s->clock;
	broken.sleep_until = never_sleeps;
	cr_assert(backoff_retry_new(policy, "op", &retry) == BACKOFF_OK);
	backoff_retry_set_clock(retry,
				way == WAY_NO_SLEEP ? &broken : s->clock);
	backoff_retry_set_on_event(retry, on_event, s);
	if (way == WAY_SECOND) {
		backoff_retry_run(retry, &options, attempt, s, answer);
		s->attempts = s->events = 0;
	}
	if (way == WAY_FREE)
		free_while_waiting(retry, s, answer);
	else
		backoff_retry_run(retry, &options, attempt, s, answer);
	backoff_retry_free(retry);
	backoff_clock_virtual_free(s->clock);
	backoff_policy_unref(policy);
}

static const struct {
	enum backoff_stop stop;
	const char *policy;
	enum act act;
	enum way way;
	unsigned attempts;
	enum backoff_event_type event;
} reason[] = {
	{BACKOFF_STOP_SUCCESS, WAITS("3", ""), ACT_SUCCEED, WAY_RUN, 1,
	 BACKOFF_EVENT_SUCCESS},
	{BACKOFF_STOP_NON_RETRYABLE, WAITS("3", ""), ACT_FATAL, WAY_RUN, 1,
	 BACKOFF_EVENT_ABORTED},
	{BACKOFF_STOP_MAX_ATTEMPTS, WAITS("3", ""), ACT_FAIL, WAY_RUN, 3,
	 BACKOFF_EVENT_EXHAUSTED},
	{BACKOFF_STOP_DEADLINE, WAITS("3", ",\"deadline\":50"), ACT_SLOW,
	 WAY_RUN, 1, BACKOFF_EVENT_EXHAUSTED},
	{BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE, WAITS("3", ",\"deadline\":2"),
	 ACT_FAIL, WAY_RUN, 2, BACKOFF_EVENT_EXHAUSTED},
	{BACKOFF_STOP_BUDGET,
	 WAITS("9", ",\"budget\":{\"kind\":\"token_bucket\","
		    "\"capacity\":10}"),
	 ACT_FAIL, WAY_RUN, 3, BACKOFF_EVENT_EXHAUSTED},
	{BACKOFF_STOP_BREAKER_OPEN,
	 WAITS("9", ",\"breaker\":{\"window\":3,\"cooldown\":60}"), ACT_FAIL,
	 WAY_RUN, 3, BACKOFF_EVENT_EXHAUSTED},
	{BACKOFF_STOP_BREAKER_OPEN,
	 WAITS("9", ",\"breaker\":{\"window\":3,\"cooldown\":60}"), ACT_FAIL,
	 WAY_SECOND, 0, BACKOFF_EVENT_EXHAUSTED},
	{BACKOFF_STOP_SERVER_FORBADE, WAITS("3", ""), ACT_FORBID, WAY_RUN, 1,
	 BACKOFF_EVENT_ABORTED},
	{BACKOFF_STOP_HINT_TOO_LONG, WAITS("3", ""), ACT_HINT, WAY_RUN, 1,
	 BACKOFF_EVENT_EXHAUSTED},
	{BACKOFF_STOP_NOT_IDEMPOTENT, WAITS("3", ",\"idempotent_only\":true"),
	 ACT_FAIL, WAY_RUN, 1, BACKOFF_EVENT_ABORTED},
	{BACKOFF_STOP_MAX_ATTEMPTS, WAITS("3", ",\"idempotent_only\":true"),
	 ACT_FAIL, WAY_RUN_IDEMPOTENT, 3, BACKOFF_EVENT_EXHAUSTED},
	{BACKOFF_STOP_NOT_REPLAYABLE, WAITS("3", ""), ACT_NOT_REPLAYABLE,
	 WAY_RUN, 1, BACKOFF_EVENT_ABORTED},
	{BACKOFF_STOP_CANCELLED, WAITS("3", ""), ACT_CANCEL, WAY_RUN, 1,
	 BACKOFF_EVENT_ABORTED},
	{BACKOFF_STOP_SHUTDOWN, WAITS("3", ""), ACT_FAIL, WAY_FREE, 1,
	 BACKOFF_EVENT_ABORTED},
	{BACKOFF_STOP_SLEEP_FAILED, WAITS("3", ""), ACT_FAIL, WAY_NO_SLEEP, 1,
	 BACKOFF_EVENT_ABORTED},
};

Test(guard_stops, every_reason_can_be_reached)
{
	unsigned reached = 0;

	for (size_t i = 0; i < COUNT(reason); i++) {
		const char *name = backoff_stop_name(reason[i].stop);
		struct scene s = {.act = reason[i].act};
		struct backoff_answer answer;

		end_call(reason[i].policy, reason[i].way, &s, &answer);
		cr_expect(answer.stop == reason[i].stop, "%s: %s", name,
			  backoff_stop_name(answer.stop));
		cr_expect(s.last.stop == reason[i].stop, "%s", name);
		cr_expect(s.last.type == reason[i].event, "%s: %s", name,
			  backoff_event_type_name(s.last.type));
		cr_expect(s.attempts == reason[i].attempts, "%s: %u attempts",
			  name, s.attempts);
		cr_expect(answer.attempts == reason[i].attempts &&
				  s.last.attempts == reason[i].attempts,
			  "%s: %u attempts", name, answer.attempts);
		/* The caller sees the failure, whatever ended the call. */
		cr_expect(strcmp(answer.error_type,
				 reason[i].act == ACT_SUCCEED ||
						 reason[i].attempts == 0
					 ? ""
					 : "TheError") == 0,
			  "%s: %s", name, answer.error_type);
		reached |= 1u << reason[i].stop;
	}
	for (int stop = BACKOFF_STOP_SUCCESS; stop <= BACKOFF_STOP_SLEEP_FAILED;
	     stop++)
		cr_expect(reached >> stop & 1, "%s",
			  backoff_stop_name((enum backoff_stop)stop));
	cr_expect(backoff_stop_name(BACKOFF_STOP_SLEEP_FAILED + 1) == NULL,
		  "a new reason to stop needs a row here");
}

/* Several reasons at once: the order that backoff_engine_decide() names. */
Test(guard_stops, the_first_reason_in_order_wins)
{
	static const enum backoff_stop order[] = {
		BACKOFF_STOP_SERVER_FORBADE,
		BACKOFF_STOP_NON_RETRYABLE,
		BACKOFF_STOP_NOT_REPLAYABLE,
		BACKOFF_STOP_NOT_IDEMPOTENT,
		BACKOFF_STOP_MAX_ATTEMPTS,
		BACKOFF_STOP_DEADLINE,
		BACKOFF_STOP_HINT_TOO_LONG,
		BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE,
		BACKOFF_STOP_BUDGET,
	};

	/* Everything from the i-th reason on applies. */
	for (size_t i = 0; i < COUNT(order); i++) {
		char text[512];
		struct guarded g;
		struct guarded_call call;
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_FAILURE,
			.failure_class = i <= 1 ? BACKOFF_CLASS_FATAL
						: BACKOFF_CLASS_SERVER,
			.not_replayable = i <= 2,
			.hint = {.kind = i == 0   ? BACKOFF_HINT_FORBID
					 : i <= 6 ? BACKOFF_HINT_DELAY
						  : BACKOFF_HINT_NONE,
				 .delay_ns = i <= 6 ? 3600 * S : 0}};

		snprintf(text, sizeof(text),
			 "{\"name\":\"O\",\"max_attempts\":%d,"
			 "\"jitter\":\"none\",\"base_delay\":1%s%s,"
			 "\"budget\":{\"kind\":\"ratio\",\"ratio\":0.001,"
			 "\"min_per_second\":0}}",
			 i <= 4 ? 1 : 2, i <= 7 ? ",\"deadline\":1" : "",
			 i <= 3 ? ",\"idempotent_only\":true" : "");
		g = guarded_of(text);
		guarded_begin(&g, &call, 0);
		call.state.idempotent = 0;
		backoff_engine_decide(g.policy, &call.state, &outcome,
				      i <= 5 ? S : 0, 0, &call.d);
		cr_expect(call.d.stop == order[i], "%s: %s",
			  backoff_stop_name(order[i]),
			  backoff_stop_name(call.d.stop));
		guarded_clear(&g);
	}
}
