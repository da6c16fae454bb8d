/* Tests of src/metrics with the events of real calls. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <backoff/retry.h>

#include "unit/metrics/text.h"
#include "unit/policy/policies.h"

struct scene {
	struct backoff_policy *policy;
	struct backoff_clock *clock;
	struct backoff_retry *retry;
	struct backoff_metrics *metrics;
};

static struct scene
scene_of(const char *policy)
{
	struct scene s = {.policy = policy_of(policy)};

	cr_assert(backoff_clock_virtual_new(100 * S, 1795429530 * S,
					    &s.clock) == BACKOFF_OK);
	cr_assert(backoff_retry_new(s.policy, "op", &s.retry) == BACKOFF_OK);
	backoff_retry_set_clock(s.retry, s.clock);
	s.metrics = metrics_of(4);
	backoff_retry_set_on_event(s.retry, backoff_metrics_count, s.metrics);
	return s;
}

static void
scene_clear(struct scene *s)
{
	backoff_retry_free(s->retry);
	backoff_clock_virtual_free(s->clock);
	backoff_metrics_free(s->metrics);
	backoff_policy_unref(s->policy);
}

static double
value_of(const struct scene *s, const char *begin)
{
	char *text = open_text_of(s->metrics);
	double sum = sum_of(text, begin, NULL);

	free(text);
	return sum;
}

static void
fail_until(void *user, const struct backoff_attempt *attempt,
	   struct backoff_outcome *outcome)
{
	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	if (attempt->number < *(const unsigned *)user)
		backoff_outcome_from_http(outcome, 503);
}

#define UNDER_WAY(attempt, backoff)                                            \
	cr_expect(value_of(&s, "retry_inflight{" OP "state=\"attempt\"}") ==   \
		  attempt);                                                    \
	cr_expect(value_of(&s, "retry_inflight{" OP "state=\"backoff\"}") ==   \
		  backoff)
#define OP "op=\"op\",policy=\"M\","

Test(metrics_calls, attempts_over_operations_is_the_amplification)
{
	struct scene s = scene_of("{\"name\":\"M\",\"max_attempts\":3,"
				  "\"base_delay\":2,\"jitter\":\"none\"}");
	struct backoff_answer answer;

	/* Success after 1, 2 and 3 attempts; failure after 3. */
	for (unsigned until = 1; until <= 4; until++)
		(void)backoff_retry_run(s.retry, NULL, fail_until, &until,
					&answer);
	cr_expect(value_of(&s, "retry_operations_total") == 4);
	cr_expect(value_of(&s, "retry_attempts_total") == 9);
	cr_expect(value_of(&s, "retry_operations_total{" OP
			       "result=\"success\",retried=\"false\"") == 1);
	cr_expect(value_of(&s, "retry_operations_total{" OP
			       "result=\"success\",retried=\"true\"") == 2);
	cr_expect(value_of(&s, "retry_operations_total{" OP
			       "result=\"exhausted\",retried=\"true\","
			       "stop_reason=\"max_attempts\"}") == 1);
	cr_expect(value_of(&s, "retry_suppressed_total{" OP
			       "reason=\"limit\"}") == 1);
	/* Waits of 2 and 4 s: one call waits once, two twice. */
	cr_expect(value_of(&s, "retry_delay_seconds_sum") == 14);
	cr_expect(value_of(&s, "retry_operation_backoff_seconds_sum") == 14);
	cr_expect(value_of(&s, "retry_operation_backoff_seconds_count") == 3);
	cr_expect(value_of(&s, "retry_operation_retries_sum") == 5);
	cr_expect(value_of(&s, "retry_operation_duration_seconds_sum") == 14);
	scene_clear(&s);
}

/* A call's user is not the metrics, whatever it points to. */
Test(metrics_calls, count_calls_that_have_a_user_of_their_own)
{
	struct scene s = scene_of("{\"name\":\"M\",\"max_attempts\":1}");
	struct backoff_metrics *other = metrics_of(4);
	struct backoff_call_options options = {.size = sizeof(options),
					       .user = other};
	struct backoff_answer answer;
	unsigned until = 1;
	char *text;

	cr_expect(backoff_retry_run(s.retry, &options, fail_until, &until,
				    &answer) == BACKOFF_OK);
	cr_expect(value_of(&s, "retry_operations_total") == 1);
	text = open_text_of(other);
	cr_expect(sum_of(text, "retry_operations_total", NULL) == 0);
	free(text);
	backoff_metrics_free(other);
	scene_clear(&s);
}

