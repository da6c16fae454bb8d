/* Tests of tools/common/units. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "common/units.h"

#define BAD UINT64_MAX
#define S UINT64_C(1000000000)

Test(common_units, parses_durations)
{
	static const struct {
		const char *text;
		uint64_t want;
	} row[] = {
		{"0", 0},
		{"1", S},
		{"1.5s", 1500000000},
		{"500ms", 500000000},
		{"3us", 3000},
		{"3\xc2\xb5s", 3000},
		{"7ns", 7},
		{"2m", 120 * S},
		{"1h", 3600 * S},
		{"1d", 86400 * S},
		{"0.5d", 43200 * S},
		{".5", 500000000},
		{"0.123456789", 123456789},
		{"0.1234567894000000000001", 123456789},
		{"0.1234567896", 123456790},
		{"1000000000", S * S},
		{"1000000000.1", BAD},
		{"1000000001", BAD},
		{"11575d", BAD},
		{"99999999999999999999999999", BAD},
		{"", BAD},
		{".", BAD},
		{"1.", BAD},
		{"s", BAD},
		{"-1", BAD},
		{"+1", BAD},
		{" 1", BAD},
		{"1 s", BAD},
		{"1S", BAD},
		{"1e3", BAD},
		{"1.5.5", BAD},
		{"nan", BAD},
		{"1m30s", BAD},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint64_t got = BAD;
		bool ok = tk_parse_duration(row[i].text, &got);

		cr_expect_eq(ok, row[i].want != BAD, "'%s'", row[i].text);
		cr_expect_eq(got, row[i].want, "'%s': %" PRIu64, row[i].text,
			     got);
	}
}

Test(common_units, parses_counts_within_their_range)
{
	static const struct {
		const char *text;
		uint64_t min, max, want;
	} row[] = {
		{"0", 0, 9, 0},
		{"007", 0, 9, 7},
		{"9", 0, 9, 9},
		{"10", 0, 9, BAD},
		{"1", 2, 9, BAD},
		{"18446744073709551614", 0, BAD, BAD - 1},
		{"18446744073709551616", 0, BAD, BAD},
		{"", 0, 9, BAD},
		{"-1", 0, 9, BAD},
		{"1 ", 0, 9, BAD},
		{"0x1", 0, 9, BAD},
		{"1.0", 0, 9, BAD},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint64_t got = BAD;
		bool ok = tk_parse_count(row[i].text, row[i].min, row[i].max,
					 &got);

		cr_expect_eq(ok, row[i].want != BAD, "'%s'", row[i].text);
		cr_expect_eq(got, row[i].want, "'%s'", row[i].text);
	}
}

Test(common_units, formats_durations)
{
	static const struct {
		uint64_t ns;
		const char *want;
	} row[] = {
		{0, "0"},
		{7, "7ns"},
		{999, "999ns"},
		{1000, "1us"},
		{3200, "3.2us"},
		{9996, "10us"},
		{999499, "999us"},
		{999500, "1ms"},
		{50400000, "50.4ms"},
		{999499999, "999ms"},
		{999500000, "1s"},
		{1250000000, "1.25s"},
		{59900000000, "59.9s"},
		{59960000000, "1m00s"},
		{125 * S, "2m05s"},
		{3599 * S + S / 2, "1h00m"},
		{(3 * 3600 + 12 * 60) * S, "3h12m"},
		{(23 * 3600 + 59 * 60 + 45) * S, "1d00h"},
		{(4 * 24 + 6) * 3600 * S, "4d06h"},
		{(999 * 24 + 23) * 3600 * S, "999d23h"},
		{2000 * 86400 * S, "2000d"},
		{UINT64_MAX, "213504d"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char got[32];

		tk_format_duration(row[i].ns, got, sizeof(got));
		cr_expect_str_eq(got, row[i].want, "%" PRIu64 ": %s", row[i].ns,
				 got);
	}
	/* Every size of number, around every border. */
	for (uint64_t ns = 1; ns < UINT64_MAX / 3; ns = ns * 2 + ns / 7) {
		char got[32];

		tk_format_duration(ns, got, sizeof(got));
		cr_expect(strlen(got) <= 7, "%s", got);
	}
}

Test(common_units, formats_counts)
{
	static const struct {
		double value;
		const char *want;
	} row[] = {
		{0, "0"},        {0.5, "0.5"},     {2.04, "2"},
		{9.96, "10"},    {12, "12"},       {12.4, "12"},
		{999, "999"},    {999.5, "1k"},    {1234, "1.2k"},
		{56789, "57k"},  {999499, "999k"}, {999500, "1M"},
		{3.4e6, "3.4M"}, {5.6e9, "5.6G"},  {-1500, "-1.5k"},
		{NAN, "-"},      {INFINITY, "-"},  {1e21, "1000E"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char got[32];

		tk_format_count(row[i].value, got, sizeof(got));
		cr_expect_str_eq(got, row[i].want, "%g: %s", row[i].value, got);
	}
}

Test(common_units, formats_rates)
{
	static const struct {
		double value;
		const char *want;
	} row[] = {
		{-1, "0"},          {0, "0"},         {0.733, "0.73"},
		{9.994, "9.99"},    {9.996, "10.0"},  {1460, "1460.0"},
		{99999, "99999.0"}, {120000, "120k"}, {1e9, "1G"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char got[32];

		tk_format_rate(row[i].value, got, sizeof(got));
		cr_expect_str_eq(got, row[i].want, "%g: %s", row[i].value, got);
	}
}
