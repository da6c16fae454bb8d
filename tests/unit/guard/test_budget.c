/* Tests of src/guard/budget: what a retry reserves, holds and gives back. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <backoff/rng.h>

#include "guard/state.h"
#include "unit/guard/guarded.h"

#define BUDGET(kind, fields)                                                   \
	AT_ONCE("9", "\"deadline\":100,\"budget\":{\"kind\":\"" kind           \
		     "\"" fields "}")
#define WITH_BREAKER(kind, fields)                                             \
	AT_ONCE("9", "\"deadline\":100,\"breaker\":{\"window\":2,"             \
		     "\"cooldown\":1000},\"budget\":{\"kind\":\"" kind         \
		     "\"" fields "}")

static int64_t
places_taken(const struct guarded *g)
{
	return atomic_load(&g->guard->budget.retries);
}

static int64_t
calls_counted(const struct guarded *g)
{
	return atomic_load(&g->guard->budget.calls);
}

/** The end of a call whose first attempt failed and whose retry waits. */
enum end {
	END_CANCEL,
	END_SHUTDOWN,
	END_SLEEP_FAILED,
	END_DEADLINE,
	END_BREAKER,
	END_RETRY_CANCELLED,
	END_RETRY_STOPPED,
	END_RETRY_FAILED,
	END_RETRY_FATAL,
	END_RETRY_SUCCEEDED,
};

/* Let another call fail, which opens the breaker, and end it. */
static void
open_breaker(struct guarded *g)
{
	struct guarded_call other;

	cr_assert(guarded_begin(g, &other, 0));
	guarded_fail(g, &other, 0);
	cr_assert(other.d.breaker_changed == BACKOFF_BREAKER_OPEN);
	backoff_engine_stop(&other.state, BACKOFF_STOP_CANCELLED, &other.d);
}

static void
end_call(struct guarded *g, struct guarded_call *call, enum end end)
{
	static const enum backoff_stop stop[] = {BACKOFF_STOP_CANCELLED,
						 BACKOFF_STOP_SHUTDOWN,
						 BACKOFF_STOP_SLEEP_FAILED};

	switch (end) {
	case END_CANCEL:
	case END_SHUTDOWN:
	case END_SLEEP_FAILED:
		backoff_engine_stop(&call->state, stop[end], &call->d);
		return;
	case END_DEADLINE:
		cr_expect(!guarded_resume(g, call, 100 * S));
		cr_expect(call->d.stop == BACKOFF_STOP_DEADLINE);
		return;
	case END_BREAKER:
		open_breaker(g);
		cr_expect(!guarded_resume(g, call, S));
		cr_expect(call->d.stop == BACKOFF_STOP_BREAKER_OPEN);
		return;
	default:
		break;
	}
	cr_expect(guarded_resume(g, call, S));
	if (end == END_RETRY_STOPPED)
		backoff_engine_stop(&call->state, BACKOFF_STOP_CANCELLED,
				    &call->d);
	else if (end == END_RETRY_SUCCEEDED)
		guarded_succeed(g, call, S);
	else
		guarded_end(g, call, S,
			    end == END_RETRY_CANCELLED
				    ? BACKOFF_OUTCOME_CANCELLED
				    : BACKOFF_OUTCOME_FAILURE,
			    BACKOFF_CLASS_FATAL);
}

#define BUCKET "token_bucket"
#define TEN ",\"capacity\":10"

