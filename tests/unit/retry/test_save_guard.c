/* Tests of src/retry/save.c with guards: a restored call joins the guard and
 * pays for its retry. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/retry/saved.h"

static const char breaker[] = "'breaker':{'window':2,'cooldown':60,'probes':1}";

/* Tokens left in the budget, in thousandths. */
static long long
tokens(struct machine *m)
{
	return (long long)backoff_guard_tokens_milli(
		backoff_retry_guard(m->retry),
		m->clock->now_ns(m->clock->user));
}

/* Two failures, which open the breaker. */
static void
open_breaker(struct machine *m)
{
	struct backoff_call *call[2];

	for (int i = 0; i < 2; i++)
		cr_assert_eq(backoff_call_new(m->retry, NULL, &call[i]),
			     BACKOFF_OK);
	for (int i = 0; i < 2; i++)
		(void)fail_once(m, call[i]);
	for (int i = 0; i < 2; i++)
		backoff_call_free(call[i]);
	cr_assert_eq(backoff_guard_breaker(backoff_retry_guard(m->retry),
					   m->clock->now_ns(m->clock->user)),
		     BACKOFF_BREAKER_OPEN);
}

Test(retry_save_guard, an_open_breaker_is_asked_after_the_wait)
{
	static const struct {
		const char *why;
		/** Until the restore, and from there to the end of the wait. */
		uint64_t before_s, wait_s;
		enum backoff_stop stop;
	} row[] = {
		{"still open after the wait", 0, 10, BACKOFF_STOP_BREAKER_OPEN},
		{"half open after the wait", 55, 10, BACKOFF_STOP_NONE},
		{"half open before", 70, 10, BACKOFF_STOP_NONE},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine one = machine_with(breaker, "op", 100 * S, WALL);
		struct machine two = machine_with(breaker, "op", 9 * S,
						  WALL - row[i].before_s * S);
		struct backoff_call *call, *saved;
		struct backoff_step step;
		char text[4096];
		size_t length;

		cr_assert_eq(backoff_call_new(one.retry, NULL, &saved),
			     BACKOFF_OK);
		(void)fail_once(&one, saved);
		length = backoff_call_save(saved, text, sizeof(text));
		open_breaker(&two);
		backoff_clock_virtual_advance(two.clock, row[i].before_s * S);
		cr_assert_eq(backoff_call_restore(two.retry, NULL, text, length,
						  0, &call, NULL),
			     BACKOFF_OK, "%s", row[i].why);
		cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
		cr_expect_eq(step.action, BACKOFF_ACTION_WAIT, "%s",
			     row[i].why);
		backoff_clock_virtual_advance(two.clock, row[i].wait_s * S);
		cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
		cr_expect_eq(step.stop, row[i].stop, "%s: %s", row[i].why,
			     backoff_stop_name(step.stop));
		if (row[i].stop == BACKOFF_STOP_NONE)
			cr_expect_eq(step.attempt.number, 2, "%s", row[i].why);
		cr_expect_eq(backoff_call_answer(call)->attempts, 1, "%s",
			     row[i].why);
		cr_expect_str_eq(backoff_call_id(call), backoff_call_id(saved),
				 "%s", row[i].why);
		backoff_call_free(call);
		backoff_call_free(saved);
		stop(&one);
		stop(&two);
	}
}

Test(retry_save_guard, a_waiting_call_leaves_the_probe_to_others)
{
	struct machine one = machine_with(breaker, "op", 100 * S, WALL);
	struct machine two = machine_with(breaker, "op", 9 * S, WALL - 60 * S);
	struct backoff_call *waits, *other;
	struct backoff_step step;
	char text[4096];
	uint64_t delay_ns;
	size_t length = save_waiting(&one, text, sizeof(text), &delay_ns);

	open_breaker(&two);
	backoff_clock_virtual_advance(two.clock, 60 * S);
	cr_assert_eq(backoff_call_restore(two.retry, NULL, text, length, 0,
					  &waits, NULL),
		     BACKOFF_OK);
	cr_assert_eq(backoff_call_new(two.retry, NULL, &other), BACKOFF_OK);
	cr_assert_eq(backoff_call_next(other, &step), BACKOFF_OK);
	cr_expect_eq(step.action, BACKOFF_ACTION_ATTEMPT, "%s",
		     backoff_stop_name(step.stop));
	backoff_call_free(other);
	backoff_call_free(waits);
	stop(&one);
	stop(&two);
}

