/* Pitfalls 1 to 5 of retry libraries: numbers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/pitfalls/pitfalls.h"

#define MANY_ATTEMPTS "1000000000"

/* stamina crashed at attempt 1024, Polly waited forever instead of MaxDelay,
 * resilience4j computes each delay in a loop from the first attempt. */
Test(pitfalls_numbers, p01_backoff_never_overflows_at_attempt_1024,
     .timeout = 60)
{
	static const char *const policy[] = {
		RULES(MANY_ATTEMPTS, "\"jitter\":\"none\""),
		RULES(MANY_ATTEMPTS, "\"jitter\":\"none\",\"base_delay\":"
				     "\"1ns\",\"exponential_base\":1000"),
		RULES(MANY_ATTEMPTS,
		      "\"jitter\":\"none\",\"backoff\":\"fibonacci\""),
		RULES(MANY_ATTEMPTS,
		      "\"jitter\":\"none\",\"backoff\":\"linear\""),
		RULES(MANY_ATTEMPTS, "\"jitter\":\"none\",\"base_delay\":1e9,"
				     "\"max_delay\":1e9"),
		RULES(MANY_ATTEMPTS,
		      "\"jitter\":{\"kind\":\"additive\",\"max\":0},"
		      "\"base_delay\":1e9,\"max_delay\":1e9"),
	};
	static const uint32_t failed[] = {63,   64,     65,       1023,
					  1024, 100000, 1u << 31, UINT32_MAX};

	for (size_t i = 0; i < COUNT(policy); i++) {
		struct backoff_policy *p = policy_of(policy[i]);
		uint64_t cap = i < 4 ? 30 * S : UINT64_C(1000000000) * S;

		/* Loops from the first attempt would take forever here. */
		for (unsigned times = 0; times < 1000; times++)
			for (size_t k = 0; k < COUNT(failed); k++)
				cr_assert(delay_of(p, failed[k], UINT64_MAX) ==
						  cap,
					  "%s after %u", policy[i], failed[k]);
		backoff_policy_unref(p);
	}
}

/* The same in a whole call, whose time is known. */
Test(pitfalls_numbers, p01_a_call_of_1100_attempts_waits_the_cap)
{
	struct backoff_policy *p =
		policy_of(RULES("1100", "\"jitter\":\"none\""));
	const struct backoff_outcome failure = {
		.kind = BACKOFF_OUTCOME_FAILURE};
	struct backoff_decision d;
	struct backoff_state state;
	uint64_t now = 0;

	backoff_engine_begin(p, &state, now, BACKOFF_FOREVER, &d);
	for (unsigned made = 1; made < 1100; made++) {
		backoff_engine_decide(p, &state, &failure, now, 0, &d);
		cr_assert(d.action == BACKOFF_ACTION_WAIT);
		cr_assert(d.delay_ns == (made > 5 ? 30 : 1 << (made - 1)) * S,
			  "after %u: %llu", made,
			  (unsigned long long)d.delay_ns);
		now = d.not_before_ns;
		backoff_engine_resume(p, &state, now, &d);
	}
	backoff_engine_decide(p, &state, &failure, now, 0, &d);
	cr_expect(d.stop == BACKOFF_STOP_MAX_ATTEMPTS);
	cr_expect(state.backoff_ns == (31 + 30 * UINT64_C(1094)) * S);
	backoff_policy_unref(p);
}

/* Failsafe subtracted a jitter that was longer than the delay, and sometimes
 * slept for a negative time. */
Test(pitfalls_numbers, p02_jitter_above_the_delay_never_turns_negative)
{
	static const struct {
		const char *policy;
		uint64_t most_ns;
	} row[] = {
		{RULES("9", "\"base_delay\":\"3ns\",\"jitter\":{\"kind\":"
			    "\"additive\",\"max\":1000}"),
		 1000 * S + 3},
		{RULES("9", "\"base_delay\":\"3ns\",\"jitter\":{\"kind\":"
			    "\"proportional\",\"ratio\":1}"),
		 6},
		{RULES("9", "\"base_delay\":\"3ns\",\"jitter\":{\"kind\":"
			    "\"minus\",\"ratio\":1}"),
		 3},
		{RULES("9", "\"base_delay\":0,\"jitter\":{\"kind\":"
			    "\"additive\",\"max\":\"5ns\"}"),
		 5},
		{RULES("9", "\"base_delay\":0,\"jitter\":\"equal\""), 0},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_policy *p = policy_of(row[i].policy);

		cr_expect(delay_of(p, 1, 0) <= row[i].most_ns);
		cr_expect(delay_of(p, 1, UINT64_MAX) <= row[i].most_ns);
		for (unsigned k = 0; k < 1000; k++)
			cr_assert(delay_of(p, 1, fixed_draw(k)) <=
					  row[i].most_ns,
				  "%s", row[i].policy);
		backoff_policy_unref(p);
	}
	expect_refused(RULES("3", "\"jitter\":{\"kind\":\"minus\","
				  "\"ratio\":1.01}"),
		       "jitter.ratio");
	expect_refused(RULES("3", "\"jitter\":{\"kind\":\"additive\","
				  "\"max\":-1}"),
		       "jitter.max");
}

