/* Tests of tools/live/facts.c: names are unique, groups are contiguous, and
 * facts missing in the log are unknown. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live/facts.h"
#include "unit/live/helper.h"

Test(live_facts, a_name_stands_for_one_fact)
{
	for (int a = 0; a < RT_FACT_COUNT; a++) {
		cr_expect_not_null(rt_facts[a].group);
		cr_assert_not_null(rt_facts[a].name);
		for (int b = 0; b < a; b++)
			cr_expect(strcmp(rt_facts[a].group,
					 rt_facts[b].group) != 0 ||
					  strcmp(rt_facts[a].name,
						 rt_facts[b].name) != 0,
				  "%s", rt_facts[a].name);
	}
	for (int a = 0; a < RT_LOG_FACT_COUNT; a++) {
		cr_assert_not_null(rt_log_facts[a].name);
		cr_expect_not_null(rt_log_facts[a].title);
		for (int b = 0; b < a; b++)
			cr_expect(strcmp(rt_log_facts[a].name,
					 rt_log_facts[b].name) != 0,
				  "%s", rt_log_facts[a].name);
	}
}

static void
check_metric(const struct rt_fact_name *fact)
{
	size_t length = strlen(fact->meaning);

	cr_expect(length > 0 && fact->meaning[length - 1] == '.', "%s",
		  fact->name);
	if (fact->kind == RT_KIND_TEXT) {
		cr_expect_null(fact->metric, "%s", fact->name);
		return;
	}
	cr_assert_not_null(fact->metric, "%s", fact->name);
	cr_expect_eq(
		strspn(fact->metric, "abcdefghijklmnopqrstuvwxyz_0123456789"),
		strlen(fact->metric));
	cr_expect_eq(strncmp(fact->metric, "retrytop_", 9), 0);
	cr_expect_eq(fact->kind == RT_KIND_TIME,
		     strstr(fact->metric, "_timestamp_seconds") != NULL);
	cr_expect_eq(fact->kind == RT_KIND_SHARE,
		     strstr(fact->metric, "_ratio") != NULL);
}

Test(live_facts, each_number_is_a_metric_of_its_own)
{
	const struct rt_fact_name *all[RT_FACT_COUNT + RT_LOG_FACT_COUNT];
	size_t count = 0;

	for (int i = 0; i < RT_FACT_COUNT; i++)
		all[count++] = &rt_facts[i];
	for (int i = 0; i < RT_LOG_FACT_COUNT; i++)
		all[count++] = &rt_log_facts[i];
	for (size_t a = 0; a < count; a++) {
		check_metric(all[a]);
		for (size_t b = 0; b < a; b++)
			cr_expect(all[a]->metric == NULL ||
					  all[b]->metric == NULL ||
					  strcmp(all[a]->metric,
						 all[b]->metric) != 0,
				  "%s", all[a]->name);
	}
}

/* The JSON report starts one object for each group. */
Test(live_facts, a_group_is_in_one_piece)
{
	for (int a = 0; a < RT_FACT_COUNT; a++) {
		const char *group = rt_facts[a].group;
		bool left = false;

		if (*group == '\0')
			continue;
		for (int b = a; b < RT_FACT_COUNT; b++) {
			bool same = strcmp(rt_facts[b].group, group) == 0;

			cr_expect_not(left && same, "%s", group);
			left = left || !same;
		}
	}
}

static char *
read_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 65536);

	cr_assert_not_null(file);
	cr_assert_lt(fread(text, 1, 65535, file), 65535);
	fclose(file);
	return text;
}

/* The section of retrytop(1) about JSON. */
static char *
manual_of_json(void)
{
	char *text = read_text(TEST_SRCDIR "/docs/man/retrytop.1");
	char *begin, *end;

	begin = strstr(text, "\n.Ss JSON");
	cr_assert_not_null(begin);
	end = strstr(begin, "\n.Sh");
	cr_assert_not_null(end);
	memmove(text, begin, (size_t)(end - begin));
	text[end - begin] = '\0';
	return text;
}

static bool
in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool
has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; (at = strstr(at, word)) != NULL;
	     at += length)
		if ((at == text || !in_word(at[-1])) && !in_word(at[length]))
			return true;
	return false;
}

Test(live_facts, the_manual_names_each_of_them)
{
	char *manual = manual_of_json();

	for (int i = 0; i < RT_FACT_COUNT; i++) {
		cr_expect(has_word(manual, rt_facts[i].name), "%s",
			  rt_facts[i].name);
		cr_expect(*rt_facts[i].group == '\0' ||
				  has_word(manual, rt_facts[i].group),
			  "%s", rt_facts[i].group);
	}
	for (int i = 0; i < RT_LOG_FACT_COUNT; i++)
		cr_expect(has_word(manual, rt_log_facts[i].name), "%s",
			  rt_log_facts[i].name);
	cr_expect_not(has_word(manual, "attempt"), "the test can fail");
	free(manual);
}

