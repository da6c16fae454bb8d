/* Tests of tools/retrytop/alarms.c: what is wrong, and the selection. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/alarms.h"

#include <stdio.h>

#include "unit/retrytop/scene.h"

static struct scene scene;
static struct rt_alarms alarms;
static struct rt_rules rules;
static struct rt_rule_alerts alerts;

static void
set_up(void)
{
	scene_open(&scene);
	scene.ui.alarms = &alarms;
	scene.view.now_ns = 1;
	rules.count = 2;
	rules.rule[0] = (struct rt_rule){.name = "calls fail",
					 .operation = "*",
					 .fact = RT_FACT_FAILED_SHARE,
					 .value = 0.1};
	rules.rule[1] = (struct rt_rule){.name = "load",
					 .operation = "*",
					 .fact = RT_FACT_LOAD,
					 .value = 9};
}

static void
tear_down(void)
{
	scene_close(&scene);
}

TestSuite(retrytop_alarms, .init = set_up, .fini = tear_down);

/* Calls of an operation in a second, of which some fail. */
static void
call(const char *operation, uint64_t second, unsigned good, unsigned bad)
{
	scene_add(&scene,
		  native_event(BACKOFF_EVENT_SUCCESS, operation, second, 1),
		  good);
	scene_add(&scene,
		  native_event(BACKOFF_EVENT_ABORTED, operation, second, 1),
		  bad);
}

/* Look at the last ten seconds before the end of one. */
static void
look(uint64_t end_s)
{
	scene.list.model.window_s = 10;
	cr_assert(rt_list_update(&scene.list, scene.ingest.window, end_s));
	scene_look(&scene);
	rt_said_note(&scene.ingest.said, &scene.list.model.verdicts,
		     scene.ingest.window);
	cr_assert(rt_rule_alerts_find(&rules, scene.ingest.window, end_s, 10,
				      &alerts));
	rt_alarms_update(&alarms, &scene.list.model, &scene.ingest.said, &rules,
			 &alerts, end_s, NULL, NULL);
}

static void
press(uint32_t key)
{
	rt_ui_key(&scene.ui, &scene.list, 0, 10, key);
}

static void
expect_page(size_t width, size_t height, size_t y, const char *const *want)
{
	struct rt_grid grid;

	cr_assert(rt_grid_init(&grid, width, height, true));
	rt_view_render(&scene.view, &grid);
	for (size_t i = 0; want[i] != NULL; i++) {
		char line[512];

		cr_expect_str_eq(
			rt_grid_string(&grid, y + i, line, sizeof(line)),
			want[i], "line %zu: %s", y + i, line);
	}
	rt_grid_clear(&grid);
}

Test(retrytop_alarms, an_alert_begins_ends_and_is_remembered)
{
	static const char *const after[] = {
		" RULES THAT ARE NOT BROKEN",
		">ok        calls fail  pay: failed_share 0, not > 0.1 (10s)",
		" ok        load  pay: load 1, not > 9 (10s)",
		"",
		" ENDED",
		NULL,
	};
	char line[512];
	struct rt_grid grid;

	call("pay", T0_S, 8, 2);
	look(T0_S);
	cr_expect_eq(alarms.count, 2);
	cr_expect_eq(alarms.row[0].part, RT_ALARM_WRONG);
	cr_expect_eq(alarms.row[0].since_s, T0_S);
	cr_expect_float_eq(alarms.row[0].value, 0.2, 1e-9);
	cr_expect_eq(alarms.row[1].part, RT_ALARM_KEPT);
	call("pay", T0_S + 20, 10, 0);
	look(T0_S + 20);
	cr_expect_eq(alarms.count, 3);
	cr_expect_eq(alarms.row[2].part, RT_ALARM_OVER);
	cr_expect_eq(alarms.row[2].since_s, T0_S);
	cr_expect_eq(alarms.row[2].ended_s, T0_S + 20);
	press('a');
	expect_page(100, 24, 3, after);
	cr_assert(rt_grid_init(&grid, 100, 24, true));
	rt_view_render(&scene.view, &grid);
	rt_grid_string(&grid, 8, line, sizeof(line));
	cr_expect_str_eq(line,
			 " ALERT     09:00:00 - 09:00:20     20s  calls fail  "
			 "pay: failed_share 0.2 > 0.1 (10s)");
	rt_grid_clear(&grid);
}

