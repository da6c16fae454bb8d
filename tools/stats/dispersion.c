/* Compares cells with binomial counts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "stats/dispersion.h"

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double
tk_cell_residual(const struct tk_cell *cell, double rate)
{
	double variance = cell->trials * rate * (1 - rate);

	if (cell->trials <= 0)
		return 0;
	return (cell->failed - cell->trials * rate) / sqrt(fmax(variance, 0.5));
}

/* The median of @p count rates, which it sorts. */
static double
median(double *rate, size_t count)
{
	qsort(rate, count, sizeof(*rate), compare);
	return (rate[(count - 1) / 2] + rate[count / 2]) / 2;
}

/* The deviate of a chi squared divided by its degrees of freedom. */
static double
deviate(double ratio, double freedom)
{
	double part = 2 / (9 * freedom);

	return (cbrt(ratio) - (1 - part)) / sqrt(part);
}

bool
tk_dispersion_find(const struct tk_cell *cell, size_t count,
		   struct tk_dispersion *out)
{
	double *rate = malloc((count + 1) * sizeof(*rate));
	double failed = 0, trials = 0, sum = 0, variance;
	size_t used = 0;

	if (rate == NULL)
		return false;
	*out = (struct tk_dispersion){0};
	for (size_t i = 0; i < count; i++) {
		if (cell[i].trials <= 0)
			continue;
		failed += cell[i].failed;
		trials += cell[i].trials;
		rate[used++] = cell[i].failed / cell[i].trials;
	}
	if (used > 0) {
		out->rate = failed / trials;
		out->median_rate = median(rate, used);
	}
	free(rate);
	variance = out->rate * (1 - out->rate);
	if (used < 2 || variance <= 0)
		return true;
	for (size_t i = 0; i < count; i++) {
		double far = cell[i].failed - cell[i].trials * out->rate;

		if (cell[i].trials <= 0)
			continue;
		sum += far * far / (cell[i].trials * variance);
		out->disturbed +=
			fabs(tk_cell_residual(&cell[i], out->median_rate)) >=
			TK_DISTURBED;
	}
	out->ratio = sum / (double)(used - 1);
	out->z = deviate(out->ratio, (double)(used - 1));
	return true;
}
