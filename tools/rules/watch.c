/* Rules that are broken, and since when. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "rules/watch.h"

#include <string.h>

static struct rt_rule_watched *
find(struct rt_rule_watch *watch, const struct rt_rule_alert *alert)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->item[i].alert.rule == alert->rule &&
		    watch->item[i].alert.operation == alert->operation)
			return &watch->item[i];
	return NULL;
}

static void
drop(struct rt_rule_watch *watch, size_t i)
{
	watch->count--;
	memmove(&watch->item[i], &watch->item[i + 1],
		(watch->count - i) * sizeof(watch->item[0]));
}

/* Alerts that were not seen now are over. */
static void
look_for_ends(struct rt_rule_watch *watch, rt_rule_watch_fn report, void *user)
{
	for (size_t i = 0; i < watch->count;) {
		struct rt_rule_alert was = watch->item[i].alert;

		if (watch->item[i].seen) {
			i++;
			continue;
		}
		drop(watch, i);
		report(user, &was, true);
	}
}

void
rt_rule_watch_recall(struct rt_rule_watch *watch, struct rt_rule_alerts *alerts)
{
	for (size_t i = 0; i < alerts->count; i++) {
		const struct rt_rule_watched *item =
			find(watch, &alerts->item[i]);

		if (item != NULL)
			alerts->item[i].since_s = item->alert.since_s;
	}
}

void
rt_rule_watch_update(struct rt_rule_watch *watch, struct rt_rule_alerts *alerts,
		     uint64_t now_s, rt_rule_watch_fn report, void *user)
{
	for (size_t i = 0; i < watch->count; i++)
		watch->item[i].seen = false;
	for (size_t i = 0; i < alerts->count; i++) {
		struct rt_rule_alert *alert = &alerts->item[i];
		struct rt_rule_watched *item = find(watch, alert);

		if (item != NULL)
			alert->since_s = item->alert.since_s;
		else if (alert->since_s == 0)
			alert->since_s = now_s;
		if (item != NULL)
			*item = (struct rt_rule_watched){*alert, true};
	}
	if (alerts->more == 0)
		look_for_ends(watch, report, user);
	for (size_t i = 0; i < alerts->count; i++) {
		if (find(watch, &alerts->item[i]) != NULL ||
		    watch->count == RT_RULE_ALERTS_MAX)
			continue;
		watch->item[watch->count++] =
			(struct rt_rule_watched){alerts->item[i], true};
		report(user, &alerts->item[i], false);
	}
}
