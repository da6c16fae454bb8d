/* Values as people read them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "report/cells.h"

Test(report_cells, are_written_by_unit)
{
	static const struct {
		enum rs_unit unit;
		double number;
		const char *expected;
		const char *why;
	} cases[] = {
		{RS_UNIT_COUNT, 3533, "3533", "a count"},
		{RS_UNIT_MEAN, 816, "816.0", "a mean has a decimal"},
		{RS_UNIT_RATIO, 1.23104, "1.2310", "attempts per call"},
		{RS_UNIT_RATE, 0.93037, "93.04", "percent"},
		{RS_UNIT_RATE, 0.999999, ">99.99", "less than all"},
		{RS_UNIT_RATE, 0.000001, "<0.01", "more than nothing"},
		{RS_UNIT_RATE, 1, "100.00", "all"},
		{RS_UNIT_RATE, 0, "0.00", "nothing"},
		{RS_UNIT_SHARE, 0.769, "76.9", "a share has one decimal"},
		{RS_UNIT_SHARE, 1, "100", "a whole"},
		{RS_UNIT_SHARE, 0, "0", "none of it"},
		{RS_UNIT_SHARE, 0.9999, ">99.9", "nearly a whole"},
		{RS_UNIT_SHARE, 0.0001, "<0.1", "hardly any"},
		{RS_UNIT_POINTS, -0.0056, "-0.56", "points have a sign"},
		{RS_UNIT_POINTS, 0.0056, "+0.56", "both"},
		{RS_UNIT_NS, 1.2e9, "1.2s", "a duration"},
		{RS_UNIT_YES_NO, 1, "yes", "a truth"},
		{RS_UNIT_YES_NO, 0, "no", "a falsehood"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct rs_column column = {.unit = cases[i].unit};
		const struct rs_value value = {.number = cases[i].number};
		char text[64];

		cr_expect_str_eq(
			rs_cell_value(&column, &value, text, sizeof(text)),
			cases[i].expected, "%s: %s", cases[i].why, text);
	}
}

Test(report_cells, mark_what_a_number_alone_would_hide)
{
	static const struct rs_column column = {.unit = RS_UNIT_RATE};
	static const struct {
		struct rs_value value;
		const char *alone, *interval, *brackets;
		const char *why;
	} cases[] = {
		{{.number = 0.5, .interval = {0.4, 0.6}},
		 "50.00",
		 "40.00-60.00",
		 "50.00 [40.00, 60.00]",
		 "a number"},
		{{.number = 0.5, .interval = {0.4, 0.6}, .null = true},
		 "-",
		 "-",
		 "-",
		 "no number"},
		{{.number = 0.5, .reading = RS_READ_UNKNOWN},
		 "-",
		 "-",
		 "-",
		 "a number that says nothing"},
		{{.number = 0.5, .reading = RS_READ_NOTHING},
		 "",
		 "",
		 "",
		 "the baseline next to itself"},
		{{.number = 0.5, .reading = RS_READ_AT_LEAST},
		 ">=50.00",
		 "0.00",
		 "50.00 [0.00, 0.00]",
		 "a lower bound"},
		{{.number = 0.5, .reading = RS_READ_DOUBTFUL},
		 "50.00?",
		 "0.00",
		 "50.00 [0.00, 0.00]",
		 "a doubtful number"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct rs_value *value = &cases[i].value;
		char text[64];

		cr_expect_str_eq(
			rs_cell_value(&column, value, text, sizeof(text)),
			cases[i].alone, "%s: %s", cases[i].why, text);
		cr_expect_str_eq(
			rs_cell_interval(&column, value, text, sizeof(text)),
			cases[i].interval, "%s: %s", cases[i].why, text);
		cr_expect_str_eq(
			rs_cell_brackets(&column, value, text, sizeof(text)),
			cases[i].brackets, "%s: %s", cases[i].why, text);
	}
}

Test(report_cells, give_a_mean_a_decimal_only_if_it_has_one)
{
	static const struct rs_column column = {.unit = RS_UNIT_MEAN};
	static const struct {
		double number;
		const char *expected;
	} cases[] = {
		{246, "246 [218, 277]"},
		{265.6, "265.6 [218, 277]"},
		{0, "0 [218, 277]"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct rs_value value = {.number = cases[i].number,
					       .interval = {218.2, 276.7}};
		char text[64];

		cr_expect_str_eq(
			rs_cell_brackets(&column, &value, text, sizeof(text)),
			cases[i].expected);
	}
}
