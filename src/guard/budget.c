/* Retry budgets of four kinds, each like its model.
 *
 * token_bucket  AWS SDKs' standard mode: a retry costs, a first-try success
 *               earns, a success after retries gets the last cost back. Time
 *               can refill it as well, as it does most other token buckets.
 * throttle      gRPC A6: a failure takes one token, a success gives a part of
 *               one; retries are made only above half of the tokens.
 * ratio         Finagle's RetryBudget: each call deposits one, a retry
 *               withdraws 1/ratio, deposits expire, and there is a reserve.
 * concurrency   Envoy's retry_budget: concurrent retries are limited to a share
 *               of concurrent calls; here a waiting retry holds its place. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "guard/budget.h"

#include "base/num.h"

/* Add an amount, up to most. A full bucket is not written, so that threads
 * whose calls all succeed do not compete for its cache line. */
static void
put(atomic_int_fast64_t *tokens, int64_t amount, int64_t most)
{
	int_fast64_t have = atomic_load_explicit(tokens, memory_order_relaxed);
	int_fast64_t want;

	do {
		want = have + amount > most ? most : have + amount;
		if (want == have)
			return;
	} while (!atomic_compare_exchange_weak_explicit(tokens, &have, want,
							memory_order_relaxed,
							memory_order_relaxed));
}

/* How long a bucket that time refills needs to earn an amount, rounded down, so
 * that a full bucket gives all that it holds. */
static uint64_t
time_of(const struct bo_budget_rule *rule, int64_t milli)
{
	return bo_mul_div((uint64_t)milli, BO_NS_PER_S * 1000000,
			  rule->refill_nano);
}

static __attribute__((noinline)) void
give_time(const struct bo_budget_rule *rule, struct bo_budget *budget,
	  int64_t amount)
{
	bo_refill_put(&budget->refill, time_of(rule, amount));
}

/* Put an amount into a bucket of either sort. */
static inline void
give(const struct bo_budget_rule *rule, struct bo_budget *budget,
     int64_t amount)
{
	if (rule->refills)
		give_time(rule, budget, amount);
	else
		put(&budget->tokens_milli, amount, rule->capacity_milli);
}

/* A retry from a bucket ended or will not be made. */
static void
let_go(struct bo_budget *budget, int64_t held_milli)
{
	atomic_fetch_sub_explicit(&budget->held_milli, held_milli,
				  memory_order_relaxed);
}

/* Take an amount, or what is left of it. */
static void
drain(atomic_int_fast64_t *tokens, int64_t amount)
{
	int_fast64_t have = atomic_load_explicit(tokens, memory_order_relaxed);

	while (have > 0 &&
	       !atomic_compare_exchange_weak_explicit(
		       tokens, &have, have > amount ? have - amount : 0,
		       memory_order_relaxed, memory_order_relaxed))
		;
}

void
bo_budget_init(const struct bo_budget_rule *rule, struct bo_budget *budget)
{
	atomic_init(&budget->tokens_milli, rule->capacity_milli);
}

/* The number of concurrent retries that Envoy's rule allows. */
static int64_t
places(const struct bo_budget_rule *rule, const struct bo_budget *budget)
{
	uint64_t calls = (uint64_t)atomic_load_explicit(&budget->calls,
							memory_order_relaxed);
	int64_t share =
		(int64_t)bo_mul_div(calls, rule->share_nano, BO_NS_PER_S);

	return share > (int64_t)rule->min_concurrent
		       ? share
		       : (int64_t)rule->min_concurrent;
}

static int64_t
refilled_milli(const struct bo_budget_rule *rule,
	       const struct bo_budget *budget, uint64_t now_ns)
{
	uint64_t missing_ns = bo_refill_missing_ns(&budget->refill, now_ns);
	uint64_t missing = bo_mul_div_up(missing_ns, rule->refill_nano,
					 BO_NS_PER_S * 1000000);

	return missing < (uint64_t)rule->capacity_milli
		       ? rule->capacity_milli - (int64_t)missing
		       : 0;
}

int64_t
bo_budget_left_milli(const struct bo_budget_rule *rule,
		     const struct bo_budget *budget, uint64_t now_ns)
{
	switch (rule->kind) {
	case BACKOFF_BUDGET_RATIO:
		return rule->reserve_milli +
		       bo_slices_sum(&budget->balance, rule->ttl_ns, now_ns);
	case BACKOFF_BUDGET_CONCURRENCY:
		return (places(rule, budget) -
			atomic_load_explicit(&budget->retries,
					     memory_order_relaxed)) *
		       BO_TOKEN_MILLI;
	default:
		if (rule->refills)
			return refilled_milli(rule, budget, now_ns);
		return atomic_load_explicit(&budget->tokens_milli,
					    memory_order_relaxed);
	}
}

