/* The life of a guard: its memory, and what can be read of it. */
#include "config.h"

#include <backoff/guard.h>

#include <stdlib.h>
#include <string.h>

#include "engine/breaker.h"
#include "engine/budget.h"
#include "engine/guard.h"

enum backoff_status
backoff_guard_new(const struct backoff_policy *policy,
		  struct backoff_guard **out)
{
	struct backoff_guard *guard;

	if (policy == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	guard = aligned_alloc(64, sizeof(*guard));
	if (guard == NULL)
		return BACKOFF_E_NOMEM;
	memset(guard, 0, sizeof(*guard));
	bo_budget_init(&policy->budget, &guard->budget);
	bo_breaker_init(&guard->breaker);
	if (policy->breaker.window > 0) {
		guard->breaker.outcome =
			calloc(policy->breaker.window,
			       sizeof(*guard->breaker.outcome));
		if (guard->breaker.outcome == NULL) {
			free(guard);
			return BACKOFF_E_NOMEM;
		}
	}
	guard->policy = backoff_policy_ref(policy);
	*out = guard;
	return BACKOFF_OK;
}

void
backoff_guard_free(struct backoff_guard *guard)
{
	if (guard == NULL)
		return;
	free(guard->breaker.outcome);
	backoff_policy_unref((struct backoff_policy *)(uintptr_t)guard->policy);
	free(guard->target);
	free(guard);
}

uint64_t
backoff_guard_tokens_milli(const struct backoff_guard *guard, uint64_t now_ns)
{
	int64_t left;

	if (guard->policy->budget.kind == BO_BUDGET_NONE)
		return BACKOFF_FOREVER;
	left = bo_budget_left_milli(&guard->policy->budget, &guard->budget,
				    now_ns);
	return left > 0 ? (uint64_t)left : 0;
}

uint64_t
backoff_guard_capacity_milli(const struct backoff_guard *guard)
{
	const struct bo_budget_rule *rule = &guard->policy->budget;
	int64_t places;

	switch (rule->kind) {
	case BO_BUDGET_TOKEN_BUCKET:
	case BO_BUDGET_THROTTLE:
		return (uint64_t)rule->capacity_milli;
	case BO_BUDGET_CONCURRENCY:
		/* Those that are free, and those that are taken. */
		places = bo_budget_left_milli(rule, &guard->budget, 0) +
			 atomic_load(&guard->budget.retries) * 1000;
		return places > 0 ? (uint64_t)places : 0;
	case BO_BUDGET_NONE:
	case BO_BUDGET_RATIO:
		break;
	}
	return BACKOFF_FOREVER;
}

enum backoff_breaker
backoff_guard_breaker(const struct backoff_guard *guard, uint64_t now_ns)
{
	return bo_guard_has_breaker(guard)
		       ? bo_breaker_state(&guard->policy->breaker,
					  &guard->breaker, now_ns)
		       : BACKOFF_BREAKER_NONE;
}