/* Failsafe truncated sub-millisecond sleeps to 0, Azure has whole seconds only,
 * libretry slept a thousand times too long. */
Test(pitfalls_numbers, p03_every_unit_is_slept_exactly)
{
	static const struct {
		const char *base;
		uint64_t ns;
	} row[] = {
		{"\"1ns\"", 1},
		{"\"999ns\"", 999},
		{"\"250us\"", 250000},
		{"0.0005", 500000},
		{"\"1500us\"", 1500000},
		{"\"500ms\"", 500 * MS},
		{"0.5", 500 * MS},
		{"\"2m\"", 120 * S},
		{"2", 2 * S},
	};
	static const struct act act[] = {FAILURE, OK(0)};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_answer answer;
		static struct scene s;
		char policy[256];

		snprintf(policy, sizeof(policy),
			 RULES("2", "\"backoff\":\"constant\",\"jitter\":"
				    "\"none\",\"base_delay\":%s"),
			 row[i].base);
		scene_init(&s, policy, act);
		cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
		cr_expect(answer.elapsed_ns == row[i].ns, "%s: %llu",
			  row[i].base, (unsigned long long)answer.elapsed_ns);
		cr_expect(s.attempt[1].start_ns == START_NS + row[i].ns);
		scene_clear(&s);
	}
}

/* Envoy ignores a per-try timeout above the route's, resilience4j ignores an
 * exponential curve without waitDuration. Here settings without effect are
 * errors. */
Test(pitfalls_numbers, p04_nonsense_is_refused_at_load)
{
	static const struct {
		const char *fields, *path;
	} row[] = {
		{"\"base_delay\":10,\"max_delay\":5", "base_delay"},
		{"\"exponential_base\":0.5", "exponential_base"},
		{"\"jitter\":{\"kind\":\"minus\",\"ratio\":-0.1}",
		 "jitter.ratio"},
		{"\"jitter\":{\"kind\":\"additive\"}", "jitter.kind"},
		{"\"base_delay\":-1", "base_delay"},
		{"\"base_delay\":1e999", "base_delay"},
		{"\"base_delay\":null", "base_delay"},
		{"\"deadline\":0", "deadline"},
		{"\"attempt_timeout\":0", "attempt_timeout"},
		{"\"deadline\":5,\"attempt_timeout\":6", "attempt_timeout"},
		{"\"backoff\":\"constant\",\"max_delay\":9", "max_delay"},
		{"\"backoff\":\"linear\",\"exponential_base\":2",
		 "exponential_base"},
		{"\"schedule\":[1]", "schedule"},
		{"\"jitter\":{\"kind\":\"none\",\"ratio\":0.5}",
		 "jitter.ratio"},
		{"\"base_dealy\":1", "base_dealy"},
		{"\"retry_on\":[{\"message_regex\":\"a{1000000000}\"}]",
		 "retry_on[0].message_regex"},
	};
	char policy[256];

	for (size_t i = 0; i < COUNT(row); i++) {
		snprintf(policy, sizeof(policy), RULES("3", "%s"),
			 row[i].fields);
		expect_refused(policy, row[i].path);
	}
	expect_refused("{\"name\":\"P\",\"max_attempts\":0}", "max_attempts");
	expect_refused(RULES("3", "\"base_delay\":NaN"), "");
}

/* Azure's jitter was always 0 by integer division, cenkalti/backoff and
 * resilience4j draw one above the maximum and in whole milliseconds, FreeRTOS
 * takes a remainder, so low values are more frequent. */
Test(pitfalls_numbers, p05_jitter_is_even_down_to_the_nanosecond)
{
	struct backoff_policy *tiny =
		policy_of(RULES("3", "\"base_delay\":\"4ns\""));
	struct backoff_policy *huge =
		policy_of(RULES("3", "\"base_delay\":1e9,\"max_delay\":1e9"));
	unsigned seen[5] = {0}, low = 0;
	const unsigned draws = 100000;

	for (unsigned i = 0; i < draws; i++) {
		uint64_t delay = delay_of(tiny, 1, fixed_draw(i));

		cr_assert(delay <= 4);
		seen[delay]++;
		/* 51.2 % of the remainders of 2^64 by 10^18 are in the lower
		 * half. */
		low += delay_of(huge, 1, fixed_draw(i)) <
		       UINT64_C(500000000) * S;
	}
	/* Five standard deviations. */
	for (unsigned i = 0; i < 4; i++)
		cr_expect(seen[i] > 24300 && seen[i] < 25700, "%u: %u", i,
			  seen[i]);
	cr_expect(seen[4] == 0, "the upper bound itself: %u", seen[4]);
	cr_expect(low > 49200 && low < 50800, "%u", low);
	backoff_policy_unref(tiny);
	backoff_policy_unref(huge);
}