/* Tokens after the failure and after the end; a place is always given back. */
Test(guard_budget, a_retry_gives_back_what_it_holds_unless_it_was_answered)
{
	static const struct {
		const char *why, *policy;
		enum end end;
		double waiting, after;
	} row[] = {
		{"cancelled", BUDGET(BUCKET, TEN), END_CANCEL, 5, 10},
		{"freed", BUDGET(BUCKET, TEN), END_SHUTDOWN, 5, 10},
		{"no sleep", BUDGET(BUCKET, TEN), END_SLEEP_FAILED, 5, 10},
		{"slept too long", BUDGET(BUCKET, TEN), END_DEADLINE, 5, 10},
		{"the breaker opened", WITH_BREAKER(BUCKET, TEN), END_BREAKER,
		 5, 10},
		{"the retry was cancelled", BUDGET(BUCKET, TEN),
		 END_RETRY_CANCELLED, 5, 10},
		{"cancelled from outside", BUDGET(BUCKET, TEN),
		 END_RETRY_STOPPED, 5, 10},
		{"the retry failed", BUDGET(BUCKET, TEN), END_RETRY_FATAL, 5,
		 5},
		{"the retry succeeded", BUDGET(BUCKET, TEN),
		 END_RETRY_SUCCEEDED, 5, 10},
		{"without refund", BUDGET(BUCKET, TEN ",\"refund\":false"),
		 END_RETRY_SUCCEEDED, 5, 5},
		{"without refund, cancelled",
		 BUDGET(BUCKET, TEN ",\"refund\":false"), END_CANCEL, 5, 10},
		{"the retry of a throttle was cancelled",
		 BUDGET("throttle", ""), END_RETRY_CANCELLED, 9, 9},
		{"the retry of a throttle succeeded", BUDGET("throttle", ""),
		 END_RETRY_SUCCEEDED, 9, 9.1},
		{"a call's deposit and a fifth of a retry", BUDGET("ratio", ""),
		 END_CANCEL, 496, 501},
		{"a retry that was made is withdrawn", BUDGET("ratio", ""),
		 END_RETRY_SUCCEEDED, 496, 496},
		{"the place of a retry that waits", BUDGET("concurrency", ""),
		 END_CANCEL, 2, 3},
		{"of one that failed", BUDGET("concurrency", ""),
		 END_RETRY_FATAL, 2, 3},
		{"of one that succeeded", BUDGET("concurrency", ""),
		 END_RETRY_SUCCEEDED, 2, 3},
		{"of one that was cancelled", BUDGET("concurrency", ""),
		 END_RETRY_CANCELLED, 2, 3},
		{"of one that was stopped", BUDGET("concurrency", ""),
		 END_RETRY_STOPPED, 2, 3},
		{"of one that slept too long", BUDGET("concurrency", ""),
		 END_DEADLINE, 2, 3},
		{"of one that the breaker stopped",
		 WITH_BREAKER("concurrency", ""), END_BREAKER, 2, 3},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct guarded g = guarded_of(row[i].policy);
		struct guarded_call call;

		cr_assert(guarded_begin(&g, &call, 0));
		cr_assert(guarded_fail(&g, &call, 0), "%s", row[i].why);
		cr_expect(guarded_tokens(&g, 0) == row[i].waiting, "%s: %f",
			  row[i].why, guarded_tokens(&g, 0));
		end_call(&g, &call, row[i].end);
		cr_expect(call.d.action == BACKOFF_ACTION_DONE);
		cr_expect(guarded_tokens(&g, S) == row[i].after, "%s: %f",
			  row[i].why, guarded_tokens(&g, S));
		cr_expect(calls_counted(&g) == 0 && places_taken(&g) == 0, "%s",
			  row[i].why);
		/* A second end changes nothing. */
		backoff_engine_stop(&call.state, BACKOFF_STOP_SHUTDOWN,
				    &call.d);
		cr_expect(guarded_tokens(&g, S) == row[i].after, "%s",
			  row[i].why);
		cr_expect(calls_counted(&g) == 0 && places_taken(&g) == 0);
		guarded_clear(&g);
	}
}

Test(guard_budget, a_refusal_keeps_the_failure_and_says_its_cost)
{
	struct guarded g = guarded_of(BUDGET(BUCKET, TEN));
	struct guarded_call call;

	guarded_begin(&g, &call, 0);
	cr_expect(guarded_fail(&g, &call, 0) && call.d.cost_milli == 5000);
	cr_expect(call.state.held_milli == 5000);
	cr_expect(guarded_fail(&g, &call, 0));
	cr_expect(!guarded_fail(&g, &call, 0));
	cr_expect(call.d.stop == BACKOFF_STOP_BUDGET);
	cr_expect(call.d.cost_milli == 5000);
	cr_expect(call.state.held_milli == 0);
	cr_expect(guarded_tokens(&g, 0) == 0);
	guarded_clear(&g);
}

