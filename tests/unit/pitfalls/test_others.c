/* Defects of existing C libraries, one test each: see docs/pitfalls.md. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <unistd.h>

#include "unit/pitfalls/pitfalls.h"

/* aws-c-io concludes from user_data that is not NULL that a retry is already
 * scheduled. */
Test(pitfalls_others, awscio_an_attempt_under_way_is_known_without_user_data)
{
	const struct backoff_outcome failure = {
		.kind = BACKOFF_OUTCOME_FAILURE};
	struct backoff_call *call;
	struct backoff_step step;
	static struct scene s;

	scene_init(&s, RULES("3", "\"jitter\":\"none\""), NULL);
	backoff_retry_set_on_event(s.retry, NULL, NULL);
	backoff_retry_set_discard(s.retry, NULL, NULL);
	cr_assert(backoff_call_new(s.retry, NULL, &call) == BACKOFF_OK);
	cr_expect(backoff_call_report(call, &failure) == BACKOFF_E_STATE);
	cr_expect(backoff_call_next(call, &step) == BACKOFF_OK);
	cr_expect(step.action == BACKOFF_ACTION_ATTEMPT);
	cr_expect(backoff_call_next(call, &step) == BACKOFF_E_STATE);
	cr_expect(backoff_call_report(call, &failure) == BACKOFF_OK);
	cr_expect(backoff_call_report(call, &failure) == BACKOFF_E_STATE);
	cr_expect(backoff_call_answer(call)->attempts == 1);
	backoff_call_free(call);
	scene_clear(&s);
}

/* Its random_in_range() returns 0, not the bound, if both bounds are equal, so
 * decorrelated delays with base = cap are 0. */
Test(pitfalls_others, awscio_an_empty_range_is_its_bound_not_zero)
{
	struct backoff_policy *p =
		policy_of(RULES("9", "\"backoff\":\"decorrelated\","
				     "\"base_delay\":5,\"max_delay\":5"));
	struct backoff_policy *flat = policy_of(
		RULES("9", "\"base_delay\":5,\"max_delay\":5,\"jitter\":{"
			   "\"kind\":\"proportional\",\"ratio\":0}"));

	for (unsigned i = 0; i < 100; i++) {
		cr_expect(delay_of(p, 1 + i % 9, fixed_draw(i)) == 5 * S);
		cr_expect(delay_of(flat, 1 + i % 9, fixed_draw(i)) == 5 * S);
	}
	cr_expect(delay_of(p, 1, 0) == 5 * S);
	backoff_policy_unref(flat);
	backoff_policy_unref(p);
}

/* Its header says that 0 means 10 retries, its code says 5, and a check refuses
 * 0. */
Test(pitfalls_others, awscio_defaults_are_those_of_the_documentation)
{
	struct backoff_policy *p = policy_of("{\"name\":\"P\","
					     "\"max_attempts\":3}");
	char *canonical = canonical_of(p), member[128];
	unsigned seen = 0;
	const struct backoff_field *field;

	for (size_t i = 0; (field = backoff_policy_field(i)) != NULL; i++) {
		if (field->fallback == NULL || field->fallback[0] == '\0' ||
		    strchr(field->path, '.') != NULL)
			continue;
		/* Fields without effect are not written. */
		snprintf(member, sizeof(member), "\"%s\":", field->path);
		if (strstr(canonical, member) == NULL)
			continue;
		snprintf(member, sizeof(member), "\"%s\":%s", field->path,
			 field->fallback);
		cr_expect(strstr(canonical, member) != NULL, "%s in %s", member,
			  canonical);
		seen++;
	}
	cr_expect(seen >= 4, "%u", seen);
	expect_refused("{\"name\":\"P\",\"max_attempts\":0}", "max_attempts");
	free(canonical);
	backoff_policy_unref(p);
}

/* Its plain strategy retries a CLIENT_ERROR at once and does not count it,
 * which is an endless loop. */
Test(pitfalls_others, awscio_a_client_error_waits_and_counts_like_any)
{
	static const struct act act[] = {
		FAIL(0, .failure_class = BACKOFF_CLASS_CLIENT),
		FAIL(0, .failure_class = BACKOFF_CLASS_CLIENT),
		FAIL(0, .failure_class = BACKOFF_CLASS_CLIENT), OK(0)};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, RULES("3", "\"jitter\":\"none\""), act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
	cr_expect(s.made == 3 && answer.elapsed_ns == 3 * S);
	scene_clear(&s);
}

/* It has no deadline, attempt limit, hint, classification of results or hook;
 * this call has all of them. */
Test(pitfalls_others, awscio_limits_hints_and_hooks_work_together)
{
	static const struct act act[] = {
		FAIL(0,
		     .hint = {.kind = BACKOFF_HINT_DELAY, .delay_ns = 4 * S}),
		FAILURE, OK(0)};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s,
		   RULES("5", "\"jitter\":\"none\",\"deadline\":10,"
			      "\"attempt_timeout\":5"),
		   act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(s.attempt[0].give_up_ns == START_NS + 5 * S);
	cr_expect(s.attempt[1].start_ns == START_NS + 4 * S);
	cr_expect(s.attempt[2].give_up_ns == START_NS + 10 * S);
	cr_expect(s.lines == 3);
	scene_clear(&s);
}

