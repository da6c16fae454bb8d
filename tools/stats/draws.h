/* Intervals and tests from posterior draws. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_DRAWS_H
#define TK_DRAWS_H

#include <stddef.h>

#include "stats/interval.h"

/** Mean and standard deviation (n - 1) of draws; 0 for none. */
struct tk_spread {
	double mean, deviation;
};

struct tk_spread tk_spread_of(const double *draw, size_t count);

/**
 * The same of a mean over runs, where draws with the same i % @p groups know
 * the same and differ by chance: the deviation of what groups know, one
 * standard error above its estimate, and the chance that is left in the mean of
 * all draws. (Analysis of variance with random effects: Searle, Casella and
 * McCulloch 1992, "Variance components".) As tk_spread_of() with fewer than two
 * draws a group, or five groups.
 */
struct tk_spread tk_spread_between(const double *draw, size_t count,
				   size_t groups);

/**
 * The 95 % interval of a quantity of which these are independent draws: mean
 * and standard deviation with Student's t, because their number is small. A
 * single point if all draws agree.
 */
struct tk_interval tk_spread_interval(struct tk_spread spread, size_t count);

/** The two-sided quantile of Student's t: beyond it lies a share @p tail of the
 *  distribution. (Cornish and Fisher's expansion, exact to 1 % from 4 degrees
 *  of freedom.) */
double tk_t_quantile(double tail, double degrees);

/** The same of the normal distribution. */
double tk_normal_quantile(double tail);

/** The share of a normal distribution that lies beyond z on either side. */
double tk_normal_tail(double z);

/**
 * Holm's correction (1979): turn p values into ones that may all be compared
 * with one level, so that the chance of any false alarm is at most that level.
 */
void tk_holm(double *p, size_t count);

#endif
