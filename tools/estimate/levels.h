/* The failure probability near a time: 25 levels and the weight of each. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_LEVELS_H
#define RS_LEVELS_H

#include <stddef.h>

#define RS_LEVELS 25

/** Counts of attempts in a window of the log. Failures of calls that probably
 *  fail permanently count less than one. */
struct rs_counts {
	double failed, succeeded;
	/** Number of attempts expected from the rate of calls, if only failures
	 *  are logged. */
	double expected;
};

/** Weights of the levels, summing to 1: the prior of a target. */
struct rs_levels {
	double weight[RS_LEVELS];
};

/** Give all levels the same weight. */
void rs_levels_init(struct rs_levels *levels);

/** The failure probability of a level; never 0 or 1. */
double rs_level(size_t index);

/**
 * Compute the probability of each level given what a window shows. If successes
 * are logged, failures are binomial; if only failures are, they are a Poisson
 * process thinned from the expected attempts, so that silence counts as
 * success.
 *
 * @param chance  set to the probabilities; may be NULL
 * @return the mean of the levels' failure probabilities
 */
double rs_levels_posterior(const struct rs_levels *levels,
			   const struct rs_counts *counts,
			   double chance[RS_LEVELS]);

/** Add the probabilities of one window, times @p weight, to the sum for the
 *  next prior. */
void rs_levels_collect(struct rs_levels *sum, const double chance[RS_LEVELS],
		       double weight);

/** Make a prior from a sum, plus half a window spread over all levels. Returns
 *  the largest change of a weight. */
double rs_levels_update(struct rs_levels *levels, const struct rs_levels *sum);

/** The mean failure probability of the prior. */
double rs_levels_mean(const struct rs_levels *levels);

#endif