Test(retrytop_alarms, the_selection_stays_with_what_it_is_on)
{
	call("a", T0_S, 1, 1);
	call("b", T0_S, 1, 1);
	look(T0_S);
	press('a');
	press('j');
	cr_expect_eq(rt_alarms_selected(&alarms), 1);
	cr_expect_str_eq(rt_alarms_operation(&alarms, &scene.list.model), "b");
	call("a", T0_S + 20, 9, 0);
	call("b", T0_S + 20, 1, 1);
	look(T0_S + 20);
	cr_expect_eq(rt_alarms_selected(&alarms), 0, "it is the first now");
	cr_expect_str_eq(rt_alarms_operation(&alarms, &scene.list.model), "b");
	press('G');
	press('j');
	cr_expect_eq(rt_alarms_selected(&alarms), alarms.count - 1);
	press('g');
	cr_expect_eq(rt_alarms_selected(&alarms), 0);
}

Test(retrytop_alarms, enter_and_esc_go_there_and_back)
{
	call("a", T0_S, 1, 1);
	look(T0_S);
	press('a');
	press(RT_KEY_ENTER);
	cr_expect_eq(scene.ui.page, RT_PAGE_OPERATION);
	cr_expect_str_eq(scene.browse->operation, "a");
	press('a');
	cr_expect_eq(scene.ui.page, RT_PAGE_ALARMS);
	press(RT_KEY_ENTER);
	press(RT_KEY_ESCAPE);
	cr_expect_eq(scene.ui.page, RT_PAGE_ALARMS);
	press(RT_KEY_ESCAPE);
	cr_expect_eq(scene.ui.page, RT_PAGE_OVERVIEW);
}

Test(retrytop_alarms, a_verdict_that_ends_is_remembered)
{
	static const char *const want[] = {
		" ENDED",
		">FAILING   09:01:40 - 09:01:59     19s  a  ConnectionError; "
		"20.0 calls/s",
		NULL,
	};

	rules.count = 0;
	for (uint64_t s = 0; s < 150; s++) {
		bool down = s >= 100 && s < 120;

		call("a", T0_S + s, down ? 0 : 20, down ? 20 : 0);
		look(T0_S + s);
		if (s == 110)
			cr_expect_eq(alarms.row[0].part, RT_ALARM_WRONG);
	}
	cr_assert_eq(alarms.count, 1);
	cr_expect_eq(alarms.row[0].word, RT_WORD_FAILING);
	cr_expect_eq(alarms.row[0].since_s, T0_S + 100);
	cr_expect_eq(alarms.row[0].ended_s, T0_S + 119);
	press('a');
	expect_page(100, 24, 3, want);
}

Test(retrytop_alarms, the_oldest_are_forgotten)
{
	for (uint64_t i = 0; i < 2 * RT_ALARMS_OVER_MAX; i++) {
		alerts.count = 1;
		alerts.item[0] = (struct rt_rule_alert){.rule = &rules.rule[0],
							.operation = "a"};
		rt_alarms_update(&alarms, &scene.list.model, &scene.ingest.said,
				 &rules, &alerts, T0_S + 2 * i, NULL, NULL);
		alerts.count = 0;
		rt_alarms_update(&alarms, &scene.list.model, &scene.ingest.said,
				 &rules, &alerts, T0_S + 2 * i + 1, NULL, NULL);
	}
	cr_expect_eq(alarms.over_count, RT_ALARMS_OVER_MAX);
	cr_expect_eq(alarms.over[0].ended_s, T0_S + 4 * RT_ALARMS_OVER_MAX - 1);
}

Test(retrytop_alarms, nothing_is_said_so)
{
	static const char *const want[] = {" nothing is wrong, and nothing was",
					   NULL};

	rules.count = 0;
	look(T0_S);
	press('a');
	expect_page(100, 24, 3, want);
	press(RT_KEY_ENTER);
	cr_expect_eq(scene.ui.page, RT_PAGE_ALARMS);
}