/* Its buckets have the costs of 2020; here both years' costs are policies. */
Test(pitfalls_others, awscio_costs_are_the_policys_not_the_codes)
{
	static const struct {
		const char *budget;
		unsigned retries;
	} row[] = {
		{"\"budget\":{\"kind\":\"token_bucket\"}", 100},
		{"\"budget\":{\"kind\":\"token_bucket\",\"retry_cost\":14,"
		 "\"throttle_cost\":5}",
		 35},
	};
	char policy[256];

	for (size_t i = 0; i < COUNT(row); i++) {
		struct guarded_call call;
		struct guarded g;
		unsigned retries = 0;

		snprintf(policy, sizeof(policy), AT_ONCE("1000", "%s"),
			 row[i].budget);
		g = guarded_of(policy);
		cr_assert(guarded_begin(&g, &call, 0));
		while (guarded_fail(&g, &call, 0) &&
		       guarded_resume(&g, &call, 0))
			retries++;
		cr_expect(retries == row[i].retries, "%u", retries);
		cr_expect(call.d.stop == BACKOFF_STOP_BUDGET);
		guarded_clear(&g);
	}
}

/* FreeRTOS/backoffAlgorithm has 16 bits without a unit (at most 65 s, in
 * milliseconds) and only factor 2, and accepts a base above the cap. */
Test(pitfalls_others, freertos_long_delays_and_other_factors_are_exact)
{
	struct backoff_policy *p =
		policy_of(RULES("9", "\"base_delay\":100,\"max_delay\":\"9d\","
				     "\"exponential_base\":3,"
				     "\"jitter\":\"none\""));

	cr_expect(delay_of(p, 1, 0) == 100 * S);
	cr_expect(delay_of(p, 2, 0) == 300 * S);
	cr_expect(delay_of(p, 7, 0) == 72900 * S);
	backoff_policy_unref(p);
	expect_refused(RULES("9", "\"base_delay\":100,\"max_delay\":99"),
		       "base_delay");
}

/* It takes the remainder of a 16-bit random number: in a range of 40 000, low
 * delays are twice as frequent. */
Test(pitfalls_others, freertos_draws_are_not_biased_by_the_range)
{
	struct backoff_policy *p =
		policy_of(RULES("9", "\"base_delay\":40,\"max_delay\":40"));
	unsigned low = 0;

	for (unsigned i = 0; i < 40000; i++)
		low += delay_of(p, 1, fixed_draw(i)) < 20 * S;
	cr_expect(low > 19500 && low < 20500, "%u of 40000", low);
	backoff_policy_unref(p);
}

/* libmcu doubles in 32 bits, and subtracts a jitter that may be larger. */
Test(pitfalls_others, libmcu_a_doubled_delay_neither_wraps_nor_underflows)
{
	struct backoff_policy *p = policy_of(
		RULES("99", "\"base_delay\":\"3s\",\"max_delay\":1e9,"
			    "\"jitter\":{\"kind\":\"minus\",\"ratio\":1}"));
	uint64_t before = 0;

	for (uint32_t failed = 1; failed < 99; failed++) {
		uint64_t delay = delay_of(p, failed, UINT64_MAX);

		cr_expect(delay >= before, "after %u", failed);
		cr_expect(delay <= UINT64_C(1000000000) * S);
		cr_expect(delay_of(p, failed, 0) <= delay);
		before = delay;
	}
	backoff_policy_unref(p);
}

/* Azure's retry_control has whole seconds, a jitter that is 0 by integer
 * division, and an immediate first retry. */
Test(pitfalls_others, azure_the_first_retry_waits_and_half_seconds_are_jittered)
{
	struct backoff_policy *p =
		policy_of(RULES("9", "\"base_delay\":0.5,\"jitter\":{\"kind\":"
				     "\"proportional\",\"ratio\":0.05}"));
	unsigned below = 0, above = 0;

	for (unsigned i = 0; i < 100; i++) {
		uint64_t delay = delay_of(p, 1, fixed_draw(i));

		cr_expect(delay >= 475 * MS && delay <= 525 * MS);
		below += delay < 495 * MS;
		above += delay > 505 * MS;
	}
	cr_expect(below > 10 && above > 10, "%u, %u", below, above);
	backoff_policy_unref(p);
}

/* It draws from an unseeded rand(), so every device draws the same delays.
 * libretry's seed is the start time in seconds, which a fleet may share. */
Test(pitfalls_others, azure_two_objects_of_one_second_differ)
{
	struct backoff_policy *p = policy_of(RULES("2", "\"base_delay\":1"));
	static const struct act act[] = {FAILURE, OK(0)};
	uint64_t wait[8];

	for (unsigned i = 0; i < 8; i++) {
		struct backoff_answer answer;
		struct backoff_retry *fresh;
		static struct scene s;

		scene_init(&s, RULES("2", "\"base_delay\":1"), act);
		cr_assert(backoff_retry_new(p, "op", &fresh) == BACKOFF_OK);
		backoff_retry_set_clock(fresh, s.clock);
		cr_expect(backoff_retry_run(fresh, NULL, play, &s, &answer) ==
			  BACKOFF_OK);
		wait[i] = answer.backoff_ns;
		for (unsigned k = 0; k < i; k++)
			cr_expect(wait[k] != wait[i]);
		backoff_retry_free(fresh);
		scene_clear(&s);
	}
	backoff_policy_unref(p);
}

