/* The delays of a policy: bounds of each retry and percentiles of its law. */
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
	/** Bounds of the law; of all draws if the law depends on earlier
	 *  ones. */
	uint64_t low_ns, high_ns;
	/** The delay that jitter is put on; the median where jitter is all. */
	uint64_t nominal_ns;
	uint64_t at_ns[RS_SCHEDULE_PERCENTILES];
	/** Median of all waits up to this one. */
	uint64_t total_ns;
	/** Draws that reached this retry: fewer than all if a deadline ends
	 *  calls before. */
	uint64_t reached;
};

struct rs_schedule {
	struct rs_wait *wait;
	size_t count;
	/** Retries that the policy allows and that are not shown. */
	uint64_t left_out;
};

/**
 * Draw schedules with the engine's laws: calls whose attempts take no time and
 * all fail. A deadline of the policy ends them.
 *
 * @param draws  from 1
 * @param limit  show at most as many retries
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status rs_schedule_make(const struct backoff_policy *policy,
				     uint64_t draws, uint64_t seed,
				     size_t limit, struct rs_schedule *out);
/**
 * The laws of the first waits where all failures are of one class, if it has
 * delays of its own.
 *
 * @param law    set, at most @p limit of them
 * @return how many there are; 0 if the class waits as the others, or is not
 *         retried
 */
size_t rs_schedule_class(const struct backoff_policy *policy,
			 enum backoff_class failure_class,
			 struct backoff_delay *law, size_t limit);

void rs_schedule_clear(struct rs_schedule *schedule);

#endif
