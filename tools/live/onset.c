/* Finds when the share of failures, or their rate, leaves its usual level. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/onset.h"

#include <math.h>
#include <string.h>

/* What is usual is forgotten with this half-life, in seconds with attempts. */
#define HALF_LIFE_S 300.0
/* The incident's recent level likewise. */
#define RECENT_S 30.0
/* This number of attempts shows what is usual before that time. */
#define LEARN_TRIES 240.0
/* The least evidence: failures, and seconds from the first to the last, so that
 * a blip of a second is not an incident. */
#define LEAST_FAILED 4.0
#define LEAST_S 2
/* Evidence, as a log likelihood ratio, for an onset (at least), and an end. */
#define LIMIT_MIN 7.0
#define LIMIT_END 8.0
/* It is over, too, if none failed where its level let expect this number, and
 * for this time. */
#define CLEAN_EXPECTED 7.0
#define CLEAN_S 10
/* False alarms are rarer than one in e^h attempts by about this much. */
#define LIMIT_SLACK 2.0
/* The least difference from the usual share that is looked for. */
#define LEAST_RISE 0.03
#define LEAST_RATE_RISE 0.2
/* Too much, whatever is usual. */
#define ABSOLUTE_LIMIT 0.5
#define SHARE_MIN 0.002
#define SHARE_MAX 0.97
#define SECONDS_A_DAY 86400.0
/* An incident is over after this time without attempts. */
#define SILENT_S 300

static const double odds[RT_ONSET_ALTERNATIVES] = {4.0, 12.0, 100.0};

static double
decay(double half_life_s)
{
	return exp2(-1.0 / half_life_s);
}

double
rt_onset_usual(const struct rt_onset *onset, const struct rt_onset_how *how)
{
	double level = (onset->failed + how->prior * how->weight) /
		       (onset->tries + how->weight);

	if (how->is_rate)
		return level;
	return fmin(0.7, fmax(SHARE_MIN, level));
}

bool
rt_onset_has_learned(const struct rt_onset *onset)
{
	return onset->newest_s >= onset->first_s + RT_ONSET_LEARN_S ||
	       onset->tries >= LEARN_TRIES;
}

/* The level of an alternative. */
static double
raised(const struct rt_onset_how *how, double usual, double ratio)
{
	double share;

	if (how->is_rate)
		return fmax(usual * ratio, usual + LEAST_RATE_RISE);
	share = usual * ratio / (1.0 - usual + usual * ratio);
	return fmin(SHARE_MAX, fmax(share, usual + LEAST_RISE));
}

/* The log likelihood ratio of two levels. */
static double
evidence(const struct rt_onset_how *how, double usual, double other,
	 double tries, double failed)
{
	if (how->is_rate)
		return failed * log(other / usual) - (other - usual);
	return failed * log(other / usual) +
	       (tries - failed) * log((1.0 - other) / (1.0 - usual));
}

/* Failures come in bursts by more than chance: the ratio of their variance. */
static double
overdispersion(const struct rt_onset *onset, const struct rt_onset_how *how)
{
	double ratio = (onset->spread + 20.0) / (onset->expected + 20.0);

	/* The retries of a call fail together. */
	if (how->is_rate)
		return fmin(10.0, fmax(2.0, ratio));
	return fmin(4.0, fmax(1.0, ratio));
}

static void
begin(struct rt_onset *onset, const struct rt_onset_sum *winner, double usual)
{
	onset->since_s = winner->since_s;
	onset->usual = usual;
	onset->recent_failed = winner->failed;
	onset->recent_tries = winner->tries;
	onset->level = onset->clear = onset->clean = 0.0;
	onset->clean_s = 0;
	/* What came since then was not usual. */
	onset->failed = winner->base_failed;
	onset->tries = winner->base_tries;
	memset(onset->sum, 0, sizeof(onset->sum));
}

/* Add to the sum of an alternative. */
static void
add(const struct rt_onset *onset, struct rt_onset_sum *sum, double ratio,
    uint64_t second, double tries, double failed)
{
	if (sum->sum <= 0.0 && ratio > 0.0)
		*sum = (struct rt_onset_sum){
			.base_failed = onset->failed,
			.base_tries = onset->tries,
			.since_s = second,
		};
	sum->sum = fmax(0.0, sum->sum + ratio);
	sum->failed += failed;
	sum->tries += tries;
}

