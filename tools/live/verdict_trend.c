/* Whether what is wrong becomes worse. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "live/verdict.h"

/* What is said about the present covers the last seconds. */
#define RECENT_S 30
/* A change of shares by less is steady, as is one within chance. */
#define TREND_RATIO 1.25
#define TREND_SIGMA 2.5
/* A slow change is a line through the last 90 s, in blocks, that rises or falls
 * in their last part, too. */
#define LINE_BLOCK_S 10
#define LINE_BLOCKS 9
#define LINE_LAST 6
#define LINE_SIGMA 3.0
#define LINE_LAST_SIGMA 0.8
#define LINE_RATIO 1.1
/* A line through a step explains less than that, by a factor of 1.15. */
#define STEP_RATIO 1.1
/* How failures spread is seen in blocks of this length. */
#define BLOCK_S 5
#define SPREAD_MAX 4.0

const char *
rt_trend_name(enum rt_trend trend)
{
	static const char *const name[] = {"steady", "worsening", "easing"};

	return name[trend];
}

/* Counts of a part of the time; a rate has no whole. */
struct part {
	double bad, whole;
};

/* What the word is about. */
static struct part
part_of(enum rt_word word, const struct rt_subject *subject, uint64_t end_s,
	uint64_t length_s)
{
	struct rt_tally tally;

	rt_subject_sum(subject, end_s, length_s, &tally);
	if (word != RT_WORD_SLOW && !subject->knows_calls)
		return (struct part){tally.failed, 0.0};
	if (word != RT_WORD_SLOW)
		return (struct part){tally.failed, tally.tries};
	if (subject->onset[RT_DETECTOR_SLOW].since_s != 0)
		return (struct part){tally.slow, tally.timed};
	return (struct part){tally.hedges, tally.firsts};
}

static double
level_of(struct part part)
{
	return part.whole > 0.0 ? part.bad / part.whole : part.bad;
}

/* By how much failures spread more than by chance in a half minute: a call's
 * retries fail together. */
static double
spread_of(enum rt_word word, const struct rt_subject *subject, uint64_t end_s,
	  struct part all)
{
	double sum = 0.0, blocks = 0.0;

	for (uint64_t i = 0; i < RECENT_S / BLOCK_S; i++) {
		struct part block =
			part_of(word, subject, end_s - i * BLOCK_S, BLOCK_S);
		double share = level_of(all), expected, off;

		expected = all.whole > 0.0 ? block.whole * share
					   : all.bad * BLOCK_S / RECENT_S;
		off = block.bad - expected;
		if (all.whole > 0.0)
			expected *= 1.0 - share;
		if (expected <= 0.0)
			continue;
		sum += off * off / expected;
		blocks++;
	}
	return blocks > 1.0 ? fmin(SPREAD_MAX, fmax(1.0, sum / (blocks - 1.0)))
			    : 1.0;
}

/* The difference of two parts of the time, as a multiple of chance. */
static double
sigmas(struct part later, struct part before, double spread)
{
	double all = later.bad + before.bad, share, variance;

	if (later.whole > 0.0 && before.whole > 0.0) {
		share = all / (later.whole + before.whole);
		variance = share * (1.0 - share) *
			   (1.0 / later.whole + 1.0 / before.whole);
	} else {
		variance = all;
	}
	if (variance <= 0.0)
		return 0.0;
	return (level_of(later) - level_of(before)) / sqrt(variance * spread);
}

/* The blocks from first on, the newest last: a line through their levels, as a
 * multiple of chance, and its rise in a block. */
struct line {
	double sigmas, rise;
};

/* The weight of a level: the inverse of its variance by chance. */
static double
weight_of(struct part part, struct part all)
{
	double share = level_of(all);

	if (all.whole <= 0.0)
		return 1.0 / fmax(1.0, all.bad / LINE_BLOCKS);
	return part.whole / fmax(1e-4, share * (1.0 - share));
}

