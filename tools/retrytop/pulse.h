/* How fast each input grows, and when its last line came. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_PULSE_H
#define RT_PULSE_H

#include "input/follow.h"

struct rt_beat {
	/** Lines so far, and when they last became more; 0: never. */
	uint64_t lines, at_ns;
	/** Lines at the begin of the current measurement, and its time. */
	uint64_t base_lines, base_ns;
	/** Negative: not measured yet. */
	double lines_per_s;
};

/** Zero has seen nothing. */
struct rt_pulse {
	struct rt_beat *item;
	size_t count;
	uint64_t now_ns;
};

/** Note the lines of now, by a clock that is never 0. Without memory, inputs
 *  have no pulse. */
void rt_pulse_update(struct rt_pulse *pulse, const struct tk_input_info *input,
		     size_t count, uint64_t now_ns);
void rt_pulse_clear(struct rt_pulse *pulse);

#endif
