/* Tests of tools/stats/shares.c, against published numbers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "stats/shares.h"

/* Newcombe, Statistics in Medicine 17 (1998) 873, table II, method 10. */
Test(stats_shares, differences_are_those_of_the_paper)
{
	static const struct {
		double part, all, other_part, other_all, low, high;
	} row[] = {
		{56, 70, 48, 80, 0.0524, 0.3339},
		{9, 10, 3, 10, 0.1705, 0.8090},
		{10, 10, 0, 20, 0.6791, 1.0},
		{10, 10, 0, 10, 0.6075, 1.0},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_interval got = tk_share_difference(
			row[i].part, row[i].all, row[i].other_part,
			row[i].other_all);

		cr_expect_float_eq(got.low, row[i].low, 6e-5, "%g", got.low);
		cr_expect_float_eq(got.high, row[i].high, 6e-5, "%g", got.high);
	}
}

Test(stats_shares, nothing_seen_says_nothing)
{
	struct tk_interval got = tk_share_interval(0, 0);

	cr_expect_float_eq(got.low, 0.0, 1e-12);
	cr_expect_float_eq(got.high, 1.0, 1e-12);
	got = tk_share_difference(0, 0, 1, 2);
	cr_expect_lt(got.low, 0.0);
	cr_expect_gt(got.high, 0.0);
}
