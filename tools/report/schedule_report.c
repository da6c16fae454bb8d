/* The waits of a policy as text and as JSON. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/schedule_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/num.h"
#include "common/json_out.h"
#include "common/table.h"
#include "common/units.h"
#include "policies/policy_set.h"

/* Number of waits shown per class. */
#define LAWS 4

/* One number of a wait, and its name in each format. */
struct wait_column {
	const char *heading;
	const char *member;
	uint64_t (*get)(const struct rs_wait *wait);
};

static uint64_t
get_nominal(const struct rs_wait *wait)
{
	return wait->nominal_ns;
}

static uint64_t
get_low(const struct rs_wait *wait)
{
	return wait->low_ns;
}

static uint64_t
get_high(const struct rs_wait *wait)
{
	return wait->high_ns;
}

static uint64_t
get_p1(const struct rs_wait *wait)
{
	return wait->at_ns[RS_SCHEDULE_P1];
}

static uint64_t
get_p50(const struct rs_wait *wait)
{
	return wait->at_ns[RS_SCHEDULE_P50];
}

static uint64_t
get_p95(const struct rs_wait *wait)
{
	return wait->at_ns[RS_SCHEDULE_P95];
}

static uint64_t
get_p99(const struct rs_wait *wait)
{
	return wait->at_ns[RS_SCHEDULE_P99];
}

static uint64_t
get_total(const struct rs_wait *wait)
{
	return wait->total_ns;
}

static const struct wait_column wait_column[] = {
	{">nominal", "nominal", get_nominal},
	{">low", "low", get_low},
	{">high", "high", get_high},
	{">p1", "p1", get_p1},
	{">p50", "p50", get_p50},
	{">p95", "p95", get_p95},
	{">p99", "p99", get_p99},
	{">total p50", "total_p50", get_total},
};
#define COLUMNS (sizeof(wait_column) / sizeof(*wait_column))

static double
seconds(uint64_t ns)
{
	return (double)ns / (double)BO_NS_PER_S;
}

/* The highest delay of a law, whose ceiling may be below its bound. */
static uint64_t
highest(const struct backoff_delay *law)
{
	return law->high_ns < law->ceiling_ns ? law->high_ns : law->ceiling_ns;
}

static int
print_waits(const struct rs_schedule *schedule, FILE *out)
{
	struct tk_table *table = tk_table_new(1 + COLUMNS);
	int status;

	if (table == NULL)
		return -1;
	tk_table_head(table, 0, ">retry");
	for (size_t c = 0; c < COLUMNS; c++)
		tk_table_head(table, 1 + c, wait_column[c].heading);
	for (size_t i = 0; i < schedule->count; i++) {
		const struct rs_wait *wait = &schedule->wait[i];

		if (wait->reached == 0)
			break;
		tk_table_row(table);
		tk_table_cell(table, 0, "%zu", i + 1);
		for (size_t c = 0; c < COLUMNS; c++) {
			char text[16];

			tk_table_cell(
				table, 1 + c, "%s",
				tk_format_duration(wait_column[c].get(wait),
						   text, sizeof(text)));
		}
	}
	status = tk_table_print(table, 0, out);
	tk_table_free(table);
	return status;
}

/* Print the delays of classes of failures that have separate delays. */
static void
print_classes(const struct backoff_policy *policy, FILE *out)
{
	const char *name;

	for (int c = 0; (name = backoff_class_name((enum backoff_class)c));
	     c++) {
		struct backoff_delay law[LAWS];
		size_t count = rs_schedule_class(policy, (enum backoff_class)c,
						 law, LAWS);

		if (count > 0)
			fprintf(out, "After %s failures:", name);
		for (size_t i = 0; i < count; i++) {
			char low[16], high[16];

			fprintf(out, "%s %s to %s", i ? "," : "",
				tk_format_duration(law[i].low_ns, low,
						   sizeof(low)),
				tk_format_duration(highest(&law[i]), high,
						   sizeof(high)));
		}
		if (count > 0)
			fprintf(out, "%s\n", count == LAWS ? ", ..." : "");
	}
}

