/* Confidence intervals: closed forms, no resampling. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "stats/interval.h"

/* Sums of squares of counts do not fit 64 bits. */
__extension__ typedef __int128 wide;

struct tk_interval
tk_wilson(double successes, double trials)
{
	double rate, z2, centre, half;

	if (!(trials > 0))
		return (struct tk_interval){0, 1};
	rate = successes / trials;
	z2 = TK_Z95 * TK_Z95 / trials;
	centre = (rate + z2 / 2) / (1 + z2);
	half = sqrt(rate * (1 - rate) * z2 + z2 * z2 / 4) / (1 + z2);
	/* Rounding must not push the rate out of its own interval. */
	return (struct tk_interval){
		fmax(0, fmin(rate, centre - half)),
		fmin(1, fmax(rate, centre + half)),
	};
}

struct tk_interval
tk_widen(struct tk_interval interval, double value, double deviation)
{
	double low = value - interval.low, high = interval.high - value;
	double extra = TK_Z95 * deviation;

	return (struct tk_interval){value - sqrt(low * low + extra * extra),
				    value + sqrt(high * high + extra * extra)};
}

struct tk_interval
tk_clamp(struct tk_interval interval, double low, double high)
{
	return (struct tk_interval){fmin(fmax(interval.low, low), high),
				    fmin(fmax(interval.high, low), high)};
}

void
tk_order_ranks(uint64_t n, unsigned permille, uint64_t *low, uint64_t *high)
{
	double count = (double)n, share = (double)permille / 1000;
	double half = TK_Z95 * sqrt(count * share * (1 - share));
	double first = floor(count * share - half);
	double last = ceil(count * share + half) + 1;

	*low = first < 1 ? 1 : (uint64_t)first;
	*high = last > count ? n : (uint64_t)last;
	if (*high < 1)
		*high = 1;
}

static double
deviation(wide sum, wide squares, size_t count)
{
	wide spread = squares * (wide)count - sum * sum;
	double pairs = (double)count * (double)(count - 1);

	return count < 2 || spread <= 0 ? 0 : sqrt((double)spread / pairs);
}

double
tk_deviation(const uint64_t *value, size_t count)
{
	wide sum = 0, squares = 0;

	for (size_t i = 0; i < count; i++) {
		sum += value[i];
		squares += (wide)value[i] * (wide)value[i];
	}
	return deviation(sum, squares, count);
}

double
tk_deviation_between(const uint64_t *a, const uint64_t *b, size_t count)
{
	wide sum = 0, squares = 0;

	for (size_t i = 0; i < count; i++) {
		wide difference = (wide)a[i] - (wide)b[i];

		sum += difference;
		squares += difference * difference;
	}
	return deviation(sum, squares, count);
}

struct tk_interval
tk_paired(double gained, double lost, double pairs, double *value)
{
	double n = pairs + 2, centre, variance, half;

	if (!(pairs > 0)) {
		*value = 0;
		return (struct tk_interval){-1, 1};
	}
	*value = (gained - lost) / pairs;
	centre = (gained - lost) / n;
	variance = (gained + lost + 1 - (gained - lost) * (gained - lost) / n);
	half = TK_Z95 * sqrt(fmax(0, variance)) / n;
	return tk_clamp((struct tk_interval){fmin(*value, centre - half),
					     fmax(*value, centre + half)},
			-1, 1);
}
