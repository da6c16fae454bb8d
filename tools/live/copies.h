/* Finds lines without numbers that another input holds too: a copy of a log
 * next to the log itself. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_COPIES_H
#define RT_COPIES_H

#include <stdbool.h>
#include <stddef.h>

#include <backoff.h>

struct rt_copies;

/** NULL if there is no memory. */
struct rt_copies *rt_copies_new(void);
void rt_copies_free(struct rt_copies *copies);

/**
 * Whether another input gave this event before, or the same input if the event
 * has an id, among the last hundred thousand.
 *
 * Two services may well write the same line in the same second. So an event
 * without an id and without a fraction of a second is a copy only if the event
 * before it was, or if both are the first of their inputs.
 */
bool rt_copies_note(struct rt_copies *copies, size_t input,
		    const struct backoff_event *event);

#endif
