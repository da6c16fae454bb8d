/* Holds facts against rules. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fnmatch.h>
#include <string.h>

#include "live/history.h"
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

static double
number_of(const struct rt_value *fact)
{
	return fact->kind == RT_KIND_COUNT ? (double)fact->count : fact->real;
}

static void
judge(const struct rt_rule *rule, const struct rt_model *model,
      struct rt_rule_alerts *out, struct rt_rule_nearest *nearest)
{
	for (size_t i = 0; i < model->count; i++) {
		const struct rt_row *row = &model->row[i];
		struct rt_value fact = rt_fact_of_row(row, rule->fact);
		double value = number_of(&fact);

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

static bool
breaks(const struct rt_rule *rule, const struct rt_model *model,
       const char *operation)
{
	for (size_t i = 0; i < model->count; i++) {
		struct rt_value fact;

		if (model->row[i].operation != operation)
			continue;
		fact = rt_fact_of_row(&model->row[i], rule->fact);
		return fact.known && holds(rule, number_of(&fact));
	}
	return false;
}

/* Step back while some alert of a window was there; @p alert: the first one of
 * it. */
static bool
date_window(struct rt_rule_alerts *alerts, struct rt_rule_alert *alert,
	    struct rt_window *window, uint64_t end_s)
{
	const struct rt_rule_alert *past = alerts->item + alerts->count;
	uint64_t its = alert->window_s, at = end_s;
	struct rt_model model;
	bool ok = true, more = true;

	rt_model_init(&model, its);
	while (ok && more && at > 0 && end_s - at + its < RT_HISTORY_S) {
		at--;
		more = false;
		ok = rt_model_update(&model, window, at);
		/* Before the log began, nothing is known. */
		if (!ok || model.seen_s == 0)
			break;
		for (struct rt_rule_alert *a = alert; a != past; a++) {
			if (a->window_s != its || a->since_s != at + 1 ||
			    !breaks(a->rule, &model, a->operation))
				continue;
			a->since_s = at;
			more = true;
		}
	}
	rt_model_clear(&model);
	return ok;
}

bool
rt_rule_alerts_date(struct rt_rule_alerts *alerts, struct rt_window *window,
		    uint64_t end_s)
{
	struct rt_rule_alert *past = alerts->item + alerts->count;
	bool ok = true;

	for (struct rt_rule_alert *a = alerts->item; ok && a != past; a++) {
		/* Totals do not say what they were. */
		if (a->since_s != 0 || rt_fact_is_total(a->rule->fact))
			continue;
		for (struct rt_rule_alert *b = a; b != past; b++)
			if (b->since_s == 0 && b->window_s == a->window_s &&
			    !rt_fact_is_total(b->rule->fact))
				b->since_s = end_s;
		ok = date_window(alerts, a, window, end_s);
	}
	return ok;
}
