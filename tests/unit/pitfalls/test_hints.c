/* Pitfalls 13 to 16 of retry libraries: server hints. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/pitfalls/pitfalls.h"

/* 2026-11-23 10:25:30 UTC, the start of each scene. */
#define WALL (1795429530 * S)

/* urllib3 overflowed on huge numbers and took 0 for no hint; others slept for a
 * negative time, or for NaN. */
Test(pitfalls_hints, p13_huge_negative_and_zero_are_distinguished)
{
	static const struct {
		const char *name, *value;
		enum backoff_status status;
		enum backoff_hint_kind kind;
		uint64_t delay_ns;
	} row[] = {
		{"Retry-After", "0", BACKOFF_OK, BACKOFF_HINT_DELAY, 0},
		{"retry-after", " \t120 ", BACKOFF_OK, BACKOFF_HINT_DELAY,
		 120 * S},
		{"Retry-After", "99999999999999999999999999", BACKOFF_OK,
		 BACKOFF_HINT_DELAY, UINT64_C(1000000000000000000)},
		{"Retry-After", "-1", BACKOFF_E_VALUE, 0, 0},
		{"Retry-After", "NaN", BACKOFF_E_VALUE, 0, 0},
		{"Retry-After", "inf", BACKOFF_E_VALUE, 0, 0},
		{"Retry-After", "1e3", BACKOFF_E_VALUE, 0, 0},
		{"Retry-After", "0x10", BACKOFF_E_VALUE, 0, 0},
		{"Retry-After", "12 monkeys", BACKOFF_E_VALUE, 0, 0},
		{"Retry-After", "", BACKOFF_E_VALUE, 0, 0},
		{"Retry-After", "+5", BACKOFF_E_VALUE, 0, 0},
		{"Retry-After", "Mon, 23 Nov 2026 10:15:40 GMT", BACKOFF_OK,
		 BACKOFF_HINT_DELAY, 0},
		{"retry-after-ms", "-0.5", BACKOFF_E_VALUE, 0, 0},
		{"x-amz-retry-after", "1500", BACKOFF_OK, BACKOFF_HINT_DELAY,
		 1500 * MS},
		{"X-RateLimit-Reset", "10", BACKOFF_OK, BACKOFF_HINT_RESET,
		 10 * S},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_hint hint = {.kind = BACKOFF_HINT_NONE,
					    .delay_ns = 77};
		uint64_t wall = WALL + 100000000 * S;

		cr_expect(backoff_hint_parse(row[i].name, row[i].value, wall,
					     &hint) == row[i].status,
			  "%s: %s", row[i].name, row[i].value);
		if (row[i].status != BACKOFF_OK)
			cr_expect(hint.delay_ns == 77);
		else
			cr_expect(hint.kind == row[i].kind &&
					  hint.delay_ns == row[i].delay_ns,
				  "%s: %llu", row[i].value,
				  (unsigned long long)hint.delay_ns);
	}
}

/* A date is compared with the wall clock, but the wait is in monotonic time,
 * which has another origin. */
