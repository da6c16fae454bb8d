/* Verdicts on differences, what they depend on, and what would settle them. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_JUDGE_H
#define RS_JUDGE_H

#include "replay/result.h"
#include "stats/draws.h"

/** A condition that does not change the verdict is only given if it may change
 *  the difference by more than this. */
#define RS_CONDITION_MATTERS 0.0015
/** And, where its ends bound what may be, by more than the margin, but at most
 *  by this. */
#define RS_CONDITION_MATTERS_MOST 0.005
/** A load condition that leaves the verdict is shown beyond this ratio of the
 *  policy's peak to that of the log. */
#define RS_CONDITION_LOAD_RATIO 3.0

/** Differences of success rates up to the larger of both are equal. */
struct rs_margin {
	/** As a share of the baseline's failure rate. */
	double of_failed;
	double rate;
};
#define RS_MARGIN_OF_FAILED 0.1
#define RS_MARGIN_RATE 0.0002

/** All that the verdict on one difference is made from. */
struct rs_case {
	/** Its difference is set. */
	struct rs_result *result;
	/** The calls are the same in every replica as under a policy judged
	 *  before, or as under the baseline: not another comparison. */
	bool alike;
	/** The difference between draws. */
	struct tk_spread main;
	uint32_t replicas;
	/** By kind: what it may depend on; kind NONE if it does not. And the
	 *  deviation between draws at both ends. */
	struct rs_condition condition[RS_CONDITION_COUNT];
	double low_deviation[RS_CONDITION_COUNT];
	double high_deviation[RS_CONDITION_COUNT];
	/** For what would settle it: the length of the log, calls a day, the
	 *  baseline's share of failed calls, and the deviation of the
	 *  difference between windows of that length. */
	double days, calls_a_day, fails, between;
	/** Whether all delays of the log are the same, without jitter. */
	bool steady_delays;
};

/** Add what a difference may depend on. */
void rs_case_add(struct rs_case *item, const struct rs_condition *condition,
		 struct tk_spread low, struct tk_spread high);

/** Set verdicts, margins, conditions, and what is needed. BACKOFF_OK or
 *  BACKOFF_E_NOMEM. */
enum backoff_status rs_judge(struct rs_case *item, size_t count,
			     const struct rs_margin *margin);

#endif
