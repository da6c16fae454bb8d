/* A retry budget: a limit on the retries of all calls to one target. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_BUDGET_H
#define BO_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <backoff/words.h>

#include "guard/refill.h"
#include "guard/slices.h"
#include "policy/policy.h"

/** One token or retry, in thousandths. */
#define BO_TOKEN_MILLI 1000

struct bo_budget {
	/** Token bucket and throttle: thousandths of a token. */
	atomic_int_fast64_t tokens_milli;
	/** Instead of it, for a token bucket that time refills. */
	struct bo_refill refill;
	/** Token bucket: the part of what is missing that retries under way
	 *  hold. A child of fork(2) gets it back. */
	atomic_int_fast64_t held_milli;
	/** Concurrency: calls, and retries decided or under way. */
	atomic_int_fast64_t calls, retries;
	/** Ratio: deposits less withdrawals, in thousandths of a retry. */
	struct bo_slices balance;
};

void bo_budget_init(const struct bo_budget_rule *rule,
		    struct bo_budget *budget);

/** Tokens left, in thousandths. */
int64_t bo_budget_left_milli(const struct bo_budget_rule *rule,
			     const struct bo_budget *budget, uint64_t now_ns);

/** A call that began, and made its deposit, in another process continues
 *  here. */
static inline void
bo_budget_rejoin(const struct bo_budget_rule *rule, struct bo_budget *budget)
{
	if (rule->kind == BACKOFF_BUDGET_CONCURRENCY)
		atomic_fetch_add_explicit(&budget->calls, 1,
					  memory_order_relaxed);
}

/** A call begins. */
static inline void
bo_budget_begin(const struct bo_budget_rule *rule, struct bo_budget *budget,
		uint64_t now_ns)
{
	if (rule->kind == BACKOFF_BUDGET_RATIO)
		bo_slices_add(&budget->balance, rule->ttl_ns, now_ns,
			      BO_TOKEN_MILLI);
	else
		bo_budget_rejoin(rule, budget);
}

/** A call ends. */
static inline void
bo_budget_end(const struct bo_budget_rule *rule, struct bo_budget *budget)
{
	if (rule->kind == BACKOFF_BUDGET_CONCURRENCY)
		atomic_fetch_sub_explicit(&budget->calls, 1,
					  memory_order_relaxed);
}

/** Cost of a retry after this failure. Inline, as is bo_budget_reserve(): under
 *  a token bucket, function calls would take longer than the one atomic
 *  operation that they lead to. */
static inline int64_t
bo_budget_cost(const struct bo_budget_rule *rule, enum backoff_class class,
	       enum backoff_outcome_kind kind)
{
	switch (rule->kind) {
	case BACKOFF_BUDGET_TOKEN_BUCKET:
		if (class == BACKOFF_CLASS_THROTTLE)
			return rule->throttle_cost_milli;
		return class == BACKOFF_CLASS_TIMEOUT ||
				       kind == BACKOFF_OUTCOME_TIMEOUT
			       ? rule->timeout_cost_milli
			       : rule->retry_cost_milli;
	case BACKOFF_BUDGET_RATIO:
		return rule->withdrawal_milli;
	case BACKOFF_BUDGET_CONCURRENCY:
		return BO_TOKEN_MILLI;
	case BACKOFF_BUDGET_THROTTLE:
	case BACKOFF_BUDGET_NONE:
		break;
	}
	return 0;
}

/** Cost of a retry that cost cost_milli, more than 0, in another process: the
 *  same under the same rule, but no more than a token bucket can hold. */
int64_t bo_budget_cost_again(const struct bo_budget_rule *rule,
			     int64_t cost_milli);

/** The rest of bo_budget_reserve(): kinds without tokens, and a bucket from
 *  which too much was taken. */
bool bo_budget_reserve_rest(const struct bo_budget_rule *rule,
			    struct bo_budget *budget, int64_t cost_milli,
			    uint64_t now_ns);

/** Take the cost of a retry; false if it is refused. From a bucket the cost is
 *  taken before the tokens are checked, because a check before would fetch the
 *  cache line twice under contention. At the last tokens a thread may be
 *  refused needlessly, but none is admitted wrongly. */
static inline bool
bo_budget_reserve(const struct bo_budget_rule *rule, struct bo_budget *budget,
		  int64_t cost_milli, uint64_t now_ns)
{
	if (rule->kind == BACKOFF_BUDGET_TOKEN_BUCKET && !rule->refills &&
	    atomic_fetch_sub_explicit(&budget->tokens_milli, cost_milli,
				      memory_order_relaxed) >= cost_milli) {
		atomic_fetch_add_explicit(&budget->held_milli, cost_milli,
					  memory_order_relaxed);
		return true;
	}
	return bo_budget_reserve_rest(rule, budget, cost_milli, now_ns);
}

/** The retry will not be made, or its outcome will not be known: return the
 *  cost that was reserved at then_ns, as far as it still counts. */
void bo_budget_refund(const struct bo_budget_rule *rule,
		      struct bo_budget *budget, int64_t cost_milli,
		      uint64_t then_ns);

/** Whether bo_budget_report() of a first attempt's failure changes anything. */
static inline bool
bo_budget_counts_failures(const struct bo_budget_rule *rule)
{
	return rule->kind == BACKOFF_BUDGET_THROTTLE ||
	       rule->kind == BACKOFF_BUDGET_CONCURRENCY;
}

/** An attempt ended in success or failure; held_milli is the cost reserved for
 *  it, 0 for the first attempt. A failure that a retry cannot help (retryable
 *  is false) says nothing about the target. The success of a hedge earns
 *  nothing: if its cost came back, a bucket would not limit hedges that win. */
void bo_budget_report(const struct bo_budget_rule *rule,
		      struct bo_budget *budget, bool success, bool retryable,
		      int64_t held_milli, bool is_hedge);

/** In a child of fork(2), before its threads use the budget: the child has no
 *  calls and no retries under way. What the parent has spent stays spent. */
void bo_budget_inherit(const struct bo_budget_rule *rule,
		       struct bo_budget *budget);

#endif
