/* Tests of src/engine/hedge: what the failures of a round do to its hedges, and
 * to the delay after it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/engine/round.h"

#define HINTED(seconds)                                                        \
	((struct backoff_outcome){.kind = BACKOFF_OUTCOME_FAILURE,             \
				  .failure_class = BACKOFF_CLASS_TRANSIENT,    \
				  .hint = {.kind = BACKOFF_HINT_DELAY,         \
					   .delay_ns = (seconds)*S}})

/* A round of two: attempt 1 fails at 0.2 s and the hedge at 2.2 s, each with a
 * hint or without. The computed delay is 1 s. */
Test(engine_round, the_hints_of_a_round_are_joined)
{
	static const struct {
		const char *why, *fields;
		struct backoff_outcome first, last;
		enum backoff_stop stop;
		enum backoff_hint_action action;
		uint64_t delay_ms, hint_ms;
	} cases[] = {
#define WITH(fields) ",\"server_hint\":{" fields "}"
#define WAITS BACKOFF_STOP_NONE
#define ACTION(action) BACKOFF_HINT_ACTION_##action
		{"what is left of an earlier one", "", HINTED(5), FAILS, WAITS,
		 ACTION(HONOURED), 3000, 3000},
		{"the longer one, the first", "", HINTED(9), HINTED(4), WAITS,
		 ACTION(HONOURED), 7000, 7000},
		{"the longer one, the last", "", HINTED(5), HINTED(4), WAITS,
		 ACTION(HONOURED), 4000, 4000},
		{"the computed delay is longer", "", HINTED(2.5), FAILS, WAITS,
		 ACTION(IGNORED), 1000, 500},
		{"its time has come", "", HINTED(2), FAILS, WAITS, ACTION(NONE),
		 1000, 0},
		{"replace", WITH("\"combine\":\"replace\""), HINTED(2.5), FAILS,
		 WAITS, ACTION(HONOURED), 500, 500},
		{"replace, its time has come", WITH("\"combine\":\"replace\""),
		 HINTED(1), FAILS, WAITS, ACTION(NONE), 1000, 0},
		{"the jitter adds to what is left", WITH("\"jitter\":0.5"),
		 HINTED(5), FAILS, WAITS, ACTION(HONOURED), 3000, 3000},
		{"too long ends the call", "", HINTED(300), FAILS,
		 BACKOFF_STOP_HINT_TOO_LONG, ACTION(GAVE_UP), 0, 300000},
		{"too long ends the call, whatever the last one says", "",
		 HINTED(300), HINTED(1), BACKOFF_STOP_HINT_TOO_LONG,
		 ACTION(GAVE_UP), 0, 300000},
		{"the last one is too long", "", HINTED(5), HINTED(300),
		 BACKOFF_STOP_HINT_TOO_LONG, ACTION(GAVE_UP), 0, 300000},
		{"too long is ignored", WITH("\"too_long\":\"ignore\""),
		 HINTED(300), FAILS, WAITS, ACTION(NONE), 1000, 0},
		{"a long last one is ignored, not the first",
		 WITH("\"too_long\":\"ignore\""), HINTED(5), HINTED(300), WAITS,
		 ACTION(HONOURED), 3000, 3000},
		{"too long is clamped where it came",
		 WITH("\"too_long\":\"clamp\",\"max\":20"), HINTED(300), FAILS,
		 WAITS, ACTION(CLAMPED), 18000, 18000},
		{"hints are not used", WITH("\"use\":false"), HINTED(5), FAILS,
		 WAITS, ACTION(NONE), 1000, 0},
		{"past the deadline", ",\"deadline\":5", HINTED(5), FAILS,
		 BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE, ACTION(HONOURED), 0,
		 3000},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[512];
		struct round r;

		snprintf(text, sizeof(text), HEDGED("6", "%s"),
			 cases[i].fields);
		r = round_of(text);
		cr_assert(ask(&r, T + 100 * MS) == 2);
		end(&r, 1, T + 200 * MS, cases[i].first);
		cr_expect(r.d.action == BACKOFF_ACTION_WAIT, "%s",
			  cases[i].why);
		end(&r, 2, T + 2200 * MS, cases[i].last);
		cr_expect(r.d.stop == cases[i].stop, "%s: %s", cases[i].why,
			  backoff_stop_name(r.d.stop));
		cr_expect(r.d.hint_action == cases[i].action, "%s: %d",
			  cases[i].why, r.d.hint_action);
		cr_expect(r.d.delay_ns == cases[i].delay_ms * MS, "%s: %lu",
			  cases[i].why, (unsigned long)r.d.delay_ns);
		cr_expect(r.hedges.hint.kind ==
				  (cases[i].hint_ms > 0 ||
						   cases[i].last.hint.kind > 0
					   ? BACKOFF_HINT_DELAY
					   : BACKOFF_HINT_NONE),
			  "%s", cases[i].why);
		cr_expect(r.hedges.hint.delay_ns == cases[i].hint_ms * MS,
			  "%s: %lu", cases[i].why,
			  (unsigned long)r.hedges.hint.delay_ns);
		round_clear(&r);
	}
}

