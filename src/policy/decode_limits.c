/* Checks the fields of a policy against each other. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/decode_limits.h"

#include <string.h>

#include "base/num.h"
#include "policy/defaults.h"
#include "policy/depends.h"

size_t
bo_delays_used(const struct backoff_policy *policy)
{
	return policy->max_attempts > 2 ? policy->max_attempts - 1 : 1;
}

/* Whether a step of a schedule is a delay, not a range. */
static bool
is_plain_step(const struct bo_durations *schedule, size_t i)
{
	return schedule->high_ns == NULL ||
	       schedule->high_ns[i] == BACKOFF_FOREVER;
}

/* Where the value of a field comes from that this file does not set; "" if it
 * does. */
static const char *
origin_of(const struct bo_decoding *d, enum bo_policy_row row)
{
	if (d->is_set[row])
		return "";
	return d->is_set[BO_ROW_EXTENDS] && !d->is_replaced[row] &&
			       !bo_policy_is_default(d->policy, row)
		       ? "inherited"
		       : "the default";
}

/* The name of a field for a message about one in @p place. If that is inside a
 * class or a budget, the rest of the name is said already. */
static const char *
short_name(enum bo_policy_row row, enum bo_policy_row place)
{
	const char *path = bo_policy_fields[row].info.path;
	const char *at = bo_policy_fields[place].info.path;
	size_t shared = 0;

	for (size_t i = 0; path[i] != '\0' && path[i] == at[i]; i++)
		if (path[i] == '.')
			shared = i + 1;
	return path + shared;
}

/** Two fields, one of which limits the other. */
struct bound {
	enum bo_policy_row what, limit;
	uint64_t have_nano, most_nano;
	const char *unit;
};

/* Say where a value comes from that the file does not contain. */
static void
report_more(struct bo_decoding *d, enum bo_policy_row place,
	    const struct bound *b)
{
	const char *what = short_name(b->what, place),
		   *limit = short_name(b->limit, place);
	const char *origin = origin_of(d, b->limit);
	bool other = origin[0] == '\0';
	enum bo_policy_row unset = other ? b->what : b->limit;
	double have = (double)b->have_nano / 1e9,
	       most = (double)b->most_nano / 1e9;

	origin = origin_of(d, unset);
	if (origin[0] == '\0')
		bo_decoding_report(
			d, BACKOFF_E_VALUE, bo_decoding_place(d, place), false,
			"%s must not be more than %s (%.10g > %.10g%s)", what,
			limit, have, most, b->unit);
	else
		bo_decoding_report(
			d, BACKOFF_E_VALUE, bo_decoding_place(d, place), false,
			"%s must not be more than %s (%.10g > %.10g%s); %s "
			"%.10g is %s, so set it, too",
			what, limit, have, most, b->unit,
			short_name(unset, place), other ? have : most, origin);
}

