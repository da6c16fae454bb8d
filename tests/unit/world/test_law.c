/* Laws: their means, and the shapes of their draws. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include <criterion/criterion.h>

#include "world/law.h"

static const struct {
	struct rs_law law;
	/** Standard deviation. */
	double deviation;
	const char *why;
} row[] = {
	{{.kind = RS_LAW_FIXED, .mean = 3}, 0, "fixed"},
	{{.kind = RS_LAW_EXPONENTIAL, .mean = 3}, 3, "exponential"},
	{{.kind = RS_LAW_LOGNORMAL, .median = 2, .sigma = 0.5},
	 1.2078,
	 "log-normal"},
	{{.kind = RS_LAW_PARETO, .least = 1, .shape = 4}, 0.4714, "Pareto"},
	{{.kind = RS_LAW_UNIFORM, .low = 1, .high = 4}, 0.8660, "uniform"},
};

Test(world_law, draws_have_the_mean_and_deviation_of_the_law)
{
	const double n = 40000;

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		double sum = 0, squares = 0, mean = rs_law_mean(&row[i].law);
		struct rs_stream stream = {i + 1};

		for (int k = 0; k < (int)n; k++) {
			double x = rs_law_draw(&row[i].law, &stream);

			sum += x;
			squares += (x - mean) * (x - mean);
		}
		cr_expect(fabs(sum / n - mean) <=
				  4 * row[i].deviation / sqrt(n) + 1e-12,
			  "%s: mean %f for %f", row[i].why, sum / n, mean);
		cr_expect(fabs(sqrt(squares / n) - row[i].deviation) <=
				  0.05 * row[i].deviation,
			  "%s: deviation %f", row[i].why, sqrt(squares / n));
	}
}

Test(world_law, long_draws_are_cut)
{
	const struct rs_law law = {
		.kind = RS_LAW_PARETO, .least = 1, .shape = 0.5, .most = 2};
	struct rs_stream stream = {9};

	for (int i = 0; i < 100; i++)
		cr_expect(rs_law_draw(&law, &stream) <= 2);
}

Test(world_law, beta_draws_have_their_mean)
{
	static const double ab[][2] = {{0.5, 0.5}, {1, 3}, {20, 5}};
	const double n = 20000;

	for (size_t i = 0; i < sizeof(ab) / sizeof(*ab); i++) {
		double a = ab[i][0], b = ab[i][1], sum = 0;
		double variance = a * b / ((a + b) * (a + b) * (a + b + 1));
		struct rs_stream stream = {i};

		for (int k = 0; k < (int)n; k++)
			sum += rs_stream_beta(&stream, a, b);
		cr_expect(fabs(sum / n - a / (a + b)) <= 4 * sqrt(variance / n),
			  "beta(%g, %g): %f", a, b, sum / n);
	}
}
