/* The delay after a failed attempt: curve, cap, law. It takes constant time,
 * and does not call the math library. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "engine/delay.h"

#include <stdbool.h>

#include "base/num.h"
#include "policy/policy.h"

/* base * factor^(failed-1). Exponents have at most 30 bits, so there are at
 * most 30 multiplications; for usual attempt numbers there are one or two. */
static uint64_t
exponential(const struct backoff_policy *policy, uint64_t base_ns,
	    uint32_t failed)
{
	double delay = (double)base_ns;
	uint32_t exponent = failed - 1;

	/* Large powers are infinite, and 0 times infinity is not a number. */
	if (base_ns == 0)
		return 0;
	for (const double *power = policy->power; exponent != 0; power++) {
		if (exponent & 1)
			delay *= *power;
		exponent >>= 1;
	}
	/* 1e19 is below 2^64, and above any duration of a policy (1e18 ns). */
	return delay < 1e19 ? (uint64_t)(delay + 0.5) : UINT64_MAX;
}

static uint64_t
fibonacci(uint32_t n)
{
	uint64_t a = 0, b = 1;

	/* F(94) does not fit into 64 bits, so there are at most 93 steps. */
	if (n > 93)
		return UINT64_MAX;
	while (n-- > 1) {
		uint64_t next = a + b;

		a = b;
		b = next;
	}
	return b;
}

/* The step of the schedule after a failed attempt; the last one repeats. */
static size_t
step_of(const struct bo_durations *schedule, uint32_t failed)
{
	size_t last = schedule->count - 1;

	return failed > 0 && failed - 1 < last ? failed - 1
	       : failed > 0                    ? last
					       : 0;
}

/* A step of the schedule that is a range has its own law, uniform as that of
 * additive jitter; false if it is not one. */
static bool
range_of(const struct bo_durations *schedule, uint32_t failed,
	 struct backoff_delay *out)
{
	size_t step = step_of(schedule, failed);

	if (schedule->high_ns[step] == BACKOFF_FOREVER)
		return false;
	out->low_ns = schedule->ns[step];
	out->high_ns = out->ceiling_ns = schedule->high_ns[step];
	out->law = out->low_ns < out->high_ns ? BACKOFF_JITTER_ADDITIVE
					      : BACKOFF_JITTER_NONE;
	return true;
}

/* The curve before its cap is applied, saturating. */
static uint64_t
curve(const struct backoff_policy *policy, uint64_t base_ns, uint32_t failed)
{
	switch (policy->curve) {
	case BACKOFF_CURVE_LINEAR:
		return bo_mul_sat(base_ns, failed);
	case BACKOFF_CURVE_EXPONENTIAL:
		return exponential(policy, base_ns, failed);
	case BACKOFF_CURVE_FIBONACCI:
		return bo_mul_sat(base_ns, fibonacci(failed));
	case BACKOFF_CURVE_SCHEDULE:
		return policy->schedule.ns[step_of(&policy->schedule, failed)];
	case BACKOFF_CURVE_CONSTANT:
	case BACKOFF_CURVE_DECORRELATED:
		break;
	}
	return base_ns;
}

/* S_k = min(cap, U[base, 3 S_(k-1)]), S_0 = base (M. Brooker, "Exponential
 * backoff and jitter", AWS Architecture Blog, 2015). */
static void
decorrelated(uint64_t base_ns, uint64_t previous_ns, struct backoff_delay *out)
{
	uint64_t from = previous_ns > 0 ? previous_ns : base_ns;

	out->low_ns = base_ns;
	out->high_ns = bo_mul_sat(from, 3);
	if (out->high_ns < out->low_ns)
		out->high_ns = out->low_ns;
	out->capped = out->high_ns > out->ceiling_ns;
}

/* Laws that are not a jitter around the curve; false if this delay has none. */
static bool
other_law(const struct backoff_policy *policy, uint64_t base_ns,
	  uint32_t failed, uint64_t previous_ns, struct backoff_delay *out)
{
	if (policy->jitter != BACKOFF_JITTER_DECORRELATED)
		return range_of(&policy->schedule, failed, out);
	decorrelated(base_ns, previous_ns, out);
	return true;
}

/* Keep bounded jitter below the cap, and all jitter above the minimum. */
static void
limit(const struct backoff_policy *policy, uint64_t cap_ns,
      struct backoff_delay *out)
{
	if (policy->bounded) {
		/* The factor is rounded, but the cap holds exactly. */
		out->high_ns = bo_min(
			bo_mul_q32(out->high_ns, policy->shrink_q32), cap_ns);
		out->low_ns =
			bo_min(bo_mul_q32(out->low_ns, policy->shrink_q32),
			       out->high_ns);
	}
	/* The range begins at the minimum. Raising the draws below it to it
	 * would make many of them equal. */
	if (out->low_ns < policy->jitter_minimum_ns) {
		out->low_ns = policy->jitter_minimum_ns;
		if (out->high_ns < out->low_ns)
			out->high_ns = out->low_ns;
	}
}

void
bo_engine_delay(const struct backoff_policy *policy, uint64_t base_ns,
		uint64_t cap_ns, uint32_t failed, uint64_t previous_ns,
		struct backoff_delay *out)
{
	bool after = policy->order == BO_ORDER_JITTER_THEN_CAP;
	uint64_t c, part;

	*out = (struct backoff_delay){.law = policy->jitter,
				      .ceiling_ns = cap_ns};
	if (policy->has_other_laws &&
	    other_law(policy, base_ns, failed, previous_ns, out))
		return;
	if (failed >= policy->saturated_from && !after &&
	    base_ns == policy->base_delay_ns && cap_ns <= policy->cap_ns)
		c = cap_ns;
	else
		c = curve(policy, base_ns, failed > 0 ? failed : 1);
	if (!after)
		c = bo_min(c, cap_ns);
	out->low_ns = out->high_ns = c;
	switch (policy->jitter) {
	case BACKOFF_JITTER_NONE:
	case BACKOFF_JITTER_DECORRELATED:
		break;
	case BACKOFF_JITTER_FULL:
		out->low_ns = 0;
		break;
	case BACKOFF_JITTER_EQUAL:
		out->low_ns = c - c / 2;
		break;
	case BACKOFF_JITTER_MINUS:
		out->low_ns = c - bo_mul_q32(c, policy->ratio_q32);
		break;
	case BACKOFF_JITTER_PROPORTIONAL:
		part = bo_mul_q32(c, policy->ratio_q32);
		out->low_ns = c - part;
		out->high_ns = bo_add_sat(c, part);
		break;
	case BACKOFF_JITTER_ADDITIVE:
		out->high_ns = bo_add_sat(c, policy->jitter_max_ns);
		break;
	}
	if (policy->limits_jitter)
		limit(policy, cap_ns, out);
	/* If no cap is applied after the jitter, the law ends at its high. */
	if (after)
		out->capped = out->high_ns > out->ceiling_ns;
	else
		out->ceiling_ns = out->high_ns;
}

void
backoff_engine_delay(const struct backoff_policy *policy, uint32_t failed,
		     uint64_t previous_ns, struct backoff_delay *out)
{
	if (policy == NULL || out == NULL)
		return;
	bo_engine_delay(policy, policy->base_delay_ns, policy->cap_ns, failed,
			previous_ns, out);
}
