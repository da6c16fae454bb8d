/* Tests of load: peaks above the recorded load. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "recorded/load.h"

Test(recorded_load, is_judged_by_share_and_by_chance)
{
	static const struct {
		double peak, recorded;
		enum rs_load_level level;
		const char *why;
	} row[] = {
		{1000, 1000, RS_LOAD_USUAL, "the same"},
		{400, 1000, RS_LOAD_USUAL, "less"},
		{1100, 1000, RS_LOAD_USUAL, "a tenth more"},
		{1101, 1000, RS_LOAD_HIGH, "above that"},
		{1500, 1000, RS_LOAD_HIGH, "half more"},
		{1501, 1000, RS_LOAD_EXTRAPOLATED, "above that"},
		{10, 4, RS_LOAD_USUAL, "within three deviations of 2"},
		{11, 4, RS_LOAD_EXTRAPOLATED, "beyond"},
		{130, 100, RS_LOAD_USUAL, "within three deviations of 10"},
		{131, 100, RS_LOAD_HIGH, "beyond"},
		{0, 0, RS_LOAD_USUAL, "nothing at all"},
		{1, 0, RS_LOAD_EXTRAPOLATED, "of nothing"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		cr_expect(rs_load_judge(row[i].peak, row[i].recorded) ==
				  row[i].level,
			  "%s: %g of %g", row[i].why, row[i].peak,
			  row[i].recorded);
}

Test(recorded_load, attempts_beyond_the_log_have_no_bin)
{
	const struct rs_load load = {.from_ns = 1000, .bin_ns = 10, .bins = 3};
	static const struct {
		uint64_t start_ns;
		size_t bin;
	} row[] = {{0, 3},    {999, 3},  {1000, 0}, {1009, 0},
		   {1010, 1}, {1029, 2}, {1030, 3}, {UINT64_MAX, 3}};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		cr_expect(rs_load_bin(&load, row[i].start_ns) == row[i].bin,
			  "%ju", (uintmax_t)row[i].start_ns);
}

Test(recorded_load, the_peak_is_of_first_and_further_attempts)
{
	uint64_t first[] = {5, 8, 3, 1000};
	const int64_t further[] = {20, -10, 0, 1000};
	const struct rs_load load = {.bin_ns = 1, .bins = 3, .first = first};

	cr_expect(rs_load_peak(&load, further, 10) == 7, "5 + 20 / 10");
	cr_expect(rs_load_peak(&load, further, 1) == 25);
}