/* The rows of each class that can have rules. */
static const struct {
	enum backoff_class class;
	enum bo_policy_row base, cap;
} ruled[] = {
#define RULED(field, name, word)                                               \
	{BACKOFF_CLASS_##name, BO_ROW_ON_##name##_BASE_DELAY,                  \
	 BO_ROW_ON_##name##_MAX_DELAY},
	BO_RULED_CLASSES(RULED, )
#undef RULED
};

static void
check_delays(struct bo_decoding *d)
{
	const struct backoff_policy *p = d->policy;

	if (bo_policy_unmet(p, BO_ROW_MAX_DELAY) != NULL)
		return;
	if (p->base_delay_ns > p->max_delay_ns)
		report_more(d,
			    d->is_set[BO_ROW_BASE_DELAY] ? BO_ROW_BASE_DELAY
							 : BO_ROW_MAX_DELAY,
			    &(struct bound){BO_ROW_BASE_DELAY, BO_ROW_MAX_DELAY,
					    p->base_delay_ns, p->max_delay_ns,
					    " seconds"});
	for (size_t i = 0; i < sizeof(ruled) / sizeof(*ruled); i++) {
		const struct bo_class_rule *rule = &p->on[ruled[i].class];
		bool has_base = rule->base_delay_ns != BACKOFF_FOREVER;
		bool has_cap = rule->max_delay_ns != BACKOFF_FOREVER;
		const struct bound bound = {
			has_base ? ruled[i].base : BO_ROW_BASE_DELAY,
			has_cap ? ruled[i].cap : BO_ROW_MAX_DELAY,
			has_base ? rule->base_delay_ns : p->base_delay_ns,
			has_cap ? rule->max_delay_ns : p->max_delay_ns,
			" seconds"};

		if ((has_base || has_cap) && bound.have_nano > bound.most_nano)
			report_more(d,
				    d->is_set[ruled[i].base] ? ruled[i].base
							     : ruled[i].cap,
				    &bound);
	}
}

/* The largest delay before jitter, and the row that limits it. */
static uint64_t
largest_delay(const struct backoff_policy *p, enum bo_policy_row *row)
{
	uint64_t largest_ns = 0;

	*row = BO_ROW_MAX_DELAY;
	if (p->curve == BACKOFF_CURVE_CONSTANT)
		*row = BO_ROW_BASE_DELAY;
	if (p->curve != BACKOFF_CURVE_SCHEDULE)
		return *row == BO_ROW_BASE_DELAY ? p->base_delay_ns
						 : p->max_delay_ns;
	*row = BO_ROW_SCHEDULE;
	for (size_t i = 0; i < p->schedule.count; i++)
		if (is_plain_step(&p->schedule, i) &&
		    p->schedule.ns[i] > largest_ns)
			largest_ns = p->schedule.ns[i];
	return largest_ns;
}

/* The smallest delay before jitter. */
static uint64_t
smallest_delay(const struct backoff_policy *p)
{
	uint64_t smallest_ns = p->base_delay_ns;

	if (p->curve == BACKOFF_CURVE_SCHEDULE) {
		smallest_ns = UINT64_MAX;
		for (size_t i = 0; i < p->schedule.count; i++)
			if (is_plain_step(&p->schedule, i))
				smallest_ns =
					bo_min(smallest_ns, p->schedule.ns[i]);
		return smallest_ns;
	}
	for (size_t i = 0; i < sizeof(ruled) / sizeof(*ruled); i++)
		smallest_ns = bo_min(smallest_ns,
				     p->on[ruled[i].class].base_delay_ns);
	return smallest_ns;
}

/* The smallest delay after jitter. */
static double
smallest_drawn(const struct backoff_policy *p)
{
	double smallest = (double)smallest_delay(p), ratio = 0;

	if (p->jitter == BACKOFF_JITTER_FULL)
		return 0;
	if (p->jitter == BACKOFF_JITTER_EQUAL)
		return smallest / 2;
	ratio = (double)p->ratio_nano / 1e9;
	return smallest * (1 - ratio) / (p->bounded ? 1 + ratio : 1);
}

/* A minimum above all delays would leave no jitter, and one below all of them
 * changes none. */
static void
check_minimum(struct bo_decoding *d)
{
	struct backoff_policy *p = d->policy;
	enum bo_policy_row row;
	uint64_t largest_ns = largest_delay(p, &row);
	bool constant = p->curve == BACKOFF_CURVE_CONSTANT;
	double least = smallest_drawn(p);

	if (p->jitter_minimum_ns == 0)
		return;
	/* The longest delays are those of the class with the smallest cap. */
	for (size_t i = 0; i < sizeof(ruled) / sizeof(*ruled); i++) {
		const struct bo_class_rule *rule = &p->on[ruled[i].class];
		uint64_t cap_ns =
			constant ? rule->base_delay_ns : rule->max_delay_ns;

		if (cap_ns >= largest_ns)
			continue;
		largest_ns = cap_ns;
		row = constant ? ruled[i].base : ruled[i].cap;
	}
	if (p->jitter_minimum_ns > largest_ns)
		report_more(d,
			    d->is_set[BO_ROW_JITTER_MINIMUM]
				    ? BO_ROW_JITTER_MINIMUM
				    : row,
			    &(struct bound){BO_ROW_JITTER_MINIMUM, row,
					    p->jitter_minimum_ns, largest_ns,
					    " seconds"});
	else if ((double)p->jitter_minimum_ns > least)
		return;
	else if (d->is_set[BO_ROW_JITTER_MINIMUM])
		bo_decoding_report(d, BACKOFF_E_FIELD,
				   &d->set[BO_ROW_JITTER_MINIMUM], true,
				   "has no effect: no delay is below %.10g "
				   "seconds",
				   least / 1e9);
	else
		p->jitter_minimum_ns = 0;
}

static void
check_breaker(struct bo_decoding *d)
{
	const struct bo_breaker_rule *rule = &d->policy->breaker;

	if (rule->window > 0 && rule->window_ns > 0)
		bo_decoding_report(
			d, BACKOFF_E_FIELD,
			bo_decoding_place(d, BO_ROW_BREAKER_WINDOW_TIME), true,
			"set breaker.window or breaker.window_time, not both");
	else if (rule->window > 0 && rule->min_attempts > rule->window)
		bo_decoding_report(
			d, BACKOFF_E_VALUE,
			bo_decoding_place(d, BO_ROW_BREAKER_MIN_ATTEMPTS),
			false, "must not be more than breaker.window (%u > %u)",
			rule->min_attempts, rule->window);
}

/* Tokens are counted in thousandths; further decimals would be lost. */
static void
check_decimals(struct bo_decoding *d)
{
	static const enum bo_policy_row rows[] = {
		BO_ROW_BUDGET_CAPACITY,       BO_ROW_BUDGET_RETRY_COST,
		BO_ROW_BUDGET_TIMEOUT_COST,   BO_ROW_BUDGET_THROTTLE_COST,
		BO_ROW_BUDGET_SUCCESS_REWARD, BO_ROW_BUDGET_MAX_TOKENS,
		BO_ROW_BUDGET_TOKEN_RATIO};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *at = (const char *)d->policy +
				 bo_policy_fields[rows[i]].offset;
		uint64_t nano = *(const uint64_t *)(const void *)at;

		if (d->is_set[rows[i]] && nano != BACKOFF_FOREVER &&
		    nano % 1000000 != 0)
			bo_decoding_report(d, BACKOFF_E_VALUE,
					   bo_decoding_place(d, rows[i]), false,
					   "must have at most 3 decimals");
	}
}