static void
print_deadline(const struct rs_schedule_report *report, FILE *out)
{
	const struct rs_schedule *schedule = report->schedule;
	uint64_t deadline = backoff_policy_deadline_ns(report->policy);
	char text[16];

	for (size_t i = 0; i < schedule->count; i++) {
		if (schedule->wait[i].reached == report->draws)
			continue;
		fprintf(out,
			"The deadline of %s ends %" PRIu64 " of %" PRIu64
			" draws before retry %zu, even if attempts take no "
			"time.\n",
			tk_format_duration(deadline, text, sizeof(text)),
			report->draws - schedule->wait[i].reached,
			report->draws, i + 1);
		return;
	}
}

int
rs_schedule_report_text(const struct rs_schedule_report *report, FILE *out)
{
	const struct rs_schedule *schedule = report->schedule;
	char *line = rs_policy_text(report->policy, backoff_policy_describe);

	if (line == NULL)
		return -1;
	fprintf(out, "%s: %s\n", backoff_policy_name(report->policy), line);
	free(line);
	if (schedule->count == 0)
		fprintf(out, "No retries: max_attempts is 1.\n");
	else if (print_waits(schedule, out))
		return -1;
	print_classes(report->policy, out);
	print_deadline(report, out);
	if (schedule->left_out == UINT64_MAX)
		fprintf(out, "Further retries until the deadline are not "
			     "shown.\n");
	else if (schedule->left_out)
		fprintf(out, "%" PRIu64 " further retries are not shown.\n",
			schedule->left_out);
	return ferror(out) ? -1 : 0;
}

static void
add_waits(struct tk_json *json, struct cJSON *root,
	  const struct rs_schedule *schedule)
{
	struct cJSON *list = tk_json_array(json, root, "retries");

	for (size_t i = 0; i < schedule->count; i++) {
		const struct rs_wait *wait = &schedule->wait[i];
		struct cJSON *out = tk_json_object(json, list, NULL);

		tk_json_number(json, out, "retry", (double)(i + 1));
		tk_json_number(json, out, "reached", (double)wait->reached);
		for (size_t c = 0; c < COLUMNS; c++)
			tk_json_rounded(json, out, wait_column[c].member,
					seconds(wait_column[c].get(wait)), 9);
	}
}

static void
add_classes(struct tk_json *json, struct cJSON *root,
	    const struct backoff_policy *policy)
{
	struct cJSON *list = tk_json_array(json, root, "classes");
	const char *name;

	for (int c = 0; (name = backoff_class_name((enum backoff_class)c));
	     c++) {
		struct cJSON *out, *retries;
		struct backoff_delay law[LAWS];
		size_t count = rs_schedule_class(policy, (enum backoff_class)c,
						 law, LAWS);

		if (count == 0)
			continue;
		out = tk_json_object(json, list, NULL);
		tk_json_text(json, out, "class", name);
		retries = tk_json_array(json, out, "retries");
		for (size_t i = 0; i < count; i++) {
			out = tk_json_object(json, retries, NULL);
			tk_json_rounded(json, out, "low",
					seconds(law[i].low_ns), 9);
			tk_json_rounded(json, out, "high",
					seconds(highest(&law[i])), 9);
		}
	}
}

int
rs_schedule_report_json(const struct rs_schedule_report *report, FILE *out)
{
	struct tk_json json;
	struct cJSON *root = tk_json_begin(&json);
	char hash[24];

	snprintf(hash, sizeof(hash), "%016" PRIx64,
		 backoff_policy_hash(report->policy));
	tk_json_number(&json, root, "schema_version", 1);
	tk_json_text(&json, root, "policy",
		     backoff_policy_name(report->policy));
	tk_json_text(&json, root, "policy_hash", hash);
	tk_json_number(&json, root, "draws", (double)report->draws);
	add_waits(&json, root, report->schedule);
	add_classes(&json, root, report->policy);
	return tk_json_end(&json, out);
}