Test(retry_save_guard, the_guard_counts_a_call_once)
{
	static const struct {
		const char *why, *members;
		/** Tokens before, during and after two restored calls. */
		uint64_t before_milli, with_milli, after_milli;
	} row[] = {
		{"concurrency: calls under way allow retries",
		 "'budget':{'kind':'concurrency','share':0.5,"
		 "'min_concurrent':0}",
		 0, 1000, 0},
		{"ratio: the deposit was made when the call began",
		 "'budget':{'kind':'ratio','min_per_second':0}", 0, 0, 0},
		{"token bucket",
		 "'budget':{'kind':'token_bucket','capacity':10}", 10000, 10000,
		 10000},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine one =
			machine_with(row[i].members, "op", 100 * S, WALL);
		struct machine two =
			machine_with(row[i].members, "op", 9 * S, WALL);
		const struct backoff_guard *guard =
			backoff_retry_guard(two.retry);
		struct backoff_call *call, *came[2];
		char text[4096];
		size_t length;

		cr_assert_eq(backoff_call_new(one.retry, NULL, &call),
			     BACKOFF_OK);
		length = backoff_call_save(call, text, sizeof(text));
		backoff_call_free(call);
		cr_expect_eq(backoff_guard_tokens_milli(guard, 9 * S),
			     row[i].before_milli, "%s", row[i].why);
		for (int k = 0; k < 2; k++)
			cr_assert_eq(backoff_call_restore(two.retry, NULL, text,
							  length, 0, &came[k],
							  NULL),
				     BACKOFF_OK);
		cr_expect_eq(backoff_guard_tokens_milli(guard, 9 * S),
			     row[i].with_milli, "%s", row[i].why);
		for (int k = 0; k < 2; k++)
			backoff_call_free(came[k]);
		cr_expect_eq(backoff_guard_tokens_milli(guard, 9 * S),
			     row[i].after_milli, "%s", row[i].why);
		stop(&one);
		stop(&two);
	}
}

/* Let the wait pass and ask for the next step. */
static struct backoff_step
next_after_wait(struct machine *m, struct backoff_call *call)
{
	struct backoff_step step;

	backoff_clock_virtual_advance(m->clock, 10 * S);
	cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
	return step;
}

static struct backoff_call *
restore(struct machine *m, const char *text)
{
	struct backoff_call *call;
	struct backoff_error error = {0};

	cr_assert_eq(backoff_call_restore(m->retry, NULL, text, strlen(text), 0,
					  &call, &error),
		     BACKOFF_OK, "%s: %s", error.path, error.text);
	return call;
}

Test(retry_save_guard, a_saved_retry_costs_where_it_is_made)
{
	static const struct {
		const char *why, *members;
		/** Tokens during the wait, during the attempt, and after its
		 *  success. */
		int64_t before_milli, under_way_milli, after_milli;
		/** The text is of a version that saved no cost. */
		bool is_old;
	} row[] = {
		{"a success refunds the cost",
		 "'budget':{'kind':'token_bucket','capacity':20}", 20000, 15000,
		 20000, false},
		{"without refunds, and not a first-try success either",
		 "'budget':{'kind':'token_bucket','capacity':20,'refund':false,"
		 "'success_reward':2}",
		 20000, 15000, 15000, false},
		{"the cost is exact to the thousandth",
		 "'budget':{'kind':'token_bucket','capacity':20,"
		 "'throttle_cost':7.125,'refund':false}",
		 20000, 12875, 12875, false},
		{"a text without a cost",
		 "'budget':{'kind':'token_bucket','capacity':20}", 20000, 20000,
		 20000, true},
		{"ratio: a withdrawal, and no second deposit",
		 "'budget':{'kind':'ratio','ratio':0.5,'min_per_second':1,"
		 "'ttl':50}",
		 100000, 98000, 98000, false},
		{"concurrency: one retry while it is under way",
		 "'budget':{'kind':'concurrency','min_concurrent':2}", 2000,
		 1000, 2000, false},
		{"throttle: retries cost nothing",
		 "'budget':{'kind':'throttle','max_tokens':10}", 10000, 10000,
		 10000, false},
	};
	const struct backoff_outcome success = {
		.kind = BACKOFF_OUTCOME_SUCCESS};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine one =
			machine_with(row[i].members, "op", 100 * S, WALL);
		struct machine two =
			machine_with(row[i].members, "op", 9 * S, WALL);
		struct backoff_call *call;
		char text[4096], *cost;
		uint64_t delay_ns;

		save_waiting(&one, text, sizeof(text), &delay_ns);
		cost = strstr(text, ",\"retry_cost\":");
		if (row[i].is_old) {
			cr_assert_not_null(cost, "%s", text);
			memmove(cost, strchr(cost + 1, ','),
				strlen(strchr(cost + 1, ',')) + 1);
		}
		call = restore(&two, text);
		/* Saved and restored once more, it still has its cost. */
		cr_assert_gt(backoff_call_save(call, text, sizeof(text)), 0);
		backoff_call_free(call);
		call = restore(&two, text);
		cr_expect_eq(tokens(&two), row[i].before_milli,
			     "%s: %lld before", row[i].why, tokens(&two));
		cr_assert_eq(next_after_wait(&two, call).action,
			     BACKOFF_ACTION_ATTEMPT);
		cr_expect_eq(tokens(&two), row[i].under_way_milli,
			     "%s: %lld under way", row[i].why, tokens(&two));
		cr_assert_eq(backoff_call_report(call, &success), BACKOFF_OK);
		cr_expect_eq(tokens(&two), row[i].after_milli, "%s: %lld after",
			     row[i].why, tokens(&two));
		backoff_call_free(call);
		stop(&one);
		stop(&two);
	}
}