Test(engine_round, a_hint_that_ends_the_call_stops_hedges_and_not_attempts)
{
	struct round r = round_of(HEDGED("5", ""));

	cr_assert(ask(&r, T + 100 * MS) == 2);
	end(&r, 1, T + 110 * MS, HINTED(300));
	cr_expect(r.d.action == BACKOFF_ACTION_WAIT, "the other one runs");
	cr_expect(ask(&r, T + 400 * S) == 0 &&
		  r.d.not_before_ns == BACKOFF_FOREVER);
	end(&r, 2, T + 401 * S, SUCCEEDS);
	cr_expect(r.d.stop == BACKOFF_STOP_SUCCESS);
	cr_expect(r.d.hint_action == BACKOFF_HINT_ACTION_NONE);
	round_clear(&r);
}

Test(engine_round, a_hint_that_is_ignored_does_not_delay_a_hedge)
{
	struct round r = round_of(
		HEDGED("5", ",\"server_hint\":{\"too_long\":\"ignore\"}"));

	cr_assert(ask(&r, T + 100 * MS) == 2);
	end(&r, 1, T + 110 * MS, HINTED(300));
	cr_expect(ask(&r, T + 200 * MS) == 3);
	round_clear(&r);
}

/* As a hint, what a server says with a throttle failure is not forgotten
 * because another attempt fails later in another way. */
Test(engine_round, the_class_with_the_longest_delay_decides)
{
	static const enum backoff_class order[][2] = {
		{BACKOFF_CLASS_THROTTLE, BACKOFF_CLASS_SERVER},
		{BACKOFF_CLASS_SERVER, BACKOFF_CLASS_THROTTLE}};

	for (size_t i = 0; i < COUNT(order); i++) {
		struct round r = round_of(HEDGED(
			"6", ",\"on\":{\"throttle\":{\"base_delay\":7}}"));
		struct backoff_outcome o = FAILS;

		cr_assert(ask(&r, T + 100 * MS) == 2);
		for (uint32_t k = 0; k < 2; k++) {
			o.failure_class = order[i][k];
			end(&r, k + 1, T + 200 * MS, o);
		}
		cr_expect(r.d.delay_ns == 7 * S, "%lu",
			  (unsigned long)r.d.delay_ns);
		/* The next round has other failures. */
		backoff_engine_resume(r.policy, &r.state, T + 8 * S, &r.d);
		backoff_engine_hedges_begin(r.policy, &r.state, &r.hedges,
					    T + 8 * S);
		end(&r, 3, T + 9 * S, FAILS);
		cr_expect(r.d.delay_ns == 2 * S, "%lu",
			  (unsigned long)r.d.delay_ns);
		round_clear(&r);
	}
}

#define NOW(attempts, fields)                                                  \
	"{\"name\":\"H\",\"max_attempts\":" attempts                           \
	",\"base_delay\":1,\"max_delay\":60,\"jitter\":\"none\","              \
	"\"hedge\":{\"delay\":0.1,\"max\":2,\"after_failure\":\"now\"}" fields \
	"}"

/* gRPC A6: after a non-fatal failure, the next hedge is sent at once. */
Test(engine_round, after_a_failure_the_next_hedge_begins_at_once)
{
	struct round r = round_of(NOW("6", ""));

	cr_assert(ask(&r, T + 100 * MS) == 2);
	end(&r, 1, T + 110 * MS, FAILS);
	cr_expect(r.d.action == BACKOFF_ACTION_WAIT &&
		  r.d.not_before_ns == BACKOFF_FOREVER);
	cr_expect(ask(&r, T + 110 * MS) == 3);
	cr_expect(lane_of(&r, 3)->kind == BACKOFF_KIND_HEDGE);
	end(&r, 2, T + 120 * MS, FAILS);
	cr_expect(ask(&r, T + 120 * MS) == 0, "none is left");
	end(&r, 3, T + 130 * MS, FAILS);
	cr_expect(r.d.delay_ns == 1 * S, "the round is over");
	round_clear(&r);
}

