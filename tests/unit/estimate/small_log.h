/* Logs made attempt by attempt, for an estimator. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_SMALL_LOG_H
#define TEST_SMALL_LOG_H

#include "estimate/estimate.h"

struct small_log {
	struct tk_trace *trace;
	struct rs_log log;
	void *state;
};

struct small_attempt {
	unsigned call, attempt;
	double at_seconds;
	/** The last one of its call. */
	bool failed, last;
	/** NULL for "op"; no target; and a transient failure. */
	const char *operation, *target, *code;
	enum backoff_class failure_class;
};

void small_log_begin(struct small_log *small);
void small_log_add(struct small_log *small, const struct small_attempt *add);
/** Add calls that succeed at once, each @p every seconds. */
void small_log_add_successes(struct small_log *small, unsigned first_call,
			     double from, double to, double every);
/** Stitch it, and fit the estimator. */
void small_log_fit(struct small_log *small, uint32_t draws);
void small_log_clear(struct small_log *small);

/** When the first attempt of a call begins, in seconds after the log's first
 *  event. */
double small_log_at(const struct small_log *small, size_t call);

/** The mean answer over draws to a question about a call, @p at_seconds after
 *  the log's first event. */
struct rs_answer small_log_ask(const struct small_log *small, size_t call,
			       double at_seconds, uint32_t draws);

#endif