/* A retry that costs more than the bucket holds is never made. */
static void
check_cost(struct bo_decoding *d, enum bo_policy_row row, uint64_t cost_nano)
{
	const struct bo_budget_rule *rule = &d->policy->budget;

	if (rule->kind == BACKOFF_BUDGET_TOKEN_BUCKET &&
	    cost_nano != BACKOFF_FOREVER && cost_nano > rule->capacity_nano)
		report_more(d, d->is_set[row] ? row : BO_ROW_BUDGET_CAPACITY,
			    &(struct bound){row, BO_ROW_BUDGET_CAPACITY,
					    cost_nano, rule->capacity_nano,
					    ""});
}

/* A budget that never allows a retry. */
static void
check_allowance(struct bo_decoding *d)
{
	const struct bo_budget_rule *rule = &d->policy->budget;
	enum bo_policy_row row = BO_ROW_BUDGET_MAX_TOKENS;

	/* The failure that is to be retried has taken a token, and retries stop
	 * at half. */
	if (rule->kind == BACKOFF_BUDGET_THROTTLE &&
	    rule->max_tokens_nano <= 2 * BO_NS_PER_S)
		bo_decoding_report(d, BACKOFF_E_VALUE,
				   bo_decoding_place(d, row), false,
				   "must be more than 2: one failure takes 1, "
				   "and at half of it nothing is retried");
	row = d->is_set[BO_ROW_BUDGET_SHARE] ? BO_ROW_BUDGET_SHARE
					     : BO_ROW_BUDGET_MIN_CONCURRENT;
	if (rule->kind == BACKOFF_BUDGET_CONCURRENCY && rule->share_nano == 0 &&
	    rule->min_concurrent == 0)
		bo_decoding_report(d, BACKOFF_E_VALUE,
				   bo_decoding_place(d, row), false,
				   "no retry is ever allowed: share and "
				   "min_concurrent are both 0");
}

