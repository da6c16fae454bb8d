/* Tests of src/retry: attempts whose function forgets to report, or reports
 * nonsense, never count as successes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/retry/script.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* Everything retries, fatal failures and those that are not reported by name,
 * too. */
#define EAGER                                                                  \
	"{\"name\":\"E\",\"max_attempts\":4,\"jitter\":\"none\","              \
	"\"retry_on\":[\"*\",\"fatal\",\"unknown\",\"http:5xx\","              \
	"{\"message_regex\":\".*\"}]%s}"

static const char *const policies[] = {
	"",
	",\"budget\":{\"kind\":\"token_bucket\"}",
	",\"breaker\":{\"window\":10,\"cooldown\":5}",
	",\"deadline\":60,\"attempt_timeout\":5",
};

/* An attempt that sets nothing, all but the kind, or an unknown kind. */
static const struct act forgotten[] = {
	{0, {.failure_class = BACKOFF_CLASS_UNKNOWN}},
	{0,
	 {.failure_class = BACKOFF_CLASS_TRANSIENT,
	  .error_type = "ConnectionError",
	  .code = "http:503",
	  .error = "busy",
	  .hint = {.kind = BACKOFF_HINT_DELAY, .delay_ns = 3 * S}}},
	{0, {.hint = {.kind = BACKOFF_HINT_FORBID, .delay_ns = 0}}},
	{0, {.kind = (enum backoff_outcome_kind)99}},
	{0, {.kind = (enum backoff_outcome_kind) - 1}},
};

static void
expect_failure(const struct backoff_answer *answer, const char *policy,
	       size_t act)
{
	cr_expect(answer->stop == BACKOFF_STOP_NON_RETRYABLE, "%s, %zu: %s",
		  policy, act, backoff_stop_name(answer->stop));
	cr_expect(answer->kind == BACKOFF_OUTCOME_NOT_REPORTED, "%s, %zu",
		  policy, act);
	cr_expect(answer->failure_class == BACKOFF_CLASS_FATAL, "%s, %zu",
		  policy, act);
	cr_expect_str_eq(answer->error_type, "NotReported", "%s, %zu", policy,
			 act);
	cr_expect(strstr(answer->error, "without setting") != NULL, "%s",
		  answer->error);
	cr_expect(answer->attempts == 1, "%s, %zu", policy, act);
}

static void
expect_line(const struct scene *s, size_t i)
{
	expect_in_line(s, i, "\"event_type\":\"retry_aborted\"");
	expect_in_line(s, i,
		       "\"outcome\":\"failure\",\"class\":\"fatal\","
		       "\"error_type\":\"NotReported\"");
	expect_in_line(s, i, "\"stop_reason\":\"non_retryable\"");
}

Test(retry_report, an_attempt_that_reports_nothing_is_a_failure)
{
	for (size_t i = 0; i < COUNT(policies) * COUNT(forgotten); i++) {
		const char *policy = policies[i / COUNT(forgotten)];
		size_t act = i % COUNT(forgotten);
		struct backoff_answer answer;
		static struct scene s;
		char text[512];

		snprintf(text, sizeof(text), EAGER, policy);
		scene_init(&s, text, &forgotten[act]);
		cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
		expect_failure(&answer, policy, act);
		cr_expect(s.lines == 1);
		expect_line(&s, 0);
		if (act == 1) {
			expect_in_line(&s, 0, "\"code\":\"http:503\"");
			expect_in_line(&s, 0, "its error: busy\"");
		}
		/* The loop without events has a path for the first attempt. */
		backoff_retry_set_on_event(s.retry, NULL, NULL);
		s.made = 0;
		cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
		expect_failure(&answer, policy, act);
		scene_clear(&s);
	}
}

Test(retry_report, an_outcome_of_zeros_is_a_failure_by_steps)
{
	static const char *const rules[] = {"", ",\"hedge\":{\"delay\":1}"};

	for (size_t i = 0; i < COUNT(rules); i++) {
		const struct backoff_outcome nothing = {0};
		struct backoff_step step;
		struct backoff_call *call;
		static struct scene s;
		char text[512];

		snprintf(text, sizeof(text), EAGER, rules[i]);
		scene_init(&s, text, forgotten);
		cr_assert(backoff_call_new(s.retry, NULL, &call) == BACKOFF_OK);
		cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
		cr_assert(backoff_call_report(call, &nothing) == BACKOFF_OK);
		cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
		cr_expect(step.action == BACKOFF_ACTION_DONE &&
			  step.stop == BACKOFF_STOP_NON_RETRYABLE);
		expect_failure(backoff_call_answer(call), rules[i], 0);
		expect_line(&s, 0);
		backoff_call_free(call);
		scene_clear(&s);
	}
}

Test(retry_report, a_hedged_call_does_not_win_with_nothing)
{
	struct backoff_answer answer;
	static struct scene s;
	char text[512];

	snprintf(text, sizeof(text), EAGER, ",\"hedge\":{\"delay\":3600}");
	scene_init(&s, text, forgotten);
	/* The virtual clock would be at the hedge before the attempt ends. */
	backoff_retry_set_clock(s.retry, backoff_clock_system());
	cr_expect(backoff_retry_run_hedged(s.retry, NULL, play, &s, &answer) ==
		  BACKOFF_E_FAILED);
	expect_failure(&answer, "hedge", 0);
	expect_line(&s, 0);
	scene_clear(&s);
}

/* In a round of two, an attempt that says nothing ends the call as other
 * failures of class fatal do. */
Test(retry_report, one_of_two_attempts_says_nothing)
{
	const struct backoff_outcome nothing = {0};
	struct backoff_step step;
	struct backoff_call *call;
	static struct scene s;
	char text[512];

	snprintf(text, sizeof(text), EAGER, ",\"hedge\":{\"delay\":1}");
	scene_init(&s, text, forgotten);
	cr_assert(backoff_call_new(s.retry, NULL, &call) == BACKOFF_OK);
	cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
	backoff_clock_virtual_advance(s.clock, S);
	cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
	cr_assert(step.attempt.number == 2);
	cr_assert(backoff_call_report_attempt(call, 1, &nothing) == BACKOFF_OK);
	cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
	cr_expect(step.action == BACKOFF_ACTION_DONE &&
		  step.stop == BACKOFF_STOP_NON_RETRYABLE);
	backoff_call_free(call);
	scene_clear(&s);
}

/* A classifier may still say what happened. */
static void
judge(void *user, struct backoff_outcome *outcome)
{
	(void)user;
	cr_expect(outcome->kind == BACKOFF_OUTCOME_NOT_REPORTED);
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
}

Test(retry_report, the_classifier_may_report)
{
	struct backoff_answer answer;
	static struct scene s;
	char text[512];

	snprintf(text, sizeof(text), EAGER, "");
	scene_init(&s, text, forgotten);
	backoff_retry_set_classify(s.retry, judge, NULL);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(answer.stop == BACKOFF_STOP_SUCCESS);
	scene_clear(&s);
}
