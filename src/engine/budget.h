/* The moments at which a retry budget is asked or told. */
#ifndef BO_BUDGET_H
#define BO_BUDGET_H

#include "base/num.h"
#include "engine/guard.h"

void bo_budget_init(const struct bo_budget_rule *rule,
		    struct bo_budget *budget);

/** What is left, in thousandths of a token. */
int64_t bo_budget_left_milli(const struct bo_budget_rule *rule,
			     const struct bo_budget *budget, uint64_t now_ns);

/** A call begins. */
void bo_budget_begin(const struct bo_budget_rule *rule,
		     struct bo_budget *budget, uint64_t now_ns);
/** A call goes on that began in another process, and made its deposit there. */
void bo_budget_rejoin(const struct bo_budget_rule *rule,
		      struct bo_budget *budget);

/** A call ends. */
void bo_budget_end(const struct bo_budget_rule *rule, struct bo_budget *budget);

/** What a retry after this failure costs. Inline, as is the other half of a
 *  decision under a token bucket: calls on the way to the one atomic operation
 *  take longer than it does. */
static inline int64_t
bo_budget_cost(const struct bo_budget_rule *rule, enum backoff_class class,
	       enum backoff_outcome_kind kind)
{
	switch (rule->kind) {
	case BO_BUDGET_TOKEN_BUCKET:
		if (class == BACKOFF_CLASS_THROTTLE)
			return rule->throttle_cost_milli;
		return class == BACKOFF_CLASS_TIMEOUT ||
				       kind == BACKOFF_OUTCOME_TIMEOUT
			       ? rule->timeout_cost_milli
			       : rule->retry_cost_milli;
	case BO_BUDGET_RATIO:
		return rule->withdrawal_milli;
	case BO_BUDGET_CONCURRENCY:
		return 1000;
	case BO_BUDGET_THROTTLE:
	case BO_BUDGET_NONE:
		break;
	}
	return 0;
}

/** What a retry costs that cost so much, more than 0, in another process: under
 *  the same rule the same; a token bucket is asked for no more than it can
 *  hold. */
int64_t bo_budget_cost_again(const struct bo_budget_rule *rule,
			     int64_t cost_milli);

/** The rest of bo_budget_reserve(): kinds without tokens, and a bucket from
 *  which too much was taken. */
bool bo_budget_reserve_rest(const struct bo_budget_rule *rule,
			    struct bo_budget *budget, int64_t cost_milli,
			    uint64_t now_ns);

/** Take the cost of a retry; false if it is refused. Of a bucket it is taken
 *  first and looked at then: a look before fetches the cache line twice where
 *  threads meet. At the last tokens one thread too many may be refused, none is
 *  let through. */
static inline bool
bo_budget_reserve(const struct bo_budget_rule *rule, struct bo_budget *budget,
		  int64_t cost_milli, uint64_t now_ns)
{
	return (rule->kind == BO_BUDGET_TOKEN_BUCKET &&
		atomic_fetch_sub_explicit(&budget->tokens_milli, cost_milli,
					  memory_order_relaxed) >=
			cost_milli) ||
	       bo_budget_reserve_rest(rule, budget, cost_milli, now_ns);
}

/** The retry will not be made, or nobody will know how it went: the cost that
 *  was reserved at then_ns comes back, as far as it still counts. */
void bo_budget_refund(const struct bo_budget_rule *rule,
		      struct bo_budget *budget, int64_t cost_milli,
		      uint64_t then_ns);

/** Whether a failure changes anything, for whoever tells of many. */
static inline bool
bo_budget_counts_failures(const struct bo_budget_rule *rule)
{
	return rule->kind == BO_BUDGET_THROTTLE ||
	       rule->kind == BO_BUDGET_CONCURRENCY;
}

/** An attempt ended in success or failure; held_milli is the cost it was made
 *  for, 0 for the first. A failure that no retry could help (retryable is
 *  false) says nothing of the target. The success of a hedge makes no failure
 *  good: if its price came back, a bucket would bound no hedge that wins. */
void bo_budget_report(const struct bo_budget_rule *rule,
		      struct bo_budget *budget, bool success, bool retryable,
		      int64_t held_milli, bool hedge);

#endif
