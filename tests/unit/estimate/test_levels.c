/* Tests of tools/estimate/levels. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include <criterion/criterion.h>

#include "estimate/levels.h"

Test(estimate_levels, are_a_symmetric_grid_without_0_and_1)
{
	for (size_t i = 0; i < RS_LEVELS; i++) {
		cr_expect(rs_level(i) > 0 && rs_level(i) < 1);
		cr_expect(i == 0 || rs_level(i) > rs_level(i - 1));
		cr_expect(fabs(rs_level(i) + rs_level(RS_LEVELS - 1 - i) - 1) <
			  1e-9);
	}
}

Test(estimate_levels, posterior_follows_the_evidence)
{
	static const struct {
		const char *why;
		struct rs_counts counts;
		double low, high;
	} row[] = {
		{"nothing seen: the prior's mean", {0, 0, 0}, 0.4999, 0.5001},
		{"100 of 100 failed", {100, 0, 0}, 0.97, 0.9996},
		{"none of 100 failed", {0, 100, 0}, 0.0004, 0.03},
		{"half of 100 failed", {50, 50, 0}, 0.4, 0.6},
		{"silence where 100 attempts are expected",
		 {0, 0, 100},
		 0.0004,
		 0.03},
		{"5 lines where 100 attempts are expected",
		 {5, 0, 100},
		 0.03,
		 0.08},
		{"as many failures as expected attempts",
		 {20, 0, 20},
		 0.8,
		 0.9996},
		{"more failures than that: never 1", {500, 0, 20}, 0.9, 0.9996},
		{"a half failure is less than a whole one",
		 {0.5, 10, 0},
		 0.01,
		 0.1},
		{"huge counts do not overflow",
		 {1e12, 1e12, 1e12},
		 0.2,
		 0.5001},
	};
	struct rs_levels prior;

	rs_levels_init(&prior);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		double chance[RS_LEVELS], sum = 0;
		double mean =
			rs_levels_posterior(&prior, &row[i].counts, chance);

		for (size_t k = 0; k < RS_LEVELS; k++)
			sum += chance[k];
		cr_expect(fabs(sum - 1) < 1e-9, "%s", row[i].why);
		cr_expect(mean >= row[i].low && mean <= row[i].high, "%s: %g",
			  row[i].why, mean);
	}
}

/* Windows of a steady world are noisy, and their prior must not be. */
Test(estimate_levels, a_steady_world_keeps_one_level)
{
	/* 20 attempts at 5 %: binomial counts by their expected frequency. */
	static const double share[] = {0.3585, 0.3774, 0.1887, 0.0596,
				       0.0133, 0.0022, 0.0003};
	struct rs_levels prior;
	double one, none;

	rs_levels_init(&prior);
	for (int sweep = 0; sweep < 300; sweep++) {
		struct rs_levels sum = {{0}};

		for (size_t k = 0; k < sizeof(share) / sizeof(*share); k++) {
			struct rs_counts counts = {(double)k, 20 - (double)k,
						   0};
			double chance[RS_LEVELS];

			rs_levels_posterior(&prior, &counts, chance);
			rs_levels_collect(&sum, chance, share[k] * 10000);
		}
		rs_levels_update(&prior, &sum);
	}
	cr_expect(fabs(rs_levels_mean(&prior) - 0.05) < 0.002, "%g",
		  rs_levels_mean(&prior));
	none = rs_levels_posterior(&prior, &(struct rs_counts){0, 20, 0}, NULL);
	one = rs_levels_posterior(&prior, &(struct rs_counts){4, 16, 0}, NULL);
	/* Rates per window would say 0 and 0.2. */
	cr_expect(none > 0.035 && one < 0.07, "%g %g", none, one);
}

Test(estimate_levels, an_update_keeps_every_level_possible)
{
	struct rs_levels prior, sum = {{0}};
	double total = 0;

	rs_levels_init(&prior);
	sum.weight[3] = 1e6;
	rs_levels_update(&prior, &sum);
	for (size_t i = 0; i < RS_LEVELS; i++) {
		cr_expect(prior.weight[i] > 0);
		total += prior.weight[i];
	}
	cr_expect(fabs(total - 1) < 1e-9);
}