static bool
aborts_class(const struct bo_matchers *abort_on, enum backoff_class class)
{
	for (size_t i = 0; i < abort_on->count; i++) {
		const struct bo_matcher *m = &abort_on->item[i];

		if (m->kind == BO_MATCH_ANY ||
		    (m->kind == BO_MATCH_CLASS && m->failure_class == class))
			return true;
	}
	return false;
}

/* Delays after failures that are never retried. */
static void
check_aborted_classes(struct bo_decoding *d)
{
	for (size_t i = 0; i < sizeof(ruled) / sizeof(*ruled); i++) {
		enum backoff_class class = ruled[i].class;
		enum bo_policy_row row =
			d->is_set[ruled[i].base] ? ruled[i].base : ruled[i].cap;

		if (d->is_set[row] && aborts_class(&d->policy->abort_on, class))
			bo_decoding_report(d, BACKOFF_E_FIELD, &d->set[row],
					   true,
					   "has no effect: abort_on stops "
					   "failures of this class");
	}
}

/* The longest time that an attempt can take; without attempt_timeout, it can
 * last until the deadline. */
static uint64_t
longest_attempt(const struct backoff_policy *p, uint64_t deadline_ns)
{
	uint64_t longest_ns = 0;

	if (p->attempt_timeout.count == 0)
		return deadline_ns;
	for (size_t i = 0; i < p->attempt_timeout.count; i++)
		if (p->attempt_timeout.ns[i] > longest_ns)
			longest_ns = p->attempt_timeout.ns[i];
	return longest_ns;
}

static void
report_too_long(struct bo_decoding *d, enum bo_policy_row row, uint64_t have_ns,
		uint64_t longest_ns)
{
	bo_decoding_report(d, BACKOFF_E_VALUE, bo_decoding_place(d, row), false,
			   "must be less than the longest possible attempt "
			   "(%.10g >= %.10g seconds)",
			   (double)have_ns / 1e9, (double)longest_ns / 1e9);
}

/* A hedge is impossible if no attempt is left for it, or if the attempt that it
 * should help is over by then. */
static void
check_hedge(struct bo_decoding *d)
{
	const struct backoff_policy *p = d->policy;
	/* Only this deadline can end an attempt before one has failed. */
	uint64_t longest_ns = longest_attempt(
		p, p->deadline_from == BACKOFF_DEADLINE_FROM_START
			   ? p->deadline_ns
			   : BACKOFF_FOREVER);

	if (p->hedge.delay_ns == BACKOFF_FOREVER)
		return;
	if (p->hedge.max >= p->max_attempts)
		bo_decoding_report(
			d, BACKOFF_E_VALUE,
			bo_decoding_place(d, d->is_set[BO_ROW_HEDGE_MAX]
						     ? BO_ROW_HEDGE_MAX
						     : BO_ROW_HEDGE_DELAY),
			false,
			"hedge.max%s must be less than max_attempts (%u >= "
			"%u)",
			d->is_set[BO_ROW_HEDGE_MAX] ? "" : ", by default 1,",
			p->hedge.max, p->max_attempts);
	if (p->hedge.delay_ns >= longest_ns)
		report_too_long(d, BO_ROW_HEDGE_DELAY, p->hedge.delay_ns,
				longest_ns);
}

