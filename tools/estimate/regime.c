/* Draws a regime from its conjugate distributions. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "estimate/regime.h"

/* Levels are this far apart in log-odds, from 0.00007 to 0.99993. They move: a
 * grid that does not would take a steady rate between two levels for outages,
 * and one that moves between its neighbours only would keep a path at the wrong
 * one. Prior: normal around its home. */
#define APART 0.405
#define MOVE (1.5 * APART)
#define MOVE_MAX (6 * APART)
#define PLACES 97
#define PLACE (2 * MOVE_MAX / (PLACES - 1))
/* Prior of the rates: a gamma distribution that spans milliseconds to days, and
 * is worth less than one observed move. */
#define LEAVE_SHAPE 0.4
#define LEAVE_SECONDS 1.0
#define LEAVE_MIN 1e-7
#define LEAVE_MAX 100.0
/* Prior of the weights: few levels are in use (a sparse Dirichlet). */
#define WEIGHT_PRIOR 0.02
#define WEIGHT_MIN 1e-7
/* Prior of the base of an operation that shares its target: a beta
 * distribution. */
#define BASE_FAILED 0.5
#define BASE_SUCCEEDED 20.0
#define BASE_FIRST 0.01

/* Log-odds of a failure at the home of a level: evenly spaced. */
static double
home(size_t level)
{
	return APART * ((double)level + 0.5 - 0.5 * RS_LEVELS);
}

static double
logistic(double odds)
{
	return 1 / (1 + exp(-odds));
}

void
rs_regime_init(struct rs_regime *regime, size_t slots)
{
	for (size_t l = 0; l < RS_LEVELS; l++) {
		regime->fails[l] = logistic(home(l));
		regime->leave[l] = 0.05;
		regime->weight[l] = 1.0 / RS_LEVELS;
	}
	for (size_t s = 0; s < RS_SLOTS; s++)
		regime->base[s] = slots > 1 ? BASE_FIRST : 0;
}

/* Without evidence, a level is near its home. */
static double
draw_near_home(size_t level, struct rs_chance *chance)
{
	double move = MOVE * rs_chance_normal(chance);

	return logistic(home(level) + fmin(fmax(move, -MOVE_MAX), MOVE_MAX));
}

static double
draw_fails(size_t level, const struct rs_path_counts *path,
	   struct rs_chance *chance)
{
	double score[PLACES], best = -HUGE_VAL;
	size_t place;

	if (path->failed[level] + path->succeeded[level] +
		    path->expected[level] <=
	    0)
		return draw_near_home(level, chance);
	for (size_t i = 0; i < PLACES; i++) {
		double move = PLACE * (double)i - MOVE_MAX;
		/* Logarithms of the probabilities. */
		double fails = -log1p(exp(-home(level) - move));
		double not_fails = fails - home(level) - move;

		score[i] = path->failed[level] * fails +
			   path->succeeded[level] * not_fails -
			   path->expected[level] * exp(fails) -
			   0.5 * move * move / (MOVE * MOVE);
		best = fmax(best, score[i]);
	}
	for (size_t i = 0; i < PLACES; i++)
		score[i] = exp(score[i] - best);
	place = rs_chance_pick(chance, score, PLACES);
	return logistic(home(level) + PLACE * (double)place - MOVE_MAX);
}

static void
draw_bases(struct rs_regime *regime, const struct rs_path_counts *path,
	   struct rs_chance *chance)
{
	for (size_t s = 0; path->slots > 1 && s < path->slots; s++) {
		double share[2] = {BASE_FAILED + path->base[s],
				   BASE_SUCCEEDED + path->tried[s] -
					   path->base[s]};

		rs_chance_shares(chance, share, 2);
		regime->base[s] = fmin(share[0], 1 - 1e-6);
	}
}

void
rs_regime_draw(struct rs_regime *regime, const struct rs_path_counts *path,
	       struct rs_chance *chance)
{
	for (size_t l = 0; l < RS_LEVELS; l++) {
		double leave =
			rs_chance_gamma(chance, LEAVE_SHAPE + path->left[l]) /
			(LEAVE_SECONDS + path->seconds[l]);

		regime->leave[l] = fmin(fmax(leave, LEAVE_MIN), LEAVE_MAX);
		regime->weight[l] = WEIGHT_PRIOR + path->reached[l];
		regime->fails[l] = draw_fails(l, path, chance);
	}
	rs_chance_shares(chance, regime->weight, RS_LEVELS);
	/* Every level stays possible; the sum is 1 to rounding. */
	for (size_t l = 0; l < RS_LEVELS; l++)
		regime->weight[l] = fmax(regime->weight[l], WEIGHT_MIN);
	draw_bases(regime, path, chance);
}
