/* Tests of tools/stats/draws. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include <criterion/criterion.h>

#include "base/num.h"
#include "stats/draws.h"

static bool
near(double a, double b, double by)
{
	return fabs(a - b) < by;
}

Test(stats_draws, spread)
{
	static const double value[] = {2, 4, 6}, same[] = {0.1, 0.1, 0.1};
	struct tk_spread got = tk_spread_of(value, 3);
	struct tk_interval interval;

	cr_expect(near(got.mean, 4, 1e-12) && near(got.deviation, 2, 1e-12));
	/* By hand: t of 2 degrees of freedom is 4.303, and the expansion comes
	 * near it. */
	interval = tk_spread_interval(got, 3);
	cr_expect(near(interval.high - 4, 4.303 * 2 * sqrt(4.0 / 3), 0.6), "%g",
		  interval.high);
	got = tk_spread_of(same, 3);
	interval = tk_spread_interval(got, 3);
	cr_expect(got.deviation <= 0, "equal draws have no spread, exactly");
	cr_expect(interval.low >= 0.1 && interval.high <= 0.1);
	got = tk_spread_of(value, 1);
	cr_expect(near(got.mean, 2, 1e-12) && got.deviation <= 0, "one draw");
	got = tk_spread_of(value, 0);
	cr_expect(got.mean <= 0 && got.deviation <= 0, "no draw");
}

/* From -1 to 1, evenly. */
static double
even(uint64_t key)
{
	return ldexp((double)(bo_mix64(key) >> 11), -52) - 1;
}

/* Draws of groups: what a group knows, and what is a draw's own chance. */
static void
fill(double *draw, size_t count, size_t groups, double known, double chance)
{
	for (size_t i = 0; i < count; i++)
		draw[i] = known * even(i % groups) + chance * even(1000 + i);
}

Test(stats_draws, what_groups_know_is_kept_and_chance_is_left_out)
{
	enum { GROUPS = 50, COUNT = 100 };
	static const struct {
		double known, chance, low, high;
	} row[] = {
		/* One standard error above, as the root of the variance:
		 * sqrt(1 + sqrt(2 / 49) + 1 / 50). */
		{1, 0, 1.10, 1.11},
		/* Half of the variance of draws is chance. */
		{1, 1, 0.9, 1.3},
		/* The variance of the mean, and one standard error. */
		{0, 1, 0.1, 0.6},
	};
	double draw[COUNT], unit;

	fill(draw, COUNT, GROUPS, 1, 0);
	unit = tk_spread_of(draw, GROUPS).deviation;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_spread got;

		fill(draw, COUNT, GROUPS, row[i].known, row[i].chance);
		got = tk_spread_between(draw, COUNT, GROUPS);
		cr_expect(got.deviation > row[i].low * unit &&
				  got.deviation < row[i].high * unit,
			  "row %zu: %g", i, got.deviation / unit);
		cr_expect(
			near(got.mean, tk_spread_of(draw, COUNT).mean, 1e-12));
	}
}

Test(stats_draws, groups_that_show_nothing)
{
	double draw[100];

	fill(draw, 100, 50, 0, 0);
	cr_expect(tk_spread_between(draw, 100, 50).deviation <= 0,
		  "equal draws have no spread, exactly");
	fill(draw, 100, 50, 1, 1);
	cr_expect(near(tk_spread_between(draw, 100, 51).deviation,
		       tk_spread_of(draw, 100).deviation, 1e-12),
		  "a group of one draw");
	cr_expect(near(tk_spread_between(draw, 100, 4).deviation,
		       tk_spread_of(draw, 100).deviation, 1e-12),
		  "too few groups");
	cr_expect(tk_spread_between(draw, 100, 33).deviation > 0,
		  "groups of three and four draws");
}

Test(stats_draws, quantiles_match_published_values)
{
	static const struct {
		const char *why;
		double tail, degrees, quantile;
	} row[] = {
		{"two blocks fewer than usual", 0.05, 4, 2.776},
		{"20 blocks", 0.05, 19, 2.093},
		{"100 draws", 0.05, 99, 1.984},
		{"one per cent", 0.01, 19, 2.861},
		{"many", 0.05, 1e9, 1.960},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		double got = tk_t_quantile(row[i].tail, row[i].degrees);

		cr_expect(near(got, row[i].quantile, 0.01 * row[i].quantile),
			  "%s: %g", row[i].why, got);
	}
	cr_expect(near(tk_normal_quantile(0.05), TK_Z95, 1e-9));
	cr_expect(near(tk_normal_tail(TK_Z95), 0.05, 1e-9));
	cr_expect(near(tk_normal_tail(-TK_Z95), 0.05, 1e-9), "both sides");
}

Test(stats_draws, holm)
{
	/* By hand: 4 * .01, 3 * .02, then 2 * .03 and 1 * .04 below the one
	 * before. */
	double p[] = {0.03, 0.01, 0.04, 0.02}, none[] = {0};
	static const double want[] = {0.06, 0.04, 0.06, 0.06};
	double sure[] = {0, 0.9, 0.6};

	tk_holm(p, 4);
	for (size_t i = 0; i < 4; i++)
		cr_expect(near(p[i], want[i], 1e-12), "%zu: %g", i, p[i]);
	tk_holm(none, 0);
	tk_holm(sure, 3);
	cr_expect(sure[0] <= 0, "what is certain stays so");
	cr_expect(near(sure[1], 1, 1e-12) && near(sure[2], 1, 1e-12),
		  "at most 1");
}
