/* How late events arrive, as a distribution of the last minute. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_LATENESS_H
#define RT_LATENESS_H

#include <stdint.h>

/** Steps of a tenth of a second up to RT_LATENESS_FINE, then of a second. */
#define RT_LATENESS_FINE 30
#define RT_LATENESS_STEPS (RT_LATENESS_FINE + 300)

struct rt_lateness {
	uint32_t step[RT_LATENESS_STEPS];
	uint64_t total, halved_ns;
};

/** Note an event that arrived @p late_ns after it happened. Older ones lose
 *  half of their weight every 20 seconds. */
void rt_lateness_note(struct rt_lateness *lateness, uint64_t late_ns,
		      uint64_t wall_ns);

/** The lateness that this share of the events, 0 to 1, does not exceed; 0 if
 *  there were none. */
uint64_t rt_lateness_of(const struct rt_lateness *lateness, double share);

#endif
