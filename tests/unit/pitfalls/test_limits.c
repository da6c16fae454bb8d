/* Pitfalls 6 to 12 of retry libraries: order and limits. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/pitfalls/pitfalls.h"

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Polly, resilience4j, tenacity, urllib3, p-retry and Finagle apply the cap
 * after the jitter, so all clients retry at the same time. */
Test(pitfalls_limits, p06_saturated_delays_do_not_pile_up_at_the_cap)
{
	static const char *const jitter[] = {
		"\"full\"",
		"\"equal\"",
		"\"minus\"",
		"\"proportional\"",
		"{\"kind\":\"additive\",\"max\":2}",
		"{\"kind\":\"proportional\",\"bounded\":true}",
		"{\"kind\":\"additive\",\"max\":2,\"bounded\":true}",
	};
	static uint64_t delay[10000];
	char policy[256];

	for (size_t i = 0; i < COUNT(jitter); i++) {
		struct backoff_policy *p;
		unsigned same = 0;

		snprintf(policy, sizeof(policy),
			 RULES("20", "\"base_delay\":0.1,\"max_delay\":10,"
				     "\"jitter\":%s"),
			 jitter[i]);
		p = policy_of(policy);
		for (unsigned k = 0; k < COUNT(delay); k++)
			delay[k] = delay_of(p, 10 + k % 5, fixed_draw(k));
		qsort(delay, COUNT(delay), sizeof(*delay), compare);
		for (unsigned k = 1; k < COUNT(delay); k++)
			same += delay[k] == delay[k - 1];
		cr_expect(same < COUNT(delay) / 100, "%s: %u of %zu equal",
			  jitter[i], same, COUNT(delay));
		cr_expect(delay[0] < delay[COUNT(delay) - 1] * 9 / 10, "%s",
			  jitter[i]);
		backoff_policy_unref(p);
	}
}

static uint64_t
next_delay(const struct backoff_policy *p, struct backoff_state *state,
	   unsigned number)
{
	const struct backoff_outcome failure = {
		.kind = BACKOFF_OUTCOME_FAILURE};
	struct backoff_decision d;

	backoff_engine_decide(p, state, &failure, 0, fixed_draw(number), &d);
	cr_assert(d.action == BACKOFF_ACTION_WAIT);
	return d.delay_ns;
}

/* libretry, and a shared BackOff object of cenkalti/backoff, keep the last
 * delay in the policy, so one call continues the curve of another. */
Test(pitfalls_limits, p07_calls_of_one_policy_keep_apart)
{
	struct backoff_policy *p =
		policy_of(RULES("20", "\"backoff\":\"decorrelated\","
				      "\"base_delay\":1,\"max_delay\":100"));
	struct backoff_state a, b, alone;
	struct backoff_decision d;
	uint64_t previous = S;

	backoff_engine_begin(p, &a, 0, BACKOFF_FOREVER, &d);
	backoff_engine_begin(p, &b, 0, BACKOFF_FOREVER, &d);
	backoff_engine_begin(p, &alone, 0, BACKOFF_FOREVER, &d);
	for (unsigned i = 0; i < 10; i++) {
		uint64_t of_a = next_delay(p, &a, i), capped;

		/* The next delay depends on the call's last one alone. */
		capped = 3 * previous < 100 * S ? 3 * previous : 100 * S;
		cr_expect(of_a >= S && of_a <= capped);
		previous = of_a;
		cr_expect(next_delay(p, &alone, i) == of_a);
		if (i % 3 == 0)
			cr_expect(next_delay(p, &b, 100 + i) <= 100 * S);
	}
	backoff_engine_begin(p, &b, 0, BACKOFF_FOREVER, &d);
	cr_expect(next_delay(p, &b, 5) <= 3 * S,
		  "a new call starts at the base");
	backoff_policy_unref(p);
}

/* Envoy, Polly, p-retry and curl count retries, not attempts; libretry sleeps
 * after the last failure. */
