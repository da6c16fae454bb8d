/* The tables of a report for people: a row per policy. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/tables.h"

#include "report/cells.h"

/* More columns than any table has. */
#define COLUMNS_MAX 32
#define CELL_MAX 128
/* Number of reasons of failed calls that have a column. */
#define REASONS_MAX 6

/* The columns of one table. */
struct list {
	const struct rs_column *item[COLUMNS_MAX];
	size_t count;
};

static const struct rs_result *
results(const struct rs_report *report, const struct rs_subject *subject)
{
	return &report->comparison->result[subject->first_result];
}

static size_t
policy_count(const struct rs_report *report)
{
	return report->comparison->plan->policies->count;
}

static void
add_group(struct list *list, enum rs_group group)
{
	const struct rs_columns *columns = &rs_result_columns;

	for (size_t i = 0; i < columns->count; i++)
		if (columns->item[i].group == group &&
		    list->count < COLUMNS_MAX)
			list->item[list->count++] = &columns->item[i];
}

static double
total(const struct rs_report *report, const struct rs_subject *subject,
      const struct rs_column *column)
{
	struct rs_row row = {report, subject, results(report, subject), 0};
	double sum = 0;

	for (size_t p = 0; p < policy_count(report); p++, row.result++) {
		struct rs_value value;

		rs_column_get(column, &row, &value);
		sum += value.number;
	}
	return sum;
}

/* Add the reasons that ended most failed calls under all policies together. */
static void
add_reasons(const struct rs_report *report, const struct rs_subject *subject,
	    struct list *list)
{
	double calls[COLUMNS_MAX];
	struct list all = {.count = 0};

	add_group(&all, RS_GROUP_REASONS);
	for (size_t i = 0; i < all.count; i++)
		calls[i] = total(report, subject, all.item[i]);
	while (list->count < REASONS_MAX) {
		size_t best = 0;

		for (size_t i = 1; i < all.count; i++)
			if (calls[i] > calls[best])
				best = i;
		if (!(calls[best] > 0))
			break;
		calls[best] = 0;
		list->item[list->count++] = all.item[best];
	}
}

static void
find_columns(const struct rs_report *report, const struct rs_subject *subject,
	     enum rs_table which, struct list *list)
{
	switch (which) {
	case RS_TABLE_RATES:
		add_group(list, RS_GROUP_RATES);
		break;
	case RS_TABLE_SUPPORT:
		add_group(list, RS_GROUP_SUPPORT);
		break;
	case RS_TABLE_COSTS:
	case RS_TABLE_INTERVALS:
		add_group(list, RS_GROUP_COSTS);
		break;
	case RS_TABLE_REASONS:
		add_reasons(report, subject, list);
		break;
	case RS_TABLES:
		break;
	}
}

/* The number of columns in the table that a column needs. */
static size_t
width(const struct rs_column *column)
{
	return column->style == RS_STYLE_NEXT ? 2 : 1;
}

static void
make_heads(struct tk_table *table, enum rs_table which, const struct list *list)
{
	static const char *const first[] = {
		[RS_TABLE_RATES] = "policy",
		[RS_TABLE_SUPPORT] = "% of attempts",
		[RS_TABLE_COSTS] = "policy",
		[RS_TABLE_INTERVALS] = "95 % intervals",
		[RS_TABLE_REASONS] = "failed calls",
	};
	size_t at = 0;

	_Static_assert(sizeof(first) / sizeof(*first) == RS_TABLES,
		       "a heading for each table");
	tk_table_head(table, at++, first[which]);
	for (size_t i = 0; i < list->count; i++) {
		const struct rs_column *column = list->item[i];
		char head[CELL_MAX];

		/* A space stands where cells may have a question mark. */
		snprintf(head, sizeof(head), "%s%s", column->heading,
			 column->style == RS_STYLE_NEXT ? " " : "");
		tk_table_head(table, at, head);
		if (column->style == RS_STYLE_NEXT)
			tk_table_head(table, at + 1, "95 % interval");
		at += width(column);
	}
}

static void
make_cells(struct tk_table *table, size_t at, const struct rs_column *column,
	   enum rs_table which, const struct rs_value *value)
{
	char cell[CELL_MAX];

	if (which == RS_TABLE_INTERVALS)
		rs_cell_interval(column, value, cell, sizeof(cell));
	else if (column->style == RS_STYLE_BRACKETS ||
		 column->style == RS_STYLE_RANGE)
		rs_cell_brackets(column, value, cell, sizeof(cell));
	else
		rs_cell_value(column, value, cell, sizeof(cell));
	if (column->style != RS_STYLE_NEXT) {
		tk_table_cell(table, at, "%s", cell);
		return;
	}
	tk_table_cell(table, at, "%s%s", cell,
		      value->reading == RS_READ_DOUBTFUL ? "" : " ");
	rs_cell_interval(column, value, cell, sizeof(cell));
	tk_table_cell(table, at + 1, "%s", cell);
}

bool
rs_table_make(const struct rs_report *report, const struct rs_subject *subject,
	      enum rs_table which, struct tk_table **out)
{
	struct rs_row row = {report, subject, results(report, subject), 0};
	struct list list = {.count = 0};
	struct tk_table *table;
	size_t columns = 1;

	*out = NULL;
	find_columns(report, subject, which, &list);
	if (list.count == 0)
		return true;
	for (size_t i = 0; i < list.count; i++)
		columns += width(list.item[i]);
	*out = table = tk_table_new(columns);
	if (table == NULL)
		return false;
	make_heads(table, which, &list);
	for (size_t p = 0; p < policy_count(report); p++, row.result++) {
		size_t at = 0;

		tk_table_row(table);
		tk_table_cell(table, at++, "%s", row.result->policy->label);
		for (size_t i = 0; i < list.count; i++) {
			struct rs_value value;

			rs_column_get(list.item[i], &row, &value);
			make_cells(table, at, list.item[i], which, &value);
			at += width(list.item[i]);
		}
	}
	return true;
}
