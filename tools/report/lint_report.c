/* The findings about policies as text and as JSON. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/lint_report.h"

#include <inttypes.h>
#include <string.h>

#include "base/num.h"
#include "common/json_out.h"
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

static void
print_finding(const char *from, const struct rs_lint_finding *finding,
	      FILE *out)
{
	const struct rs_lint_row *row = &rs_lint_table[finding->code];

	fprintf(out, "%s: %s: %s%s", from, row->name,
		row->severity == RS_LINT_NOTE ? "note: " : "",
		finding->message);
	for (size_t i = 0; i < finding->measured_count; i++) {
		fputs(i ? ", " : " (measured: ", out);
		print_measured(&finding->measured[i], out);
	}
	fputs(finding->measured_count ? ")\n" : "\n", out);
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