Test(pitfalls_limits, p08_the_first_attempt_counts_and_the_last_has_no_wait)
{
	static const struct act act[] = {FAILURE, FAILURE, FAILURE, FAILURE};
	struct backoff_call_options options = {.size = sizeof(options),
					       .has_deadline = 1};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, RULES("3", "\"jitter\":\"none\""), act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
	cr_expect(answer.stop == BACKOFF_STOP_MAX_ATTEMPTS);
	cr_expect(s.made == 3 && answer.attempts == 3 && answer.retries == 2);
	cr_expect(answer.elapsed_ns == 3 * S, "1 s, 2 s, and no third wait");
	cr_expect(strstr(s.line[2], "delay_seconds") == NULL);
	/* A call is tried once, however near the deadline is... */
	s.made = 0;
	options.deadline_ns = s.clock->now_ns(s.clock->user) + 1;
	cr_expect(run(&s, &options, &answer) == BACKOFF_E_FAILED);
	cr_expect(s.made == 1);
	cr_expect(answer.stop == BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE);
	/* ...unless it has passed already. */
	s.made = 0;
	options.deadline_ns = s.clock->now_ns(s.clock->user);
	cr_expect(run(&s, &options, &answer) == BACKOFF_E_FAILED);
	cr_expect(s.made == 0 && answer.attempts == 0);
	cr_expect(answer.stop == BACKOFF_STOP_DEADLINE);
	scene_clear(&s);
}

/* tenacity slept 7 s under a limit of 5 s; Failsafe and p-retry cut the sleep,
 * and retry with no time left. */
Test(pitfalls_limits, p09_nothing_sleeps_into_the_deadline)
{
	static const struct act act[] = {FAILURE, FAILURE, FAILURE, FAILURE};
	static const struct {
		const char *deadline;
		unsigned made;
		uint64_t elapsed_ns;
	} row[] = {
		/* Attempts at 0, 1, 3 and 7 s. */
		{"5", 3, 3 * S},
		{"7", 3, 3 * S},
		{"\"7.000000001s\"", 4, 7 * S},
		{"1", 1, 0},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_answer answer;
		static struct scene s;
		char policy[128];

		snprintf(policy, sizeof(policy),
			 RULES("4", "\"jitter\":\"none\",\"deadline\":%s"),
			 row[i].deadline);
		scene_init(&s, policy, act);
		cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
		cr_expect(s.made == row[i].made, "%s: %u", row[i].deadline,
			  s.made);
		cr_expect(answer.elapsed_ns == row[i].elapsed_ns);
		cr_expect(
			answer.stop ==
				(row[i].made == 4
					 ? BACKOFF_STOP_MAX_ATTEMPTS
					 : BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE),
			"%s", row[i].deadline);
		scene_clear(&s);
	}
}

/* The clock of cenkalti/backoff began at the first failure, so a slow first
 * attempt did not count. */
Test(pitfalls_limits, p10_a_slow_first_attempt_counts)
{
	static const struct act act[] = {FAIL(4 * S, .error = "slow"), FAILURE};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s,
		   RULES("4", "\"base_delay\":2,\"jitter\":\"none\","
			      "\"deadline\":5"),
		   act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
	cr_expect(s.made == 1, "2 s from 4 s on are past the fifth");
	cr_expect(answer.stop == BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE);
	cr_expect(answer.elapsed_ns == 4 * S);
	expect_in_line(&s, 0, "\"elapsed_seconds\":4,");
	expect_in_line(&s, 0, "\"deadline_left_seconds\":1,");
	scene_clear(&s);
}

/* Some want exactly that (cenkalti/backoff's pull request 189 asked for both).
 * Then only attempt_timeout limits the first attempt, and the deadline limits
 * what follows. */
