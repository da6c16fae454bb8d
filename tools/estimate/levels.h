/* How often attempts fail near a time: a few levels, and how usual each is. */
#ifndef RS_LEVELS_H
#define RS_LEVELS_H

#include <stddef.h>

#define RS_LEVELS 25

/** What a window of the log shows. Calls that are probably doomed count for
 *  less than one. */
struct rs_counts {
	double failed, succeeded;
	/** Attempts that are expected from the rate of calls, and of which
	 *  only failures left a line. */
	double expected;
};

/** Weights of the levels, summing to 1: the prior of a target. */
struct rs_levels {
	double weight[RS_LEVELS];
};

/** All levels alike. */
void rs_levels_init(struct rs_levels *levels);

/** The failure probability of a level; never 0 or 1. */
double rs_level(size_t index);

/**
 * Chance of each level given what a window shows; returns the mean of their
 * failure probabilities.
 *
 * Failures are binomial where successes are logged; where only failures are,
 * they are a Poisson process thinned from the expected attempts, so that
 * silence counts as success.
 *
 * @param chance  may be NULL; set to the chances
 */
double rs_levels_posterior(const struct rs_levels *levels,
			   const struct rs_counts *counts,
			   double chance[RS_LEVELS]);

/** Add one window's chances, times @p weight, to a sum that becomes the next
 *  prior. */
void rs_levels_collect(struct rs_levels *sum, const double chance[RS_LEVELS],
		       double weight);

/** Make a prior of a sum, half a window spread over all levels added; returns
 *  the largest change of a weight. */
double rs_levels_update(struct rs_levels *levels, const struct rs_levels *sum);

/** The prior's mean. */
double rs_levels_mean(const struct rs_levels *levels);

#endif
