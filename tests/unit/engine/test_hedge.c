/* Tests of src/engine/hedge: when hedges begin, and what ends a round. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/engine/round.h"

Test(engine_hedge, begins_when_the_delay_has_passed_and_not_before)
{
	struct round r = round_of(HEDGED("5", ""));

	cr_expect(ask(&r, T) == 0);
	cr_expect(r.d.action == BACKOFF_ACTION_WAIT &&
		  r.d.not_before_ns == T + 100 * MS);
	cr_expect(ask(&r, T + 100 * MS - 1) == 0);
	cr_expect(ask(&r, T + 100 * MS) == 2);
	cr_expect(r.hedges.running == 2);
	/* Late by 30 ms, so the next one is late as well. */
	cr_expect(ask(&r, T + 230 * MS) == 3);
	cr_expect(ask(&r, T + 9 * S) == 0 &&
			  r.d.not_before_ns == BACKOFF_FOREVER,
		  "the policy allows two");
	round_clear(&r);
}

static void
expect_lane(const struct round *r, uint32_t attempt, enum backoff_kind kind,
	    uint64_t start_ns, uint64_t timeout_ns)
{
	const struct backoff_lane *lane = lane_of(r, attempt);

	cr_expect(lane->kind == kind, "attempt %u: kind %d", attempt,
		  lane->kind);
	cr_expect(lane->start_ns == start_ns, "attempt %u", attempt);
	cr_expect(lane->attempt_timeout_ns == timeout_ns, "attempt %u: %lu",
		  attempt, (unsigned long)lane->attempt_timeout_ns);
	cr_expect(lane->in_flight == 0, "attempt %u", attempt);
}

Test(engine_hedge, a_lane_has_the_kind_start_and_limit_of_its_attempt)
{
	struct round r = round_of(
		HEDGED("9", ",\"attempt_timeout\":[3,2],\"deadline\":5"));

	cr_assert(ask(&r, T + 100 * MS) == 2);
	expect_lane(&r, 1, BACKOFF_KIND_FIRST, T, 3 * S);
	expect_lane(&r, 2, BACKOFF_KIND_HEDGE, T + 100 * MS, 2 * S);
	end(&r, 1, T + 200 * MS, FAILS);
	r.hedges.lane[0].in_flight = 7;
	end(&r, 2, T + 300 * MS, FAILS);
	backoff_engine_resume(r.policy, &r.state, T + 3500 * MS, &r.d);
	backoff_engine_hedges_begin(r.policy, &r.state, &r.hedges,
				    T + 3500 * MS);
	/* The deadline is nearer than the policy's limit. */
	expect_lane(&r, 3, BACKOFF_KIND_RETRY, T + 3500 * MS, 1500 * MS);
	end(&r, 3, T + 3600 * MS, SUCCEEDS);
	round_clear(&r);
}