Test(guard_budget, rewards_stop_at_the_capacity)
{
	struct guarded g = guarded_of(
		BUDGET(BUCKET, TEN ",\"success_reward\":4,\"retry_cost\":3"));
	struct guarded_call one, two;

	guarded_begin(&g, &one, 0);
	guarded_fail(&g, &one, 0);
	cr_expect(guarded_tokens(&g, 0) == 7);
	guarded_begin(&g, &two, 0);
	guarded_succeed(&g, &two, 0);
	cr_expect(guarded_tokens(&g, 0) == 10);
	/* The reserved cost comes back into a bucket that filled meanwhile. */
	backoff_engine_stop(&one.state, BACKOFF_STOP_CANCELLED, &one.d);
	cr_expect(guarded_tokens(&g, 0) == 10);
	guarded_clear(&g);
}

/* Deposits and withdrawals expire: an expired withdrawal that is undone is not
 * a new deposit. */
Test(guard_budget, an_expired_withdrawal_is_not_refunded)
{
	struct guarded g = guarded_of(
		AT_ONCE("9", "\"budget\":{\"kind\":\"ratio\",\"ttl\":10,"
			     "\"min_per_second\":1}"));
	struct guarded_call call;

	guarded_begin(&g, &call, 0);
	cr_assert(guarded_fail(&g, &call, 0));
	cr_expect(guarded_tokens(&g, 0) == 50 + 1 - 5);
	cr_expect(guarded_tokens(&g, 30 * S) == 50);
	backoff_engine_stop(&call.state, BACKOFF_STOP_CANCELLED, &call.d);
	cr_expect(guarded_tokens(&g, 30 * S) == 50, "%f",
		  guarded_tokens(&g, 30 * S));
	/* Before it expires, it is undone. */
	guarded_begin(&g, &call, 40 * S);
	cr_assert(guarded_fail(&g, &call, 40 * S));
	backoff_engine_stop(&call.state, BACKOFF_STOP_CANCELLED, &call.d);
	cr_expect(guarded_tokens(&g, 45 * S) == 51);
	cr_expect(guarded_tokens(&g, 51 * S) == 50);
	guarded_clear(&g);
}

/* A waiting retry holds its place, so another failure is refused. */
Test(guard_budget, places_are_held_through_the_wait)
{
	struct guarded g = guarded_of(BUDGET("concurrency", ""));
	struct guarded_call call[4];

	for (int i = 0; i < 4; i++)
		guarded_begin(&g, &call[i], 0);
	for (int i = 0; i < 3; i++)
		cr_expect(guarded_fail(&g, &call[i], 0));
	cr_expect(!guarded_fail(&g, &call[3], 0));
	cr_expect(call[3].d.stop == BACKOFF_STOP_BUDGET);
	cr_expect(places_taken(&g) == 3 && calls_counted(&g) == 3);
	/* A retry that fails again holds one place, not two. */
	guarded_resume(&g, &call[0], S);
	cr_expect(guarded_fail(&g, &call[0], S));
	cr_expect(places_taken(&g) == 3);
	guarded_resume(&g, &call[0], S);
	guarded_succeed(&g, &call[0], S);
	cr_expect(places_taken(&g) == 2 && calls_counted(&g) == 2);
	guarded_begin(&g, &call[3], S);
	cr_expect(guarded_fail(&g, &call[3], S));
	guarded_clear(&g);
}