static struct line
line_of(const struct part *part, size_t first, struct part all)
{
	double sum = 0.0, x_sum = 0.0, y_sum = 0.0, xx = 0.0, xy = 0.0;

	for (size_t i = first; i < LINE_BLOCKS; i++) {
		double weight = weight_of(part[i], all);

		sum += weight;
		x_sum += weight * (double)i;
		y_sum += weight * level_of(part[i]);
	}
	if (sum <= 0.0)
		return (struct line){0};
	for (size_t i = first; i < LINE_BLOCKS; i++) {
		double weight = weight_of(part[i], all);
		double x = (double)i - x_sum / sum;

		xx += weight * x * x;
		xy += weight * x * (level_of(part[i]) - y_sum / sum);
	}
	if (xx <= 0.0)
		return (struct line){0};
	return (struct line){xy / sqrt(xx), xy / xx};
}

/* The largest step between two parts of the blocks, as a multiple of chance. */
static double
step_of(const struct part *part, struct part all)
{
	double most = 0.0;

	for (size_t at = 1; at < LINE_BLOCKS; at++) {
		double sum[2] = {0.0, 0.0}, y[2] = {0.0, 0.0};

		for (size_t i = 0; i < LINE_BLOCKS; i++) {
			double weight = weight_of(part[i], all);

			sum[i >= at] += weight;
			y[i >= at] += weight * level_of(part[i]);
		}
		if (sum[0] > 0.0 && sum[1] > 0.0)
			most = fmax(most,
				    fabs(y[1] / sum[1] - y[0] / sum[0]) /
					    sqrt(1.0 / sum[0] + 1.0 / sum[1]));
	}
	return most;
}

/* A change that goes on for a minute and a half; one that is over by then, and
 * was a step, does not. */
static enum rt_trend
slow_trend_of(const struct part *part, double spread)
{
	struct part all = {0};
	struct line line, last;
	double level, sigmas;

	for (size_t i = 0; i < LINE_BLOCKS; i++) {
		all.bad += part[i].bad;
		all.whole += part[i].whole;
	}
	line = line_of(part, 0, all);
	last = line_of(part, LINE_BLOCKS - LINE_LAST, all);
	sigmas = fabs(line.sigmas);
	level = all.whole > 0.0 ? level_of(all) : all.bad / LINE_BLOCKS;
	if (sigmas < LINE_SIGMA * sqrt(spread) ||
	    step_of(part, all) > STEP_RATIO * sigmas ||
	    fabs(last.sigmas) < LINE_LAST_SIGMA ||
	    line.rise * last.rise <= 0.0 ||
	    fabs(line.rise) * LINE_BLOCKS < level * (LINE_RATIO - 1.0))
		return RT_TREND_STEADY;
	return line.rise > 0.0 ? RT_TREND_WORSENING : RT_TREND_EASING;
}

/* The last half minute against the one before, and a slow change over three. */
enum rt_trend
rt_verdict_trend(enum rt_word word, const struct rt_subject *subject,
		 uint64_t since_s, uint64_t end_s)
{
	struct part now = part_of(word, subject, end_s, RECENT_S);
	struct part before = part_of(word, subject, end_s - RECENT_S, RECENT_S);
	struct part block[LINE_BLOCKS];
	double spread[3], step;

	spread[0] = spread_of(word, subject, end_s, now);
	spread[1] = spread_of(word, subject, end_s - RECENT_S, before);
	step = sigmas(now, before, fmax(spread[0], spread[1]));
	if (step > TREND_SIGMA &&
	    level_of(now) > level_of(before) * TREND_RATIO)
		return RT_TREND_WORSENING;
	if (step < -TREND_SIGMA &&
	    level_of(before) > level_of(now) * TREND_RATIO)
		return RT_TREND_EASING;
	/* The onset itself does not change slowly. */
	if (end_s < since_s + LINE_BLOCKS * LINE_BLOCK_S)
		return RT_TREND_STEADY;
	for (size_t i = 0; i < LINE_BLOCKS; i++)
		block[LINE_BLOCKS - 1 - i] = part_of(
			word, subject, end_s - i * LINE_BLOCK_S, LINE_BLOCK_S);
	before = part_of(word, subject, end_s - 2 * RECENT_S, RECENT_S);
	spread[2] = spread_of(word, subject, end_s - 2 * RECENT_S, before);
	return slow_trend_of(block, (spread[0] + spread[1] + spread[2]) / 3.0);
}
