/* Student's t, the normal distribution, and Holm's correction. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdbool.h>

#include "stats/draws.h"

/* No quantile that is asked for lies beyond. */
#define Z_MAX 40
#define BISECTIONS 80
/* Fewer show no variance between groups. */
#define GROUPS_MIN 5

struct tk_spread
tk_spread_of(const double *draw, size_t count)
{
	struct tk_spread out = {0, 0};
	double squares = 0;

	if (count == 0)
		return out;
	/* Relative to the first one, so that equal draws have no spread. */
	for (size_t i = 0; i < count; i++)
		out.mean += draw[i] - draw[0];
	out.mean = draw[0] + out.mean / (double)count;
	for (size_t i = 0; i < count; i++)
		squares += (draw[i] - out.mean) * (draw[i] - out.mean);
	if (count > 1)
		out.deviation = sqrt(squares / (double)(count - 1));
	return out;
}

struct tk_spread
tk_spread_between(const double *draw, size_t count, size_t groups)
{
	struct tk_spread out = tk_spread_of(draw, count);
	double n = (double)count, each = n, between = 0, within = 0;
	double known, error;

	if (groups < GROUPS_MIN || count < 2 * groups || out.deviation <= 0)
		return out;
	for (size_t g = 0; g < groups; g++) {
		double mean = 0, used = 0;

		for (size_t i = g; i < count; i += groups, used++)
			mean += draw[i] - out.mean;
		mean = out.mean + mean / used;
		for (size_t i = g; i < count; i += groups)
			within += (draw[i] - mean) * (draw[i] - mean);
		between += used * (mean - out.mean) * (mean - out.mean);
		each -= used * used / n;
	}
	/* Mean squares; and draws a group, where some have one more. */
	between /= (double)(groups - 1);
	within /= (double)(count - groups);
	each /= (double)(groups - 1);
	known = fmax(0, between - within) / each;
	error = sqrt(2 * (between * between / (double)(groups - 1) +
			  within * within / (double)(count - groups))) /
		each;
	out.deviation = sqrt(known + error + between / n);
	return out;
}

struct tk_interval
tk_spread_interval(struct tk_spread spread, size_t count)
{
	double n = (double)count, half;

	if (count < 2 || spread.deviation <= 0)
		return (struct tk_interval){spread.mean, spread.mean};
	/* The mean of a few draws is uncertain, too. */
	half = tk_t_quantile(0.05, n - 1) * spread.deviation * sqrt(1 + 1 / n);
	return (struct tk_interval){spread.mean - half, spread.mean + half};
}

double
tk_normal_tail(double z)
{
	return erfc(fabs(z) / sqrt(2));
}

double
tk_normal_quantile(double tail)
{
	double low = 0, high = Z_MAX;

	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;

		if (tk_normal_tail(middle) > tail)
			low = middle;
		else
			high = middle;
	}
	return high;
}

double
tk_t_quantile(double tail, double degrees)
{
	double z = tk_normal_quantile(tail), z2 = z * z, n = degrees;
	double sum = z;

	sum += z * (z2 + 1) / (4 * n);
	sum += z * ((5 * z2 + 16) * z2 + 3) / (96 * n * n);
	sum += z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * n * n * n);
	return sum;
}

void
tk_holm(double *p, size_t count)
{
	double floor = 0;

	/* The done ones are kept below zero until all are. */
	for (size_t rank = 0; rank < count; rank++) {
		size_t least = count;

		for (size_t i = 0; i < count; i++)
			if (p[i] >= 0 && (least == count || p[i] < p[least]))
				least = i;
		floor = fmax(floor, fmin(1, p[least] * (double)(count - rank)));
		p[least] = -1 - floor;
	}
	for (size_t i = 0; i < count; i++)
		p[i] = -1 - p[i];
}
