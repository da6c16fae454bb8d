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
/* Few attempts show it badly: it may be more by this multiple of what chance
 * does, for an onset, and as long as an incident lasts. */
#define SIGMA 0.5
#define SIGMA_STILL 2.0
/* This number of attempts shows what is usual before that time. */
#define LEARN_TRIES 240.0
/* Fewer do not show it, however long they take. */
#define LEAST_TRIES 60.0
/* The least evidence: failures, and what is left of the log likelihood ratio
 * without the worst blip: odds of 33 to 1. */
#define LEAST_FAILED 4.0
#define LEAST_LASTING 3.5
/* What may begin is known to within this time; a drift takes longer. */
#define SUSPECT_S 10
/* Evidence, as a log likelihood ratio, for an onset (at least), and an end. */
#define LIMIT_MIN 7.0
#define LIMIT_END 8.0
/* The end is put off for this time by evidence that is left. */
#define EASING_S 30
/* It is over if there was none for this time. */
#define NOTHING_S 120
/* This is enough if the rest speaks against it. */
#define GONE_S 60
/* It is over, too, if none failed for this time, which is as unlikely as one in
 * e^7 at its recent level. */
#define LIMIT_CLEAN 7.0
#define CLEAN_S 10
/* False alarms are rarer than one in e^h attempts by about this much where many
 * attempts come; few show badly what is usual. */
#define LIMIT_SLACK 2.0
#define LIMIT_SLACK_MIN 1.0
/* The least difference from the usual share that is looked for. */
#define LEAST_RISE 0.03
#define LEAST_RATE_RISE 0.2
/* Attempts per second, in seconds with any, that show a small one. */
#define MUCH 20.0
/* Too much, whatever is usual; and more than is taken to be usual before that
 * is known. */
#define ABSOLUTE_LIMIT 0.5
#define TOLERATED 0.4
#define SHARE_MIN 0.002
#define SHARE_MAX 0.97
#define SECONDS_A_DAY 86400.0
/* An incident is over after this time without attempts. */
#define SILENT_S 300

/* The first is for what is settled. */
static const double odds[RT_ONSET_ALTERNATIVES] = {2.0, 4.0, 12.0, 100.0};
#define FIRST_LARGE 1

static double
decay(double half_life_s)
{
	return exp2(-1.0 / half_life_s);
}

static double
level_of(const struct rt_onset_how *how, double tries, double failed)
{
	double level =
		(failed + how->prior * how->weight) / (tries + how->weight);

	if (how->is_rate)
		return level;
	return fmin(0.7, fmax(SHARE_MIN, level));
}

double
rt_onset_usual(const struct rt_onset *onset, const struct rt_onset_how *how)
{
	return level_of(how, onset->tries, onset->failed);
}

/* The most that may well be usual. */
static double
most_usual(const struct rt_onset_how *how, double tries, double failed,
	   double sigmas)
{
	double usual = level_of(how, tries, failed), share, most;

	if (how->is_rate)
		return usual;
	share = (failed + 0.5) / (tries + 1.0);
	most = share + sigmas * sqrt(share * (1.0 - share) / (tries + 2.0));
	return fmin(0.7, fmax(usual, most));
}

