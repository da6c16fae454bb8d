/* Steps back in time, and marks to return to. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_TRAVEL_H
#define RT_TRAVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RT_MARKS_MAX 9
/** Seconds of a small and of a large step. */
#define RT_TRAVEL_STEP_S 10
#define RT_TRAVEL_LEAP_S 300

struct rt_travel {
	/** The last second that is shown, of a step of the history; 0: now. */
	uint64_t at_s;
	/** The last second now, and the earliest that can be shown; 0: there is
	 *  nothing yet. */
	uint64_t now_s, oldest_s;
	/** Seconds that are marked, the earliest first. */
	uint64_t mark[RT_MARKS_MAX];
	size_t marks;
};

/** Say what there is now: the last second, and that of the first event that is
 *  remembered. What can be shown no more gives way to what is left. */
void rt_travel_now(struct rt_travel *travel, uint64_t now_s, uint64_t first_s);

/** Go later by some seconds, or earlier if negative; after the last step comes
 *  now. False if that changes nothing. */
bool rt_travel_go(struct rt_travel *travel, int64_t seconds);

/** Go to the next mark, or the one before if negative, or back to now after the
 *  last one. False if there is none. */
bool rt_travel_jump(struct rt_travel *travel, int by);

/** Set a mark at the time that is shown, or remove the one there. */
void rt_travel_mark(struct rt_travel *travel);

/** The number of the mark at the time that is shown, from 1; 0: none. */
size_t rt_travel_marked(const struct rt_travel *travel);

#endif
