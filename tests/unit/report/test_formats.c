/* The formats agree with the table of columns, and with each other. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <criterion/criterion.h>

#include "report/columns.h"
#include "report/formats.h"
#include "unit/replay/small_world.h"

/* Programs rely on these names and on their order. */
static const char csv_head[] =
	"policy,policy_hash,operation,calls,success_rate,success_rate_low,"
	"success_rate_high,success_rate_outer_low,success_rate_outer_high,"
	"first_try_success_rate,attempts,attempts_per_call,retries,"
	"success_p50_seconds,success_p95_seconds,success_p99_seconds,"
	"failure_p50_seconds,failure_p95_seconds,failure_p99_seconds,"
	"success_latency_is_lower_bound,exact,interpolated,modelled,"
	"unsupported,flagged,baseline,difference,difference_low,"
	"difference_high,verdict,guarded,budget_stops,breaker_stops,"
	"calls_without_attempt,load_peak,recorded_load_peak,load,"
	"not_simulated,first_try_success_rate_low,first_try_success_rate_high,"
	"attempts_per_call_low,attempts_per_call_high,retries_low,retries_high,"
	"success_p50_seconds_low,success_p50_seconds_high,"
	"success_p95_seconds_low,success_p95_seconds_high,"
	"success_p99_seconds_low,success_p99_seconds_high,"
	"failure_p50_seconds_low,failure_p50_seconds_high,"
	"failure_p95_seconds_low,failure_p95_seconds_high,"
	"failure_p99_seconds_low,failure_p99_seconds_high,"
	"stop_success,stop_success_low,stop_success_high,stop_non_retryable,"
	"stop_non_retryable_low,stop_non_retryable_high,stop_max_attempts,";

/* What version 2 added. */
static const char csv_end[] =
	",withheld,lost_lines,orphans,missing_ends,clock_skew_seconds,"
	"prospective_low,prospective_high,alike,difference_prospective_low,"
	"difference_prospective_high,margin,condition,condition_text,"
	"condition_difference_low,condition_difference_high,needed_days,"
	"needed_traffic,needed_jitter\r\n";

static const struct small_world world = {
	.name = "small",
	.seed = 5,
	.calls_per_second = 5,
	.seconds = 60,
	.up_fails = 0.3,
	.attempt_ns = 50000000,
	.failures_only = true,
};

static struct small_case small;
static struct rs_report report;
static char path[] = "a.log";
static char *const paths[] = {path};

/* WEBHOOK meets failures that end calls; none of PATIENT's calls fails, so its
 * times of failed calls are null; HEDGES is guarded, and not simulated. */
static void
begin(void)
{
	static const char *const policies[] = {
		"WEBHOOK",
		"{\"name\":\"PATIENT\",\"max_attempts\":40,\"jitter\":\"none\","
		"\"base_delay\":\"10ms\",\"max_delay\":\"1s\"}",
		"{\"name\":\"HEDGES\",\"max_attempts\":2,\"budget\":{\"kind\":"
		"\"token_bucket\",\"capacity\":5},\"hedge\":{\"delay\":1}}",
		NULL};

	small_case_run(&small, &world, "WEBHOOK", policies);
	report = (struct rs_report){.comparison = &small.comparison,
				    .path = paths,
				    .path_count = 1,
				    .columns = 100};
}

static void
end(void)
{
	small_case_clear(&small);
}

TestSuite(report_formats, .init = begin, .fini = end);

static char *
print(const struct rs_writer *writer)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	cr_assert(out);
	cr_assert_eq(writer->write(&report, out), 0);
	cr_assert_eq(fclose(out), 0);
	return text;
}

static bool
is_member(const char *name)
{
	for (size_t i = 0; i < rs_result_columns.count; i++) {
		const struct rs_column *column = &rs_result_columns.item[i];
		char low[96], high[96];

		if (column->member == NULL)
			continue;
		rs_column_bound(column, "low", low, sizeof(low));
		rs_column_bound(column, "high", high, sizeof(high));
		if (column->interval &&
		    (!strcmp(name, low) || !strcmp(name, high)))
			return true;
		if (column->interval != RS_INTERVAL_ALONE &&
		    !strcmp(name, column->member))
			return true;
	}
	return false;
}

static const cJSON *
look_up(const cJSON *result, const char *member)
{
	const char *dot;
	char object[96];

	while ((dot = strchr(member, '.')) != NULL) {
		snprintf(object, sizeof(object), "%.*s", (int)(dot - member),
			 member);
		result = cJSON_GetObjectItemCaseSensitive(result, object);
		member = dot + 1;
	}
	return cJSON_GetObjectItemCaseSensitive(result, member);
}

/* Count the members of an object; each must be a column. */
static size_t
expect_members(const cJSON *object, const char *within)
{
	const cJSON *item;
	char member[192];
	size_t count = 0;

	cJSON_ArrayForEach(item, object)
	{
		snprintf(member, sizeof(member), "%s%s%s", within,
			 *within ? "." : "", item->string);
		if (cJSON_IsObject(item)) {
			count += expect_members(item, member);
			continue;
		}
		cr_expect(is_member(member), "%s", member);
		count++;
	}
	return count;
}

/* Parse "difference" of the second result, whose condition a test sets. */
static cJSON *
difference_of(cJSON **root)
{
	char *text = print(&rs_writer_json);

	*root = cJSON_Parse(text);
	free(text);
	return cJSON_GetObjectItem(
		cJSON_GetArrayItem(cJSON_GetObjectItem(*root, "results"), 1),
		"difference");
}

