/* Tests of rule files: what they say, what is wrong with them, their schema. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/file.h"
#include "rules/rules.h"

static struct rt_rules rules;

static enum backoff_status
parse(const char *text, struct backoff_error *error)
{
	*error = (struct backoff_error){.size = sizeof(*error)};
	return rt_rules_parse(text, strlen(text), &rules, error);
}

Test(rules, a_file)
{
	struct backoff_error error;

	cr_assert(parse("{\"rules\": [{\"name\": \"a\", \"column\": "
			"\"failed_share\", \"is\": \">\", \"value\": 0.05},\n"
			"{\"name\": \"b\", \"operation\": \"pay.*\", "
			"\"column\": \"window.attempts\", \"is\": \"<=\", "
			"\"value\": 10, \"window\": \"5m\"}]}",
			&error) == BACKOFF_OK);
	cr_assert(rules.count == 2);
	cr_expect(strcmp(rules.rule[0].operation, "*") == 0);
	cr_expect(rules.rule[0].fact == RT_FACT_FAILED_SHARE);
	cr_expect(rules.rule[0].is == RT_ABOVE && rules.rule[0].window_s <= 0);
	cr_expect(strcmp(rules.rule[1].operation, "pay.*") == 0);
	cr_expect(rules.rule[1].fact == RT_FACT_WINDOW_ATTEMPTS);
	cr_expect(rules.rule[1].is == RT_AT_MOST);
	cr_expect(rules.rule[1].window_s >= 300);
}

/* RULE with one member other than in a good one. */
#define RULE(column, is, value, more)                                          \
	"{\"rules\":[\n{\"name\":\"a\",\"column\":\"" column "\",\"is\":\"" is \
	"\",\"value\":" value more "}]}"

Test(rules, what_is_wrong_has_a_place_and_a_remedy)
{
	static const struct {
		const char *text;
		unsigned line, column;
		const char *path, *wrong;
	} row[] = {
		{"{}", 1, 1, "", "member rules is missing"},
		{"{\"rules\":[]}", 1, 10, "rules", "must not be empty"},
		{RULE("retry_per_second", ">", "1", ""), 2, 22,
		 "rules[0].column", "did you mean \"retries_per_second\"?"},
		{RULE("operation", ">", "1", ""), 2, 22, "rules[0].column",
		 "no such column"},
		{RULE("failed_share", "=>", "1", ""), 2, 42, "rules[0].is",
		 "did you mean \">=\"?"},
		{RULE("failed_share", ">", "1.5", ""), 2, 54, "rules[0].value",
		 "value must be at most 1"},
		{RULE("failed_share", ">", "-1", ""), 2, 54, "rules[0].value",
		 "must not be negative"},
		{RULE("failed_share", ">", "1", ",\"window\":\"6m\""), 2, 65,
		 "rules[0].window", "must be at most 300 s"},
		{RULE("failed_share", ">", "1", ",\"window\":1.5"), 2, 65,
		 "rules[0].window", "window must be whole seconds"},
		{RULE("total.attempts", ">", "1", ",\"window\":\"10s\""), 2, 67,
		 "rules[0].window", "window must be absent"},
		{RULE("failed_share", ">", "1", ",\"operation\":\"pa[y\""), 2,
		 68, "rules[0].operation",
		 "character 3 of the pattern: [ without a ]"},
		{RULE("failed_share", ">", "1", ",\"operation\":\"pay\\\\\""),
		 2, 68, "rules[0].operation",
		 "character 4 of the pattern: \\ at the end"},
		{RULE("failed_share", ">", "1", ",\"operatoin\":\"p\""), 2, 56,
		 "rules[0]", "did you mean \"operation\"?"},
		{"{\"rules\":[{}", 1, 13, "", ""},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct backoff_error error;

		cr_expect(parse(row[i].text, &error) != BACKOFF_OK, "%s",
			  row[i].text);
		cr_expect(error.line == row[i].line &&
				  error.column == row[i].column,
			  "%s: %u:%u", row[i].text, error.line, error.column);
		cr_expect(strcmp(error.path, row[i].path) == 0, "%s: %s",
			  row[i].text, error.path);
		cr_expect(strstr(error.text, row[i].wrong) != NULL, "%s: %s",
			  row[i].text, error.text);
	}
}

Test(rules, too_many)
{
	struct backoff_error error;
	char text[16384];
	size_t used = 0;

	for (int i = 0; i <= RT_RULES_MAX; i++)
		used += (size_t)snprintf(
			text + used, sizeof(text) - used,
			"%s{\"name\":\"a\",\"column\":\"retries_per_second\","
			"\"is\":\">\",\"value\":1}",
			i == 0 ? "{\"rules\":[" : ",");
	snprintf(text + used, sizeof(text) - used, "]}");
	cr_expect(parse(text, &error) == BACKOFF_E_LIMIT);
	cr_expect(strstr(error.text, "more than 64") != NULL);
}

/* To update it: UPDATE=1 build/tests/unit/rules/test_rules */
Test(rules, the_schema_is_the_one_of_the_table)
{
	const char *path = TEST_SRCDIR "/share/rules/rules.schema.json";
	size_t length = rt_rules_schema(NULL, 0), file_length;
	char *text = calloc(length + 1, 1), *file;

	cr_assert(text);
	rt_rules_schema(text, length + 1);
	if (getenv("UPDATE")) {
		FILE *out = fopen(path, "w");

		cr_assert(out);
		cr_assert(fputs(text, out) >= 0 && fclose(out) == 0);
	}
	cr_assert(bo_file_read(path, 1 << 20, &file, &file_length) ==
		  BACKOFF_OK);
	cr_expect(strcmp(text, file) == 0);
	free(text);
	free(file);
}

Test(rules, the_example_is_right)
{
	struct backoff_error error;
	size_t length;
	char *text;

	cr_assert(bo_file_read(TEST_SRCDIR "/share/rules/example.json",
			       RT_RULES_BYTES_MAX, &text,
			       &length) == BACKOFF_OK);
	cr_expect(parse(text, &error) == BACKOFF_OK, "%u:%u: %s", error.line,
		  error.column, error.text);
	free(text);
}
