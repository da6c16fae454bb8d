/* Tests of calls whose policy does not limit their attempts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/retry/script.h"

#define UNLIMITED(fields)                                                      \
	"{\"name\":\"U\",\"max_attempts\":\"unlimited\",\"deadline\":1000,"    \
	"\"base_delay\":1,\"max_delay\":1,\"jitter\":\"none\"" fields "}"

static const struct backoff_outcome fails = {.kind = BACKOFF_OUTCOME_FAILURE,
					     .failure_class =
						     BACKOFF_CLASS_TRANSIENT};

struct tally {
	struct backoff_clock *clock;
	uint32_t made;
	bool limited;
};

static void
fail(void *user, const struct backoff_attempt *attempt,
     struct backoff_outcome *outcome)
{
	struct tally *t = user;

	t->made++;
	t->limited |= attempt->max_attempts != BACKOFF_UNLIMITED;
	*outcome = fails;
}

static void
expect_no_limit(void *user, const struct backoff_event *event)
{
	uint64_t *events = user;

	++*events;
	cr_assert(event->max_attempts == BACKOFF_ABSENT);
	cr_assert(event->attempt == *events);
}

Test(retry_unlimited, the_deadline_ends_the_call)
{
	struct backoff_policy *policy = policy_of(UNLIMITED(""));
	struct backoff_answer answer;
	struct backoff_retry *retry;
	struct tally t = {0};
	uint64_t events = 0;

	cr_assert(backoff_policy_max_attempts(policy) == BACKOFF_UNLIMITED);
	cr_assert(backoff_clock_virtual_new(0, START_NS, &t.clock) ==
		  BACKOFF_OK);
	cr_assert(backoff_retry_new(policy, "op", &retry) == BACKOFF_OK);
	backoff_retry_set_clock(retry, t.clock);
	backoff_retry_set_on_event(retry, expect_no_limit, &events);
	cr_expect(backoff_retry_run(retry, NULL, fail, &t, &answer) !=
		  BACKOFF_OK);
	cr_expect(answer.stop == BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE, "%s",
		  backoff_stop_name(answer.stop));
	cr_expect(t.made == 1000 && answer.attempts == 1000 && !t.limited);
	cr_expect(events == 1000);
	backoff_retry_free(retry);
	backoff_clock_virtual_free(t.clock);
	backoff_policy_unref(policy);
}

Test(retry_unlimited, headers_have_no_maximum)
{
	const struct backoff_attempt attempt = {
		.number = 7, .max_attempts = BACKOFF_UNLIMITED};
	char text[64];
	uint32_t number;

	cr_expect(backoff_attempt_header(&attempt, text, sizeof(text)) == 9);
	cr_expect_str_eq(text, "attempt=7");
	cr_expect(backoff_attempt_header_parse("amz-sdk-request", text,
					       &number) == BACKOFF_OK);
	cr_expect(number == 7);
}

Test(retry_unlimited, a_call_that_serves_a_retry_makes_one_attempt)
{
	const struct backoff_call_options options = {.size = sizeof(options),
						     .inbound_attempt = 2};
	const struct act act[] = {FAIL(0, .error_type = "E")};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, UNLIMITED(",\"retry_inbound_retries\":false"), act);
	run(&s, &options, &answer);
	cr_expect(answer.stop == BACKOFF_STOP_MAX_ATTEMPTS && s.made == 1);
	cr_expect(s.attempt[0].max_attempts == 1);
	expect_in_line(&s, 0, "\"max_attempts\":1,");
	scene_clear(&s);
}

Test(retry_unlimited, calls_can_be_saved)
{
	struct backoff_call *call, *again;
	static struct scene s;
	struct backoff_step step;
	char text[4096];
	size_t length;

	scene_init(&s, UNLIMITED(""), NULL);
	cr_assert(backoff_call_new(s.retry, NULL, &call) == BACKOFF_OK);
	for (int i = 0; i < 9; i++) {
		cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
		cr_assert(step.action == BACKOFF_ACTION_ATTEMPT);
		cr_assert(backoff_call_report(call, &fails) == BACKOFF_OK);
		backoff_clock_virtual_advance(s.clock, S);
	}
	length = backoff_call_save(call, text, sizeof(text));
	cr_assert(length > 0 && length < sizeof(text));
	cr_assert(backoff_call_restore(s.retry, NULL, text, length, 0, &again,
				       NULL) == BACKOFF_OK);
	cr_assert(backoff_call_next(again, &step) == BACKOFF_OK);
	cr_expect(step.action == BACKOFF_ACTION_ATTEMPT &&
		  step.attempt.number == 10 &&
		  step.attempt.max_attempts == BACKOFF_UNLIMITED);
	backoff_call_free(again);
	backoff_call_free(call);
	scene_clear(&s);
}

/* No counter overflows, whatever the attempt number. */
Test(retry_unlimited, ends_before_a_counter_overflows)
{
	struct backoff_policy *policy = policy_of(
		"{\"name\":\"U\",\"max_attempts\":\"unlimited\",\"deadline\":"
		"1000000000,\"backoff\":\"fibonacci\"}");
	struct backoff_decision d = {.size = sizeof(d)};
	struct backoff_state state = {.size = sizeof(state)};

	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	state.attempt = 1000000000;
	backoff_engine_decide(policy, &state, &fails, 0, UINT64_MAX, &d);
	cr_expect(d.action == BACKOFF_ACTION_WAIT &&
		  state.attempt == 1000000001);
	backoff_engine_decide(policy, &state, &fails, 0, 0, &d);
	cr_expect(d.stop == BACKOFF_STOP_MAX_ATTEMPTS);
	backoff_policy_unref(policy);
}
