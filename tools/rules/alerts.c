/* Holds facts against rules. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fnmatch.h>
#include <string.h>

#include "rules/alerts.h"

static uint64_t
window_of(const struct rt_rule *rule, uint64_t window_s)
{
	return rule->window_s > 0 ? (uint64_t)rule->window_s : window_s;
}

static bool
holds(const struct rt_rule *rule, double value)
{
	switch ((enum rt_comparison)rule->is) {
	case RT_ABOVE:
		return value > rule->value;
	case RT_AT_LEAST:
		return value >= rule->value;
	case RT_BELOW:
		return value < rule->value;
	case RT_AT_MOST:
		return value <= rule->value;
	}
	return false;
}

static bool
is_nearer(const struct rt_rule *rule, double value, double than)
{
	return rule->is == RT_ABOVE || rule->is == RT_AT_LEAST ? value > than
							       : value < than;
}

static void
judge(const struct rt_rule *rule, const struct rt_model *model,
      struct rt_rule_alerts *out, struct rt_rule_nearest *nearest)
{
	for (size_t i = 0; i < model->count; i++) {
		const struct rt_row *row = &model->row[i];
		struct rt_value fact = rt_fact_of_row(row, rule->fact);
		double value = fact.kind == RT_KIND_COUNT ? (double)fact.count
							  : fact.real;

		if (!fact.known ||
		    fnmatch(rule->operation, row->operation, 0) != 0)
			continue;
		if (nearest->operation == NULL ||
		    is_nearer(rule, value, nearest->value))
			*nearest =
				(struct rt_rule_nearest){row->operation, value};
		if (!holds(rule, value))
			continue;
		if (out->count == RT_RULE_ALERTS_MAX) {
			out->more++;
			continue;
		}
		out->item[out->count++] = (struct rt_rule_alert){
			rule, row->operation, value, model->window_s, 0};
	}
}

/* Whether a rule before has the same window, so that its rows are known. */
static bool
is_first(const struct rt_rules *rules, size_t index, uint64_t window_s)
{
	for (size_t i = 0; i < index; i++)
		if (window_of(&rules->rule[i], window_s) ==
		    window_of(&rules->rule[index], window_s))
			return false;
	return true;
}

bool
rt_rule_alerts_find(const struct rt_rules *rules, struct rt_window *window,
		    uint64_t end_s, uint64_t window_s,
		    struct rt_rule_alerts *out)
{
	bool ok = true;

	out->count = out->more = 0;
	memset(out->nearest, 0, sizeof(out->nearest));
	for (size_t i = 0; ok && i < rules->count; i++) {
		uint64_t its = window_of(&rules->rule[i], window_s);
		struct rt_model model;

		if (!is_first(rules, i, window_s))
			continue;
		rt_model_init(&model, its);
		ok = rt_model_update(&model, window, end_s);
		for (size_t r = i; ok && r < rules->count; r++)
			if (window_of(&rules->rule[r], window_s) == its)
				judge(&rules->rule[r], &model, out,
				      &out->nearest[r]);
		rt_model_clear(&model);
	}
	return ok;
}
