/* A comparison as one JSON document; docs/replay.md describes it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/json_out.h"
#include "report/columns.h"
#include "report/trust.h"

#define MEMBER_MAX 96

/* The object that holds a member, and the member's name in it. */
static struct cJSON *
open_member(struct tk_json *json, struct cJSON *out, const char **member)
{
	const char *dot;
	char object[MEMBER_MAX];

	while ((dot = strchr(*member, '.')) != NULL) {
		snprintf(object, sizeof(object), "%.*s", (int)(dot - *member),
			 *member);
		*member = dot + 1;
		out = tk_json_within(json, out, object);
	}
	return out;
}

static void
add_number(struct tk_json *json, struct cJSON *parent, const char *name,
	   enum rs_unit unit, double number)
{
	const struct rs_unit_row *row = &rs_unit_table[unit];

	tk_json_rounded(json, parent, name, number / row->divisor,
			row->json_decimals);
}

/* The value itself, or a number in its place: an end of its interval. */
static void
add_value(struct tk_json *json, struct cJSON *out, const char *member,
	  enum rs_unit unit, const struct rs_value *value, double number)
{
	struct cJSON *parent = open_member(json, out, &member);

	if (value->left_out)
		return;
	if (value->null) {
		tk_json_null(json, parent, member);
		return;
	}
	switch (unit) {
	case RS_UNIT_TEXT:
	case RS_UNIT_WORD:
	case RS_UNIT_TIME:
		tk_json_text(json, parent, member, value->text);
		break;
	case RS_UNIT_LIST:
		parent = tk_json_array(json, parent, member);
		tk_json_text(json, parent, NULL, value->text);
		break;
	case RS_UNIT_YES_NO:
		tk_json_flag(json, parent, member, number != 0);
		break;
	default:
		add_number(json, parent, member, unit, number);
		break;
	}
}

static void
add_column(struct tk_json *json, struct cJSON *out,
	   const struct rs_column *column, const struct rs_row *row)
{
	char bound[MEMBER_MAX];
	struct rs_value value;

	if (column->member == NULL)
		return;
	rs_column_get(column, row, &value);
	if (value.left_out && !column->sparse)
		return;
	if (column->interval != RS_INTERVAL_ALONE)
		add_value(json, out, column->member, column->unit, &value,
			  value.number);
	if (column->interval == RS_INTERVAL_NONE)
		return;
	rs_column_bound(column, "low", bound, sizeof(bound));
	add_value(json, out, bound, column->unit, &value, value.interval.low);
	rs_column_bound(column, "high", bound, sizeof(bound));
	add_value(json, out, bound, column->unit, &value, value.interval.high);
}

static void
add_columns(struct tk_json *json, struct cJSON *out,
	    const struct rs_columns *columns, const struct rs_row *row)
{
	for (size_t i = 0; i < columns->count; i++)
		add_column(json, out, &columns->item[i], row);
}

/* What lines were read as, or taken out of. */
static void
add_sources(struct tk_json *json, struct cJSON *out, const char *member,
	    const char *count, const struct tk_sources *sources)
{
	struct cJSON *list = tk_json_array(json, out, member);

	for (size_t i = 0; i < sources->count; i++) {
		struct cJSON *item = tk_json_object(json, list, NULL);

		tk_json_text(json, item, "name", sources->item[i].name);
		tk_json_number(json, item, count,
			       (double)sources->item[i].count);
	}
}

static void
add_log(struct tk_json *json, struct cJSON *root,
	const struct rs_report *report)
{
	const struct rs_row row = {.report = report};
	struct cJSON *out = tk_json_object(json, root, "log"), *files;

	add_columns(json, out, &rs_log_columns, &row);
	files = tk_json_array(json, out, "files");
	for (size_t i = 0; i < report->path_count; i++)
		tk_json_text(json, files, NULL, report->path[i]);
	if (report->found == NULL)
		return;
	add_sources(json, out, "dialects", "events", &report->found->dialects);
	add_sources(json, out, "unwrapped", "lines", &report->found->wrappers);
}

static void
add_results(struct tk_json *json, struct cJSON *root,
	    const struct rs_report *report)
{
	const struct rs_comparison *comparison = report->comparison;
	size_t policies = comparison->plan->policies->count;
	struct cJSON *operations = tk_json_array(json, root, "operations");
	struct cJSON *results = tk_json_array(json, root, "results");

	for (size_t i = 0; i < comparison->subject_count; i++) {
		struct rs_row row = {.report = report,
				     .subject = &comparison->subject[i]};

		add_columns(json, tk_json_object(json, operations, NULL),
			    &rs_operation_columns, &row);
		row.result = &comparison->result[row.subject->first_result];
		for (size_t p = 0; p < policies; p++, row.result++)
			add_columns(json, tk_json_object(json, results, NULL),
				    &rs_result_columns, &row);
	}
}

static int
write_json(const struct rs_report *report, FILE *out)
{
	const struct rs_plan *plan = report->comparison->plan;
	struct tk_json json;
	struct cJSON *root = tk_json_begin(&json);
	char seed[24];

	tk_json_number(&json, root, "schema_version", RS_REPORT_VERSION);
	tk_json_text(&json, root, "estimator", plan->estimator->name);
	tk_json_number(&json, root, "replicas", plan->replicas);
	tk_json_number(&json, root, "draws",
		       (double)rs_comparison_draws(report->comparison));
	tk_json_number(&json, root, "comparisons",
		       (double)rs_comparison_differences(report->comparison));
	/* As text: a 64-bit seed does not fit a JSON number. */
	snprintf(seed, sizeof(seed), "%" PRIu64, plan->seed);
	tk_json_text(&json, root, "seed", seed);
	add_log(&json, root, report);
	add_results(&json, root, report);
	return tk_json_end(&json, out);
}

const struct rs_writer rs_writer_json = {"json", write_json, false};
