/* Pitfalls 17 to 23 of retry libraries: budgets and breakers; 21 is in
 * engine/test_hedge.c. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <sys/wait.h>
#include <unistd.h>

#include "unit/pitfalls/pitfalls.h"

/* Begin @count calls, let them all fail, and count those that may retry. */
static unsigned
fail_all(struct guarded *g, struct guarded_call *call, unsigned count)
{
	unsigned waiting = 0;

	for (unsigned i = 0; i < count; i++)
		cr_assert(guarded_begin(g, &call[i], 0));
	for (unsigned i = 0; i < count; i++)
		waiting += (unsigned)guarded_fail(g, &call[i], 0);
	return waiting;
}

/* Envoy does not count retries in backoff, so a mass failure exceeds the
 * budget; failsafe-go asks the budget after the sleep. */
Test(pitfalls_budget, p17_a_retry_holds_its_place_through_the_wait)
{
	struct guarded g = guarded_of(
		AT_ONCE("9", "\"budget\":{\"kind\":\"concurrency\"}"));
	struct guarded bucket =
		guarded_of(AT_ONCE("9", "\"budget\":{\"kind\":\"token_bucket\","
					"\"capacity\":10}"));
	struct guarded_call call[20], late;

	cr_expect(fail_all(&g, call, 20) == 4, "a fifth of twenty");
	cr_expect(call[4].d.stop == BACKOFF_STOP_BUDGET);
	cr_expect(call[4].d.delay_ns == 0, "and there was no wait");
	cr_assert(guarded_begin(&g, &late, 0));
	cr_expect(!guarded_fail(&g, &late, 0), "all places are held");
	/* A call that ends in its wait gives back its place; three retries are
	 * allowed however few calls are left. */
	backoff_engine_stop(&call[0].state, BACKOFF_STOP_CANCELLED, &call[0].d);
	backoff_engine_stop(&call[1].state, BACKOFF_STOP_CANCELLED, &call[1].d);
	cr_assert(guarded_begin(&g, &late, 0));
	cr_expect(guarded_fail(&g, &late, 0));

	cr_expect(fail_all(&bucket, call, 5) == 2, "ten tokens, five each");
	backoff_engine_stop(&call[1].state, BACKOFF_STOP_CANCELLED, &call[1].d);
	cr_expect(guarded_tokens(&bucket, 0) == 5);
	guarded_clear(&bucket);
	guarded_clear(&g);
}

/* failsafe-go returns ErrExceeded, which hides the failure. */
Test(pitfalls_budget, p18_a_refused_retry_keeps_the_error)
{
	static const struct act act[] = {FAILURE, FAILURE, FAILURE};
	struct backoff_answer answer;
	static struct scene s;

	scene_init(&s,
		   RULES("9", "\"budget\":{\"kind\":\"token_bucket\","
			      "\"capacity\":5}"),
		   act);
	cr_expect(run(&s, NULL, &answer) == BACKOFF_E_FAILED);
	cr_expect(s.made == 2 && answer.stop == BACKOFF_STOP_BUDGET);
	cr_expect(strcmp(answer.error, "reset") == 0);
	cr_expect(strcmp(answer.code, "errno:ECONNRESET") == 0);
	cr_expect(strcmp(answer.error_type, "ConnectionError") == 0);
	cr_expect(answer.failure_class == BACKOFF_CLASS_TRANSIENT);
	expect_in_line(&s, 1, "\"error\":\"reset\"");
	expect_in_line(&s, 1, "\"stop_reason\":\"budget\"");
	scene_clear(&s);
}

static void
fail_always(void *user, const struct backoff_attempt *attempt,
	    struct backoff_outcome *outcome)
{
	(void)user;
	(void)attempt;
	backoff_outcome_from_http(outcome, 503);
}

/* aws-c-io's bucket only refills if callers report first-try successes, too, as
 * its header asks them to. */
