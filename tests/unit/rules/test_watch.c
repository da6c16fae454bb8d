/* Tests of rules/watch: alerts begin, last and end. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "rules/watch.h"

static struct rt_rule_watch watch;
static struct rt_rule_alerts now;
static const struct rt_rule rule[2] = {{.name = "a"}, {.name = "b"}};
static const char *const pay = "pay", *const mail = "mail";
static char said[256];

static void
note(void *user, const struct rt_rule_alert *alert, bool ends)
{
	size_t used = strlen(said);

	(void)user;
	snprintf(said + used, sizeof(said) - used, "%s %s %s %g@%u; ",
		 ends ? "ends" : "begins", alert->rule->name, alert->operation,
		 alert->value, (unsigned)alert->since_s);
}

static void
find(const struct rt_rule *of, const char *operation, double value)
{
	now.item[now.count++] =
		(struct rt_rule_alert){of, operation, value, 60, 0};
}

/* What is said of the alerts that were found since. */
static const char *
update(uint64_t now_s)
{
	said[0] = '\0';
	rt_rule_watch_update(&watch, &now, now_s, note, NULL);
	now.count = 0;
	return said;
}

Test(rules_watch, alerts_begin_and_end)
{
	find(&rule[0], pay, 1);
	cr_expect_str_eq(update(10), "begins a pay 1@10; ");
	find(&rule[0], pay, 2);
	find(&rule[0], mail, 3);
	cr_expect_str_eq(update(20), "begins a mail 3@20; ");
	cr_expect_eq(now.item[0].since_s, 10, "it has the time of before");
	find(&rule[1], pay, 4);
	find(&rule[0], mail, 3);
	cr_expect_str_eq(update(30), "ends a pay 2@10; begins b pay 4@30; ");
	cr_expect_str_eq(update(40), "ends a mail 3@20; ends b pay 4@30; ");
	find(&rule[0], pay, 5);
	cr_expect_str_eq(update(50), "begins a pay 5@50; ", "it began again");
}

Test(rules_watch, what_has_no_room_has_not_ended)
{
	find(&rule[0], pay, 1);
	update(10);
	now.more = 1;
	cr_expect_str_eq(update(20), "");
	now.more = 0;
	cr_expect_str_eq(update(30), "ends a pay 1@10; ");
}

Test(rules_watch, a_full_list_stays_full)
{
	static char name[RT_RULE_ALERTS_MAX][8];

	for (size_t i = 0; i < RT_RULE_ALERTS_MAX; i++)
		find(&rule[0], name[i], 1);
	update(10);
	cr_expect_eq(watch.count, RT_RULE_ALERTS_MAX);
	now.more = 1;
	find(&rule[1], pay, 1);
	cr_expect_str_eq(update(20), "");
	cr_expect_eq(watch.count, RT_RULE_ALERTS_MAX);
}