/* No attempt can last long enough for a reset. */
static void
check_reset(struct bo_decoding *d)
{
	const struct backoff_policy *p = d->policy;
	uint64_t longest_ns =
		bo_min(longest_attempt(p, p->deadline_ns), p->deadline_ns);

	if (p->reset_after_ns != BACKOFF_FOREVER &&
	    p->reset_after_ns >= longest_ns)
		report_too_long(d, BO_ROW_RESET_AFTER, p->reset_after_ns,
				longest_ns);
}

/* Without a limit of attempts, only a deadline ends a call to a target that
 * stays down, and no failure counts towards a limit. */
static void
check_unlimited(struct bo_decoding *d)
{
	static const enum bo_policy_row rows[][2] = {
#define COUNTED(field, name, word)                                             \
	{BO_ROW_ON_##name##_CONSUME_ATTEMPT, BO_ROW_ON_##name##_LIMIT},
		BO_RULED_CLASSES(COUNTED, )
#undef COUNTED
	};
	struct backoff_policy *p = d->policy;

	if (p->max_attempts != BO_ATTEMPTS_UNLIMITED)
		return;
	if (p->deadline_ns == BACKOFF_FOREVER)
		bo_decoding_report(d, BACKOFF_E_FIELD,
				   bo_decoding_place(d, BO_ROW_MAX_ATTEMPTS),
				   false,
				   "\"unlimited\" needs a deadline: set the "
				   "field deadline, or a number of attempts");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t k = 0; k < 2; k++) {
			if (d->is_set[rows[i][k]])
				bo_decoding_report(
					d, BACKOFF_E_FIELD, &d->set[rows[i][k]],
					true,
					"has no effect with max_attempts "
					"\"unlimited\"");
			bo_policy_reset(p, rows[i][k]);
		}
}

static void
check_lists(struct bo_decoding *d)
{
	const struct backoff_policy *p = d->policy;

	if (d->is_set[BO_ROW_SCHEDULE] && p->schedule.count > bo_delays_used(p))
		bo_decoding_report(
			d, BACKOFF_E_FIELD, &d->set[BO_ROW_SCHEDULE], false,
			"has %zu delays, but max_attempts %u allows only %u",
			p->schedule.count, p->max_attempts,
			p->max_attempts - 1);
	if (d->is_set[BO_ROW_ATTEMPT_TIMEOUT] &&
	    p->attempt_timeout.count > p->max_attempts)
		bo_decoding_report(d, BACKOFF_E_FIELD,
				   &d->set[BO_ROW_ATTEMPT_TIMEOUT], false,
				   "has %zu entries, but max_attempts is %u",
				   p->attempt_timeout.count, p->max_attempts);
	/* A deadline from the first failure does not shorten the first
	 * attempt. */
	for (size_t i = p->deadline_from == BACKOFF_DEADLINE_FROM_START ? 0 : 1;
	     i < p->attempt_timeout.count; i++)
		if (p->attempt_timeout.ns[i] > p->deadline_ns) {
			bo_decoding_report(
				d, BACKOFF_E_VALUE,
				bo_decoding_place(d, BO_ROW_ATTEMPT_TIMEOUT),
				false,
				"must not be more than the deadline (%.10g > "
				"%.10g seconds)",
				(double)p->attempt_timeout.ns[i] / 1e9,
				(double)p->deadline_ns / 1e9);
			break;
		}
}

void
bo_decoding_limits(struct bo_decoding *d)
{
	const struct bo_budget_rule *budget = &d->policy->budget;

	check_unlimited(d);
	check_delays(d);
	check_minimum(d);
	check_breaker(d);
	check_decimals(d);
	check_cost(d, BO_ROW_BUDGET_RETRY_COST, budget->retry_cost_nano);
	check_cost(d, BO_ROW_BUDGET_TIMEOUT_COST, budget->timeout_cost_nano);
	check_cost(d, BO_ROW_BUDGET_THROTTLE_COST, budget->throttle_cost_nano);
	check_allowance(d);
	check_aborted_classes(d);
	check_hedge(d);
	check_reset(d);
	check_lists(d);
}
