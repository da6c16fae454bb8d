/* Tests of tools/retrytop/changes.c: each verdict is reported when it begins,
 * changes its word and ends, and otherwise not. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "retrytop/changes.h"
#include "unit/live/helper.h"

struct log {
	const struct rt_model *model;
	char text[4096];
};

static void
note(void *user, enum rt_change change, const struct rt_reported *was,
     size_t verdict)
{
	static const char *const names[] = {"begins", "now", "ends"};
	struct log *log = user;
	size_t used = strlen(log->text);
	const struct rt_verdict *now = &log->model->verdicts.item[verdict];
	const char *about =
		change == RT_CHANGE_ENDS
			? (was->target ? was->target : was->operation)
			: (now->target ? now->target : now->operation);

	snprintf(
		log->text + used, sizeof(log->text) - used, "%s %s %s\n",
		names[change], about,
		rt_word_name(change == RT_CHANGE_ENDS ? was->word : now->word));
}

/* The model with one operation and a target, of which some are wrong. */
struct moment {
	enum rt_word target, verdict_of_operation, word_of_row;
	size_t more;
	const char *log, *why;
};

static void
set(struct rt_model *model, const struct moment *moment)
{
	struct rt_verdicts *verdicts = &model->verdicts;

	verdicts->count = 0;
	verdicts->more = moment->more;
	model->row[0].word = moment->word_of_row;
	if (moment->target != RT_WORD_NONE)
		verdicts->item[verdicts->count++] = (struct rt_verdict){
			.target = "db", .word = moment->target, .since_s = 7};
	if (moment->verdict_of_operation != RT_WORD_NONE)
		verdicts->item[verdicts->count++] = (struct rt_verdict){
			.operation = "pay",
			.word = moment->verdict_of_operation,
			.since_s = 7};
}

Test(retrytop_changes, each_is_reported_once)
{
	static const struct moment moments[] = {
		{0, 0, 0, 0, "", "nothing is wrong"},
		{0, RT_WORD_AMPLIFIED, RT_WORD_AMPLIFIED, 0,
		 "begins pay AMPLIFIED\n", "it begins"},
		{0, RT_WORD_AMPLIFIED, RT_WORD_AMPLIFIED, 0, "", "it goes on"},
		{0, RT_WORD_FAILING, RT_WORD_FAILING, 0, "now pay FAILING\n",
		 "it gets worse"},
		{0, 0, 0, 0, "ends pay FAILING\n", "it ends"},
		{0, 0, 0, 0, "", "nothing is wrong again"},
		{0, RT_WORD_FAILING, RT_WORD_FAILING, 0, "begins pay FAILING\n",
		 "again"},
		{RT_WORD_FAILING, 0, RT_WORD_FAILING, 0, "begins db FAILING\n",
		 "its target is named instead"},
		{0, 0, 0, 0, "ends db FAILING\n", "which ends"},
		{RT_WORD_SLOW, RT_WORD_SLOW, RT_WORD_SLOW, 0,
		 "begins db SLOW\nbegins pay SLOW\n", "two"},
		{0, 0, RT_WORD_SLOW, 3, "", "there is no room for them"},
		{RT_WORD_SLOW, RT_WORD_SLOW, RT_WORD_SLOW, 0, "",
		 "there is again"},
		{0, 0, 0, 0, "ends db SLOW\nends pay SLOW\n", "both end"},
	};
	struct rt_row row = {.operation = "pay"};
	struct rt_model model = {.row = &row, .count = 1};
	struct rt_changes changes = {.count = 0};

	for (size_t i = 0; i < sizeof(moments) / sizeof(*moments); i++) {
		struct log log = {.model = &model};

		set(&model, &moments[i]);
		rt_changes_update(&changes, &model, note, &log);
		cr_expect_str_eq(log.text, moments[i].log, "%zu: %s", i,
				 moments[i].why);
	}
}

Test(retrytop_changes, many_targets_that_come_and_go_have_room)
{
	static char name[4 * RT_VERDICTS_MAX][16];
	struct rt_model model = {.count = 0};
	struct rt_changes changes = {.count = 0};

	model.verdicts.more = 1;
	for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++) {
		struct log log = {.model = &model};

		snprintf(name[i], sizeof(name[i]), "db%zu", i);
		model.verdicts.count = 1;
		model.verdicts.item[0] = (struct rt_verdict){
			.target = name[i], .word = RT_WORD_SLOW};
		rt_changes_update(&changes, &model, note, &log);
		cr_expect_eq(strncmp(log.text, "begins db", 9), 0);
	}
	cr_expect_leq(changes.count, 2 * RT_VERDICTS_MAX);
}
