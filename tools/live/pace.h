/* The usual durations of an operation's successes, and which are slow. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_PACE_H
#define RT_PACE_H

#include <stdbool.h>
#include <stdint.h>

/** Four steps for each doubling, from 30 us to about 2000 s. */
#define RT_PACE_STEPS 104

/** Zero has seen nothing. */
struct rt_pace {
	/** Decayed counts by duration, and their sum. */
	float count[RT_PACE_STEPS];
	float sum;
	/** Longer durations are slow; 0: not known. */
	uint64_t slow_ns;
};

void rt_pace_add(struct rt_pace *pace, uint64_t duration_ns);

/** Begin a second: older durations weigh less, and the limit moves. */
void rt_pace_tick(struct rt_pace *pace);

static inline bool
rt_pace_is_slow(const struct rt_pace *pace, uint64_t duration_ns)
{
	return duration_ns > pace->slow_ns;
}

#endif
