/* How long no line came, and how long that usually is. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SILENCE_H
#define RT_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

/** Zero has seen no line. */
struct rt_silence {
	/** When the last lines came, by a clock that is never 0; 0: never. */
	uint64_t line_ns;
	/** The longest time between lines, of late; 0 if not known. */
	uint64_t usual_ns;
};

/** Lines came.
 *
 *  @param caught_up  they are new ones: what was read before says nothing about
 *                    how often lines come
 */
void rt_silence_line(struct rt_silence *silence, uint64_t now_ns,
		     bool caught_up);

/** Time since the last line, 0 if there was none. */
uint64_t rt_silence_ns(const struct rt_silence *silence, uint64_t now_ns);

#endif
