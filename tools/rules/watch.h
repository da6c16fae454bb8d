/* Rules that are broken, and since when. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_RULES_WATCH_H
#define RT_RULES_WATCH_H

#include "rules/alerts.h"

struct rt_rule_watched {
	struct rt_rule_alert alert;
	bool seen;
};

/** Alerts that have not ended. Zero has none. */
struct rt_rule_watch {
	struct rt_rule_watched item[RT_RULE_ALERTS_MAX];
	size_t count;
};

/** Called for each alert that begins or ends; its value is the last one. */
typedef void (*rt_rule_watch_fn)(void *user, const struct rt_rule_alert *alert,
				 bool ends);

/** Set since when alerts are that are known. */
void rt_rule_watch_recall(struct rt_rule_watch *watch,
			  struct rt_rule_alerts *alerts);

/** Compare the alerts of now with those before, and set since when they are,
 *  if that is not known: since @p now_s.
 *  While some have no room, none ends. */
void rt_rule_watch_update(struct rt_rule_watch *watch,
			  struct rt_rule_alerts *alerts, uint64_t now_s,
			  rt_rule_watch_fn report, void *user);

#endif
