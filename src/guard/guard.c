/* Budget and breaker of one target, at each stage of a call. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "guard/guard.h"

#include "base/process.h"
#include "guard/state.h"

static inline uint32_t
process_of(struct backoff_guard *guard)
{
	if (!bo_fork_is_seen(&guard->seen))
		bo_guard_notice_fork(guard);
	return bo_process_generation() + 1;
}

uint32_t
bo_guard_process(struct backoff_guard *guard)
{
	return process_of(guard);
}

const struct backoff_policy *
bo_guard_policy(const struct backoff_guard *guard)
{
	return guard->policy;
}

static __attribute__((noinline)) bool
renew(struct backoff_guard *guard, uint64_t now_ns, uint32_t *probe,
      enum backoff_breaker *changed)
{
	return bo_breaker_renew(&guard->breaker, *probe, now_ns) ||
	       bo_breaker_admit(&guard->policy->breaker, &guard->breaker,
				now_ns, probe, changed);
}

static inline bool
admit(struct backoff_guard *guard, uint64_t now_ns, uint32_t *probe,
      enum backoff_breaker *changed)
{
	const struct bo_breaker_rule *rule = &guard->policy->breaker;

	if (!bo_breaker_is_on(rule))
		return true;
	/* Event loops ask again about the attempt that a call began with. */
	if (*probe != 0)
		return renew(guard, now_ns, probe, changed);
	return bo_breaker_admit(rule, &guard->breaker, now_ns, probe, changed);
}

bool
bo_guard_admit(struct backoff_guard *guard, uint64_t now_ns, uint32_t *probe,
	       enum backoff_breaker *changed)
{
	return admit(guard, now_ns, probe, changed);
}

uint32_t
bo_guard_begin(struct backoff_guard *guard, uint64_t now_ns, uint32_t *probe,
	       enum backoff_breaker *changed)
{
	uint32_t process = process_of(guard);

	if (!admit(guard, now_ns, probe, changed))
		return 0;
	bo_budget_begin(&guard->policy->budget, &guard->budget, now_ns);
	return process;
}

uint32_t
bo_guard_rejoin(struct backoff_guard *guard)
{
	uint32_t process = process_of(guard);

	bo_budget_rejoin(&guard->policy->budget, &guard->budget);
	return process;
}

void
bo_guard_end(struct backoff_guard *guard)
{
	bo_budget_end(&guard->policy->budget, &guard->budget);
}

/* An attempt that probes a half-open breaker will not be reported to it. */
static void
abandon(struct backoff_guard *guard, uint32_t probe)
{
	if (probe != 0)
		bo_breaker_abandon(&guard->breaker, probe);
}

enum backoff_breaker
bo_guard_report(struct backoff_guard *guard,
		const struct backoff_outcome *outcome, bool retryable,
		int64_t held_milli, bool is_hedge, uint32_t probe,
		uint64_t now_ns)
{
	bool success = outcome->kind == BACKOFF_OUTCOME_SUCCESS;
	bool forbidden = outcome->hint.kind == BACKOFF_HINT_FORBID;

	/* gRPC A6 counts a failure whose retry the server forbids. */
	if (success || held_milli > 0 ||
	    bo_budget_counts_failures(&guard->policy->budget))
		bo_budget_report(&guard->policy->budget, &guard->budget,
				 success, retryable || forbidden, held_milli,
				 is_hedge);
	/* A bad request says nothing about the target's health, which is what a
	 * breaker judges. */
	if (bo_breaker_is_on(&guard->policy->breaker) && (success || retryable))
		return bo_breaker_report(&guard->policy->breaker,
					 &guard->breaker, success, probe,
					 now_ns);
	abandon(guard, probe);
	return BACKOFF_BREAKER_NONE;
}

bool
bo_guard_reserve(struct backoff_guard *guard,
		 const struct backoff_outcome *outcome, uint64_t now_ns,
		 int64_t *cost_milli)
{
	const struct bo_budget_rule *rule = &guard->policy->budget;

	*cost_milli =
		bo_budget_cost(rule, outcome->failure_class, outcome->kind);
	return bo_budget_reserve(rule, &guard->budget, *cost_milli, now_ns);
}

bool
bo_guard_inherits_costs(const struct backoff_guard *guard)
{
	/* The others give back what retries hold: see bo_budget_inherit(). */
	return guard->policy->budget.kind == BACKOFF_BUDGET_RATIO;
}

bool
bo_guard_reserve_again(struct backoff_guard *guard, uint64_t now_ns,
		       int64_t *cost_milli)
{
	const struct bo_budget_rule *rule = &guard->policy->budget;

	*cost_milli = bo_budget_cost_again(rule, *cost_milli);
	/* A throttle has weighed the failure where it happened, and its retries
	 * cost nothing. */
	return *cost_milli == 0 ||
	       bo_budget_reserve(rule, &guard->budget, *cost_milli, now_ns);
}

void
bo_guard_give_back(struct backoff_guard *guard, int64_t held_milli,
		   uint64_t since_ns, uint32_t probe)
{
	if (held_milli > 0)
		bo_budget_refund(&guard->policy->budget, &guard->budget,
				 held_milli, since_ns);
	abandon(guard, probe);
}

void
bo_guard_spend(struct backoff_guard *guard, int64_t held_milli, uint32_t probe)
{
	bo_budget_report(&guard->policy->budget, &guard->budget, false, false,
			 held_milli, false);
	abandon(guard, probe);
}