/* A cancelled attempt is neither a failure nor a success of the target. */
Test(guard_budget, a_cancelled_attempt_changes_nothing)
{
	static const char *const policy[] = {
		BUDGET(BUCKET, TEN), BUDGET("throttle", ""),
		BUDGET("ratio", ""), BUDGET("concurrency", "")};

	for (size_t i = 0; i < COUNT(policy); i++) {
		struct guarded g = guarded_of(policy[i]);
		struct guarded_call call;
		double before;

		guarded_begin(&g, &call, 0);
		before = guarded_tokens(&g, 0);
		guarded_end(&g, &call, 0, BACKOFF_OUTCOME_CANCELLED, 0);
		cr_expect(guarded_tokens(&g, 0) == before, "%s", policy[i]);
		guarded_clear(&g);
	}
}

/* A failure that is never retried says nothing about the target. */
Test(guard_budget, a_refused_request_is_not_the_targets_failure)
{
	struct guarded g = guarded_of(BUDGET("throttle", ""));
	struct guarded_call call;

	guarded_begin(&g, &call, 0);
	guarded_end(&g, &call, 0, BACKOFF_OUTCOME_FAILURE, BACKOFF_CLASS_FATAL);
	cr_expect(guarded_tokens(&g, 0) == 10);
	guarded_clear(&g);
}

/** Concurrent calls with random histories. */
#define LIVES 40

struct lives {
	struct guarded g;
	struct guarded_call call[LIVES];
	/** 0: not begun, 1: in an attempt, 2: waiting. */
	int phase[LIVES];
	uint64_t now_ns;
	uint64_t begun, refused, resumed;
};

static uint64_t
draw_of(uint64_t step, uint32_t what)
{
	return backoff_draw(99, BACKOFF_PURPOSE_USER, step, what);
}

static void
end_attempt(struct lives *l, int i, uint64_t dice)
{
	static const enum backoff_class class[] = {
		BACKOFF_CLASS_TRANSIENT, BACKOFF_CLASS_THROTTLE,
		BACKOFF_CLASS_TIMEOUT, BACKOFF_CLASS_FATAL};
	enum backoff_outcome_kind kind = dice % 10 < 3 ? BACKOFF_OUTCOME_SUCCESS
					 : dice % 10 == 3
						 ? BACKOFF_OUTCOME_CANCELLED
						 : BACKOFF_OUTCOME_FAILURE;

	l->phase[i] = guarded_end(&l->g, &l->call[i], l->now_ns, kind,
				  class[dice / 10 % 4])
			      ? 2
			      : 0;
	l->refused += l->call[i].d.stop == BACKOFF_STOP_BUDGET;
}

static void
live(struct lives *l, uint64_t step)
{
	int i = (int)(draw_of(step, 1) % LIVES);
	uint64_t dice = draw_of(step, 2);
	struct guarded_call *call = &l->call[i];

	l->now_ns += draw_of(step, 3) % (200 * MS);
	if (l->phase[i] != 0 && dice % 16 == 0) {
		backoff_engine_stop(&call->state, BACKOFF_STOP_SHUTDOWN,
				    &call->d);
		l->phase[i] = 0;
	} else if (l->phase[i] == 0) {
		l->phase[i] = guarded_begin(&l->g, call, l->now_ns);
		l->begun += (uint64_t)l->phase[i];
	} else if (l->phase[i] == 1) {
		end_attempt(l, i, dice / 16);
	} else {
		l->phase[i] = guarded_resume(&l->g, call, l->now_ns);
		l->resumed += (uint64_t)l->phase[i];
	}
}

static void
check_lives(const struct lives *l, const char *policy, int64_t capacity_milli)
{
	const struct bo_budget *b = &l->g.guard->budget;
	int64_t tokens =
		bo_budget_left_milli(&l->g.policy->budget, b, l->now_ns);
	int64_t held = 0, calls = 0, places = 0;

	for (int i = 0; i < LIVES; i++) {
		held += l->phase[i] != 0 ? l->call[i].state.held_milli : 0;
		places += l->phase[i] != 0 && l->call[i].state.held_milli > 0;
		calls += l->phase[i] != 0;
		cr_assert(l->phase[i] != 0 || l->call[i].state.held_milli == 0);
	}
	if (capacity_milli > 0) {
		cr_assert(tokens >= 0 && tokens <= capacity_milli, "%s",
			  policy);
	} else if (l->g.policy->budget.kind == BACKOFF_BUDGET_CONCURRENCY) {
		cr_assert(atomic_load(&b->calls) == calls, "%s", policy);
		cr_assert(atomic_load(&b->retries) == places, "%s", policy);
		cr_assert(held == places * 1000);
	}
}

