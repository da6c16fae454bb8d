/* Since when are the retries of an operation above what was usual? */
#ifndef RT_ONSET_H
#define RT_ONSET_H

#include <stddef.h>
#include <stdint.h>

/** Counts are judged in steps of so many seconds. */
#define RT_ONSET_STEP_S 10
/** So many steps in a row begin a rise, and as many others end it. */
#define RT_ONSET_RUN 3
/** Steps before the rise that say what is usual: at most, and at least. */
#define RT_ONSET_BASE_MAX 26
#define RT_ONSET_BASE_MIN 6

struct rt_onset {
	/** The next step to judge; a step's number is its second divided by
	 *  RT_ONSET_STEP_S. 0: none was judged yet. */
	uint64_t next_step;
	/** Steps in a row above the limit, and below it while rising. */
	unsigned above, below;
	/** First second of the rise, 0 if there is none. */
	uint64_t rising_s;
	/** What was too much when the rise began: kept until it ends, so that
	 *  a long storm does not become the usual. */
	double limit;
};

/** Gives the count of a step before the one that is judged. */
typedef uint64_t (*rt_onset_count_fn)(const void *user, uint64_t step);

/**
 * Judge a step that is over.
 *
 * A step is above the limit if its count exceeds the median of the steps
 * before by four times their median absolute deviation, taken as at least a
 * half (so that three retries in ten seconds are the least that can count).
 *
 * @param first_step  the first step that the log covers
 */
void rt_onset_judge(struct rt_onset *onset, uint64_t step, uint64_t first_step,
		    rt_onset_count_fn count, const void *user);

#endif
