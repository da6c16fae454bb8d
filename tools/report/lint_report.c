/* The findings about policies as text, JSON and Markdown. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/lint_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/gather.h"
#include "base/num.h"
#include "common/json_out.h"
#include "common/markdown.h"
#include "common/safe_text.h"
#include "common/units.h"

static void
print_measured(const struct rs_lint_measured *measured, FILE *out)
{
	char text[16];

	for (const char *c = measured->name; *c; c++)
		fputc(*c == '_' ? ' ' : *c, out);
	switch (measured->unit) {
	case RS_LINT_COUNT:
		fprintf(out, " %" PRIu64, measured->value.count);
		break;
	case RS_LINT_SHARE:
		fprintf(out, " %.3g%%", 100 * measured->value.share);
		break;
	case RS_LINT_NS:
		fprintf(out, " %s",
			tk_format_duration(measured->value.count, text,
					   sizeof(text)));
		break;
	}
}

/* What was measured, in brackets. */
static void
print_all_measured(const struct rs_lint_finding *finding, FILE *out)
{
	for (size_t i = 0; i < finding->measured_count; i++) {
		fputs(i ? ", " : " (measured: ", out);
		print_measured(&finding->measured[i], out);
	}
	fputs(finding->measured_count ? ")" : "", out);
}

static void
print_finding(const char *from, const struct rs_lint_finding *finding,
	      FILE *out)
{
	const struct rs_lint_row *row = &rs_lint_table[finding->code];

	fprintf(out, "%s: %s: %s%s", from, row->name,
		row->severity == RS_LINT_NOTE ? "note: " : "",
		finding->message);
	print_all_measured(finding, out);
	fputc('\n', out);
}

int
rs_lint_report_text(const struct rs_lint_report *report, FILE *out)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct rs_linted *linted = &report->item[i];
		char safe[1024];

		tk_safe_text(linted->from, strlen(linted->from), safe,
			     sizeof(safe));
		for (size_t j = 0; j < linted->findings.count; j++)
			print_finding(safe, &linted->findings.item[j], out);
	}
	return ferror(out) ? -1 : 0;
}

/* Counts beyond 2^53 lose their last digits, and nobody counts that far. */
static double
plain(const struct rs_lint_measured *measured)
{
	switch (measured->unit) {
	case RS_LINT_SHARE:
		return measured->value.share;
	case RS_LINT_NS:
		return (double)measured->value.count / (double)BO_NS_PER_S;
	case RS_LINT_COUNT:
		break;
	}
	return (double)measured->value.count;
}

static void
add_finding(struct tk_json *json, struct cJSON *list,
	    const struct rs_linted *linted,
	    const struct rs_lint_finding *finding)
{
	const struct rs_lint_row *row = &rs_lint_table[finding->code];
	struct cJSON *out = tk_json_object(json, list, NULL), *measured;

	tk_json_text(json, out, "policy", linted->name);
	tk_json_text(json, out, "from", linted->from);
	tk_json_text(json, out, "code", row->name);
	tk_json_text(json, out, "severity",
		     rs_lint_severity_name(row->severity));
	tk_json_text(json, out, "message", finding->message);
	measured = tk_json_object(json, out, "measured");
	for (size_t i = 0; i < finding->measured_count; i++)
		tk_json_rounded(json, measured, finding->measured[i].name,
				plain(&finding->measured[i]), 9);
}

int
rs_lint_report_json(const struct rs_lint_report *report, FILE *out)
{
	struct tk_json json;
	struct cJSON *root = tk_json_begin(&json), *list;

	tk_json_number(&json, root, "schema_version", 1);
	tk_json_number(&json, root, "policies", (double)report->count);
	tk_json_number(&json, root, "warnings", (double)report->warnings);
	tk_json_number(&json, root, "notes", (double)report->notes);
	list = tk_json_array(&json, root, "findings");
	for (size_t i = 0; i < report->count; i++) {
		const struct rs_linted *linted = &report->item[i];

		for (size_t j = 0; j < linted->findings.count; j++)
			add_finding(&json, list, linted,
				    &linted->findings.item[j]);
	}
	return tk_json_end(&json, out);
}