/* One call by steps; the metrics are read between them. */
Test(metrics_calls, attempts_under_way_are_known_if_starts_are_logged)
{
	struct scene s = scene_of("{\"name\":\"M\",\"max_attempts\":4,"
				  "\"base_delay\":2,\"jitter\":\"none\"}");
	struct backoff_outcome success = {.kind = BACKOFF_OUTCOME_SUCCESS};
	struct backoff_outcome failure = {0};
	struct backoff_call *call[2];
	struct backoff_step step;

	backoff_outcome_from_http(&failure, 503);
	backoff_retry_set_log_starts(s.retry, 1);
	for (int i = 0; i < 2; i++) {
		cr_assert(backoff_call_new(s.retry, NULL, &call[i]) ==
			  BACKOFF_OK);
		cr_assert(backoff_call_next(call[i], &step) == BACKOFF_OK);
	}
	UNDER_WAY(2, 0);
	cr_assert(backoff_call_report(call[0], &failure) == BACKOFF_OK);
	UNDER_WAY(1, 1);
	cr_assert(backoff_call_report(call[1], &failure) == BACKOFF_OK);
	UNDER_WAY(0, 2);
	backoff_clock_virtual_advance(s.clock, 3 * S);
	cr_assert(backoff_call_next(call[0], &step) == BACKOFF_OK);
	UNDER_WAY(1, 1);
	cr_assert(backoff_call_report(call[0], &success) == BACKOFF_OK);
	UNDER_WAY(0, 1);
	backoff_call_free(call[0]);
	UNDER_WAY(0, 1);
	/* The call ends in its wait, without an attempt. */
	backoff_call_free(call[1]);
	UNDER_WAY(0, 0);
	cr_expect(value_of(&s, "retry_attempts_total") == 3);
	cr_expect(value_of(&s, "retry_operations_total{" OP
			       "result=\"aborted\",retried=\"false\","
			       "stop_reason=\"shutdown\"}") == 1);
	scene_clear(&s);
}

/* Two rounds of two attempts: both fail in the first round, and the first
 * attempt wins the second. */
Test(metrics_calls, hedges_count_as_attempts_without_waits)
{
	struct scene s = scene_of("{\"name\":\"M\",\"max_attempts\":4,"
				  "\"base_delay\":2,\"jitter\":\"none\","
				  "\"hedge\":{\"delay\":1}}");
	struct backoff_outcome success = {.kind = BACKOFF_OUTCOME_SUCCESS};
	struct backoff_outcome failure = {0};
	struct backoff_call *call;
	struct backoff_step step;

	backoff_outcome_from_http(&failure, 503);
	backoff_retry_set_log_starts(s.retry, 1);
	cr_assert(backoff_call_new(s.retry, NULL, &call) == BACKOFF_OK);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 2; i++) {
			cr_assert(backoff_call_next(call, &step) == BACKOFF_OK);
			cr_assert(step.action == BACKOFF_ACTION_ATTEMPT);
			cr_assert(step.attempt.number == 2 * round + i + 1);
			backoff_clock_virtual_advance(s.clock, 1 * S);
		}
		UNDER_WAY(2, 0);
		cr_assert(backoff_call_report_attempt(call, 2 * round + 1,
						      round == 0 ? &failure
								 : &success) ==
			  BACKOFF_OK);
		if (round > 0)
			break;
		UNDER_WAY(1, 0);
		cr_assert(backoff_call_report_attempt(call, 2, &failure) ==
			  BACKOFF_OK);
		UNDER_WAY(0, 1);
		backoff_clock_virtual_advance(s.clock, 2 * S);
	}
	UNDER_WAY(0, 0);
	backoff_call_free(call);
	cr_expect(value_of(&s, "retry_operations_total") == 1);
	cr_expect(value_of(&s, "retry_attempts_total") == 4);
	cr_expect(value_of(&s, "retry_attempts_total{" OP "kind=\"hedge\","
			       "class=\"none\",outcome=\"cancelled\"}") == 1);
	cr_expect(value_of(&s, "retry_delay_seconds_sum") == 2);
	cr_expect(value_of(&s, "retry_delay_seconds_count") == 1);
	scene_clear(&s);
}

