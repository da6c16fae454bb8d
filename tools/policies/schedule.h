/* The delays of a policy: bounds and percentiles before each retry. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SCHEDULE_H
#define RS_SCHEDULE_H

#include <stddef.h>

#include <backoff.h>

#include "stats/samples.h"

enum rs_schedule_percentile {
	RS_SCHEDULE_P1,
	RS_SCHEDULE_P50,
	RS_SCHEDULE_P95,
	RS_SCHEDULE_P99,
	RS_SCHEDULE_PERCENTILES,
};

/** The wait before one retry. */
struct rs_wait {
	/** Bounds of the law; over all draws if the law depends on earlier
	 *  ones. */
	uint64_t low_ns, high_ns;
	/** The kind of the law. */
	enum backoff_jitter law;
	/** The delay before jitter; the median for decorrelated delays. */
	uint64_t nominal_ns;
	uint64_t at_ns[RS_SCHEDULE_PERCENTILES];
	/** Median of all waits up to this one. */
	uint64_t total_ns;
	/** Draws that reached this retry before the deadline. */
	uint64_t reached;
};

struct rs_schedule {
	struct rs_wait *wait;
	size_t count;
	/** Number of further retries that the policy allows; UINT64_MAX: any
	 *  number until the deadline. */
	uint64_t left_out;
};

/**
 * Draw schedules from the engine's laws: calls whose attempts take no time and
 * all fail. The policy's deadline ends them.
 *
 * @param draws  from 1
 * @param limit  maximum number of retries
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status rs_schedule_make(const struct backoff_policy *policy,
				     uint64_t draws, uint64_t seed,
				     size_t limit, struct rs_schedule *out);

/**
 * The laws of the first waits if all failures are of one class that has other
 * delays.
 *
 * @param law  set to at most @p limit laws
 * @return their number; 0 if the class has no other delays or is not retried
 */
size_t rs_schedule_class(const struct backoff_policy *policy,
			 enum backoff_class failure_class,
			 struct backoff_delay *law, size_t limit);

void rs_schedule_clear(struct rs_schedule *schedule);

#endif
