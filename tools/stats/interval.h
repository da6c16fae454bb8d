/* Confidence intervals of rates, quantiles and paired differences. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_INTERVAL_H
#define TK_INTERVAL_H

#include <stddef.h>
#include <stdint.h>

/** The standard normal quantile of a two-sided 95 % interval. */
#define TK_Z95 1.959963984540054

struct tk_interval {
	double low, high;
};

/**
 * Wilson's score interval (E. B. Wilson, 1927) of a rate; never empty, and not
 * a single point even if all trials agree.
 *
 * @param successes  may be a fraction: a mean over replicas
 * @return [0, 1] for no trials
 */
struct tk_interval tk_wilson(double successes, double trials);

/** Widen an interval around @p value by an independent standard deviation:
 *  each arm becomes the root of the sum of squares. */
struct tk_interval tk_widen(struct tk_interval interval, double value,
			    double deviation);

/** Cut to [low, high]. */
struct tk_interval tk_clamp(struct tk_interval interval, double low,
			    double high);

/**
 * Ranks (from 1) of the order statistics that enclose a quantile with about
 * 95 %: the binomial interval of the number of samples below it, by its normal
 * approximation. Cut to 1 .. n.
 */
void tk_order_ranks(uint64_t n, unsigned permille, uint64_t *low,
		    uint64_t *high);

/** Standard deviation (n - 1) of integers, exact until the last step; 0 for
 *  fewer than two. */
double tk_deviation(const uint64_t *value, size_t count);

/** The same for differences a[i] - b[i]. */
double tk_deviation_between(const uint64_t *a, const uint64_t *b, size_t count);

/**
 * The difference of two paired rates with Agresti and Min's interval (2005):
 * half a pair is added to each kind of disagreement, so that no disagreement
 * in n pairs does not look like certainty.
 *
 * @param gained  pairs that only the first won; may be a fraction
 * @param lost    pairs that only the second won
 * @param pairs   all pairs
 * @param value   set to the plain difference
 */
struct tk_interval tk_paired(double gained, double lost, double pairs,
			     double *value);

#endif
