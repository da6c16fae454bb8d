/* Checks the fields of a policy against each other. */
#include "config.h"

#include "policy/decode_limits.h"

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

static void
report_more(struct bo_decoding *d, enum bo_policy_row row, const char *what,
	    const char *limit, uint64_t have_nano, uint64_t most_nano,
	    const char *unit)
{
	bo_decoding_report(d, BACKOFF_E_VALUE, bo_decoding_place(d, row), false,
			   "%s must not be more than %s (%.10g > %.10g%s)",
			   what, limit, (double)have_nano / 1e9,
			   (double)most_nano / 1e9, unit);
}

/* Check base and cap of the policy or of a class, which these rows set. */
static void
check_cap(struct bo_decoding *d, uint64_t base_ns, enum bo_policy_row base_row,
	  uint64_t cap_ns, enum bo_policy_row cap_row)
{
	if (base_ns > cap_ns)
		report_more(d, d->is_set[base_row] ? base_row : cap_row,
			    "base_delay", "max_delay", base_ns, cap_ns,
			    " seconds");
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
	check_cap(d, p->base_delay_ns, BO_ROW_BASE_DELAY, p->max_delay_ns,
		  BO_ROW_MAX_DELAY);
	for (size_t i = 0; i < sizeof(ruled) / sizeof(*ruled); i++) {
		const struct bo_class_rule *rule = &p->on[ruled[i].class];
		bool has_base = rule->base_delay_ns != BACKOFF_FOREVER;
		bool has_cap = rule->max_delay_ns != BACKOFF_FOREVER;

		if (has_base || has_cap)
			check_cap(d,
				  has_base ? rule->base_delay_ns
					   : p->base_delay_ns,
				  ruled[i].base,
				  has_cap ? rule->max_delay_ns
					  : p->max_delay_ns,
				  ruled[i].cap);
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
			    "jitter.minimum", bo_policy_fields[row].info.path,
			    p->jitter_minimum_ns, largest_ns, " seconds");
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
check_cost(struct bo_decoding *d, enum bo_policy_row row, const char *name,
	   uint64_t cost_nano)
{
	const struct bo_budget_rule *rule = &d->policy->budget;

	if (rule->kind == BACKOFF_BUDGET_TOKEN_BUCKET &&
	    cost_nano != BACKOFF_FOREVER && cost_nano > rule->capacity_nano)
		report_more(d, d->is_set[row] ? row : BO_ROW_BUDGET_CAPACITY,
			    name, "capacity", cost_nano, rule->capacity_nano,
			    "");
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
			"hedge.max must be less than max_attempts (%u >= %u)",
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
	check_cost(d, BO_ROW_BUDGET_RETRY_COST, "retry_cost",
		   budget->retry_cost_nano);
	check_cost(d, BO_ROW_BUDGET_TIMEOUT_COST, "timeout_cost",
		   budget->timeout_cost_nano);
	check_cost(d, BO_ROW_BUDGET_THROTTLE_COST, "throttle_cost",
		   budget->throttle_cost_nano);
	check_hedge(d);
	check_reset(d);
	check_lists(d);
}