Test(engine_hedge, never_goes_beyond_limits_of_the_call)
{
	static const struct {
		const char *why, *policy;
		uint32_t begun, inbound_attempt;
	} cases[] = {
		{"attempts", HEDGED("3", ""), 3, 0},
		{"a request that is a retry of its sender",
		 HEDGED("9", ",\"retry_inbound_retries\":false"), 1, 2},
		{"not a retry", HEDGED("9", ",\"retry_inbound_retries\":false"),
		 3, 1},
		{"the deadline comes before the second hedge",
		 HEDGED("9", ",\"deadline\":0.15"), 2, 0},
		{"not idempotent", HEDGED("9", ",\"idempotent_only\":true"), 1,
		 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct round r = round_of(cases[i].policy);

		r.state.idempotent = 0;
		r.state.inbound_attempt = cases[i].inbound_attempt;
		backoff_engine_hedges_begin(r.policy, &r.state, &r.hedges, T);
		for (int k = 0; k < 20; k++)
			ask(&r, T + (uint64_t)k * 50 * MS);
		cr_expect(r.hedges.running == cases[i].begun, "%s: %u",
			  cases[i].why, r.hedges.running);
		round_clear(&r);
	}
}

Test(engine_hedge, the_first_success_ends_the_call)
{
	struct round r = round_of(HEDGED("5", ""));

	cr_assert(ask(&r, T + 100 * MS) == 2);
	cr_assert(ask(&r, T + 200 * MS) == 3);
	end(&r, 2, T + 210 * MS, SUCCEEDS);
	cr_expect(r.d.action == BACKOFF_ACTION_DONE &&
		  r.d.stop == BACKOFF_STOP_SUCCESS);
	cr_expect(r.state.finished == 3, "attempts that lost count, too");
	round_clear(&r);
}

Test(engine_hedge, a_failure_while_others_run_decides_nothing)
{
	struct round r = round_of(HEDGED("5", ""));

	cr_assert(ask(&r, T + 100 * MS) == 2);
	end(&r, 1, T + 150 * MS, FAILS);
	cr_expect(r.d.action == BACKOFF_ACTION_WAIT &&
		  r.d.not_before_ns == BACKOFF_FOREVER);
	cr_expect(r.hedges.running == 1);
	/* The last failure decides; the delay is that of the first round. */
	end(&r, 2, T + 300 * MS, FAILS);
	cr_expect(r.d.action == BACKOFF_ACTION_WAIT);
	cr_expect(r.d.delay_ns == 1 * S, "%lu", (unsigned long)r.d.delay_ns);
	cr_expect(r.d.attempt == 3);
	backoff_engine_resume(r.policy, &r.state, T + 1300 * MS, &r.d);
	cr_expect(r.d.action == BACKOFF_ACTION_ATTEMPT && r.d.attempt == 3);
	backoff_engine_hedges_begin(r.policy, &r.state, &r.hedges,
				    T + 1300 * MS);
	cr_expect(ask(&r, T + 1400 * MS) == 4);
	end(&r, 4, T + 1500 * MS, FAILS);
	end(&r, 3, T + 1600 * MS, FAILS);
	cr_expect(r.d.delay_ns == 2 * S, "the second round: %lu",
		  (unsigned long)r.d.delay_ns);
	round_clear(&r);
}

Test(engine_hedge, a_failure_that_is_not_retried_ends_the_call)
{
	struct round r = round_of(HEDGED("5", ",\"abort_on\":[\"http:410\"]"));
	struct backoff_outcome gone = FAILS;

	gone.code = "http:410";
	cr_assert(ask(&r, T + 100 * MS) == 2);
	end(&r, 2, T + 150 * MS, gone);
	cr_expect(r.d.action == BACKOFF_ACTION_DONE &&
		  r.d.stop == BACKOFF_STOP_NON_RETRYABLE);
	round_clear(&r);
}

Test(engine_hedge, attempts_run_out_only_when_all_have_failed)
{
	struct round r = round_of(HEDGED("3", ""));

	cr_assert(ask(&r, T + 100 * MS) == 2 && ask(&r, T + 200 * MS) == 3);
	end(&r, 3, T + 210 * MS, FAILS);
	cr_expect(r.d.action == BACKOFF_ACTION_WAIT);
	end(&r, 1, T + 220 * MS, FAILS);
	cr_expect(r.d.action == BACKOFF_ACTION_WAIT);
	end(&r, 2, T + 230 * MS, FAILS);
	cr_expect(r.d.action == BACKOFF_ACTION_DONE &&
		  r.d.stop == BACKOFF_STOP_MAX_ATTEMPTS);
	cr_expect(r.d.attempt == 3);
	round_clear(&r);
}

Test(engine_hedge, an_attempt_that_is_not_running_decides_nothing)
{
	struct round r = round_of(HEDGED("5", ""));
	struct backoff_hedges before;
	struct backoff_state state;

	cr_assert(ask(&r, T + 100 * MS) == 2);
	end(&r, 1, T + 110 * MS, FAILS);
	before = r.hedges;
	state = r.state;
	for (uint32_t number = 0; number < 9; number++) {
		if (number == 2)
			continue;
		end(&r, number, T + 120 * MS, SUCCEEDS);
		cr_expect(r.d.action == BACKOFF_ACTION_WAIT &&
				  r.d.not_before_ns == BACKOFF_FOREVER,
			  "%u", number);
	}
	cr_expect(memcmp(&before, &r.hedges, sizeof(before)) == 0);
	cr_expect(memcmp(&state, &r.state, sizeof(state)) == 0);
	round_clear(&r);
}

Test(engine_hedge, a_server_that_forbids_stops_hedges_but_not_attempts)
{
	struct round r = round_of(HEDGED("5", ""));
	struct backoff_outcome forbids = FAILS;

	forbids.hint.kind = BACKOFF_HINT_FORBID;
	cr_assert(ask(&r, T + 100 * MS) == 2);
	end(&r, 1, T + 110 * MS, forbids);
	cr_expect(r.d.action == BACKOFF_ACTION_WAIT, "the other one runs");
	cr_expect(ask(&r, T + 900 * MS) == 0);
	end(&r, 2, T + 950 * MS, FAILS);
	cr_expect(r.d.action == BACKOFF_ACTION_DONE &&
		  r.d.stop == BACKOFF_STOP_SERVER_FORBADE);
	round_clear(&r);
}

Test(engine_hedge, a_hint_postpones_the_next_hedge)
{
	struct round r = round_of(HEDGED("5", ""));
	struct backoff_outcome busy = FAILS;

	busy.hint = (struct backoff_hint){.kind = BACKOFF_HINT_DELAY,
					  .delay_ns = 3 * S};
	cr_assert(ask(&r, T + 100 * MS) == 2);
	end(&r, 1, T + 110 * MS, busy);
	cr_expect(ask(&r, T + 3 * S) == 0 &&
		  r.d.not_before_ns == T + 110 * MS + 3 * S);
	cr_expect(ask(&r, T + 110 * MS + 3 * S) == 3);
	round_clear(&r);
}

/* A limit of the attempt that was throttled counts although another one fails
 * last, in another way; that one's limits do not. */
Test(engine_hedge, a_used_up_limit_postpones_the_retry)
{
	struct round r = round_of(HEDGED("5", ""));
	struct backoff_outcome throttled = {0}, broken = {0};

	backoff_outcome_from_http(&throttled, 429);
	backoff_outcome_from_http(&broken, 500);
	cr_assert(backoff_outcome_add_hint(&throttled, "x-ratelimit-reset", "3",
					   T) == BACKOFF_OK);
	cr_assert(backoff_outcome_add_hint(&broken, "x-ratelimit-reset", "9",
					   T) == BACKOFF_OK);
	cr_assert(ask(&r, T + 100 * MS) == 2);
	end(&r, 1, T + 110 * MS, throttled);
	end(&r, 2, T + 120 * MS, broken);
	cr_expect(r.d.action == BACKOFF_ACTION_WAIT &&
			  r.d.not_before_ns == T + 110 * MS + 3 * S,
		  "%ju", (uintmax_t)(r.d.not_before_ns - T));
	round_clear(&r);
}

/* failsafe-go#141: a refused hedge cancelled those that were running. */
Test(engine_hedge, p21_a_budget_that_refuses_a_hedge_cancels_nothing)
{
	struct round r =
		round_of(HEDGED("5", ",\"budget\":{\"kind\":\"token_bucket\","
				     "\"capacity\":7,\"retry_cost\":5}"));

	cr_expect(ask(&r, T + 100 * MS) == 2);
	cr_expect(backoff_guard_tokens_milli(r.guard, T) == 2000);
	cr_expect(ask(&r, T + 200 * MS) == 0 &&
			  r.d.not_before_ns == BACKOFF_FOREVER,
		  "no tokens, so there is no hedge in this round");
	cr_expect(r.hedges.running == 2 && r.state.stop == BACKOFF_STOP_NONE);
	end(&r, 1, T + 210 * MS, SUCCEEDS);
	cr_expect(r.d.stop == BACKOFF_STOP_SUCCESS);
	/* The reward of a first attempt; the hedge was sent, so its cost is
	 * spent. */
	cr_expect(backoff_guard_tokens_milli(r.guard, T) == 3000, "%lu",
		  (unsigned long)backoff_guard_tokens_milli(r.guard, T));
	round_clear(&r);
}

/* All of 1000 calls to a slow target ask for a hedge, and some get it. The
 * first attempt succeeds in any case, or only the hedge does. */
Test(engine_hedge, a_budget_bounds_the_hedges_of_a_slow_target)
{
	static const struct {
		const char *budget;
		/** Number of the attempt that succeeds first, if it was
		 *  made. */
		uint32_t winner;
		unsigned least, most;
	} row[] = {
		/* 50 tokens and one from each call; a hedge costs 5. */
		{"{\"kind\":\"token_bucket\",\"capacity\":50,"
		 "\"retry_cost\":5,\"success_reward\":1}",
		 1, 205, 210},
		/* The same, but only calls without a hedge earn one. */
		{"{\"kind\":\"token_bucket\",\"capacity\":50,"
		 "\"retry_cost\":5,\"success_reward\":1}",
		 2, 174, 176},
		/* A tenth of the calls. */
		{"{\"kind\":\"ratio\",\"ratio\":0.1,\"min_per_second\":0}", 1,
		 95, 100},
		{"{\"kind\":\"ratio\",\"ratio\":0.1,\"min_per_second\":0}", 2,
		 95, 100},
		/* One concurrent hedge, and calls come one by one. */
		{"{\"kind\":\"concurrency\",\"min_concurrent\":1}", 1, 1000,
		 1000},
		{"{\"kind\":\"concurrency\",\"min_concurrent\":1}", 2, 1000,
		 1000},
		/* gRPC A6: only failures take tokens. */
		{"{\"kind\":\"throttle\"}", 1, 1000, 1000},
		{"{\"kind\":\"throttle\"}", 2, 1000, 1000},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char policy[512];
		struct round r;
		uint64_t now_ns = T;
		unsigned hedges = 0;
		bool hedged;

		snprintf(policy, sizeof(policy), HEDGED("5", ",\"budget\":%s"),
			 row[i].budget);
		r = round_of(policy);
		end(&r, 1, T, SUCCEEDS);
		for (int call = 0; call < 1000; call++) {
			now_ns += 5 * MS;
			backoff_engine_begin(r.policy, &r.state, now_ns,
					     BACKOFF_FOREVER, &r.d);
			backoff_engine_join(&r.state, r.guard, now_ns, &r.d);
			backoff_engine_hedges_begin(r.policy, &r.state,
						    &r.hedges, now_ns);
			hedged = ask(&r, now_ns + 100 * MS) == 2;
			hedges += hedged;
			end(&r, hedged ? row[i].winner : 1, now_ns + 150 * MS,
			    SUCCEEDS);
			cr_assert(r.d.stop == BACKOFF_STOP_SUCCESS);
		}
		cr_expect(hedges >= row[i].least && hedges <= row[i].most,
			  "%s, attempt %u wins: %u", row[i].budget,
			  row[i].winner, hedges);
		round_clear(&r);
	}
}

/* A call that is cancelled by an attempt's outcome gets back what the others
 * hold, like one that is stopped from outside. */
Test(engine_hedge, a_cancelled_attempt_gives_back_what_the_others_hold)
{
	struct round r =
		round_of(HEDGED("5", ",\"budget\":{\"kind\":\"token_bucket\","
				     "\"capacity\":50,\"retry_cost\":5}"));
	struct backoff_outcome cancelled = {.kind = BACKOFF_OUTCOME_CANCELLED};

	cr_assert(ask(&r, T + 100 * MS) == 2 && ask(&r, T + 200 * MS) == 3);
	cr_expect(backoff_guard_tokens_milli(r.guard, T) == 40000);
	end(&r, 1, T + 210 * MS, cancelled);
	cr_expect(r.d.stop == BACKOFF_STOP_CANCELLED);
	cr_expect(backoff_guard_tokens_milli(r.guard, T) == 50000, "%lu",
		  (unsigned long)backoff_guard_tokens_milli(r.guard, T));
	round_clear(&r);
}

Test(engine_hedge, gives_back_what_each_attempt_holds)
{
	static const char *const budgets[] = {
		",\"budget\":{\"kind\":\"token_bucket\",\"capacity\":50}",
		",\"budget\":{\"kind\":\"ratio\"}",
		",\"budget\":{\"kind\":\"concurrency\",\"min_concurrent\":9}",
	};

	for (size_t i = 0; i < COUNT(budgets); i++) {
		char policy[512];
		struct round r;
		uint64_t before;

		snprintf(policy, sizeof(policy), "%s%s}",
			 "{\"name\":\"H\",\"max_attempts\":5,\"hedge\":"
			 "{\"delay\":0.1,\"max\":3}",
			 budgets[i]);
		r = round_of(policy);
		before = backoff_guard_tokens_milli(r.guard, T);
		cr_assert(ask(&r, T + 100 * MS) == 2 &&
			  ask(&r, T + 200 * MS) == 3 &&
			  ask(&r, T + 300 * MS) == 4);
		cr_expect(backoff_guard_tokens_milli(r.guard, T) < before, "%s",
			  budgets[i]);
		backoff_engine_hedges_end(&r.state, &r.hedges);
		backoff_engine_stop(&r.state, BACKOFF_STOP_CANCELLED, &r.d);
		cr_expect(backoff_guard_tokens_milli(r.guard, T) == before,
			  "%s: %lu of %lu", budgets[i],
			  (unsigned long)backoff_guard_tokens_milli(r.guard, T),
			  (unsigned long)before);
		round_clear(&r);
	}
}

Test(engine_hedge, an_open_breaker_lets_no_hedge_through)
{
	struct round r =
		round_of(HEDGED("5", ",\"breaker\":{\"window\":1,"
				     "\"failure_ratio\":1,\"cooldown\":60}"));
	struct backoff_state other;
	struct backoff_decision d;
	struct backoff_outcome failure = FAILS;

	backoff_engine_begin(r.policy, &other, T, BACKOFF_FOREVER, &d);
	backoff_engine_join(&other, r.guard, T, &d);
	backoff_engine_decide(r.policy, &other, &failure, T + 1, 0, &d);
	cr_assert(backoff_guard_breaker(r.guard, T + 2) ==
		  BACKOFF_BREAKER_OPEN);
	cr_expect(ask(&r, T + 100 * MS) == 0 &&
		  r.d.not_before_ns == BACKOFF_FOREVER);
	end(&r, 1, T + 150 * MS, SUCCEEDS);
	cr_expect(r.d.stop == BACKOFF_STOP_SUCCESS);
	round_clear(&r);
}

/* Run a random call: ask for hedges, and end attempts in any order, with any
 * outcome. */
static void
random_call(struct round *r, uint64_t *draws, uint64_t begin_ns)
{
	uint64_t now_ns = begin_ns;
	uint32_t running[8] = {1}, count = 1, begun = 1;

	for (;;) {
		uint64_t what =
			backoff_draw(1, BACKOFF_PURPOSE_DELAY, ++*draws, 1);
		uint32_t pick = (uint32_t)(what >> 8) % count;
		struct backoff_outcome outcome = SUCCEEDS;

		now_ns += what % 90 * MS;
		if (what >> 60 < 8) {
			uint32_t number = ask(r, now_ns);

			if (number == 0)
				continue;
			cr_assert(number == ++begun, "numbers count up");
			cr_assert(number <= 5 && count < 3);
			running[count++] = number;
			continue;
		}
		if (what >> 60 < 14)
			outcome = FAILS;
		if (what >> 60 == 15)
			outcome.kind = BACKOFF_OUTCOME_CANCELLED;
		end(r, running[pick], now_ns, outcome);
		running[pick] = running[--count];
		if (r->d.action == BACKOFF_ACTION_DONE)
			break;
		cr_assert((r->d.not_before_ns == BACKOFF_FOREVER) ==
			  (count > 0));
		if (count > 0)
			continue;
		now_ns = r->d.not_before_ns;
		backoff_engine_resume(r->policy, &r->state, now_ns, &r->d);
		if (r->d.action == BACKOFF_ACTION_DONE)
			break;
		backoff_engine_hedges_begin(r->policy, &r->state, &r->hedges,
					    now_ns);
		cr_assert(r->d.attempt == ++begun);
		running[count++] = begun;
	}
	cr_assert(r->state.finished == begun, "%u of %u", r->state.finished,
		  begun);
}

Test(engine_hedge, random_calls_balance_the_budget)
{
	static const struct {
		const char *why, *budget;
		/** Whether everything that is taken comes back. */
		bool conserves;
	} cases[] = {
		{"concurrency",
		 "{\"kind\":\"concurrency\",\"min_concurrent\":2}", true},
		{"token bucket",
		 "{\"kind\":\"token_bucket\",\"capacity\":9,"
		 "\"retry_cost\":3}",
		 false},
		{"throttle", "{\"kind\":\"throttle\"}", false},
	};
	uint64_t draws = 0;

	for (size_t i = 0; i < COUNT(cases); i++) {
		char fields[256];
		struct round r;
		uint64_t full, left, now_ns = T;

		snprintf(fields, sizeof(fields),
			 "{\"name\":\"H\",\"max_attempts\":5,\"jitter\":"
			 "\"none\",\"hedge\":{\"delay\":0.1,\"max\":2},"
			 "\"budget\":%s}",
			 cases[i].budget);
		r = round_of(fields);
		end(&r, 1, T, SUCCEEDS);
		full = backoff_guard_tokens_milli(r.guard, T);
		for (int call = 0; call < 4000; call++) {
			now_ns += 1 * S;
			backoff_engine_begin(r.policy, &r.state, now_ns,
					     BACKOFF_FOREVER, &r.d);
			backoff_engine_join(&r.state, r.guard, now_ns, &r.d);
			backoff_engine_hedges_begin(r.policy, &r.state,
						    &r.hedges, now_ns);
			random_call(&r, &draws, now_ns);
			left = backoff_guard_tokens_milli(r.guard, now_ns);
			cr_assert(left <= full, "%s: %lu", cases[i].why,
				  (unsigned long)left);
			cr_assert(!cases[i].conserves || left == full,
				  "%s: %lu of %lu", cases[i].why,
				  (unsigned long)left, (unsigned long)full);
		}
		round_clear(&r);
	}
}

Test(engine_hedge, the_first_failure_sets_the_deadline_while_others_run)
{
	struct round r =
		round_of(HEDGED("9", ",\"deadline\":5,"
				     "\"deadline_from\":\"first_failure\""));

	cr_expect(r.state.deadline_ns == BACKOFF_FOREVER);
	cr_assert(ask(&r, T + 100 * MS) == 2);
	end(&r, 2, T + 300 * MS, FAILS);
	cr_expect(r.state.deadline_ns == T + 5300 * MS);
	end(&r, 1, T + 900 * MS, FAILS);
	cr_expect(r.state.deadline_ns == T + 5300 * MS,
		  "the second failure changes nothing");
	cr_expect(r.d.action == BACKOFF_ACTION_WAIT);
	round_clear(&r);
}