/* Findings that are shown, so that a report has at most 60 lines. */
#define FINDINGS_MAX 48
#define NAME_COLUMNS 60

static void
count_text(size_t count, const char *what, FILE *out)
{
	fprintf(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

/* A finding and what was measured, as text to be freed; NULL if memory ran
 * out. */
static char *
finding_text(const struct rs_lint_finding *finding)
{
	struct tk_gather text;

	if (!tk_gather_begin(&text))
		return NULL;
	fputs(finding->message, text.stream);
	print_all_measured(finding, text.stream);
	return tk_gather_end(&text) ? text.text : NULL;
}

/* The findings of one severity as rows, at most @p room. Returns how many; -1
 * if memory ran out. */
static long
add_rows(const struct rs_lint_report *report, enum rs_lint_severity severity,
	 size_t room, struct tk_table *table)
{
	size_t used = 0;

	for (size_t i = 0; i < report->count; i++) {
		const struct rs_lint_findings *all = &report->item[i].findings;

		for (size_t j = 0; j < all->count && used < room; j++) {
			const struct rs_lint_row *row =
				&rs_lint_table[all->item[j].code];
			char *text;

			if (row->severity != severity)
				continue;
			text = finding_text(&all->item[j]);
			if (text == NULL)
				return -1;
			tk_table_row(table);
			tk_table_cell(table, 0, "%s", report->item[i].from);
			tk_table_cell(table, 1, "%s", row->name);
			tk_table_cell(table, 2, "%s",
				      rs_lint_severity_name(severity));
			tk_table_cell(table, 3, "%s", text);
			free(text);
			used++;
		}
	}
	return (long)used;
}

static int
put_findings(const struct rs_lint_report *report, FILE *out)
{
	static const char *const heading[] = {"from", "code", "severity",
					      "finding"};
	struct tk_table *table = tk_table_new(4);
	size_t all = report->warnings + report->notes;
	long warnings = -1, notes = -1;
	int status = -1;

	for (size_t i = 0; table && i < 4; i++)
		tk_table_head(table, i, heading[i]);
	if (table)
		warnings =
			add_rows(report, RS_LINT_WARNING, FINDINGS_MAX, table);
	if (warnings >= 0)
		notes = add_rows(report, RS_LINT_NOTE,
				 FINDINGS_MAX - (size_t)warnings, table);
	if (notes >= 0)
		status = all > 0 ? tk_md_table(table, 2, out) : 0;
	tk_table_free(table);
	if (status == 0 && (size_t)(warnings + notes) < all)
		fprintf(out, "\n%zu more are in the formats text and json.\n",
			all - (size_t)(warnings + notes));
	if (all > 0)
		fputc('\n', out);
	return status;
}

int
rs_lint_report_md(const struct rs_lint_report *report, FILE *out)
{
	fputs("## Policy lint: ", out);
	count_text(report->warnings, "warning", out);
	fputs(", ", out);
	count_text(report->notes, "note", out);
	fprintf(out, " in %zu polic%s\n\n", report->count,
		report->count == 1 ? "y" : "ies");
	if (put_findings(report, out))
		return -1;
	fprintf(out, "Made by retrysim %s%s", backoff_version(),
		report->count ? " from" : "");
	for (size_t i = 0; i < report->count; i++) {
		fputs(i ? ", " : " ", out);
		tk_md_code(out, report->item[i].name, NAME_COLUMNS, false);
		fprintf(out, " (hash `%016" PRIx64 "`)", report->item[i].hash);
	}
	if (report->command) {
		fputs(":\n\n", out);
		tk_md_shell(out, report->command);
	} else {
		fputc('\n', out);
	}
	return ferror(out) ? -1 : 0;
}
