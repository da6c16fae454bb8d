/* Findings about policies as one JSON document. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "common/units.h"
#include "report/lint_report.h"

/* Nine decimals: a nanosecond. Counts beyond 2^53 lose their last digits, and
 * nobody counts that far. */
static double
plain(const struct rs_lint_measured *measured)
{
	switch (measured->unit) {
	case RS_LINT_SHARE:
		return measured->value.share;
	case RS_LINT_NS:
		return (double)measured->value.count / (double)TK_NS_PER_S;
	case RS_LINT_COUNT:
		break;
	}
	return (double)measured->value.count;
}

static bool
add_measured(cJSON *parent, const struct rs_lint_finding *finding)
{
	cJSON *object = cJSON_AddObjectToObject(parent, "measured");
	bool ok = object != NULL;

	for (size_t i = 0; ok && i < finding->measured_count; i++) {
		const struct rs_lint_measured *measured = &finding->measured[i];

		ok = cJSON_AddNumberToObject(object, measured->name,
					     round(plain(measured) * 1e9) /
						     1e9) != NULL;
	}
	return ok;
}

static bool
add_finding(cJSON *list, const struct rs_linted *linted,
	    const struct rs_lint_finding *finding)
{
	const struct rs_lint_row *row = &rs_lint_table[finding->code];
	cJSON *object = cJSON_CreateObject();

	if (object == NULL)
		return false;
	if (!cJSON_AddItemToArray(list, object)) {
		cJSON_Delete(object);
		return false;
	}
	return cJSON_AddStringToObject(object, "policy", linted->name) &&
	       cJSON_AddStringToObject(object, "from", linted->from) &&
	       cJSON_AddStringToObject(object, "code", row->name) &&
	       cJSON_AddStringToObject(object, "severity",
				       rs_lint_severity_name(row->severity)) &&
	       cJSON_AddStringToObject(object, "message", finding->message) &&
	       add_measured(object, finding);
}

int
rs_lint_report_json(const struct rs_lint_report *report, FILE *out)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *list = NULL;
	char *text = NULL;
	bool ok =
		root && cJSON_AddNumberToObject(root, "schema_version", 1) &&
		cJSON_AddNumberToObject(root, "policies",
					(double)report->count) &&
		cJSON_AddNumberToObject(root, "warnings",
					(double)report->warnings) &&
		cJSON_AddNumberToObject(root, "notes", (double)report->notes) &&
		(list = cJSON_AddArrayToObject(root, "findings"));

	for (size_t i = 0; ok && i < report->count; i++)
		for (size_t j = 0; ok && j < report->item[i].findings.count;
		     j++)
			ok = add_finding(list, &report->item[i],
					 &report->item[i].findings.item[j]);
	text = ok ? cJSON_Print(root) : NULL;
	cJSON_Delete(root);
	if (text == NULL)
		return -1;
	fprintf(out, "%s\n", text);
	free(text);
	return 0;
}
