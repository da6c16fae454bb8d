/* Tests of rules/alerts: which rules are broken, and for which operations. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "rules/alerts.h"
#include "unit/live/helper.h"

static struct rt_rule_alerts found;

static void
find(const struct rt_rules *rules, struct rt_window *window)
{
	cr_assert(rt_rule_alerts_find(rules, window, T0_S + 9, 60, &found));
}

static struct rt_rules
one(const char *operation, enum rt_fact fact, int is, double value)
{
	struct rt_rules rules = {.count = 1};

	rules.rule[0] = (struct rt_rule){
		.name = "a", .fact = fact, .is = is, .value = value};
	memcpy(rules.rule[0].operation, operation, strlen(operation) + 1);
	return rules;
}

/* 2 of 10 calls of "pay" fail, by helper.h. */
Test(rules_alerts, comparisons_and_patterns)
{
	static const struct {
		const char *operation;
		int is;
		double value;
		bool broken;
	} row[] = {
		{"*", RT_ABOVE, 0.1, true},
		{"*", RT_ABOVE, 0.2, false},
		{"*", RT_AT_LEAST, 0.2, true},
		{"*", RT_BELOW, 0.2, false},
		{"*", RT_BELOW, 0.3, true},
		{"*", RT_AT_MOST, 0.2, true},
		{"p?y", RT_ABOVE, 0.1, true},
		{"[a-o]*", RT_ABOVE, 0.1, false},
		{"pay.*", RT_ABOVE, 0.1, false},
	};
	struct rt_window *window = make_window();

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rt_rules rules =
			one(row[i].operation, RT_FACT_FAILED_SHARE, row[i].is,
			    row[i].value);
		bool pay = false;

		find(&rules, window);
		for (size_t k = 0; k < found.count; k++)
			pay |= strcmp(found.item[k].operation, "pay") == 0 &&
			       fabs(found.item[k].value - 0.2) < 1e-9;
		cr_expect(pay == row[i].broken, "row %zu", i);
	}
	rt_window_free(window);
}

Test(rules_alerts, each_rule_has_its_window)
{
	struct rt_rules rules =
		one("pay", RT_FACT_WINDOW_ATTEMPTS, RT_ABOVE, 0);
	struct rt_window *window = make_window();

	/* The last nine seconds before T0_S + 9 do not have its first. */
	rules.rule[1] = rules.rule[0];
	rules.rule[1].window_s = 9;
	rules.count = 2;
	find(&rules, window);
	cr_assert(found.count == 2);
	cr_expect(found.item[0].window_s == 60 && found.item[0].value >= 20);
	cr_expect(found.item[1].window_s == 9 &&
		  found.item[1].value < found.item[0].value &&
		  found.item[1].value > 0);
	rt_window_free(window);
}

/* A log of failures does not say how many calls there are. */
Test(rules_alerts, what_is_not_known_breaks_no_rule)
{
	struct rt_rules rules = one("*", RT_FACT_FAILED_SHARE, RT_AT_LEAST, 0);
	struct rt_window *window = rt_window_new();

	cr_assert(window);
	add_many(window, foreign_event(BACKOFF_EVENT_EXHAUSTED, "pay", T0_S, 3),
		 5);
	find(&rules, window);
	cr_expect(found.count == 0);
	rules = one("*", RT_FACT_WINDOW_EXHAUSTED, RT_AT_LEAST, 5);
	find(&rules, window);
	cr_expect(found.count == 1 && found.item[0].rule == &rules.rule[0]);
	rt_window_free(window);
}

Test(rules_alerts, further_ones_are_counted)
{
	struct rt_rules rules = one("*", RT_FACT_WINDOW_RETRIES, RT_ABOVE, 0);
	struct rt_window *window = rt_window_new();
	char name[16];

	cr_assert(window);
	for (int i = 0; i < RT_RULE_ALERTS_MAX + 7; i++) {
		snprintf(name, sizeof(name), "op%d", i);
		add_event(window,
			  native_event(BACKOFF_EVENT_ATTEMPT, name, T0_S, 1));
	}
	find(&rules, window);
	cr_expect(found.count == RT_RULE_ALERTS_MAX && found.more == 7);
	rt_window_free(window);
}

/* One failed attempt a second from T0_S + 20 on, found 19 seconds later. */
Test(rules_alerts, an_alert_is_as_old_as_its_first_window)
{
	struct rt_rules rules =
		one("pay", RT_FACT_WINDOW_RETRIES, RT_AT_LEAST, 5);
	struct rt_window *window = rt_window_new();

	cr_assert(window);
	for (unsigned s = 0; s < 40; s++)
		add_event(window, native_event(s < 20 ? BACKOFF_EVENT_SUCCESS
						      : BACKOFF_EVENT_ATTEMPT,
					       "pay", T0_S + s, 1));
	rules.count = 3;
	rules.rule[1] = rules.rule[0];
	rules.rule[1].window_s = 10;
	rules.rule[1].value = 10;
	rules.rule[2] = rules.rule[0];
	rules.rule[2].fact = RT_FACT_TOTAL_RETRIES;
	cr_assert(rt_rule_alerts_find(&rules, window, T0_S + 39, 60, &found));
	cr_assert_eq(found.count, 3);
	cr_assert(rt_rule_alerts_date(&found, window, T0_S + 39));
	for (size_t i = 0; i < found.count; i++) {
		uint64_t since = found.item[i].rule == &rules.rule[0]   ? 24
				 : found.item[i].rule == &rules.rule[1] ? 29
									: 0;

		cr_expect_eq(found.item[i].since_s,
			     since > 0 ? T0_S + since : 0, "%zu: %d", i,
			     (int)(found.item[i].since_s - T0_S));
	}
	found.item[0].since_s = T0_S + 3;
	cr_assert(rt_rule_alerts_date(&found, window, T0_S + 39));
	cr_expect_eq(found.item[0].since_s, T0_S + 3, "it is known");
	rt_window_free(window);
}
