/* Tests of tools/stats/draws. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include <criterion/criterion.h>

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