bool
rt_onset_has_learned(const struct rt_onset *onset)
{
	return onset->tries >= LEARN_TRIES ||
	       (onset->tries >= LEAST_TRIES &&
		onset->newest_s >= onset->first_s + RT_ONSET_LEARN_S);
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
overdispersion(const struct rt_onset_how *how, double spread, double expected)
{
	double ratio = (spread + 20.0) / (expected + 20.0);

	/* The retries of a call fail together. */
	if (how->is_rate)
		return fmin(10.0, fmax(2.0, ratio));
	return fmin(4.0, fmax(1.0, ratio));
}

double
rt_onset_gain(const struct rt_onset *onset, const struct rt_onset_how *how,
	      double tries, double failed)
{
	double level, gain;

	if (tries <= 0.0 || failed / tries <= onset->usual)
		return 0.0;
	level = failed / tries;
	gain = failed * log(level / onset->usual);
	if (how->is_rate)
		return gain - (level - onset->usual) * tries;
	if (level < 1.0)
		gain += (tries - failed) *
			log((1.0 - level) / (1.0 - onset->usual));
	return gain;
}

static void
begin(struct rt_onset *onset, const struct rt_onset_how *how,
      const struct rt_onset_sum *winner)
{
	onset->since_s = winner->since_s;
	onset->usual = level_of(how, winner->base_tries, winner->base_failed);
	onset->most_usual = most_usual(how, winner->base_tries,
				       winner->base_failed, SIGMA_STILL);
	onset->recent_failed = winner->failed;
	onset->recent_tries = winner->tries;
	onset->level = onset->clear = onset->clean = onset->still = 0.0;
	onset->gone = 0.0;
	onset->clean_s = onset->still_s = 0;
	/* What came since then was not usual. */
	onset->failed = winner->base_failed;
	onset->tries = winner->base_tries;
	onset->spread = winner->base_spread;
	onset->expected = winner->base_expected;
	memset(onset->sum, 0, sizeof(onset->sum));
}

/* Note the evidence of a second, so that a blip can be left out. */
static void
note_burst(struct rt_onset_sum *sum, double ratio, uint64_t second)
{
	uint64_t gap = second - sum->last_s;
	double burst = 0.0;

	for (uint64_t i = RT_ONSET_BLIP_S; i-- > 0;)
		sum->last[i] = i >= gap ? sum->last[i - gap] : 0.0;
	sum->last[0] = ratio;
	sum->last_s = second;
	for (size_t i = 0; i < RT_ONSET_BLIP_S; i++) {
		burst += sum->last[i];
		sum->burst = fmax(sum->burst, burst);
	}
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
			.base_spread = onset->spread,
			.base_expected = onset->expected,
			.since_s = second,
		};
	sum->sum = fmax(0.0, sum->sum + ratio);
	if (sum->sum <= 0.0) {
		/* Nothing of it matters; zeros are kept in few bytes. */
		*sum = (struct rt_onset_sum){0};
		return;
	}
	note_burst(sum, ratio, second);
	sum->failed += failed;
	sum->tries += tries;
}

/* Whether the sum with the most evidence is enough for an onset. A blip is not,
 * unless nothing at all succeeds for longer than one. */
static bool
is_enough(const struct rt_onset *onset, const struct rt_onset_sum *sum,
	  uint64_t second)
{
	double slack = fmin(LIMIT_SLACK, LIMIT_SLACK_MIN + onset->rate / MUCH);
	double limit = log(fmax(1.0, onset->rate * SECONDS_A_DAY)) - slack;
	bool lasts = sum->sum - sum->burst >= LEAST_LASTING ||
		     (sum->failed >= sum->tries &&
		      second >= sum->since_s + RT_ONSET_BLIP_S);

	return lasts && sum->failed >= LEAST_FAILED &&
	       sum->sum > fmax(LIMIT_MIN, limit);
}

bool
rt_onset_is_suspected(const struct rt_onset *onset)
{
	for (int i = 0; i < RT_ONSET_ALTERNATIVES; i++) {
		const struct rt_onset_sum *sum = &onset->sum[i];

		if (sum->sum >= LEAST_LASTING &&
		    onset->newest_s <= sum->since_s + SUSPECT_S)
			return true;
	}
	return onset->since_s != 0;
}

