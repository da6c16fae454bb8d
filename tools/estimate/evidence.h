/* Attempts around a time, of other calls: what a window of the log shows. */
#ifndef RS_EVIDENCE_H
#define RS_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorded/log.h"
#include "estimate/levels.h"

/** Windows reach this far at least and at most, and as far as the fifth
 *  attempt of another call in between. */
#define RS_WINDOW_MIN_NS UINT64_C(250000000)
#define RS_WINDOW_MAX_NS UINT64_C(10000000000)
#define RS_WINDOW_ATTEMPTS 5
/** Where only failures are logged, silence tells too: windows reach no further
 *  than to this many expected attempts. */
#define RS_WINDOW_EXPECTED 10

/** The recorded attempts on one target. */
struct rs_group {
	/** Points [first, first + count), in order of time. */
	size_t first, count;
	/** First attempts per nanosecond, of operations of which only failures
	 *  left a line. */
	double rate;
	struct rs_levels levels;
};

struct rs_evidence {
	const struct rs_log *log;
	struct rs_group *group;
	size_t group_count;
	/** By call of the trace. */
	uint32_t *group_of;
	/** By attempt of the trace: whether it says something of its target;
	 *  not if the log holds it only because it failed. */
	uint8_t *used;
	/** By point. */
	uint64_t *time_ns;
	uint32_t *call;
	uint8_t *failed;
	/** Sums over the points before one: failures, each weighted by the
	 *  chance that its call is not doomed; and successes. */
	double *failures_before;
	uint64_t *successes_before;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_evidence_init(struct rs_evidence *evidence,
				     const struct rs_log *log);
void rs_evidence_clear(struct rs_evidence *evidence);

/** Take new chances of doom, by call and by operation. */
void rs_evidence_weigh(struct rs_evidence *evidence, const double *doom,
		       const double *doomed_share);

/**
 * Look around a time, leaving the asking call out.
 *
 * @param doom  the asking call's own chance of doom, as it was weighed
 * @return recorded attempts of other calls in the window
 */
size_t rs_evidence_look(const struct rs_evidence *evidence, size_t call,
			double doom, uint64_t time_ns,
			struct rs_counts *counts);

#endif