Test(pitfalls_limits, p10_a_deadline_from_the_first_failure_is_asked_for)
{
	static const struct act act[] = {FAIL(40 * S, .error = "slow"), FAILURE,
					 FAILURE, FAILURE};
	static const char policy[] =
		RULES("9", "\"base_delay\":2,\"jitter\":\"none\","
			   "\"attempt_timeout\":50,\"deadline\":7,"
			   "\"deadline_from\":\"first_failure\"");
	struct backoff_call_options options = {.size = sizeof(options),
					       .has_deadline = 1,
					       .deadline_ns =
						       START_NS + 43 * S};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s, policy, act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
	/* Attempts at 0-40, 42 and 46 s; the next one at 54 s would be past
	 * 47 s. */
	cr_expect(s.made == 3, "%u", s.made);
	cr_expect(answer.stop == BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE);
	cr_expect(answer.elapsed_ns == 46 * S);
	cr_expect(s.attempt[0].give_up_ns == START_NS + 50 * S, "its own");
	cr_expect(s.attempt[1].give_up_ns == START_NS + 47 * S, "shrunk");
	expect_in_line(&s, 0, "\"deadline_left_seconds\":7,");
	scene_clear(&s);
	/* The caller's deadline is absolute, whenever an attempt fails. */
	scene_init(&s, policy, act);
	cr_expect(run(&s, &options, &answer) == BACKOFF_E_FAILED);
	cr_expect(s.made == 2, "%u", s.made);
	cr_expect(s.attempt[0].give_up_ns == START_NS + 43 * S);
	expect_in_line(&s, 0, "\"deadline_left_seconds\":3,");
	scene_clear(&s);
	expect_refused(RULES("9", "\"deadline_from\":\"first_failure\""),
		       "deadline_from");
}

/* backon's total_delay adds up the sleeps only; attempts may take forever. */
Test(pitfalls_limits, p11_time_in_attempts_counts_as_sleeps_do)
{
	static const struct act act[] = {
		FAIL(2 * S, .error = "a"), FAIL(2 * S, .error = "b"),
		FAIL(2 * S, .error = "c"), FAIL(2 * S, .error = "d")};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s,
		   RULES("9", "\"backoff\":\"constant\",\"base_delay\":1,"
			      "\"jitter\":\"none\",\"deadline\":7"),
		   act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
	/* Three attempts, 0-2, 3-5 and 6-8 s; the last ends too late. */
	cr_expect(s.made == 3 && answer.stop == BACKOFF_STOP_DEADLINE);
	cr_expect(answer.backoff_ns == 2 * S && answer.elapsed_ns == 8 * S,
		  "both sums are reported, and they differ");
	scene_clear(&s);
}

/* Without a limit for each attempt, one slow attempt uses up the deadline. */
Test(pitfalls_limits, p12_an_attempts_limit_shrinks_to_the_time_left)
{
	static const struct act act[] = {
		{10 * S,
		 {.kind = BACKOFF_OUTCOME_TIMEOUT,
		  .failure_class = BACKOFF_CLASS_TIMEOUT}},
		{4 * S,
		 {.kind = BACKOFF_OUTCOME_TIMEOUT,
		  .failure_class = BACKOFF_CLASS_TIMEOUT}}};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s,
		   RULES("4", "\"jitter\":\"none\",\"deadline\":15,"
			      "\"attempt_timeout\":10,"
			      "\"retry_on\":[\"timeout\"]"),
		   act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
	cr_expect(s.made == 2, "a timeout is a class that can be retried");
	cr_expect(s.attempt[0].give_up_ns == START_NS + 10 * S);
	cr_expect(s.attempt[1].start_ns == START_NS + 11 * S);
	cr_expect(s.attempt[1].give_up_ns == START_NS + 15 * S, "4 s, not 10");
	cr_expect(answer.stop == BACKOFF_STOP_DEADLINE);
	cr_expect(answer.kind == BACKOFF_OUTCOME_TIMEOUT);
	expect_in_line(&s, 0, "\"outcome\":\"timeout\",\"class\":\"timeout\"");
	expect_in_line(&s, 1, "\"attempt_timeout_seconds\":4,");
	scene_clear(&s);
}