bool
rt_onset_is_evident(const struct rt_onset *onset)
{
	return onset->since_s != 0 &&
	       onset->newest_s <= onset->still_s + RT_ONSET_BLIP_S;
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

/* The evidence of a second for an alternative. How failures came since there
 * was any is not held to be usual: it would hide the rest. */
static double
weigh(const struct rt_onset *onset, const struct rt_onset_how *how, int i,
      double tries, double failed)
{
	const struct rt_onset_sum *sum = &onset->sum[i];
	bool learned = rt_onset_has_learned(onset);
	double over = 1.0, usual, other;

	usual = most_usual(how, onset->tries, onset->failed, SIGMA);
	if (!learned && !how->is_rate)
		usual = fmin(rt_onset_usual(onset, how), TOLERATED);
	else if (sum->sum > 0.0)
		over = overdispersion(how, sum->base_spread,
				      sum->base_expected);
	else
		over = overdispersion(how, onset->spread, onset->expected);
	other = raised(how, usual, odds[i]);
	if (!learned)
		other = fmax(other, ABSOLUTE_LIMIT);
	return evidence(how, usual, other, tries, failed) / over;
}

static void
watch(struct rt_onset *onset, const struct rt_onset_how *how, uint64_t second,
      double tries, double failed)
{
	bool learned = rt_onset_has_learned(onset);
	bool blind = !learned && !how->has_limit;
	double usual = rt_onset_usual(onset, how), most_ratio = 0.0;
	/* Four times the odds of less are not more, and few attempts show no
	 * less than that. */
	bool small = learned && how->is_settled && usual >= LEAST_RISE &&
		     onset->rate >= MUCH;
	const struct rt_onset_sum *most = &onset->sum[0];

	for (int i = 0; i < RT_ONSET_ALTERNATIVES; i++) {
		double ratio;

		if (blind || (i < FIRST_LARGE && !small)) {
			onset->sum[i].sum = 0.0;
			continue;
		}
		ratio = weigh(onset, how, i, tries, failed);
		add(onset, &onset->sum[i], ratio, second, tries, failed);
		if (onset->sum[i].sum < most->sum)
			continue;
		most = &onset->sum[i];
		most_ratio = ratio;
	}
	/* A second that speaks against it is not when an onset is noticed: a
	 * blip may be over. */
	if (most_ratio > 0.0 && is_enough(onset, most, second))
		begin(onset, how, most);
	else
		absorb(onset, how, usual, tries, failed);
}

void
rt_onset_end(struct rt_onset *onset)
{
	if (onset->since_s == 0)
		return;
	onset->before_since_s = onset->since_s;
	onset->before_end_s = onset->before_over_s = onset->newest_s;
	onset->since_s = 0;
	onset->level = onset->clear = onset->clean = onset->still = 0.0;
	onset->gone = 0.0;
	onset->clean_s = onset->still_s = 0;
	memset(onset->sum, 0, sizeof(onset->sum));
}

/* Its last second was that. */
static void
end_after(struct rt_onset *onset, uint64_t second)
{
	uint64_t since_s = onset->since_s;

	rt_onset_end(onset);
	onset->before_over_s = second > since_s ? second : since_s;
}

/* Note successes in a row: how unlikely they are, by what was seen before them
 * in the incident. The more of them, the less it is believed to go on. */
static void
note_clean(struct rt_onset *onset, const struct rt_onset_how *how,
	   uint64_t second, double tries, double failed)
{
	double seen = onset->recent_tries + 1.0;
	double good = onset->recent_tries - onset->recent_failed + 0.5;

	if (failed > 0.0 || onset->clean_s == 0) {
		onset->clean = 0.0;
		onset->clean_s = second;
	} else if (how->is_rate) {
		onset->clean += onset->recent_failed / seen;
	} else {
		onset->clean += lgamma(seen + tries) - lgamma(seen) -
				lgamma(good + tries) + lgamma(good);
	}
}

/* Note whether the share is above what may be usual, and whether it is below
 * the incident's. */
static void
note_still(struct rt_onset *onset, const struct rt_onset_how *how,
	   uint64_t second, double tries, double failed)
{
	double over = overdispersion(how, onset->spread, onset->expected);
	double usual = onset->most_usual;
	double large = raised(how, usual, odds[FIRST_LARGE]);
	double least = raised(how, usual, 1.0);
	double own = fmin(large, fmax(least, onset->level));

	onset->still += evidence(how, usual, large, tries, failed) / over;
	onset->still = fmin(LEAST_LASTING, fmax(0.0, onset->still));
	onset->gone -= evidence(how, usual, own, tries, failed) / over;
	onset->gone = fmax(0.0, onset->gone);
	if (onset->still < LEAST_LASTING && onset->still_s != 0)
		return;
	onset->still_s = second;
	onset->gone = 0.0;
}

/* Whether nothing speaks for it any more. */
static bool
is_gone(const struct rt_onset *onset, uint64_t second)
{
	return second >= onset->still_s + NOTHING_S ||
	       (onset->gone > LIMIT_END && onset->still <= 0.0 &&
		second >= onset->still_s + GONE_S);
}

/* What is left of it is usual. */
static void
fade(struct rt_onset *onset)
{
	double failed = onset->recent_failed, tries = onset->recent_tries;

	end_after(onset, onset->still_s);
	onset->failed += failed;
	onset->tries += tries;
}

/* Note whether the share is nearer to what may be usual than to the
 * incident's. */
static void
note_clear(struct rt_onset *onset, const struct rt_onset_how *how,
	   uint64_t second, double tries, double failed)
{
	double over = overdispersion(how, onset->spread, onset->expected);
	double usual = fmin(onset->most_usual, onset->level / 2.0), between;

	usual = fmax(onset->usual, usual);
	between = usual + (onset->level - usual) * 0.35;
	if (onset->clear <= 0.0)
		onset->clear_s = second;
	onset->clear -= evidence(how, usual, between, tries, failed) / over;
	onset->clear = fmax(0.0, onset->clear);
}

static void
follow(struct rt_onset *onset, const struct rt_onset_how *how, uint64_t second,
       double tries, double failed)
{
	double keep = decay(RECENT_S), level;

	note_clean(onset, how, second, tries, failed);
	onset->recent_failed = onset->recent_failed * keep + failed;
	onset->recent_tries =
		onset->recent_tries * keep + (how->is_rate ? 1.0 : tries);
	level = (onset->recent_failed + 0.5) / (onset->recent_tries + 1.0);
	level = fmax(level, onset->usual * 2.0 + 0.02);
	if (!how->is_rate)
		level = fmin(SHARE_MAX, level);
	/* It falls slowly, so that a lull does not end an incident. */
	onset->level = fmax(onset->level * 0.99, level);
	note_still(onset, how, second, tries, failed);
	note_clear(onset, how, second, tries, failed);
	/* A lull is not the end, and neither is it that an incident eases; but
	 * what was usual before may have been known badly. */
	if (onset->clear > LIMIT_END &&
	    second >= onset->clear_s +
			      (onset->still > 0.0 ? EASING_S : RT_ONSET_BLIP_S))
		end_after(onset, onset->clear_s - 1);
	else if (onset->clean > LIMIT_CLEAN &&
		 second >= onset->clean_s + CLEAN_S)
		end_after(onset, onset->clean_s);
	else if (is_gone(onset, second))
		fade(onset);
}

void
rt_onset_step(struct rt_onset *onset, const struct rt_onset_how *how,
	      uint64_t second, double tries, double failed)
{
	bool any = how->is_rate || tries > 0.0;

	if (!any) {
		if (onset->since_s != 0 && second > onset->newest_s + SILENT_S)
			rt_onset_end(onset);
		return;
	}
	if (onset->first_s == 0)
		onset->first_s = second;
	/* What was before that is another matter. */
	if (second > onset->newest_s + SILENT_S)
		memset(onset->sum, 0, sizeof(onset->sum));
	onset->newest_s = second;
	if (onset->since_s == 0)
		watch(onset, how, second, tries, failed);
	else
		follow(onset, how, second, tries, failed);
}
