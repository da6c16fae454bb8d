/* A comparison as comma-separated values (RFC 4180), a row per result. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "common/csv.h"
#include "report/columns.h"

static void
write_number(enum rs_unit unit, double number, FILE *out)
{
	const struct rs_unit_row *row = &rs_unit_table[unit];

	fprintf(out, "%.*f", (int)row->csv_decimals, number / row->divisor);
}

static void
write_value(enum rs_unit unit, const struct rs_value *value, FILE *out)
{
	switch (unit) {
	case RS_UNIT_TEXT:
		tk_csv_text(value->text, out);
		break;
	case RS_UNIT_WORD:
	case RS_UNIT_LIST:
	case RS_UNIT_TIME:
		fputs(value->text, out);
		break;
	default:
		write_number(unit, value->number, out);
		break;
	}
}

enum end { NO_END, LOW, HIGH };

/* Write one field: the value of a column or one end of its interval; without a
 * row, the heading. */
static void
write_field(const struct rs_column *column, enum end end,
	    const struct rs_row *row, FILE *out)
{
	static const char *const suffix[] = {
		[NO_END] = "", [LOW] = "_low", [HIGH] = "_high"};
	struct rs_value value;

	if (row == NULL) {
		fprintf(out, "%s%s", column->name, suffix[end]);
		return;
	}
	rs_column_get(column, row, &value);
	if (value.null)
		return;
	if (end == NO_END)
		write_value(column->unit, &value, out);
	else
		write_number(column->unit,
			     end == LOW ? value.interval.low
					: value.interval.high,
			     out);
}

static void
write_line(const struct rs_row *row, FILE *out)
{
	const struct rs_columns *columns = &rs_result_columns;
	const char *comma = "";

	for (int part = RS_CSV_NONE + 1; part < RS_CSV_PARTS; part++)
		for (size_t i = 0; i < columns->count; i++) {
			const struct rs_column *column = &columns->item[i];

			if ((int)column->csv == part) {
				fputs(comma, out);
				write_field(column, NO_END, row, out);
				comma = ",";
			}
			if ((int)column->csv_interval == part) {
				fputs(comma, out);
				write_field(column, LOW, row, out);
				fputc(',', out);
				write_field(column, HIGH, row, out);
				comma = ",";
			}
		}
	fputs("\r\n", out);
}

static int
write_csv(const struct rs_report *report, FILE *out)
{
	const struct rs_comparison *comparison = report->comparison;
	size_t policies = comparison->plan->policies->count;

	write_line(NULL, out);
	for (size_t i = 0; i < comparison->subject_count; i++) {
		struct rs_row row = {.report = report,
				     .subject = &comparison->subject[i]};

		row.result = &comparison->result[row.subject->first_result];
		for (size_t p = 0; p < policies; p++, row.result++)
			write_line(&row, out);
	}
	return ferror(out) ? -1 : 0;
}

const struct rs_writer rs_writer_csv = {"csv", write_csv, false};