/* Whether the sum with the most evidence is enough for an onset. */
static bool
is_enough(const struct rt_onset *onset, const struct rt_onset_sum *sum,
	  uint64_t second)
{
	double limit =
		log(fmax(1.0, onset->rate * SECONDS_A_DAY)) - LIMIT_SLACK;

	return sum->sum > fmax(LIMIT_MIN, limit) &&
	       sum->failed >= LEAST_FAILED && second - sum->since_s >= LEAST_S;
}

static void
absorb(struct rt_onset *onset, const struct rt_onset_how *how, double usual,
       double tries, double failed)
{
	double keep = decay(HALF_LIFE_S), off, variance;

	off = failed - (how->is_rate ? usual : tries * usual);
	variance = how->is_rate ? usual : tries * usual * (1.0 - usual);
	onset->failed = onset->failed * keep + failed;
	onset->tries = onset->tries * keep + (how->is_rate ? 1.0 : tries);
	onset->spread = onset->spread * keep + off * off;
	onset->expected = onset->expected * keep + variance;
	tries = how->is_rate ? failed : tries;
	onset->rate =
		onset->rate > 0.0 ? onset->rate * 0.995 + tries * 0.005 : tries;
}

static void
watch(struct rt_onset *onset, const struct rt_onset_how *how, uint64_t second,
      double tries, double failed)
{
	double usual = rt_onset_usual(onset, how);
	double over = overdispersion(onset, how);
	const struct rt_onset_sum *most = &onset->sum[0];
	double most_ratio = 0.0;

	for (int i = 0; i < RT_ONSET_ALTERNATIVES; i++) {
		double other = raised(how, usual, odds[i]), ratio;

		if (!rt_onset_has_learned(onset) && !how->has_limit) {
			onset->sum[i].sum = 0.0;
			continue;
		}
		if (!rt_onset_has_learned(onset))
			other = fmax(other, ABSOLUTE_LIMIT);
		ratio = evidence(how, usual, other, tries, failed) / over;
		add(onset, &onset->sum[i], ratio, second, tries, failed);
		if (onset->sum[i].sum < most->sum)
			continue;
		most = &onset->sum[i];
		most_ratio = ratio;
	}
	/* A second that speaks against it is not when an onset is noticed: a
	 * blip may be over. */
	if (most_ratio > 0.0 && is_enough(onset, most, second))
		begin(onset, most, usual);
	else
		absorb(onset, how, usual, tries, failed);
}

static void
end(struct rt_onset *onset)
{
	onset->since_s = 0;
	onset->level = onset->clear = onset->clean = 0.0;
	onset->clean_s = 0;
	memset(onset->sum, 0, sizeof(onset->sum));
}

static void
follow(struct rt_onset *onset, const struct rt_onset_how *how, uint64_t second,
       double tries, double failed)
{
	double keep = decay(RECENT_S), level, between;

	onset->recent_failed = onset->recent_failed * keep + failed;
	onset->recent_tries =
		onset->recent_tries * keep + (how->is_rate ? 1.0 : tries);
	level = (onset->recent_failed + 0.5) / (onset->recent_tries + 1.0);
	level = fmax(level, onset->usual * 2.0 + 0.02);
	if (!how->is_rate)
		level = fmin(SHARE_MAX, level);
	/* It falls slowly, so that a lull does not end an incident. */
	onset->level = fmax(onset->level * 0.99, level);
	between = onset->usual + (onset->level - onset->usual) * 0.35;
	onset->clear =
		fmax(0.0, onset->clear - evidence(how, onset->usual, between,
						  tries, failed) /
						 overdispersion(onset, how));
	if (failed > 0.0 || onset->clean_s == 0) {
		onset->clean = 0.0;
		onset->clean_s = second;
	} else {
		onset->clean += onset->level * (how->is_rate ? 1.0 : tries);
	}
	if (onset->clear > LIMIT_END || (onset->clean > CLEAN_EXPECTED &&
					 second >= onset->clean_s + CLEAN_S))
		end(onset);
}

void
rt_onset_step(struct rt_onset *onset, const struct rt_onset_how *how,
	      uint64_t second, double tries, double failed)
{
	bool any = how->is_rate || tries > 0.0;

	if (!any) {
		if (onset->since_s != 0 && second > onset->newest_s + SILENT_S)
			end(onset);
		return;
	}
	if (onset->first_s == 0)
		onset->first_s = second;
	onset->newest_s = second;
	if (onset->since_s == 0)
		watch(onset, how, second, tries, failed);
	else
		follow(onset, how, second, tries, failed);
}
