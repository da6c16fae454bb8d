/* States of a subject's detectors, to go back to. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_KEPT_H
#define RT_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/onset.h"

enum rt_detector {
	/** Failed attempts; if successes are not known, their rate. */
	RT_DETECTOR_TRIES,
	/** Calls that ended without success. */
	RT_DETECTOR_CALLS,
	/** Slow successes. */
	RT_DETECTOR_SLOW,
	/** Hedges, of first attempts. */
	RT_DETECTOR_HEDGES,
};
#define RT_DETECTOR_COUNT (RT_DETECTOR_HEDGES + 1)

/** Zero is empty. */
struct rt_kept {
	/** The second before which this was the state; 0: none. */
	uint64_t second;
	/** Its words that are not zero, after bits that say which are. */
	uint64_t *packed;
};

void rt_kept_clear(struct rt_kept *kept);

/** False, and an empty copy, if there is no memory. */
bool rt_kept_copy(struct rt_kept *to, const struct rt_kept *from);

/** Keep a state; without memory, none is kept. */
void rt_kept_put(struct rt_kept *kept, uint64_t second,
		 const struct rt_onset onset[RT_DETECTOR_COUNT]);

/** The state, which is there. */
void rt_kept_get(const struct rt_kept *kept,
		 struct rt_onset onset[RT_DETECTOR_COUNT]);

#endif
