/* What pictures of a result need: curves, a time-line, and incidents. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_DETAIL_H
#define RS_DETAIL_H

#include "replay/tally.h"

struct rs_frame;

#define RS_CURVE_POINTS 18
/** Calls by number of attempts: 0, 1 and so on; the last one is 15 or
 *  more. */
#define RS_DETAIL_ATTEMPTS RS_MADE
#define RS_DETAIL_BINS RS_TIMELINE_BINS

/** Shares of calls, ascending from 0 to 1. */
extern const double rs_curve_quantile[RS_CURVE_POINTS];

/** Quantiles of durations. */
struct rs_curve {
	/** Mean number of such calls; if 0, there are no quantiles. */
	double calls;
	uint64_t ns[RS_CURVE_POINTS];
};

/** Counts are means over replicas. */
struct rs_detail {
	/** Durations of the calls that succeed, and the time after which the
	 *  others give up. */
	struct rs_curve success, failure;
	/** Shares of calls by number of attempts; their sum is 1. */
	double attempts[RS_DETAIL_ATTEMPTS];
	/** Attempts, and calls that fail, by the bin in which they begin: see
	 *  rs_subject.detail_bins. Attempts past the end of the log are in
	 *  none. */
	double bin_attempts[RS_DETAIL_BINS], bin_failed[RS_DETAIL_BINS];
	/** By incident of the subject: calls that begin in it, and those of
	 *  them that fail. */
	double *incident_calls, *incident_failed;
};

/**
 * Make the details of a policy.
 *
 * @param tally        complete; it followed the frame's time-line
 * @param first_tries  durations to add to those of successes; or NULL
 * @return NULL if memory ran out
 */
struct rs_detail *rs_detail_new(const struct rs_frame *frame,
				const struct rs_tally *tally,
				const struct tk_samples *first_tries);
void rs_detail_free(struct rs_detail *detail);

#endif