Test(metrics_calls, without_starts_there_is_no_gauge_of_attempts_under_way)
{
	struct scene s = scene_of("{\"name\":\"M\",\"max_attempts\":2,"
				  "\"base_delay\":0}");
	struct backoff_answer answer;
	unsigned until = 2, samples;
	char *text;

	(void)backoff_retry_run(s.retry, NULL, fail_until, &until, &answer);
	text = open_text_of(s.metrics);
	sum_of(text, "retry_inflight{", &samples);
	cr_expect(samples == 0);
	free(text);
	scene_clear(&s);
}

/* A restored call begins in a wait that this process has not counted:
 * subtracting it leaves no lasting error. */
Test(metrics_calls, a_wait_that_began_elsewhere_leaves_no_lasting_error)
{
	struct scene s = scene_of("{\"name\":\"M\",\"max_attempts\":4,"
				  "\"base_delay\":2,\"jitter\":\"none\"}");
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.operation = "op";
	event.policy = "M";
	event.type = BACKOFF_EVENT_STARTED;
	event.attempt = 2;
	backoff_metrics_count(s.metrics, &event);
	cr_expect(value_of(&s, "retry_inflight{" OP "state=\"backoff\"}") == 0);
	event.type = BACKOFF_EVENT_ATTEMPT;
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	backoff_metrics_count(s.metrics, &event);
	cr_expect(value_of(&s, "retry_inflight{" OP "state=\"backoff\"}") == 1);
	cr_expect(value_of(&s, "retry_inflight{" OP "state=\"attempt\"}") == 0);
	scene_clear(&s);
}

Test(metrics_calls, a_breaker_and_a_budget_show_in_counts)
{
	struct scene s = scene_of(
		"{\"name\":\"M\",\"max_attempts\":9,\"base_delay\":0,"
		"\"budget\":{\"kind\":\"token_bucket\",\"capacity\":10},"
		"\"breaker\":{\"window\":4,\"min_attempts\":4}}");
	struct backoff_answer answer;
	unsigned until = 100;

	cr_assert(backoff_metrics_watch_guard(s.metrics, "g",
					      backoff_retry_guard(s.retry)) ==
		  BACKOFF_OK);
	/* A retry takes 5 tokens: the first call makes two, then the bucket is
	 * empty. */
	for (int i = 0; i < 4; i++)
		(void)backoff_retry_run(s.retry, NULL, fail_until, &until,
					&answer);
	cr_expect(value_of(&s, "retry_suppressed_total{" OP
			       "reason=\"budget\"}") == 2);
	cr_expect(value_of(&s, "retry_suppressed_total{" OP
			       "reason=\"breaker\"}") == 2);
	cr_expect(value_of(&s, "retry_attempts_total") == 4);
	cr_expect(value_of(&s, "retry_breaker_transitions_total{" OP
			       "state=\"open\"}") == 1);
	cr_expect(value_of(&s, "retry_budget_tokens{budget=\"g\"}") == 0);
	cr_expect(value_of(&s, "retry_budget_capacity{budget=\"g\"}") == 10);
	scene_clear(&s);
}

/* The metrics are a sink next to a log in a tee, which does not own them. */
Test(metrics_calls, metrics_work_in_a_tee)
{
	struct scene s = scene_of("{\"name\":\"M\",\"max_attempts\":2,"
				  "\"base_delay\":0}");
	struct backoff_sink *count, *log, *tee;
	struct backoff_answer answer;
	unsigned until = 2;

	backoff_retry_set_on_event(s.retry, NULL, NULL);
	cr_assert(backoff_sink_callback_new(backoff_metrics_count, s.metrics,
					    &count) == BACKOFF_OK);
	cr_assert(backoff_sink_file_new("/dev/full", &log) == BACKOFF_OK);
	cr_assert(backoff_sink_tee_new(count, log, &tee) == BACKOFF_OK);
	cr_assert(backoff_metrics_watch_sink(s.metrics, tee) == BACKOFF_OK);
	backoff_retry_set_sink(s.retry, tee);
	(void)backoff_retry_run(s.retry, NULL, fail_until, &until, &answer);
	cr_expect(value_of(&s, "retry_attempts_total") == 2);
	cr_expect(value_of(&s, "retry_events_dropped_total") == 2);
	cr_assert(backoff_metrics_unwatch(s.metrics, tee) == BACKOFF_OK);
	backoff_retry_set_sink(s.retry, NULL);
	backoff_sink_free(tee);
	cr_expect(value_of(&s, "retry_events_dropped_total") == 2);
	scene_clear(&s);
}