/* librdkafka adds its 20 % before the cap, so saturated clients retry at the
 * same time. */
Test(pitfalls_others, librdkafka_jitter_survives_the_cap)
{
	struct backoff_policy *p = policy_of(
		RULES("99", "\"base_delay\":0.1,\"max_delay\":1,\"jitter\":{"
			    "\"kind\":\"proportional\",\"ratio\":0.2}"));
	unsigned at_cap = 0;
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < 10000; i++) {
		uint64_t delay = delay_of(p, 40, fixed_draw(i));

		at_cap += delay == S;
		least = delay < least ? delay : least;
	}
	cr_expect(at_cap < 100 && least < 810 * MS, "%u", at_cap);
	backoff_policy_unref(p);
}

/* libretry shifts by attempts - 1000, and multiplies milliseconds by 1000
 * before it sleeps for them as milliseconds. */
Test(pitfalls_others, libretry_few_attempts_wait_what_was_said)
{
	static const struct act act[] = {FAILURE, FAILURE, OK(0)};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s,
		   RULES("3", "\"base_delay\":\"200ms\",\"jitter\":\"none\""),
		   act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(answer.elapsed_ns == 600 * MS);
	scene_clear(&s);
}

static void
remember(void *user, const struct backoff_attempt *attempt,
	 struct backoff_outcome *outcome)
{
	*(uint32_t *)user += attempt->number;
	backoff_outcome_from_http(outcome, 503);
}

/* It ignores user_data, sleeps after the last failure, and always returns 0. */
Test(pitfalls_others, libretry_a_failed_call_says_so_at_once)
{
	struct backoff_answer answer;
	uint32_t numbers = 0;
	static struct scene s;

	scene_init(&s, RULES("3", "\"jitter\":\"none\""), NULL);
	cr_expect(backoff_retry_run(s.retry, NULL, remember, &numbers,
				    &answer) == BACKOFF_E_FAILED);
	cr_expect(numbers == 1 + 2 + 3, "user_data arrives");
	cr_expect(answer.elapsed_ns == 3 * S, "no third wait");
	cr_expect(strcmp(answer.code, "http:503") == 0);
	scene_clear(&s);
}

/* It doubles the delay in its policy, so the next call starts where the last
 * one ended. */
Test(pitfalls_others, libretry_a_policy_is_never_changed_by_its_calls)
{
	static const struct act act[] = {FAILURE, FAILURE, FAILURE,
					 FAILURE, FAILURE, FAILURE};
	struct backoff_answer answer;
	static struct scene s;
	char *before, *after;

	scene_init(&s, RULES("3", "\"jitter\":\"none\""), act);
	before = canonical_of(s.policy);
	for (int i = 0; i < 2; i++) {
		cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
		cr_expect(answer.backoff_ns == 3 * S);
	}
	after = canonical_of(s.policy);
	cr_expect(strcmp(before, after) == 0);
	free(before);
	free(after);
	scene_clear(&s);
}

/* It prints to stdout, into the output of the program that links it. */
Test(pitfalls_others, libretry_the_library_prints_nothing)
{
	static const struct act act[] = {FAILURE, FAILURE, FAILURE};
	struct backoff_answer answer;
	static struct scene s;
	int out = dup(1), err = dup(2), ends[2];
	char byte;

	scene_init(&s, RULES("3", "\"jitter\":\"none\""), act);
	fflush(NULL);
	cr_assert(out >= 0 && err >= 0 && pipe(ends) == 0);
	cr_assert(dup2(ends[1], 1) == 1 && dup2(ends[1], 2) == 2);
	run(&s, NULL, &answer);
	fflush(NULL);
	cr_assert(dup2(out, 1) == 1 && dup2(err, 2) == 2);
	close(ends[1]);
	cr_expect(s.made == 3);
	cr_expect(read(ends[0], &byte, 1) == 0, "it said something");
	close(ends[0]);
	close(out);
	close(err);
	scene_clear(&s);
}

/* The helpers of HERE, astarte, libggl and dzhiblavi only compute delays, so
 * retries cannot be observed. */
Test(pitfalls_others, helpers_every_retry_can_be_seen)
{
	static const struct act act[] = {FAILURE, OK(0)};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, RULES("3", "\"jitter\":\"full\""), act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(s.lines == 2);
	expect_in_line(&s, 0, "\"event_type\":\"retry_attempt\"");
	expect_in_line(&s, 0, "\"delay_seconds\":");
	expect_in_line(&s, 0, "\"delay_law\":\"full\"");
	expect_in_line(&s, 1, "\"event_type\":\"retry_success\"");
	cr_expect(answer.retries == 1);
	scene_clear(&s);
}
