/* The policy model: references and derived values. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/policy.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/num.h"
#include "policy/pattern.h"

/** A policy in memory. Its reference count is hidden from the engine, which has
 *  no atomics. */
struct counted {
	/** First, so that both have the same address. */
	struct backoff_policy policy;
	atomic_uint references;
};

static atomic_uint *
references_of(const struct backoff_policy *policy)
{
	/* Only the count changes, which callers cannot see. */
	return &((struct counted *)(uintptr_t)policy)->references;
}

struct backoff_policy *
bo_policy_copy(const struct backoff_policy *from)
{
	struct counted *made = malloc(sizeof(*made));

	if (made == NULL)
		return NULL;
	made->policy = *from;
	atomic_init(&made->references, 1);
	return &made->policy;
}

void
bo_matchers_clear(struct bo_matchers *matchers)
{
	for (size_t i = 0; i < matchers->count; i++) {
		free(matchers->item[i].text);
		free(matchers->item[i].unless_text);
		bo_pattern_free(matchers->item[i].pattern);
		bo_pattern_free(matchers->item[i].unless);
	}
	free(matchers->item);
	*matchers = (struct bo_matchers){0};
}

struct backoff_policy *
backoff_policy_ref(const struct backoff_policy *policy)
{
	if (policy == NULL)
		return NULL;
	atomic_fetch_add_explicit(references_of(policy), 1,
				  memory_order_relaxed);
	return (struct backoff_policy *)(uintptr_t)policy;
}

void
backoff_policy_unref(struct backoff_policy *policy)
{
	if (policy == NULL ||
	    atomic_fetch_sub_explicit(references_of(policy), 1,
				      memory_order_acq_rel) != 1)
		return;
	bo_matchers_clear(&policy->retry_on);
	bo_matchers_clear(&policy->abort_on);
	free(policy->attempt_timeout.ns);
	free(policy->schedule.ns);
	free(policy->schedule.high_ns);
	free(policy->name);
	free(policy->description);
	free(policy);
}

static uint64_t
largest(const struct bo_durations *list)
{
	uint64_t max = 0;

	for (size_t i = 0; i < list->count; i++) {
		uint64_t ns = list->ns[i];

		if (list->high_ns != NULL &&
		    list->high_ns[i] != BACKOFF_FOREVER)
			ns = list->high_ns[i];
		if (ns > max)
			max = ns;
	}
	return max;
}

bool
bo_policy_has_only_ranges(const struct backoff_policy *policy)
{
	const struct bo_durations *list = &policy->schedule;

	if (list->high_ns == NULL)
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (list->high_ns[i] == BACKOFF_FOREVER)
			return false;
	return true;
}

/* A share of one, from billionths to 32-bit fixed point. */
static uint64_t
q32_of(uint64_t part, uint64_t whole)
{
	return bo_mul_div_round(part, BO_Q32_ONE, whole);
}

/* The first failed attempt whose delay is the cap. From there on the engine
 * needs no arithmetic; before it, no product can overflow. */
static uint64_t
find_saturation(const struct backoff_policy *p)
{
	double delay = (double)p->base_delay_ns, cap = (double)p->cap_ns;
	double factor = p->power[0];
	uint64_t step = 1;

	if (p->curve != BACKOFF_CURVE_EXPONENTIAL || delay <= 0 ||
	    (factor <= 1 && delay < cap))
		return UINT64_MAX;
	/* Gallop to the last step that stays below the cap. */
	for (int bit = BO_POWERS - 1; bit >= 0; bit--) {
		if (delay * p->power[bit] < cap) {
			delay *= p->power[bit];
			step += UINT64_C(1) << bit;
		}
	}
	return delay >= cap ? step : step + 1;
}

static int64_t
milli_of(uint64_t nano)
{
	return (int64_t)(nano / 1000000);
}

static void
compile_budget(struct bo_budget_rule *b)
{
	uint64_t timeout = b->timeout_cost_nano != BACKOFF_FOREVER
				   ? b->timeout_cost_nano
				   : b->retry_cost_nano;
	uint64_t throttle = b->throttle_cost_nano != BACKOFF_FOREVER
				    ? b->throttle_cost_nano
				    : b->retry_cost_nano;

	b->capacity_milli =
		milli_of(b->kind == BACKOFF_BUDGET_THROTTLE ? b->max_tokens_nano
							    : b->capacity_nano);
	b->retry_cost_milli = milli_of(b->retry_cost_nano);
	b->timeout_cost_milli = milli_of(timeout);
	b->throttle_cost_milli = milli_of(throttle);
	b->reward_milli = milli_of(b->success_reward_nano);
	b->refills = b->kind == BACKOFF_BUDGET_TOKEN_BUCKET &&
		     b->refill_nano != BACKOFF_FOREVER;
	b->token_ratio_milli = milli_of(b->token_ratio_nano);
	/* A call deposits one token; a retry at ratio r takes 1/r. */
	b->withdrawal_milli = (int64_t)(BO_NS_PER_S * 1000 / b->ratio_nano);
	/* Neither product exceeds 64 bits after its division. */
	b->reserve_milli = (int64_t)bo_mul_div(
		bo_mul_div(b->min_per_second_nano, b->ttl_ns, BO_NS_PER_S),
		(uint64_t)b->withdrawal_milli, BO_NS_PER_S);
}

void
bo_policy_compile(struct backoff_policy *p)
{
	const uint64_t one = BO_NS_PER_S;

	p->power[0] = (double)p->exponential_base_nano / (double)one;
	for (int i = 1; i < BO_POWERS; i++)
		p->power[i] = p->power[i - 1] * p->power[i - 1];
	if (p->curve == BACKOFF_CURVE_CONSTANT)
		p->cap_ns = p->base_delay_ns;
	else if (p->curve == BACKOFF_CURVE_SCHEDULE)
		p->cap_ns = largest(&p->schedule);
	else
		p->cap_ns = p->max_delay_ns;
	p->saturated_from = find_saturation(p);
	p->start_deadline_ns = p->failure_deadline_ns = BACKOFF_FOREVER;
	if (p->deadline_from == BACKOFF_DEADLINE_FROM_FIRST_FAILURE)
		p->failure_deadline_ns = p->deadline_ns;
	else
		p->start_deadline_ns = p->deadline_ns;
	p->ratio_q32 = q32_of(p->ratio_nano, one);
	p->shrink_q32 = BO_Q32_ONE;
	if (p->bounded && p->jitter == BACKOFF_JITTER_PROPORTIONAL)
		p->shrink_q32 = q32_of(one, one + p->ratio_nano);
	if (p->bounded && p->jitter == BACKOFF_JITTER_ADDITIVE && p->cap_ns > 0)
		p->shrink_q32 = q32_of(p->cap_ns, p->cap_ns + p->jitter_max_ns);
	for (int c = 0; c < BO_CLASSES; c++)
		if (p->on[c].base_delay_ns != BACKOFF_FOREVER ||
		    p->on[c].max_delay_ns != BACKOFF_FOREVER ||
		    !p->on[c].consume_attempt)
			p->has_class_rules = true;
	compile_budget(&p->budget);
	p->has_other_laws = p->jitter == BACKOFF_JITTER_DECORRELATED ||
			    p->schedule.high_ns != NULL;
	p->limits_jitter = p->bounded || p->jitter_minimum_ns > 0;
	p->retries_all = p->abort_on.count == 0 && p->retry_on.count == 1 &&
			 p->retry_on.item[0].kind == BO_MATCH_ANY;
}
