/* Events from logs, counted as a service that links the library counts them. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_COUNTERS_H
#define RT_COUNTERS_H

#include "live/ingest.h"

/** Pairs of operation and policy with series to themselves. */
#define RT_COUNTERS_MAX (2 * RT_OPERATIONS_MAX)

struct rt_counters {
	struct backoff_metrics *metrics;
	const struct rt_ingest *ingest;
	/** Count only what is written from now on: what a log has already would
	 *  look like a burst to those who compare two readings of a counter.
	 */
	bool only_new;
};

/** Count the events that @p ingest takes from now on. False if there is no
 *  memory. */
bool rt_counters_begin(struct rt_counters *counters, struct rt_ingest *ingest,
		       bool only_new);
void rt_counters_end(struct rt_counters *counters);

#endif
