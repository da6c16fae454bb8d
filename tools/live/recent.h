/* The last events of an input, to compare the clocks of its hosts. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_RECENT_H
#define RT_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Events that are remembered. */
#define RT_RECENT 16
/** Clocks that differ by as much do not show the same. */
#define RT_RECENT_APART_NS UINT64_C(3000000000)

/** An event, and the clock that showed its time. */
struct rt_seen {
	uint64_t ts_ns, clock;
};

/** Zero is empty. */
struct rt_recent {
	struct rt_seen seen[RT_RECENT];
	/** All that were noted. */
	uint64_t count;
	/** The clock of the newest of them, and how many in a row have it. */
	uint64_t last_clock, in_row;
};

void rt_recent_note(struct rt_recent *recent, uint64_t ts_ns, uint64_t clock);

/** How many are remembered. */
static inline size_t
rt_recent_count(const struct rt_recent *recent)
{
	return recent->count < RT_RECENT ? (size_t)recent->count : RT_RECENT;
}

/** One of them, the oldest first. */
static inline const struct rt_seen *
rt_recent_at(const struct rt_recent *recent, size_t index)
{
	uint64_t first = recent->count - rt_recent_count(recent);

	return &recent->seen[(first + index) % RT_RECENT];
}

bool rt_recent_has_others(const struct rt_recent *recent, uint64_t clock);

/**
 * What the clocks of other hosts show when an event shows this; 0 if there are
 * none. One that is ahead of all the rest is wrong.
 *
 * @param after_ns  earlier events have a wrong time
 */
uint64_t rt_recent_others_ns(const struct rt_recent *recent, uint64_t clock,
			     uint64_t ts_ns, uint64_t after_ns);

/** Whether two other clocks show this time, and nothing later up to it. */
bool rt_recent_agree(const struct rt_recent *recent, uint64_t clock,
		     uint64_t ts_ns);

#endif
