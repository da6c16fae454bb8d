/* Getters of policies. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "policy/depends.h"

const char *
backoff_policy_name(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return "";
	return policy->name;
}

const char *
backoff_policy_description(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return "";
	return policy->description != NULL ? policy->description : "";
}

uint64_t
backoff_policy_hash(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return 0;
	return policy->hash;
}

uint32_t
backoff_policy_max_attempts(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return 0;
	return policy->max_attempts == BO_ATTEMPTS_UNLIMITED
		       ? BACKOFF_UNLIMITED
		       : policy->max_attempts;
}

uint64_t
backoff_policy_deadline_ns(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return BACKOFF_FOREVER;
	return policy->deadline_ns;
}

uint64_t
backoff_policy_attempt_timeout_ns(const struct backoff_policy *policy,
				  uint32_t attempt)
{
	if (policy == NULL)
		return BACKOFF_FOREVER;
	const struct bo_durations *list = &policy->attempt_timeout;
	size_t index = attempt > 0 ? attempt - 1 : 0;

	if (list->count == 0)
		return BACKOFF_FOREVER;
	return list->ns[index < list->count ? index : list->count - 1];
}

enum backoff_curve
backoff_policy_curve(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return 0;
	return policy->curve;
}

enum backoff_jitter
backoff_policy_jitter(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return BACKOFF_JITTER_NONE;
	return policy->jitter;
}

uint64_t
backoff_policy_max_delay_ns(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return 0;
	return bo_policy_unmet(policy, BO_ROW_MAX_DELAY) == NULL
		       ? policy->max_delay_ns
		       : BACKOFF_FOREVER;
}

enum backoff_deadline_from
backoff_policy_deadline_from(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return 0;
	return policy->deadline_from;
}

enum backoff_budget
backoff_policy_budget(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return BACKOFF_BUDGET_NONE;
	return policy->budget.kind;
}

int
backoff_policy_budget_refills(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return 0;
	const struct bo_budget_rule *rule = &policy->budget;

	return rule->kind != BACKOFF_BUDGET_NONE &&
	       (rule->kind != BACKOFF_BUDGET_TOKEN_BUCKET || rule->refills ||
		rule->reward_milli > 0);
}

int
backoff_policy_is_guarded(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return 0;
	return policy->budget.kind != BACKOFF_BUDGET_NONE ||
	       policy->breaker.window > 0 || policy->breaker.window_ns > 0;
}

uint32_t
backoff_policy_max_hedges(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return 0;
	return policy->hedge.delay_ns != BACKOFF_FOREVER ? policy->hedge.max
							 : 0;
}

/* Whether a list has "*" or the same matcher. Ranges are not compared. */
static bool
covers(const struct bo_matchers *list, const struct bo_matcher *matcher)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct bo_matcher *item = &list->item[i];

		if (item->kind == BO_MATCH_ANY ||
		    (item->kind == matcher->kind &&
		     strcmp(item->text, matcher->text) == 0))
			return true;
	}
	return false;
}

int
backoff_policy_retries_any(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return 0;
	for (size_t i = 0; i < policy->retry_on.count; i++)
		if (!covers(&policy->abort_on, &policy->retry_on.item[i]))
			return 1;
	return 0;
}

static const char *
name_of(enum bo_policy_row row, unsigned value, unsigned last)
{
	return value <= last ? bo_policy_fields[row].names[value] : NULL;
}

const char *
backoff_curve_name(enum backoff_curve curve)
{
	return name_of(BO_ROW_BACKOFF, (unsigned)curve, BACKOFF_CURVE_SCHEDULE);
}

const char *
backoff_jitter_name(enum backoff_jitter jitter)
{
	return name_of(BO_ROW_JITTER_KIND, (unsigned)jitter,
		       BACKOFF_JITTER_DECORRELATED);
}
