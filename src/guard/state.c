/* The life of a guard: its memory, and what can be read of it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "guard/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/process.h"

/* The longest time that a probe can take under its policy; without a limit for
 * attempts, the time after which the target is tried again anyway. */
static uint64_t
lease_of(const struct backoff_policy *policy)
{
	uint64_t lease_ns = policy->breaker.cooldown_ns;

	for (size_t i = 0; i < policy->attempt_timeout.count; i++)
		if (policy->attempt_timeout.ns[i] > lease_ns)
			lease_ns = policy->attempt_timeout.ns[i];
	return lease_ns;
}

enum backoff_status
bo_guard_init(struct backoff_guard *guard, const struct backoff_policy *policy)
{
	memset(guard, 0, sizeof(*guard));
	if (bo_process_init() != BACKOFF_OK ||
	    !bo_breaker_init(&policy->breaker, lease_of(policy),
			     &guard->breaker))
		return BACKOFF_E_NOMEM;
	bo_fork_init(&guard->seen);
	bo_budget_init(&policy->budget, &guard->budget);
	guard->policy = backoff_policy_ref(policy);
	return BACKOFF_OK;
}

void
bo_guard_clear(struct backoff_guard *guard)
{
	bo_breaker_clear(&guard->breaker);
	backoff_policy_unref((struct backoff_policy *)(uintptr_t)guard->policy);
}

void
bo_guard_notice_fork(const struct backoff_guard *guard)
{
	/* Memory of a guard is never constant. */
	struct backoff_guard *g = (struct backoff_guard *)(uintptr_t)guard;

	if (bo_fork_is_seen(&g->seen) || !bo_fork_claim(&g->seen))
		return;
	bo_budget_inherit(&g->policy->budget, &g->budget);
	bo_breaker_inherit(&g->policy->breaker, &g->breaker);
	bo_fork_done(&g->seen);
}

enum backoff_status
backoff_guard_new(const struct backoff_policy *policy,
		  struct backoff_guard **out)
{
	struct backoff_guard *guard;

	if (policy == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	guard = aligned_alloc(_Alignof(struct backoff_guard), sizeof(*guard));
	if (guard == NULL || bo_guard_init(guard, policy) != BACKOFF_OK) {
		free(guard);
		return BACKOFF_E_NOMEM;
	}
	*out = guard;
	return BACKOFF_OK;
}

void
backoff_guard_free(struct backoff_guard *guard)
{
	if (guard == NULL)
		return;
	bo_guard_clear(guard);
	free(guard);
}

uint64_t
backoff_guard_tokens_milli(const struct backoff_guard *guard, uint64_t now_ns)
{
	if (guard == NULL)
		return BACKOFF_FOREVER;
	int64_t left;

	bo_guard_notice_fork(guard);
	if (guard->policy->budget.kind == BACKOFF_BUDGET_NONE)
		return BACKOFF_FOREVER;
	left = bo_budget_left_milli(&guard->policy->budget, &guard->budget,
				    now_ns);
	return left > 0 ? (uint64_t)left : 0;
}

uint64_t
backoff_guard_capacity_milli(const struct backoff_guard *guard)
{
	if (guard == NULL)
		return BACKOFF_FOREVER;
	const struct bo_budget_rule *rule = &guard->policy->budget;
	int64_t places;

	bo_guard_notice_fork(guard);
	switch (rule->kind) {
	case BACKOFF_BUDGET_TOKEN_BUCKET:
	case BACKOFF_BUDGET_THROTTLE:
		return (uint64_t)rule->capacity_milli;
	case BACKOFF_BUDGET_CONCURRENCY:
		/* Places that are free, and places that are taken. */
		places = bo_budget_left_milli(rule, &guard->budget, 0) +
			 atomic_load(&guard->budget.retries) * BO_TOKEN_MILLI;
		return places > 0 ? (uint64_t)places : 0;
	case BACKOFF_BUDGET_NONE:
	case BACKOFF_BUDGET_RATIO:
		break;
	}
	return BACKOFF_FOREVER;
}

enum backoff_breaker
backoff_guard_breaker(const struct backoff_guard *guard, uint64_t now_ns)
{
	if (guard == NULL)
		return BACKOFF_BREAKER_NONE;
	bo_guard_notice_fork(guard);
	return bo_breaker_is_on(&guard->policy->breaker)
		       ? bo_breaker_state(&guard->policy->breaker,
					  &guard->breaker, now_ns)
		       : BACKOFF_BREAKER_NONE;
}