/* With nothing to run alongside, it is a retry without a delay. */
Test(engine_round, a_round_goes_on_after_the_failure_of_its_only_attempt)
{
	struct round r =
		round_of(NOW("9", ",\"on\":{\"throttle\":{\"base_delay\":7}}"));
	struct backoff_outcome busy = FAILS;

	busy.failure_class = BACKOFF_CLASS_THROTTLE;
	end(&r, 1, T + 20 * MS, busy);
	cr_assert(r.d.action == BACKOFF_ACTION_WAIT && r.d.attempt == 2);
	cr_expect(r.d.not_before_ns == T + 20 * MS && r.d.delay_ns == 0);
	cr_expect(r.d.law.law == BACKOFF_JITTER_NONE && r.d.law.high_ns == 0);
	for (uint32_t k = 2; k <= 3; k++) {
		backoff_engine_resume(r.policy, &r.state, T + 20 * MS, &r.d);
		cr_assert(r.d.action == BACKOFF_ACTION_ATTEMPT);
		backoff_engine_hedges_begin(r.policy, &r.state, &r.hedges,
					    T + 20 * MS);
		cr_expect(lane_of(&r, k)->kind == BACKOFF_KIND_RETRY);
		cr_expect(r.hedges.begun == k && r.hedges.left == 3 - k);
		end(&r, k, T + 30 * MS, FAILS);
	}
	cr_expect(r.d.delay_ns == 7 * S,
		  "one step of the curve, throttled: %lu",
		  (unsigned long)r.d.delay_ns);
	cr_expect(r.state.backoff_ns == 7 * S);
	backoff_engine_resume(r.policy, &r.state, T + 8 * S, &r.d);
	backoff_engine_hedges_begin(r.policy, &r.state, &r.hedges, T + 8 * S);
	cr_expect(r.hedges.begun == 1 && r.hedges.left == 2, "a new round");
	for (uint32_t k = 4; k <= 6; k++) {
		end(&r, k, T + 9 * S, FAILS);
		if (k == 6)
			break;
		backoff_engine_resume(r.policy, &r.state, T + 9 * S, &r.d);
		backoff_engine_hedges_begin(r.policy, &r.state, &r.hedges,
					    T + 9 * S);
	}
	cr_expect(r.d.delay_ns == 2 * S, "%lu", (unsigned long)r.d.delay_ns);
	round_clear(&r);
}

/* Pushback: the hedge waits as long as the server says, even if its own delay
 * is longer, and none follows if the server forbids it. */
Test(engine_round, pushback_delays_a_hedge_at_once)
{
	struct round r = round_of(NOW("6", ""));
	struct backoff_outcome forbids = FAILS;

	forbids.hint.kind = BACKOFF_HINT_FORBID;
	cr_assert(ask(&r, T + 100 * MS) == 2);
	end(&r, 1, T + 110 * MS, HINTED(0.05));
	cr_expect(ask(&r, T + 159 * MS) == 0 &&
		  r.d.not_before_ns == T + 160 * MS);
	/* A later failure without a hint does not undo the earlier one's. */
	cr_expect(ask(&r, T + 160 * MS) == 3);
	round_clear(&r);

	r = round_of(NOW("6", ""));
	cr_assert(ask(&r, T + 100 * MS) == 2);
	end(&r, 1, T + 110 * MS, forbids);
	cr_expect(ask(&r, T + 200 * MS) == 0);
	end(&r, 2, T + 210 * MS, FAILS);
	cr_expect(r.d.stop == BACKOFF_STOP_SERVER_FORBADE);
	round_clear(&r);

	r = round_of(NOW("6", ""));
	end(&r, 1, T + 10 * MS, HINTED(3));
	cr_expect(r.d.delay_ns == 3 * S && r.state.round_begun == 1);
	round_clear(&r);

	r = round_of(NOW("6", ""));
	end(&r, 1, T + 10 * MS, HINTED(300));
	cr_expect(r.d.stop == BACKOFF_STOP_HINT_TOO_LONG);
	round_clear(&r);
}

Test(engine_round, a_hedge_at_once_asks_the_budget_and_the_limits)
{
	struct round r =
		round_of(NOW("6", ",\"budget\":{\"kind\":\"token_bucket\","
				  "\"capacity\":7,\"retry_cost\":5}"));

	end(&r, 1, T + 10 * MS, FAILS);
	cr_expect(r.d.action == BACKOFF_ACTION_WAIT);
	cr_expect(backoff_guard_tokens_milli(r.guard, T) == 2000);
	backoff_engine_resume(r.policy, &r.state, T + 10 * MS, &r.d);
	backoff_engine_hedges_begin(r.policy, &r.state, &r.hedges, T + 10 * MS);
	end(&r, 2, T + 20 * MS, FAILS);
	cr_expect(r.d.stop == BACKOFF_STOP_BUDGET);
	round_clear(&r);

	r = round_of(NOW("3", ""));
	for (uint32_t k = 1; k <= 3; k++) {
		end(&r, k, T + 10 * MS, FAILS);
		if (k == 3)
			break;
		backoff_engine_resume(r.policy, &r.state, T + 10 * MS, &r.d);
		backoff_engine_hedges_begin(r.policy, &r.state, &r.hedges,
					    T + 10 * MS);
	}
	cr_expect(r.d.stop == BACKOFF_STOP_MAX_ATTEMPTS);
	round_clear(&r);
}
