/* Reads rules, and describes their file. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "live/filter.h"
#include "live/history.h"
#include "members/read.h"
#include "members/schema.h"
#include "rules/rules.h"

#define COLUMN_MAX 64
#define NAMES_MAX 2048
/** Beyond any count of calls. */
#define VALUE_MAX 1e9

static bool
is_number(enum rt_fact fact)
{
	enum rt_kind kind = rt_facts[fact].kind;

	return kind != RT_KIND_TEXT && kind != RT_KIND_TIME;
}

const char *
rt_rule_column(enum rt_fact fact, char *out, size_t size)
{
	const struct rt_fact_name *name = &rt_facts[fact];

	snprintf(out, size, "%s%s%s", name->group, *name->group ? "." : "",
		 name->name);
	return out;
}

const char *
rt_comparison_name(int is)
{
	static const char *const name[] = {">", ">=", "<", "<="};

	return name[is];
}

static void
list_columns(char *out, size_t size)
{
	char column[COLUMN_MAX];
	size_t used = 0;

	out[0] = '\0';
	for (enum rt_fact fact = 0; fact < RT_FACT_COUNT; fact++)
		if (is_number(fact) && used < size)
			used += (size_t)snprintf(
				out + used, size - used, "%s%s",
				used > 0 ? " " : "",
				rt_rule_column(fact, column, sizeof(column)));
}

static enum backoff_status
read_column(struct tk_reader *reader, void *value)
{
	char word[COLUMN_MAX], column[COLUMN_MAX], known[NAMES_MAX], near[64];
	const char *at = tk_reader_at(reader);
	enum backoff_status status =
		tk_reader_string(reader, sizeof(word), word);

	if (status)
		return status;
	for (enum rt_fact fact = 0; fact < RT_FACT_COUNT; fact++) {
		if (!is_number(fact) ||
		    strcmp(word, rt_rule_column(fact, column, sizeof(column))))
			continue;
		*(enum rt_fact *)value = fact;
		return BACKOFF_OK;
	}
	list_columns(known, sizeof(known));
	if (bo_nearest_of(word, known, near, sizeof(near)))
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "no such column: \"%s\"; did you mean "
				      "\"%s\"?",
				      word, near);
	return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
			      "no such column: \"%s\"; columns: %s", word,
			      known);
}

static enum backoff_status
read_operation(struct tk_reader *reader, void *value)
{
	const char *at = tk_reader_at(reader), *problem;
	enum backoff_status status = tk_reader_string(
		reader, sizeof(((struct rt_rule *)0)->operation), value);
	size_t index;

	if (status)
		return status;
	problem = rt_pattern_problem(value, &index);
	return problem == NULL
		       ? BACKOFF_OK
		       : tk_reader_fail(reader, BACKOFF_E_VALUE, at,
					"character %zu of the pattern: %s",
					index + 1, problem);
}

static const struct tk_member rule_rows[] = {
	{.name = "name",
	 .kind = TK_MEMBER_TEXT,
	 .required = true,
	 TK_AT(rt_rule, name),
	 .most = RT_RULE_NAME_MAX,
	 .doc = "What the alert is called."},
	{.name = "operation",
	 .kind = TK_MEMBER_OTHER,
	 TK_AT(rt_rule, operation),
	 .read = read_operation,
	 .schema = "\"type\": \"string\", \"minLength\": 1, "
		   "\"maxLength\": 255",
	 .doc = "The operations that it is about, as a pattern of the shell; "
		"default all, each on its own."},
	{.name = "column",
	 .kind = TK_MEMBER_OTHER,
	 .required = true,
	 TK_AT(rt_rule, fact),
	 .read = read_column,
	 .schema = "\"type\": \"string\"",
	 .doc = "The number that is compared: its name in the JSON of "
		"retrytop, with its group before a dot."},
	{.name = "is",
	 .kind = TK_MEMBER_NAME,
	 .required = true,
	 TK_AT(rt_rule, is),
	 .names = "> >= < <=",
	 .doc = "The comparison."},
	{.name = "value",
	 .kind = TK_MEMBER_NUMBER,
	 .required = true,
	 TK_AT(rt_rule, value),
	 .max = VALUE_MAX,
	 .doc = "What it is compared with. Shares are from 0 to 1."},
	{.name = "window",
	 .kind = TK_MEMBER_DURATION,
	 TK_AT(rt_rule, window_s),
	 .min = 1,
	 .max = RT_HISTORY_S,
	 .doc = "The time before now that the number covers; default that of "
		"--window."},
};

static void
default_rule(void *object)
{
	*(struct rt_rule *)object = (struct rt_rule){.operation = "*"};
}

static const char *
check_rule(const void *object)
{
	const struct rt_rule *rule = object;
	uint64_t whole = (uint64_t)rule->window_s;

	if (rule->window_s > (double)whole)
		return "window must be whole seconds";
	if (rt_facts[rule->fact].kind == RT_KIND_SHARE && rule->value > 1)
		return "value must be at most 1: the column is a share, from "
		       "0 to 1";
	if (rule->window_s > 0 && rt_fact_is_total(rule->fact))
		return "window must be absent: the column is a total since the "
		       "beginning of the log; the one of a window is "
		       "window.*";
	return NULL;
}

static const struct tk_member_table rule_table = {
	TK_ROWS(rule_rows), sizeof(struct rt_rule), TK_PLAIN, default_rule,
	check_rule};

static const struct tk_member rules_rows[] = {
	{.name = "rules",
	 .kind = TK_MEMBER_LIST,
	 .required = true,
	 TK_AT(rt_rules, rule),
	 .count_offset = offsetof(struct rt_rules, count),
	 .most = RT_RULES_MAX,
	 .table = &rule_table,
	 .doc = "Each is an alert of its own."},
};

static const struct tk_member_table rules_table = {
	TK_ROWS(rules_rows),  sizeof(struct rt_rules), TK_PLAIN, NULL, NULL,
	.definition = "rules"};

enum backoff_status
rt_rules_parse(const char *text, size_t length, struct rt_rules *out,
	       struct backoff_error *error)
{
	out->count = 0;
	return tk_members_read(&rules_table, text, length, out, error);
}

size_t
rt_rules_schema(char *buffer, size_t size)
{
	static const struct tk_member_table *const table[] = {&rules_table};

	return tk_members_schema("Rules for alerts of retrytop.", table, 1,
				 buffer, size);
}