/* Each has a row in docs/retrytop.md, in these words. */
static void
check_row(const char *guide, const struct rt_fact_name *fact)
{
	char row[512];

	if (fact->metric == NULL)
		return;
	snprintf(row, sizeof(row), "\n| `%s` | %s%s%s | %s |\n", fact->metric,
		 fact->group, *fact->group == '\0' ? "" : ".", fact->name,
		 fact->meaning);
	cr_expect_not_null(strstr(guide, row), "no row %s", row + 1);
}

Test(live_facts, the_guide_lists_each_metric)
{
	char *guide = read_text(TEST_SRCDIR "/docs/retrytop.md");

	for (int i = 0; i < RT_FACT_COUNT; i++)
		check_row(guide, &rt_facts[i]);
	for (int i = 0; i < RT_LOG_FACT_COUNT; i++)
		check_row(guide, &rt_log_facts[i]);
	free(guide);
}

Test(live_facts, values_are_those_of_the_row)
{
	struct rt_window *window = make_window();
	struct rt_value value;
	struct rt_model model;
	const struct rt_row *row;

	rt_model_init(&model, 10);
	cr_assert(rt_model_update(&model, window, T0_S + 9));
	row = &model.row[0];
	value = rt_fact_of_row(row, RT_FACT_OPERATION);
	cr_expect_eq(value.kind, RT_KIND_TEXT);
	cr_expect_str_eq(value.text, "pay");
	value = rt_fact_of_row(row, RT_FACT_CALLS_PER_S);
	cr_expect(value.known);
	cr_expect_eq(value.kind, RT_KIND_RATE);
	cr_expect_float_eq(value.real, 1.0, 1e-9);
	value = rt_fact_of_row(row, RT_FACT_ATTEMPTS_PER_FAILED_CALL);
	cr_expect_eq(value.kind, RT_KIND_RATIO);
	cr_expect_float_eq(value.real, 15.0 / 5.0, 1e-9);
	value = rt_fact_of_row(row, RT_FACT_EXHAUSTED_SHARE);
	cr_expect_eq(value.kind, RT_KIND_SHARE);
	cr_expect_float_eq(value.real, 0.2, 1e-9);
	value = rt_fact_of_row(row, RT_FACT_WINDOW_SUCCESSES);
	cr_expect_eq(value.kind, RT_KIND_COUNT);
	cr_expect_eq(value.count, 8);
	value = rt_fact_of_row(row, RT_FACT_LAST_SEEN);
	cr_expect_eq(value.kind, RT_KIND_TIME);
	cr_expect_eq(value.time_ns, (T0_S + 2) * NS_PER_S + NS_PER_S / 2);
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(live_facts, what_the_log_does_not_say_is_unknown)
{
	static const struct {
		enum rt_fact fact;
		bool known_of_pay, known_of_mail, known_of_nothing;
	} row[] = {
		{RT_FACT_OPERATION, true, true, true},
		{RT_FACT_POLICY, true, false, false},
		{RT_FACT_MAX_ATTEMPTS, true, false, false},
		{RT_FACT_CALLS_PER_S, true, false, false},
		{RT_FACT_RETRIES_PER_S, true, true, true},
		{RT_FACT_ATTEMPTS_PER_CALL, true, false, false},
		{RT_FACT_ATTEMPTS_PER_FAILED_CALL, true, true, false},
		{RT_FACT_EXHAUSTED_SHARE, true, false, false},
		{RT_FACT_WINDOW_SUCCESSES, true, false, false},
		{RT_FACT_WINDOW_EXHAUSTED, true, true, true},
		{RT_FACT_TOTAL_SUCCESSES, true, false, false},
		{RT_FACT_ERROR_LABEL, true, true, false},
		{RT_FACT_ERROR_SHARE, true, true, false},
		{RT_FACT_LAST_SEEN, true, true, false},
		{RT_FACT_SINCE, false, false, false},
	};
	struct rt_window *window = make_window();
	const struct rt_row nothing = {.operation = ""};
	struct rt_model model;

	rt_model_init(&model, 10);
	cr_assert(rt_model_update(&model, window, T0_S + 9));
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		const char *name = rt_facts[row[i].fact].name;

		cr_expect_eq(rt_fact_of_row(&model.row[0], row[i].fact).known,
			     row[i].known_of_pay, "pay: %s", name);
		cr_expect_eq(rt_fact_of_row(&model.row[1], row[i].fact).known,
			     row[i].known_of_mail, "mail: %s", name);
		cr_expect_eq(rt_fact_of_row(&nothing, row[i].fact).known,
			     row[i].known_of_nothing, "nothing: %s", name);
	}
	rt_model_clear(&model);
	rt_window_free(window);
}

Test(live_facts, a_log_that_was_not_read_has_counts_but_no_times)
{
	struct rt_ingest log;

	cr_assert_eq(rt_ingest_init(&log, "auto", NULL), BACKOFF_OK);
	for (int i = 0; i < RT_LOG_FACT_COUNT; i++) {
		struct rt_value value = rt_fact_of_log(&log, i);

		cr_expect_eq(value.known, value.kind == RT_KIND_COUNT, "%s",
			     rt_log_facts[i].name);
		cr_expect_eq(value.count, 0, "%s", rt_log_facts[i].name);
	}
	rt_ingest_clear(&log);
}