Test(report_formats, json_has_conditions_and_needs_only_if_there_are_any)
{
	struct rs_difference *difference =
		&small.comparison.result[1].difference;
	const cJSON *there, *condition;
	cJSON *root;

	difference->condition = (struct rs_condition){0};
	difference->needed = (struct rs_needed){0};
	there = difference_of(&root);
	cr_expect_null(cJSON_GetObjectItem(there, "condition"));
	cr_expect_null(cJSON_GetObjectItem(there, "needed"));
	cJSON_Delete(root);

	difference->condition = (struct rs_condition){.kind = RS_CONDITION_LOAD,
						      .low = -0.25,
						      .high = 0.5,
						      .value = 182,
						      .seen = 80};
	difference->needed = (struct rs_needed){.days = 3, .traffic = 0.05};
	there = difference_of(&root);
	condition = cJSON_GetObjectItem(there, "condition");
	cr_expect_str_eq(cJSON_GetObjectItem(condition, "kind")->valuestring,
			 "load");
	cr_expect_str_eq(cJSON_GetObjectItem(condition, "text")->valuestring,
			 "whether the target bears 182 attempts/s; the log saw "
			 "at most 80");
	cr_expect_eq(cJSON_GetObjectItem(condition, "low")->valuedouble, -0.25);
	cr_expect_eq(cJSON_GetObjectItem(condition, "high")->valuedouble, 0.5);
	there = cJSON_GetObjectItem(there, "needed");
	cr_expect_eq(cJSON_GetObjectItem(there, "days")->valuedouble, 3);
	cr_expect_eq(cJSON_GetObjectItem(there, "traffic")->valuedouble, 0.05);
	cr_expect_null(cJSON_GetObjectItem(there, "jitter"));
	cJSON_Delete(root);
}

Test(report_formats, json_has_only_members_that_are_columns)
{
	char *text = print(&rs_writer_json);
	cJSON *root = cJSON_Parse(text);
	const cJSON *result;
	size_t count = 0;

	cJSON_ArrayForEach(result, cJSON_GetObjectItem(root, "results"))
		count += expect_members(result, "");
	cr_expect_gt(count, 3 * 50);
	cJSON_Delete(root);
	free(text);
}

/* Compare one value in JSON with the table. */
static void
expect_value(const struct rs_column *column, const struct rs_value *value,
	     double number, const cJSON *there)
{
	double divisor = rs_unit_table[column->unit].divisor;

	cr_expect(!value->null || column->nullable, "%s is null", column->name);
	if (value->left_out) {
		cr_expect_null(there, "%s is not left out", column->name);
		return;
	}
	cr_assert(there, "%s is missing", column->name);
	if (value->null)
		cr_expect(cJSON_IsNull(there), "%s is not null", column->name);
	else if (cJSON_IsArray(there))
		cr_expect_str_eq(there->child->valuestring, value->text);
	else if (cJSON_IsString(there))
		cr_expect_str_eq(there->valuestring, value->text);
	else if (cJSON_IsBool(there))
		cr_expect_eq(cJSON_IsTrue(there), number != 0);
	else
		cr_expect_lt(fabs(there->valuedouble - number / divisor), 1e-9,
			     "%s is %.9f", column->name, there->valuedouble);
}

Test(report_formats, json_has_every_column)
{
	char *text = print(&rs_writer_json);
	cJSON *root = cJSON_Parse(text);
	const cJSON *result = cJSON_GetObjectItem(root, "results")->child;
	struct rs_row row = {&report, small.comparison.subject,
			     small.comparison.result, 0};
	size_t nulls = 0;

	for (; result; result = result->next, row.result++)
		for (size_t i = 0; i < rs_result_columns.count; i++) {
			const struct rs_column *column =
				&rs_result_columns.item[i];
			struct rs_value value;
			char low[96];

			if (column->member == NULL)
				continue;
			rs_column_get(column, &row, &value);
			nulls += value.null;
			if (column->interval != RS_INTERVAL_ALONE)
				expect_value(column, &value, value.number,
					     look_up(result, column->member));
			if (column->interval == RS_INTERVAL_NONE)
				continue;
			rs_column_bound(column, "low", low, sizeof(low));
			expect_value(column, &value, value.interval.low,
				     look_up(result, low));
		}
	cr_expect_gt(nulls, 0, "no value is null here");
	cJSON_Delete(root);
	free(text);
}

/* The text between two commas, by number; moves on. */
static char *
next_field(char **line)
{
	char *field = *line;
	size_t length = strcspn(field, ",\r");

	*line = field + length + (field[length] == ',');
	field[length] = '\0';
	return field;
}

Test(report_formats, csv_keeps_its_columns)
{
	char *text = print(&rs_writer_csv);

	cr_expect_eq(strncmp(text, csv_head, strlen(csv_head)), 0, "%s", text);
	cr_expect(strstr(text, csv_end), "%s", text);
	free(text);
}

Test(report_formats, csv_and_json_have_the_same_numbers)
{
	char *csv = print(&rs_writer_csv), *json = print(&rs_writer_json);
	cJSON *root = cJSON_Parse(json);
	const cJSON *result = cJSON_GetObjectItem(root, "results")->child;
	char *head = csv, *line = strstr(csv, "\r\n") + 2;
	size_t compared = 0;

	line[-2] = '\0';
	for (size_t i = 0; *head; i++) {
		char *name = next_field(&head), *field = next_field(&line);
		const cJSON *there = look_up(result, name);

		if (!cJSON_IsNumber(there))
			continue;
		cr_expect_lt(fabs(there->valuedouble - strtod(field, NULL)),
			     0.0006, "%s", name);
		compared++;
	}
	cr_expect_gt(compared, 12);
	cJSON_Delete(root);
	free(csv);
	free(json);
}

Test(report_formats, are_named_for_the_command_line)
{
	char names[64];

	cr_expect_str_eq(rs_format_names(names, sizeof(names)),
			 "text json csv md html");
}
