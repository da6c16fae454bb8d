/* Finds the time since which an operation has more retries than usual. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_ONSET_H
#define RT_ONSET_H

#include <stddef.h>
#include <stdint.h>

/** Length of the steps that are judged, in seconds. */
#define RT_ONSET_STEP_S 10
/** Consecutive steps above the limit that begin a rise, and consecutive steps
 *  not above it that end it. */
#define RT_ONSET_RUN 3
/** Number of steps before the rise that define the usual rate: at most, and at
 *  least. */
#define RT_ONSET_BASE_MAX 26
#define RT_ONSET_BASE_MIN 6

struct rt_onset {
	/** The next step to judge, 0 before the first; a step's number is its
	 *  second divided by RT_ONSET_STEP_S. */
	uint64_t next_step;
	/** Consecutive steps above the limit, and, while rising, not above. */
	unsigned above, below;
	/** First second of the rise, 0 if there is none. */
	uint64_t rising_s;
	/** The limit when the rise began: kept until it ends, so that a long
	 *  storm does not become usual. */
	double limit;
};

/** Returns the count of a step that is not after the judged one. */
typedef uint64_t (*rt_onset_count_fn)(const void *user, uint64_t step);

/**
 * Judge a step that is over.
 *
 * A step is above the limit if its count exceeds the median of the steps
 * before it by more than four times their median absolute deviation, which is
 * taken as at least 0.5: fewer than three retries in ten seconds never count.
 *
 * @param first_step  the first step that the log covers
 */
void rt_onset_judge(struct rt_onset *onset, uint64_t step, uint64_t first_step,
		    rt_onset_count_fn count, const void *user);

#endif
