/* One answer of a comparison next to the truth. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SCORE_CELL_H
#define RS_SCORE_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "replay/result.h"
#include "world/truth.h"

/** Times of calls that succeeded, or of those that failed: the 99th
 *  percentile. */
struct rs_cell_time {
	/** Number of such calls in truth; estimate, ends and truth in seconds;
	 *  the last three are 0 if the answer has no such calls. */
	double calls, truth, estimate, low, high;
	/** Shares of true times below the estimate, and at or below it. */
	double rank_low, rank_high;
};

/** Rates are between 0 and 1. No pointers: cells are passed between
 *  processes. */
struct rs_cell {
	/** Index of the world in the plan; seed; indices of the recorded policy
	 *  and of the other one. */
	uint32_t world, record, policy;
	uint64_t seed;
	/** The recorded policy itself. */
	bool same;
	double calls;
	double truth, realised, estimate;
	struct tk_interval interval, outer, prospective;
	double attempts_truth, attempts;
	struct rs_cell_time success, failure;
	/** Differences from the recorded policy. */
	double difference_truth, difference, margin;
	struct tk_interval difference_interval;
	enum rs_verdict verdict;
	enum rs_condition_kind condition;
	double condition_low, condition_high;
	bool flagged;
	/** Incidents that the estimator found in the log. */
	uint32_t incidents;
	/** Other windows of the world, and how many of their rates lie within
	 *  the prospective interval. */
	uint32_t windows, windows_within;
};

/**
 * Compare an answer with the truth.
 *
 * @param recorded  truth of the policy that wrote the log
 */
void rs_cell_make(struct rs_cell *cell, const struct rs_result *result,
		  const struct rs_truth *truth,
		  const struct rs_truth *recorded);

/** Count another window of the world, in which the policy has this success
 *  rate. */
void rs_cell_add_window(struct rs_cell *cell, double rate);

/** Whether the truth lies in an interval; half a call more is allowed. */
bool rs_cell_within(const struct rs_cell *cell, struct tk_interval interval);

/** How far the estimate is off, in points. */
double rs_cell_error(const struct rs_cell *cell);

#endif