int64_t
bo_budget_cost_again(const struct bo_budget_rule *rule, int64_t cost_milli)
{
	if (rule->kind != BACKOFF_BUDGET_TOKEN_BUCKET)
		return bo_budget_cost(rule, BACKOFF_CLASS_UNKNOWN,
				      BACKOFF_OUTCOME_FAILURE);
	return cost_milli < rule->capacity_milli ? cost_milli
						 : rule->capacity_milli;
}

bool
bo_budget_reserve_rest(const struct bo_budget_rule *rule,
		       struct bo_budget *budget, int64_t cost_milli,
		       uint64_t now_ns)
{
	switch (rule->kind) {
	case BACKOFF_BUDGET_TOKEN_BUCKET:
		if (!rule->refills) {
			put(&budget->tokens_milli, cost_milli,
			    rule->capacity_milli);
			return false;
		}
		if (!bo_refill_take(&budget->refill, time_of(rule, cost_milli),
				    time_of(rule, rule->capacity_milli),
				    now_ns))
			return false;
		atomic_fetch_add_explicit(&budget->held_milli, cost_milli,
					  memory_order_relaxed);
		return true;
	case BACKOFF_BUDGET_THROTTLE:
		return atomic_load_explicit(&budget->tokens_milli,
					    memory_order_relaxed) >
		       rule->capacity_milli / 2;
	case BACKOFF_BUDGET_RATIO:
		/* Take before the check: if threads race, one may be refused
		 * needlessly, but none is admitted wrongly. */
		bo_slices_add(&budget->balance, rule->ttl_ns, now_ns,
			      -cost_milli);
		if (bo_budget_left_milli(rule, budget, now_ns) >= 0)
			return true;
		bo_slices_add(&budget->balance, rule->ttl_ns, now_ns,
			      cost_milli);
		return false;
	case BACKOFF_BUDGET_CONCURRENCY:
		if (atomic_fetch_add_explicit(&budget->retries, 1,
					      memory_order_relaxed) <
		    places(rule, budget))
			return true;
		atomic_fetch_sub_explicit(&budget->retries, 1,
					  memory_order_relaxed);
		return false;
	case BACKOFF_BUDGET_NONE:
		break;
	}
	return true;
}

void
bo_budget_refund(const struct bo_budget_rule *rule, struct bo_budget *budget,
		 int64_t cost_milli, uint64_t then_ns)
{
	if (rule->kind == BACKOFF_BUDGET_TOKEN_BUCKET) {
		give(rule, budget, cost_milli);
		let_go(budget, cost_milli);
	} else if (rule->kind == BACKOFF_BUDGET_RATIO)
		bo_slices_take_back(&budget->balance, rule->ttl_ns, then_ns,
				    -cost_milli);
	else if (rule->kind == BACKOFF_BUDGET_CONCURRENCY)
		atomic_fetch_sub_explicit(&budget->retries, 1,
					  memory_order_relaxed);
}

/* A first-try success earns the reward; a retry's success gets its cost back.
 */
static void
reward(const struct bo_budget_rule *rule, struct bo_budget *budget,
       int64_t held_milli)
{
	int64_t amount = held_milli == 0 ? rule->reward_milli
			 : rule->refund  ? held_milli
					 : 0;

	if (amount > 0)
		give(rule, budget, amount);
}

void
bo_budget_report(const struct bo_budget_rule *rule, struct bo_budget *budget,
		 bool success, bool retryable, int64_t held_milli,
		 bool is_hedge)
{
	/* Success or failure, the retry is over. */
	if (rule->kind == BACKOFF_BUDGET_TOKEN_BUCKET) {
		if (held_milli > 0)
			let_go(budget, held_milli);
		if (success && !is_hedge)
			reward(rule, budget, held_milli);
	} else if (rule->kind == BACKOFF_BUDGET_THROTTLE) {
		if (success)
			put(&budget->tokens_milli, rule->token_ratio_milli,
			    rule->capacity_milli);
		else if (retryable)
			drain(&budget->tokens_milli, BO_TOKEN_MILLI);
	} else if (rule->kind == BACKOFF_BUDGET_CONCURRENCY && held_milli > 0) {
		atomic_fetch_sub_explicit(&budget->retries, 1,
					  memory_order_relaxed);
	}
}

void
bo_budget_inherit(const struct bo_budget_rule *rule, struct bo_budget *budget)
{
	int64_t held_milli = atomic_exchange(&budget->held_milli, 0);

	atomic_store(&budget->calls, 0);
	atomic_store(&budget->retries, 0);
	/* A ratio's deposits and withdrawals expire by themselves. */
	if (rule->kind == BACKOFF_BUDGET_TOKEN_BUCKET && held_milli > 0)
		give(rule, budget, held_milli);
}
