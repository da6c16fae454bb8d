/* docs/replay.md documents the members that the tables of columns have. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "report/columns.h"

/* Columns with one getter and a part each, documented in one line. */
struct family {
	const struct rs_column *first;
	size_t count;
};

static struct family
family_at(const struct rs_columns *columns, size_t at)
{
	struct family family = {&columns->item[at], 1};

	while (at + family.count < columns->count &&
	       columns->item[at + family.count].doc == NULL)
		family.count++;
	return family;
}

/* A name in backticks; a family's part becomes a '*'. */
static void
put_name(const char *name, const char *part, FILE *out)
{
	const char *found = part ? strstr(name, part) : NULL;

	if (found)
		fprintf(out, "`%.*s*%s`", (int)(found - name), name,
			found + strlen(part));
	else
		fprintf(out, "`%s`", name);
}

static void
put_member(const struct rs_column *column, FILE *out)
{
	char low[96], high[96];

	fputs("| ", out);
	if (column->member == NULL) {
		fputs("-", out);
		return;
	}
	if (column->interval != RS_INTERVAL_ALONE)
		put_name(column->member, column->part_name, out);
	if (column->interval == RS_INTERVAL_NONE)
		return;
	rs_column_bound(column, "low", low, sizeof(low));
	rs_column_bound(column, "high", high, sizeof(high));
	if (column->interval == RS_INTERVAL_WITH_VALUE && !column->bounds) {
		fputs(", `_low`, `_high`", out);
		return;
	}
	if (column->interval == RS_INTERVAL_WITH_VALUE)
		fputs(", ", out);
	put_name(low, column->part_name, out);
	fputs(", ", out);
	put_name(column->bounds ? high : "_high", column->part_name, out);
}

static void
put_csv(const struct rs_column *column, FILE *out)
{
	fputs(" | ", out);
	if (column->csv == RS_CSV_NONE && column->csv_interval == RS_CSV_NONE)
		fputs("-", out);
	else if (column->interval == RS_INTERVAL_ALONE)
		fprintf(out, "`%s_low`, `_high`", column->name);
	else
		put_name(column->name, column->part_name, out);
	if (column->csv && column->csv_interval)
		fputs(", `_low`, `_high`", out);
}

static void
put_doc(const struct family *family, FILE *out)
{
	fprintf(out, " | %s | ", rs_unit_table[family->first->unit].name);
	if (family->count > 1)
		for (size_t i = 0; i < family->count; i++)
			fprintf(out, "%s`%s`", i ? ", " : "",
				family->first[i].part_name);
	fprintf(out, "%s%s |\n", family->count > 1 ? ": " : "",
		family->first->doc);
}

/* The table of members as Markdown, to be freed. */
static char *
markdown(const struct rs_columns *columns, bool csv)
{
	char *text = NULL;
	size_t length, at = 0;
	FILE *out = open_memstream(&text, &length);

	cr_assert(out);
	fputs(csv ? "| member | CSV column | unit | meaning "
		    "|\n|---|---|---|---|\n"
		  : "| member | unit | meaning |\n|---|---|---|\n",
	      out);
	while (at < columns->count) {
		struct family family = family_at(columns, at);

		put_member(family.first, out);
		if (csv)
			put_csv(family.first, out);
		put_doc(&family, out);
		at += family.count;
	}
	fputc('\n', out);
	cr_assert(fclose(out) == 0);
	return text;
}

static char *
read_guide(void)
{
	FILE *in = fopen(TEST_SRCDIR "/docs/replay.md", "r");
	char *text = calloc(1, 1 << 20);

	cr_assert(in && text);
	cr_assert(fread(text, 1, (1 << 20) - 1, in) > 0);
	fclose(in);
	return text;
}

Test(report_docs, have_the_members_that_the_tables_have)
{
	static const struct {
		const char *why;
		const struct rs_columns *columns;
		bool csv;
	} cases[] = {
		{"the log", &rs_log_columns, false},
		{"an operation", &rs_operation_columns, false},
		{"a result", &rs_result_columns, true},
	};
	char *guide = read_guide();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *table = markdown(cases[i].columns, cases[i].csv);

		cr_expect(strstr(guide, table),
			  "docs/replay.md needs this table for %s:\n%s",
			  cases[i].why, table);
		free(table);
	}
	free(guide);
}
