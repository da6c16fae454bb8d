/* Which rules hold now, and for which operations. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_RULES_ALERTS_H
#define RT_RULES_ALERTS_H

#include "rules/rules.h"

/** Further ones are only counted. */
#define RT_RULE_ALERTS_MAX 256

struct rt_rule_alert {
	const struct rt_rule *rule;
	/** Lives as long as the window. */
	const char *operation;
	double value;
	uint64_t window_s;
	/** The end of the first window that broke the rule; 0: not known. */
	uint64_t since_s;
};

/** The operation that is nearest to breaking a rule. */
struct rt_rule_nearest {
	/** NULL: none has the number. */
	const char *operation;
	double value;
};

struct rt_rule_alerts {
	struct rt_rule_alert item[RT_RULE_ALERTS_MAX];
	size_t count, more;
	/** By the number of the rule. */
	struct rt_rule_nearest nearest[RT_RULES_MAX];
};

/**
 * Hold all operations against all rules. What is not known breaks no rule.
 *
 * @param window_s  for rules without a window
 * @return false if memory ran out
 */
bool rt_rule_alerts_find(const struct rt_rules *rules, struct rt_window *window,
			 uint64_t end_s, uint64_t window_s,
			 struct rt_rule_alerts *out);

/** Find since when alerts are there that have no such time yet, as far as there
 *  are single seconds. Returns false if memory ran out. */
bool rt_rule_alerts_date(struct rt_rule_alerts *alerts,
			 struct rt_window *window, uint64_t end_s);

#endif
