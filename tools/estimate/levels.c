/* A nonparametric prior on a grid (Kiefer and Wolfowitz 1956; Laird 1978). For
 * a steady target it shrinks to one level, so that the noise of small windows
 * is not taken for outages; with outages it keeps a low and a high one. A rate
 * per window was not taken: it turns that noise into correlation. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "estimate/levels.h"

/* From 0.0005 to 0.9995, evenly spaced in log-odds. */
static const double level[RS_LEVELS] = {
	0.000500000000, 0.000941555303, 0.001772361314, 0.003333804532,
	0.006262243178, 0.011732762197, 0.021876965872, 0.040433060206,
	0.073545038569, 0.130097090706, 0.219816897636, 0.346747504721,
	0.500000000000, 0.653252495279, 0.780183102364, 0.869902909294,
	0.926454961431, 0.959566939794, 0.978123034128, 0.988267237803,
	0.993737756822, 0.996666195468, 0.998227638686, 0.999058444697,
	0.999500000000,
};

/* The natural logarithms of the levels. */
static const double log_level[RS_LEVELS] = {
	-7.600902459542, -6.967977472137, -6.335442545888, -5.703641124916,
	-5.073216822935, -4.445370162660, -3.822320982343, -3.208107506722,
	-2.609857290787, -2.039474255699, -1.514960362643, -1.059158416005,
	-0.693147180560, -0.425791554796, -0.248226640227, -0.139373672073,
	-0.076389845953, -0.041273200680, -0.022119815093, -0.011802134202,
	-0.006281933268, -0.003339374041, -0.001773933804, -0.000941998845,
	-0.000500125042,
};

double
rs_level(size_t index)
{
	return level[index];
}

void
rs_levels_init(struct rs_levels *levels)
{
	for (size_t i = 0; i < RS_LEVELS; i++)
		levels->weight[i] = 1.0 / RS_LEVELS;
}

double
rs_levels_posterior(const struct rs_levels *levels,
		    const struct rs_counts *counts, double chance[RS_LEVELS])
{
	double score[RS_LEVELS], best = -HUGE_VAL, sum = 0, mean = 0;

	for (size_t i = 0; i < RS_LEVELS; i++) {
		/* The grid is symmetric: 1 - p is also a level. */
		score[i] = counts->failed * log_level[i] +
			   counts->succeeded * log_level[RS_LEVELS - 1 - i] -
			   counts->expected * level[i];
		best = fmax(best, score[i]);
	}
	for (size_t i = 0; i < RS_LEVELS; i++) {
		score[i] = levels->weight[i] * exp(score[i] - best);
		sum += score[i];
		mean += score[i] * level[i];
	}
	for (size_t i = 0; chance && i < RS_LEVELS; i++)
		chance[i] = score[i] / sum;
	return mean / sum;
}

void
rs_levels_collect(struct rs_levels *sum, const double chance[RS_LEVELS],
		  double weight)
{
	for (size_t i = 0; i < RS_LEVELS; i++)
		sum->weight[i] += chance[i] * weight;
}

double
rs_levels_update(struct rs_levels *levels, const struct rs_levels *sum)
{
	double total = 0, change = 0;

	for (size_t i = 0; i < RS_LEVELS; i++)
		total += sum->weight[i];
	for (size_t i = 0; i < RS_LEVELS; i++) {
		double next =
			(sum->weight[i] + 0.5 / RS_LEVELS) / (total + 0.5);

		change = fmax(change, fabs(next - levels->weight[i]));
		levels->weight[i] = next;
	}
	return change;
}

double
rs_levels_mean(const struct rs_levels *levels)
{
	double mean = 0;

	for (size_t i = 0; i < RS_LEVELS; i++)
		mean += levels->weight[i] * level[i];
	return mean;
}
