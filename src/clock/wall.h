/* The wall clock's time of a moment that the monotonic clock has told. */
#ifndef BO_WALL_H
#define BO_WALL_H

#include <backoff/clock.h>

/** Nanoseconds since 1970 at @p now_ns of the same clock, a moment ago. Of the
 *  system's clock it reads the wall only once in a millisecond: a step of the
 *  wall clock shows at most so much later. */
uint64_t bo_clock_wall(const struct backoff_clock *clock, uint64_t now_ns);

#endif
