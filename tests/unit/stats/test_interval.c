/* Tests of tools/stats/interval. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include <criterion/criterion.h>

#include "stats/interval.h"

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-6;
}

Test(stats_interval, wilson_matches_published_values)
{
	static const struct {
		const char *why;
		double successes, trials, low, high;
	} row[] = {
		/* Newcombe 1998, table I, method 3 (four decimals). */
		{"81 of 263", 81, 263, 0.2553, 0.3662},
		{"15 of 148", 15, 148, 0.0624, 0.1605},
		{"none of 20", 0, 20, 0, 0.1611},
		{"1 of 29", 1, 29, 0.0061, 0.1718},
		{"none of 100 k: the upper limit is 3.84e-5", 100000, 100000,
		 1 - 3.84e-5, 1},
		{"no trials say nothing", 0, 0, 0, 1},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_interval got =
			tk_wilson(row[i].successes, row[i].trials);

		/* Half a unit of the last published place. */
		cr_expect(fabs(got.low - row[i].low) < 5e-5, "%s: low %.6f",
			  row[i].why, got.low);
		cr_expect(fabs(got.high - row[i].high) < 5e-5, "%s: high %.6f",
			  row[i].why, got.high);
	}
}

Test(stats_interval, wilson_always_holds_the_rate)
{
	for (unsigned n = 1; n < 200; n++)
		for (unsigned k = 0; k <= n; k++) {
			struct tk_interval got = tk_wilson(k, n);
			double rate = (double)k / n;

			cr_assert(got.low <= rate && rate <= got.high,
				  "%u of %u: [%g, %g]", k, n, got.low,
				  got.high);
			cr_assert(got.low < got.high, "%u of %u", k, n);
			cr_assert(got.low >= 0 && got.high <= 1);
		}
}

Test(stats_interval, widening_adds_in_quadrature_on_each_side)
{
	struct tk_interval got =
		tk_widen((struct tk_interval){0.7, 0.84}, 0.8, 0.03 / TK_Z95);

	cr_expect(near(got.low, 0.8 - sqrt(0.01 + 0.0009)));
	cr_expect(near(got.high, 0.85), "3-4-5: got %g", got.high);
	got = tk_clamp((struct tk_interval){-2, 3}, 0, 1);
	cr_expect(got.low == 0 && got.high == 1);
}

Test(stats_interval, order_ranks_enclose_the_quantile)
{
	static const struct {
		const char *why;
		uint64_t n;
		unsigned permille;
		uint64_t low, high;
	} row[] = {
		{"median of 100: half width 9.8", 100, 500, 40, 61},
		{"median of 1", 1, 500, 1, 1},
		{"99th of 10: the largest is all there is", 10, 990, 9, 10},
		{"none", 0, 500, 1, 1},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint64_t low, high;

		tk_order_ranks(row[i].n, row[i].permille, &low, &high);
		cr_expect(low == row[i].low, "%s: %ju", row[i].why,
			  (uintmax_t)low);
		cr_expect(high == row[i].high, "%s: %ju", row[i].why,
			  (uintmax_t)high);
	}
}

Test(stats_interval, deviation_is_exact_for_large_numbers)
{
	/* Doubles would lose the units of these squares. */
	static const uint64_t large[] = {UINT64_C(4000000000000000001),
					 UINT64_C(4000000000000000003)};
	static const uint64_t a[] = {5, 7, 9}, b[] = {1, 1, 1};
	static const uint64_t down[] = {9, 7, 5};

	cr_expect(near(tk_deviation(large, 2), sqrt(2)));
	cr_expect(near(tk_deviation(a, 3), 2));
	cr_expect(tk_deviation(a, 1) == 0, "one value has no spread");
	cr_expect(tk_deviation(b, 3) == 0);
	cr_expect(near(tk_deviation_between(b, a, 3), 2), "negative values");
	cr_expect(near(tk_deviation_between(a, down, 3), 4));
}

Test(stats_interval, paired_difference)
{
	double value;
	struct tk_interval got = tk_paired(0, 0, 1000, &value);

	cr_expect(value == 0 && got.low < 0 && got.high > 0,
		  "no disagreement is not certainty");
	cr_expect(got.high < 0.003, "but nearly: %g", got.high);
	/* By hand: n = 102, b + c + 1 = 31, b - c = 10. */
	got = tk_paired(20, 10, 100, &value);
	cr_expect(near(value, 0.1));
	cr_expect(near(got.low,
		       10.0 / 102 - TK_Z95 * sqrt(31 - 100.0 / 102) / 102));
	got = tk_paired(100, 0, 100, &value);
	cr_expect(value == 1 && got.high == 1 && got.low > 0.9);
	got = tk_paired(0, 0, 0, &value);
	cr_expect(value == 0 && got.low == -1 && got.high == 1, "no pairs");
}