Test(guard_budget, random_histories_leak_nothing)
{
	static const struct {
		const char *policy;
		int64_t capacity_milli;
		uint64_t begun, refused, resumed;
	} row[] = {
		{BUDGET(BUCKET, ",\"capacity\":60,\"timeout_cost\":7"), 60000,
		 500, 20, 100},
		{WITH_BREAKER(BUCKET, ",\"capacity\":60"), 60000, 5, 0, 0},
		{BUDGET("throttle", ",\"max_tokens\":20"), 20000, 500, 20, 0},
		{BUDGET("ratio", ",\"min_per_second\":0"), 0, 500, 20, 100},
		{BUDGET("concurrency", ""), 0, 500, 20, 100},
		{AT_ONCE("4", "\"deadline\":3,\"breaker\":{\"window\":4,"
			      "\"cooldown\":\"300ms\",\"probes\":2},"
			      "\"budget\":{\"kind\":\"concurrency\","
			      "\"share\":0.3}"),
		 0, 200, 5, 20},
		{BUDGET(BUCKET, ",\"capacity\":60,\"timeout_cost\":7,"
				"\"refill_per_second\":0.5"),
		 60000, 500, 20, 100},
	};

	for (size_t r = 0; r < COUNT(row); r++) {
		struct lives l = {.g = guarded_of(row[r].policy)};

		for (uint64_t step = 0; step < 20000; step++) {
			live(&l, step + r * 1000000);
			check_lives(&l, row[r].policy, row[r].capacity_milli);
		}
		/* Each kind of step was made. */
		cr_expect(l.begun > row[r].begun &&
				  l.refused >= row[r].refused &&
				  l.resumed > row[r].resumed,
			  "%s: %llu begun, %llu refused, %llu resumed",
			  row[r].policy, (unsigned long long)l.begun,
			  (unsigned long long)l.refused,
			  (unsigned long long)l.resumed);
		for (int i = 0; i < LIVES; i++) {
			if (l.phase[i] != 0)
				backoff_engine_stop(&l.call[i].state,
						    BACKOFF_STOP_SHUTDOWN,
						    &l.call[i].d);
			l.phase[i] = 0;
		}
		check_lives(&l, row[r].policy, row[r].capacity_milli);
		cr_expect(atomic_load(&l.g.guard->budget.calls) == 0);
		guarded_clear(&l.g);
	}
}

/* Calls that never make a retry give back everything. */
Test(guard_budget, waits_that_end_early_cost_nothing)
{
	struct lives l = {.g = guarded_of(BUDGET(BUCKET, ""))};

	for (uint64_t step = 0; step < 5000; step++) {
		int i = (int)(draw_of(step, 4) % LIVES);
		struct guarded_call *call = &l.call[i];

		if (l.phase[i] == 2) {
			backoff_engine_stop(&call->state,
					    BACKOFF_STOP_CANCELLED, &call->d);
			l.phase[i] = 0;
		} else {
			guarded_begin(&l.g, call, 0);
			l.phase[i] = 2 * guarded_fail(&l.g, call, 0);
		}
		check_lives(&l, "", 500000);
	}
	for (int i = 0; i < LIVES; i++)
		if (l.phase[i] == 2)
			backoff_engine_stop(&l.call[i].state,
					    BACKOFF_STOP_CANCELLED,
					    &l.call[i].d);
	cr_expect(guarded_tokens(&l.g, 0) == 500);
	guarded_clear(&l.g);
}
