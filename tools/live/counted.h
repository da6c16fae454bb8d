/* What an event adds to the counts. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_COUNTED_H
#define RT_COUNTED_H

#include <stdbool.h>

#include <backoff.h>

#include "live/counts.h"

/** What is added, in the order of the counts. */
#define RT_COUNTED_MEMBER(member, doc) uint32_t member;

struct rt_counted {
	RT_COUNTS(RT_COUNTED_MEMBER)
};

_Static_assert(sizeof(struct rt_counted) ==
			       RT_COUNTS_COUNT * sizeof(uint32_t) &&
		       sizeof(struct rt_counts) ==
			       RT_COUNTS_COUNT * sizeof(uint64_t),
	       "they are also arrays");

/** Whether it is an event of an attempt: others add nothing. */
bool rt_counted_is(const struct backoff_event *event);

/** Whether an event is not an attempt, but only ends a wait: it has the number
 *  of the attempt before. */
bool rt_counted_closes(const struct backoff_event *event);

/** Whether the event is about an attempt with a result: a call that a breaker
 *  refused made none, and a hedge that lost, or a call that was given up, shows
 *  none. */
bool rt_counted_has_result(const struct backoff_event *event);

/** What an event of an attempt adds; @p whole says that it stands for all
 *  attempts of its call. */
struct rt_counted rt_counted_of(const struct backoff_event *event, bool whole);

#endif