Test(pitfalls_budget, p19_the_last_cost_comes_back_and_nothing_above_capacity)
{
	struct guarded g = guarded_of(
		AT_ONCE("9", "\"budget\":{\"kind\":\"token_bucket\","
			     "\"capacity\":100,\"timeout_cost\":10}"));
	static const struct act act[] = {OK(0), OK(0), OK(0)};
	struct guarded_call call;
	struct backoff_answer answer;
	static struct scene s;

	cr_assert(guarded_begin(&g, &call, 0));
	cr_expect(guarded_end(&g, &call, 0, BACKOFF_OUTCOME_TIMEOUT,
			      BACKOFF_CLASS_TIMEOUT));
	cr_assert(guarded_resume(&g, &call, 0));
	cr_expect(guarded_fail(&g, &call, 0));
	cr_expect(guarded_tokens(&g, 0) == 85);
	cr_assert(guarded_resume(&g, &call, 0));
	guarded_succeed(&g, &call, 0);
	cr_expect(guarded_tokens(&g, 0) == 90, "5 of the 15: %f",
		  guarded_tokens(&g, 0));
	for (unsigned i = 0; i < 50; i++) {
		cr_assert(guarded_begin(&g, &call, 0));
		guarded_succeed(&g, &call, 0);
		cr_expect(guarded_tokens(&g, 0) == (i < 10 ? 91 + i : 100));
	}
	guarded_clear(&g);

	/* The loop reports by itself. */
	scene_init(&s,
		   RULES("1", "\"budget\":{\"kind\":\"throttle\","
			      "\"token_ratio\":2}"),
		   act);
	for (unsigned i = 0; i < 4; i++)
		cr_expect(backoff_retry_run(s.retry, NULL, fail_always, NULL,
					    &answer) == BACKOFF_E_FAILED);
	for (unsigned i = 0; i < 3; i++)
		cr_expect(run(&s, NULL, &answer) == BACKOFF_OK);
	cr_expect(backoff_guard_tokens_milli(backoff_retry_guard(s.retry), 0) ==
			  10000,
		  "three successes of 2 after 4 failures, at most 10");
	scene_clear(&s);
}

/* aws-c-io never evicts a partition; Finagle keeps one budget for all. */
Test(pitfalls_budget, p20_a_thousand_targets_do_not_grow_the_table)
{
	struct backoff_policy *policy =
		policy_of(AT_ONCE("9", "\"budget\":\"token_bucket\""));
	struct backoff_guards *table;
	unsigned kept = 0;
	char target[16];

	cr_assert(backoff_guards_new(policy, 8, &table) == BACKOFF_OK);
	for (unsigned i = 0; i < 1000; i++) {
		struct guarded g = {policy, NULL};
		struct guarded_call call;

		snprintf(target, sizeof(target), "host%u", i);
		g.guard = backoff_guards_take(table, target);
		cr_assert(guarded_tokens(&g, 0) == 500, "%s: its own", target);
		cr_assert(guarded_begin(&g, &call, 0));
		cr_assert(guarded_fail(&g, &call, 0));
		cr_assert(guarded_resume(&g, &call, 0));
		guarded_end(&g, &call, 0, BACKOFF_OUTCOME_FAILURE,
			    BACKOFF_CLASS_FATAL);
		backoff_guards_release(table, g.guard);
	}
	/* From the newest, since each look at an evicted one evicts another. */
	for (unsigned i = 1000; i-- > 900;) {
		struct guarded g = {policy, NULL};

		snprintf(target, sizeof(target), "host%u", i);
		g.guard = backoff_guards_take(table, target);
		kept += guarded_tokens(&g, 0) == 495;
		backoff_guards_release(table, g.guard);
	}
	cr_expect(kept == 8, "%u remembered", kept);
	backoff_guards_free(table);
	backoff_policy_unref(policy);
}

/* A child of fork(2) has a copy of the budget, in which the parent's retry
 * under way holds nothing: what one of the two processes spends does not affect
 * the other. */
Test(pitfalls_budget, p20_a_forked_child_has_its_own_budget)
{
	struct guarded g =
		guarded_of(AT_ONCE("9", "\"budget\":{\"kind\":\"token_bucket\","
					"\"capacity\":10}"));
	struct guarded_call call[3];
	int status = -1;
	pid_t child;

	cr_expect(fail_all(&g, call, 1) == 1);
	child = fork();
	cr_assert(child >= 0);
	if (child == 0)
		_exit(fail_all(&g, call + 1, 2) == 2 &&
				      guarded_tokens(&g, 0) == 0
			      ? 0
			      : 1);
	cr_assert(waitpid(child, &status, 0) == child);
	cr_expect(status == 0);
	cr_expect(guarded_tokens(&g, 0) == 5);
	guarded_clear(&g);
}

/* Polly and failsafe-go put the breaker inside the retry, so a refusal uses up
 * an attempt and a draw. */
