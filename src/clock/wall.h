/* Wall time for a reading of the monotonic clock. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_WALL_H
#define BO_WALL_H

#include <backoff/clock.h>

/** Nanoseconds since 1970 at @p now_ns, a recent reading of the same clock. The
 *  system's wall clock is read once per millisecond only, so that a step of it
 *  shows at most a millisecond late. */
uint64_t bo_clock_wall(const struct backoff_clock *clock, uint64_t now_ns);

#endif
