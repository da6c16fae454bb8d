/* Tests of tools/chart/scale. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "chart/markup.h"
#include "chart/scale.h"

/* The names of ticks, with a blank between. */
static char *
ticks_of(const struct ch_scale *scale, size_t most, char *out, size_t size)
{
	double tick[CH_TICKS_MAX];
	size_t count = ch_ticks(scale, most, tick);
	size_t used = 0;

	*out = '\0';
	for (size_t i = 0; i < count; i++) {
		char text[CH_FORMAT_MAX];
		int length;

		ch_format_tick(scale->unit, tick[i], text, sizeof(text));
		length = snprintf(out + used, size - used, "%s%s", i ? " " : "",
				  text);
		cr_assert(length > 0 && (size_t)length < size - used);
		used += (size_t)length;
	}
	return out;
}

Test(chart_scale, linear_ticks_go_by_one_two_and_five)
{
	static const struct {
		enum ch_unit unit;
		double low, high;
		const char *want;
	} row[] = {
		{CH_MEAN, 0, 1, "0 0.2 0.4 0.6 0.8 1"},
		{CH_MEAN, 1.02, 1.37, "1 1.1 1.2 1.3 1.4"},
		{CH_MEAN, 0, 23, "0 5 10 15 20 25"},
		{CH_POINTS, -0.013, 0.002, "-1.5 -1 -0.5 0 +0.5"},
		{CH_SHARE, 0.91, 0.99, "90% 92% 94% 96% 98% 100%"},
		{CH_SHARE, 1, 1, "99.99% 100%"},
		{CH_SHARE, 0, 0, "0% 0.01%"},
		{CH_TIME_DIFF, -3e6, 4e6, "-4ms -2ms 0 +2ms +4ms"},
		{CH_TIME, 0, 200e9, "0 1m00s 2m00s 3m00s 4m00s"},
		{CH_COUNT, 0, 3, "0 1 2 3"},
		{CH_MEAN, HUGE_VAL, -HUGE_VAL, "0 0.2 0.4 0.6 0.8 1"},
		{CH_MEAN, 3, 3, "2.99 3 3.01"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct ch_range range = {row[i].low, row[i].high};
		struct ch_scale scale =
			ch_scale_linear(row[i].unit, range, 0, 100);
		char got[256];

		ticks_of(&scale, 7, got, sizeof(got));
		cr_expect_str_eq(got, row[i].want);
	}
}

Test(chart_scale, log_ticks_thin_out)
{
	static const struct {
		double low, high;
		const char *want;
	} row[] = {
		{1e6, 1e7, "1ms 2ms 5ms 10ms"},
		{5e6, 3e9, "10ms 100ms 1s"},
		{1e3, 1e12, "10us 1ms 100ms 10s 10m00s"},
		{1e9, 600e9, "1s 10s 1m00s 10m00s"},
		{20e9, 130e9, "20s 1m00s 2m00s"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct ch_range range = {row[i].low, row[i].high};
		struct ch_scale scale = ch_scale_log(CH_TIME, range, 0, 100);
		char got[256];

		ticks_of(&scale, 7, got, sizeof(got));
		cr_expect_str_eq(got, row[i].want);
	}
}

Test(chart_scale, places_are_within_the_scale)
{
	struct ch_range range = {1e6, 1e9};
	struct ch_scale scale = ch_scale_log(CH_TIME, range, 200, 100);
	static const double value[] = {0,           -1,       1e6,
				       1e300,       31e6,     1e-9,
				       (double)NAN, HUGE_VAL, -HUGE_VAL};

	for (size_t i = 0; i < sizeof(value) / sizeof(*value); i++) {
		double place = ch_place(&scale, value[i]);

		cr_expect(place >= 100 && place <= 200, "%g", value[i]);
	}
	cr_expect_float_eq(ch_place(&scale, sqrt(1e15)), 150, 1e-6);
}

Test(chart_scale, every_range_has_ticks)
{
	static const double end[] = {-1e300, -1e18, -7, -1e-9, 0,
				     1e-300, 1e-9,  3,  1e18,  1e300};
	enum { ENDS = sizeof(end) / sizeof(*end) };

	for (int unit = CH_COUNT; unit <= CH_TIME_DIFF; unit++) {
		for (size_t i = 0; i < ENDS * ENDS; i++) {
			struct ch_range range = ch_range_none();
			double tick[CH_TICKS_MAX];
			struct ch_scale scale;

			ch_range_add(&range, end[i % ENDS]);
			ch_range_add(&range, end[i / ENDS]);
			scale = ch_scale_linear((enum ch_unit)unit, range, 0,
						100);
			cr_expect(scale.low < scale.high);
			if (unit != CH_SHARE)
				cr_expect(ch_ticks(&scale, 7, tick) >= 1);
			scale = ch_scale_log((enum ch_unit)unit, range, 0, 100);
			cr_expect(scale.low < scale.high);
			cr_expect(ch_ticks(&scale, 7, tick) <= 7);
		}
	}
}