Test(pitfalls_hints, p13_a_date_becomes_a_monotonic_wait)
{
	static struct act act[] = {FAILURE, OK(0)};
	struct backoff_answer answer;
	static struct scene s;

	act[0].outcome.hint = (struct backoff_hint){0};
	cr_assert(backoff_outcome_add_hint(&act[0].outcome, "Retry-After",
					   "Mon, 23 Nov 2026 10:35:30 GMT",
					   WALL + S / 2) == BACKOFF_OK);
	scene_init(&s,
		   RULES("2", "\"jitter\":\"none\","
			      "\"server_hint\":{\"max\":3600}"),
		   act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(answer.elapsed_ns == act[0].outcome.hint.delay_ns);
	cr_expect(act[0].outcome.hint.delay_ns == 599 * S + S / 2, "%llu",
		  (unsigned long long)act[0].outcome.hint.delay_ns);
	scene_clear(&s);
}

/* failsafe-go jitters Retry-After in both directions, and retries too early. */
Test(pitfalls_hints, p14_jitter_only_adds_to_a_hint)
{
	struct backoff_policy *p =
		policy_of(RULES("9", "\"base_delay\":0.1,\"jitter\":{\"kind\":"
				     "\"proportional\",\"ratio\":1},"
				     "\"server_hint\":{\"jitter\":0.5}"));
	const struct backoff_outcome failure = {
		.kind = BACKOFF_OUTCOME_FAILURE,
		.hint = {.kind = BACKOFF_HINT_DELAY, .delay_ns = 5 * S}};
	uint64_t least = UINT64_MAX, most = 0;

	for (unsigned i = 0; i < 1000; i++) {
		struct backoff_decision d;
		struct backoff_state state;

		backoff_engine_begin(p, &state, 0, BACKOFF_FOREVER, &d);
		backoff_engine_decide(p, &state, &failure, 0, fixed_draw(i),
				      &d);
		cr_assert(d.delay_ns >= 5 * S && d.delay_ns <= 7 * S + S / 2,
			  "%llu", (unsigned long long)d.delay_ns);
		least = d.delay_ns < least ? d.delay_ns : least;
		most = d.delay_ns > most ? d.delay_ns : most;
	}
	cr_expect(most - least > 2 * S, "and it does spread the herd");
	backoff_policy_unref(p);
}

/* urllib3 clamps such a hint, Envoy ignores it, curl gives up, and none of them
 * says so. */
Test(pitfalls_hints, p15_a_hint_that_is_too_long_does_what_the_policy_says)
{
	static const struct {
		const char *rule, *did;
		uint64_t elapsed_ns;
		enum backoff_stop stop;
	} row[] = {
		{"{\"max\":60}", "gave_up", 0, BACKOFF_STOP_HINT_TOO_LONG},
		{"{\"max\":60,\"too_long\":\"clamp\"}", "clamped", 60 * S,
		 BACKOFF_STOP_SUCCESS},
		{"{\"max\":60,\"too_long\":\"ignore\"}", "ignored", S,
		 BACKOFF_STOP_SUCCESS},
		{"{\"max\":90}", "honoured", 90 * S, BACKOFF_STOP_SUCCESS},
		{"{\"use\":false}", "ignored", S, BACKOFF_STOP_SUCCESS},
	};
	static const struct act act[] = {
		FAIL(0,
		     .hint = {.kind = BACKOFF_HINT_DELAY, .delay_ns = 90 * S}),
		OK(0)};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_answer answer;
		static struct scene s;
		char policy[256], did[64];

		snprintf(policy, sizeof(policy),
			 RULES("2", "\"jitter\":\"none\",\"server_hint\":%s"),
			 row[i].rule);
		snprintf(did, sizeof(did), "\"hint_action\":\"%s\"",
			 row[i].did);
		scene_init(&s, policy, act);
		run(&s, NULL, &answer);
		cr_expect(answer.stop == row[i].stop, "%s", row[i].rule);
		cr_expect(answer.elapsed_ns == row[i].elapsed_ns, "%s",
			  row[i].rule);
		expect_in_line(&s, 0, "\"hint_seconds\":90");
		expect_in_line(&s, 0, did);
		scene_clear(&s);
	}
}

static struct act
pushback(const char *value)
{
	struct act act = FAILURE;

	cr_assert(backoff_outcome_add_hint(&act.outcome,
					   "grpc-retry-pushback-ms", value,
					   WALL) == BACKOFF_OK);
	return act;
}

/* gRPC A6: a pushback that is negative or unreadable means stop, and one that
 * is honoured resets the curve. */
Test(pitfalls_hints, p16_pushback_stops_or_restarts_the_curve)
{
	static const char *const stops[] = {"-1", "abc", "", "1.5", "9e9"};
	struct act act[6] = {FAILURE, FAILURE, FAILURE};
	struct backoff_answer answer;
	static struct scene s;

	for (size_t i = 0; i < COUNT(stops); i++) {
		act[0] = pushback(stops[i]);
		scene_init(&s, RULES("9", "\"jitter\":\"none\""), act);
		cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
		cr_expect(answer.stop == BACKOFF_STOP_SERVER_FORBADE, "%s",
			  stops[i]);
		cr_expect(s.made == 1);
		scene_clear(&s);
	}
	act[0] = act[1] = act[3] = act[4] = (struct act)FAILURE;
	act[2] = pushback("250");
	act[5] = (struct act)OK(0);
	scene_init(&s,
		   RULES("9", "\"jitter\":\"none\",\"server_hint\":{"
			      "\"combine\":\"replace\",\"restart\":true}"),
		   act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(s.attempt[2].start_ns - START_NS == 3 * S);
	cr_expect(s.attempt[3].start_ns - START_NS == 3 * S + 250 * MS);
	/* 1 s and 2 s again, not 8 and 16. */
	cr_expect(s.attempt[5].start_ns - START_NS == 6 * S + 250 * MS);
	scene_clear(&s);
}