Test(pitfalls_budget, p22_an_open_breaker_uses_no_attempt_and_no_draw)
{
	static const char policy[] =
		RULES("2", "\"breaker\":{\"window\":2,\"cooldown\":60}");
	static const struct act act[] = {FAILURE, FAILURE, FAILURE, OK(0)};
	struct backoff_answer blocked, after, twin;
	static struct scene s, t;

	scene_init(&s, policy, act);
	scene_init(&t, policy, act);
	/* Without a log, blocked calls need no id, either. */
	backoff_retry_set_on_event(s.retry, NULL, NULL);
	backoff_retry_set_on_event(t.retry, NULL, NULL);
	for (unsigned i = 0; i < 6; i++) {
		cr_expect(run(&s, NULL, &blocked) == BACKOFF_E_FAILED);
		cr_expect(s.made == 2, "only the first call made attempts");
	}
	cr_expect(blocked.stop == BACKOFF_STOP_BREAKER_OPEN);
	cr_expect(blocked.attempts == 0 && blocked.backoff_ns == 0);
	cr_expect(run(&t, NULL, &twin) == BACKOFF_E_FAILED);
	backoff_clock_virtual_advance(s.clock, 60 * S);
	backoff_clock_virtual_advance(t.clock, 60 * S);
	/* The probe fails; its wait is the draw of the second call. */
	run(&s, NULL, &after);
	run(&t, NULL, &twin);
	cr_expect(after.attempts == 1 && twin.attempts == 1);
	cr_expect(after.backoff_ns == twin.backoff_ns && after.backoff_ns > 0,
		  "%llu, %llu", (unsigned long long)after.backoff_ns,
		  (unsigned long long)twin.backoff_ns);
	scene_clear(&t);
	scene_clear(&s);
}

/* A long-poll loop that is refused without a delay asks again at once; AWS SDKs
 * sleep there since 2026. Here the caller's loop can use the same curve. */
Test(pitfalls_budget, p23_a_refused_long_poll_can_pace_itself)
{
	static const struct act act[] = {FAILURE, FAILURE, FAILURE, FAILURE,
					 FAILURE, FAILURE, FAILURE, FAILURE};
	static struct scene s;

	scene_init(&s,
		   RULES("2",
			 "\"jitter\":\"none\",\"budget\":{\"kind\":"
			 "\"ratio\",\"ratio\":0.001,\"min_per_second\":0}"),
		   act);
	for (uint32_t refused = 1; refused <= 8; refused++) {
		struct backoff_answer answer;
		uint64_t now;

		run(&s, NULL, &answer);
		cr_expect(answer.stop == BACKOFF_STOP_BUDGET);
		now = s.clock->now_ns(s.clock->user);
		cr_expect(s.clock->sleep_until(
				  s.clock->user,
				  now + delay_of(s.policy, refused,
						 fixed_draw(refused)),
				  NULL) == BACKOFF_OK);
	}
	/* 1, 2, 4, 8, 16 and three times 30 s. */
	cr_expect(s.made == 8);
	cr_expect(s.clock->now_ns(s.clock->user) - START_NS == 121 * S);
	scene_clear(&s);
}

/* The refusal says how long the wait would have been, also by a hint. */
Test(pitfalls_budget, p23_a_refusal_says_how_long_the_retry_had_waited)
{
	static const struct act act[] = {
		FAILURE,
		FAIL(0,
		     .hint = {.kind = BACKOFF_HINT_DELAY, .delay_ns = 7 * S}),
		OK(0),
	};
	static const uint64_t pace_ns[] = {S, 7 * S, 0};
	static struct scene s;

	scene_init(&s,
		   RULES("2",
			 "\"jitter\":\"none\",\"budget\":{\"kind\":"
			 "\"ratio\",\"ratio\":0.001,\"min_per_second\":0}"),
		   act);
	for (size_t i = 0; i < COUNT(act); i++) {
		struct backoff_answer answer;

		run(&s, NULL, &answer);
		cr_expect(answer.pace_ns == pace_ns[i], "%zu: %llu", i,
			  (unsigned long long)answer.pace_ns);
		cr_expect(answer.backoff_ns == 0, "it was not waited");
		if (i < 2)
			cr_expect(strstr(s.line[i], "delay_seconds") == NULL);
	}
	scene_clear(&s);
}

/* Only a refusal by the budget has a pace; other stops have none. */
Test(pitfalls_budget, p23_only_a_refusal_by_the_budget_paces)
{
	static const char *const policy[] = {
		RULES("1", "\"jitter\":\"none\""),
		RULES("3", "\"jitter\":\"none\",\"deadline\":\"1ms\""),
		RULES("3", "\"retry_on\":[]"),
	};
	static const struct act act[] = {FAILURE, FAILURE, FAILURE};

	for (size_t i = 0; i < COUNT(policy); i++) {
		struct backoff_answer answer;
		static struct scene s;

		scene_init(&s, policy[i], act);
		run(&s, NULL, &answer);
		cr_expect(answer.pace_ns == 0, "%s", policy[i]);
		/* Without a log. */
		backoff_retry_set_on_event(s.retry, NULL, NULL);
		s.made = 0;
		run(&s, NULL, &answer);
		cr_expect(answer.pace_ns == 0, "%s", policy[i]);
		scene_clear(&s);
	}
}
