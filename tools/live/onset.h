/* Finds when the share of failures, or their rate, leaves its usual level. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_ONSET_H
#define RT_ONSET_H

#include <stdbool.h>
#include <stdint.h>

/** The alternatives that are tested against the usual level. */
#define RT_ONSET_ALTERNATIVES 4
/** The longest blip, in seconds of the clock. */
#define RT_ONSET_BLIP_S 3
/** Seconds after which a level counts as usual. */
#define RT_ONSET_LEARN_S 60

/** How a detector judges; one per kind of evidence. */
struct rt_onset_how {
	/** The share that is assumed as long as nothing was seen, or, per
	 *  second, the rate; and the number of attempts, or seconds, that this
	 *  assumption weighs. */
	double prior, weight;
	/** Counts per second are judged, because the attempts that succeed are
	 *  not known. */
	bool is_rate;
	/** Without a usual level, half of all attempts is too much. */
	bool has_limit;
	/** Shares do not wander: one that doubles is looked for, too. */
	bool is_settled;
};

/** The sum of one alternative: its evidence since it was last zero. */
struct rt_onset_sum {
	double sum, failed, tries;
	/** The evidence of the worst seconds in a row, as many as a blip may
	 *  last; and that of the last seconds, the newest first. */
	double burst, last[RT_ONSET_BLIP_S];
	uint64_t last_s;
	/** The usual level before that, which an onset goes back to. */
	double base_failed, base_tries, base_spread, base_expected;
	uint64_t since_s;
};

/** Zero is a detector that has seen nothing. */
struct rt_onset {
	/** The usual level: decayed counts of seconds outside of incidents, and
	 *  of their squared distance from what was expected. */
	double failed, tries, spread, expected, rate;
	struct rt_onset_sum sum[RT_ONSET_ALTERNATIVES];
	uint64_t first_s, newest_s;
	/** First second of the incident; 0: there is none. And of the one
	 * before it, with its end. */
	uint64_t since_s, before_since_s, before_end_s;
	/** The last second of that one, which showed later. */
	uint64_t before_over_s;
	/** In an incident: the usual level before it, the incident's level, its
	 *  recent counts, and the evidence for its end. */
	double usual, level, recent_failed, recent_tries, clear;
	/** How unlikely its recent level makes it that nothing failed since the
	 *  last failure, as a logarithm, and when that was. */
	double clean;
	uint64_t clean_s;
	/** Since when there is evidence for the end. */
	uint64_t clear_s;
	/** Evidence that the share is above the usual one still, up to a limit.
	 */
	double still;
	/** When it last reached that. */
	uint64_t still_s;
	/** The most that may have been usual before; and evidence, since then,
	 *  that the share is not above that. */
	double most_usual, gone;
};

/**
 * Judge the counts of a second; seconds come in order.
 *
 * A cumulative sum of log likelihood ratios (CUSUM, Page 1954): the usual share
 * against shares with 4, 12 and 100 times its odds, and twice them if it is
 * settled. An incident begins where
 * the winning sum was last zero, and is one only if it is evident without any
 * blip. It ends by the reversed test, against a level between the usual and the
 * incident's, or by a run of successes that its recent level makes unlikely.
 * Seconds of incidents do not change what is usual.
 *
 * @param tries   attempts; ignored if rates are judged
 * @param failed  those that failed
 */
void rt_onset_step(struct rt_onset *onset, const struct rt_onset_how *how,
		   uint64_t second, double tries, double failed);

/** End an incident, if there is one. */
void rt_onset_end(struct rt_onset *onset);

/**
 * How much more likely counts are than by the usual level before the incident,
 * if they have a level of their own that is higher: as a logarithm.
 *
 * @param tries  attempts, or seconds if rates are judged
 */
double rt_onset_gain(const struct rt_onset *onset,
		     const struct rt_onset_how *how, double tries,
		     double failed);

/** The usual share, or rate. */
double rt_onset_usual(const struct rt_onset *onset,
		      const struct rt_onset_how *how);

/** Whether enough was seen to know what is usual. */
bool rt_onset_has_learned(const struct rt_onset *onset);

/** Whether there is an incident that its last seconds show. */
bool rt_onset_is_evident(const struct rt_onset *onset);

/** Whether there is an incident, or may be the beginning of one. */
bool rt_onset_is_suspected(const struct rt_onset *onset);

#endif
