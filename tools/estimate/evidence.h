/* The evidence in a window of the log: attempts of other calls near a time. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_EVIDENCE_H
#define RS_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorded/log.h"
#include "estimate/levels.h"

/** Windows reach to the fifth attempt of another call, but at least and at most
 *  this far. */
#define RS_WINDOW_MIN_NS UINT64_C(250000000)
#define RS_WINDOW_MAX_NS UINT64_C(10000000000)
#define RS_WINDOW_ATTEMPTS 5
/** If only failures are logged, silence is evidence too: windows reach no
 *  further than to this number of expected attempts. */
#define RS_WINDOW_EXPECTED 10

/** The recorded attempts on one target. */
struct rs_target {
	/** Points [first, first + count), in order of time. */
	size_t first, count;
	/** First attempts per nanosecond in operations that log only
	 *  failures. */
	double rate;
	struct rs_levels levels;
};

struct rs_evidence {
	const struct rs_log *log;
	struct rs_target *target;
	size_t target_count;
	/** By call of the trace. */
	uint32_t *target_of;
	/** By attempt of the trace: whether it is evidence about its target;
	 *  not if the log holds it only because it failed. */
	uint8_t *used;
	/** By point. */
	uint64_t *time_ns;
	uint32_t *call;
	uint8_t *failed;
	/** Sums over the points before one: failures, each weighted by the
	 *  probability that its call does not fail permanently; successes. */
	double *failures_before;
	uint64_t *successes_before;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_evidence_init(struct rs_evidence *evidence,
				     const struct rs_log *log);
void rs_evidence_clear(struct rs_evidence *evidence);

/**
 * Take new probabilities of permanent failure.
 *
 * @param permanent  by call
 * @param share      by operation: the share of its calls that fail permanently
 */
void rs_evidence_weigh(struct rs_evidence *evidence, const double *permanent,
		       const double *share);

/**
 * Count the attempts of other calls in the window around a time.
 *
 * @param call       the call to leave out
 * @param permanent  the probability that it fails permanently, as it was
 *                   weighed
 * @return the number of recorded attempts in the window
 */
size_t rs_evidence_look(const struct rs_evidence *evidence, size_t call,
			double permanent, uint64_t time_ns,
			struct rs_counts *counts);

#endif
