/* The table of result columns: complete, and with names that stay. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "report/columns.h"

static const struct rs_column *
find(const char *name)
{
	for (size_t i = 0; i < rs_result_columns.count; i++)
		if (strcmp(rs_result_columns.item[i].name, name) == 0)
			return &rs_result_columns.item[i];
	return NULL;
}

static void
check_row(const struct rs_column *column)
{
	const char *name = column->name;

	cr_expect(column->get, "%s has no getter", name);
	cr_expect(column->member || column->csv, "%s is shown nowhere", name);
	cr_expect((column->group == RS_GROUP_NONE) || column->heading,
		  "%s is in a table without a heading", name);
	cr_expect(!column->csv_interval || column->interval,
		  "%s has no interval for CSV", name);
	cr_expect(column->interval || column->style == RS_STYLE_VALUE,
		  "%s has no interval for its table", name);
	cr_expect(column->group != RS_GROUP_COSTS || column->interval,
		  "%s has no interval for the table of intervals", name);
	cr_expect(column->doc || column->part_name,
		  "%s is not documented, nor part of the row above", name);
}

Test(report_columns, have_what_the_formats_ask_for)
{
	const struct rs_columns *const tables[] = {
		&rs_result_columns, &rs_operation_columns, &rs_log_columns};

	for (size_t t = 0; t < 3; t++)
		for (size_t i = 0; i < tables[t]->count; i++) {
			const struct rs_column *a = &tables[t]->item[i];

			check_row(a);
			for (size_t j = 0; j < i; j++) {
				const struct rs_column *b = &tables[t]->item[j];

				cr_expect_str_neq(a->name, b->name);
				cr_expect(!a->member || !b->member ||
						  strcmp(a->member, b->member),
					  "%s is there twice", a->member);
			}
		}
}

Test(report_columns, have_a_row_for_each_part_with_its_name)
{
	static const char *const percentile[] = {"p50", "p95", "p99"};
	char name[64];

	for (int i = BACKOFF_STOP_NONE + 1; i < RS_STOPS; i++) {
		const char *stop = backoff_stop_name((enum backoff_stop)i);
		const struct rs_column *column;

		snprintf(name, sizeof(name), "stop_%s", stop);
		column = find(name);
		cr_assert(column, "no column %s", name);
		cr_expect_eq(column->part, i);
		cr_expect_str_eq(column->part_name, stop);
		cr_expect_eq(column->group == RS_GROUP_REASONS,
			     i != BACKOFF_STOP_SUCCESS);
	}
	for (int i = 0; i < RS_SUPPORT_COUNT; i++) {
		const struct rs_column *column =
			find(rs_support_name((enum rs_support)i));

		cr_assert(column);
		cr_expect_eq(column->part, i);
	}
	for (int i = 0; i < RS_PERCENTILES; i++) {
		snprintf(name, sizeof(name), "failure_%s_seconds",
			 percentile[i]);
		cr_assert(find(name), "no column %s", name);
		cr_expect_eq(find(name)->part, i);
	}
}

Test(report_columns, name_the_members_of_an_interval)
{
	static const struct {
		const char *name, *low, *high;
	} cases[] = {
		{"retries", "retries_low", "retries_high"},
		{"success_rate_outer", "success_rate_outer_low",
		 "success_rate_outer_high"},
		{"success_p95_seconds", "success_latency_seconds.p95_low",
		 "success_latency_seconds.p95_high"},
		{"stop_deadline", "stop_reasons_low.deadline",
		 "stop_reasons_high.deadline"},
		{"difference", "difference.low", "difference.high"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct rs_column *column = find(cases[i].name);
		char member[96];

		cr_assert(column);
		rs_column_bound(column, "low", member, sizeof(member));
		cr_expect_str_eq(member, cases[i].low);
		rs_column_bound(column, "high", member, sizeof(member));
		cr_expect_str_eq(member, cases[i].high);
	}
}