Test(retry_save_guard, a_saved_retry_is_refused_without_budget)
{
	static const struct {
		const char *why, *members;
	} row[] = {
		{"token bucket",
		 "'budget':{'kind':'token_bucket','capacity':5}"},
		{"ratio", "'budget':{'kind':'ratio','ratio':1,"
			  "'min_per_second':0.02,'ttl':60}"},
		{"concurrency",
		 "'budget':{'kind':'concurrency','min_concurrent':1}"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine one =
			machine_with(row[i].members, "op", 100 * S, WALL);
		struct machine two =
			machine_with(row[i].members, "op", 9 * S, WALL);
		struct backoff_call *call[2];
		struct backoff_step step;
		char text[4096];
		uint64_t delay_ns;

		save_waiting(&one, text, sizeof(text), &delay_ns);
		for (int k = 0; k < 2; k++)
			call[k] = restore(&two, text);
		cr_expect_eq(next_after_wait(&two, call[0]).action,
			     BACKOFF_ACTION_ATTEMPT, "%s", row[i].why);
		step = next_after_wait(&two, call[1]);
		cr_expect_eq(step.stop, BACKOFF_STOP_BUDGET, "%s: %s",
			     row[i].why, backoff_stop_name(step.stop));
		cr_expect_eq(backoff_call_answer(call[1])->attempts, 1, "%s",
			     row[i].why);
		for (int k = 0; k < 2; k++)
			backoff_call_free(call[k]);
		stop(&one);
		stop(&two);
	}
}

/* The breaker admits the call as its probe, and then there is no token. */
Test(retry_save_guard, a_probe_that_the_budget_refuses_is_left_to_others)
{
	const char *members = "'budget':{'kind':'token_bucket','capacity':5},"
			      "'breaker':{'window':2,'cooldown':60,'probes':1}";
	struct machine one = machine_with(members, "op", 100 * S, WALL);
	struct machine two = machine_with(members, "op", 9 * S, WALL - 60 * S);
	struct backoff_call *holder, *refused, *call, *other;
	struct backoff_step step;
	char text[4096];
	uint64_t delay_ns;

	save_waiting(&one, text, sizeof(text), &delay_ns);
	cr_assert_eq(backoff_call_new(two.retry, NULL, &holder), BACKOFF_OK);
	cr_assert_eq(backoff_call_new(two.retry, NULL, &refused), BACKOFF_OK);
	cr_assert_gt(fail_once(&two, holder), 0);
	cr_assert_eq(fail_once(&two, refused), 0, "the bucket was empty");
	backoff_clock_virtual_advance(two.clock, 60 * S);
	cr_assert_eq(backoff_guard_breaker(backoff_retry_guard(two.retry),
					   two.clock->now_ns(two.clock->user)),
		     BACKOFF_BREAKER_HALF_OPEN);
	call = restore(&two, text);
	step = next_after_wait(&two, call);
	cr_expect_eq(step.stop, BACKOFF_STOP_BUDGET, "%s",
		     backoff_stop_name(step.stop));
	cr_assert_eq(backoff_call_new(two.retry, NULL, &other), BACKOFF_OK);
	cr_assert_eq(backoff_call_next(other, &step), BACKOFF_OK);
	cr_expect_eq(step.action, BACKOFF_ACTION_ATTEMPT, "%s",
		     backoff_stop_name(step.stop));
	backoff_call_free(other);
	backoff_call_free(call);
	backoff_call_free(refused);
	backoff_call_free(holder);
	stop(&one);
	stop(&two);
}

Test(retry_save_guard, another_policy_charges_by_its_own_budget)
{
	static const struct {
		const char *why, *members;
		int64_t under_way_milli;
	} row[] = {
		{"token bucket: at most its capacity",
		 "'budget':{'kind':'token_bucket','capacity':3,'retry_cost':1,"
		 "'timeout_cost':1,'throttle_cost':1}",
		 0},
		{"concurrency: one retry",
		 "'budget':{'kind':'concurrency','min_concurrent':2}", 1000},
		{"ratio: a withdrawal",
		 "'budget':{'kind':'ratio','ratio':0.5,'min_per_second':1,"
		 "'ttl':50}",
		 98000},
		{"throttle: nothing",
		 "'budget':{'kind':'throttle','max_tokens':10}", 10000},
	};
	struct machine one = machine_with("'budget':{'kind':'token_bucket'}",
					  "op", 100 * S, WALL);
	struct backoff_call *call;
	char text[4096];
	uint64_t delay_ns;
	size_t length = save_waiting(&one, text, sizeof(text), &delay_ns);

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine two =
			machine_with(row[i].members, "op", 9 * S, WALL);

		cr_assert_eq(backoff_call_restore(two.retry, NULL, text, length,
						  1, &call, NULL),
			     BACKOFF_OK);
		cr_expect_eq(next_after_wait(&two, call).action,
			     BACKOFF_ACTION_ATTEMPT, "%s", row[i].why);
		cr_expect_eq(tokens(&two), row[i].under_way_milli, "%s: %lld",
			     row[i].why, tokens(&two));
		backoff_call_free(call);
		stop(&two);
	}
	stop(&one);
}
