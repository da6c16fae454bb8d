/* Recent activity of each operation: counts in steps of one second. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_WINDOW_H
#define RT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "live/counts.h"
#include "live/cube.h"
#include "live/errors.h"
#include "live/history.h"
#include "live/operation.h"
#include "live/record.h"
#include "live/sides.h"
#include "live/subject.h"
#include "live/when.h"

/** Further operations are counted together, as "(other)". */
#define RT_OPERATIONS_MAX 1000
/** Longer operation names are cut. */
#define RT_NAME_MAX 256

struct rt_window;

/** NULL if there is no memory. */
struct rt_window *rt_window_new(void);
void rt_window_free(struct rt_window *window);

/** Set the input of the events that follow; 0 at first. */
void rt_window_from(struct rt_window *window, size_t input);

/**
 * Say what is known of the log of the next event.
 *
 * @param only_retried  it has lines for successes of calls that were retried,
 *                      and no others: then its calls are not known
 * @param whole         the event stands for all attempts of its call
 */
void rt_window_about(struct rt_window *window, bool only_retried, bool whole);

/**
 * Count an event.
 *
 * See live/when.h for when it happened.
 *
 * @param event    its time is 0 if it is not known: then only totals have it
 * @param wall_ns  the wall clock, 0 if the log is history
 * @return false if there is no memory
 */
bool rt_window_add(struct rt_window *window, const struct backoff_event *event,
		   uint64_t wall_ns);

/** The time of an event that may be added next, by a clock that is never set
 *  back. */
uint64_t rt_window_onward_ns(struct rt_window *window, size_t input,
			     const struct backoff_event *event);

/** Record events, too; NULL: no more. The record is the caller's, and has room
 *  for RT_OPERATIONS_MAX + 1 operations. */
void rt_window_record(struct rt_window *window, struct rt_record *record);

/** Say whether the lines of the events that follow were written just now; no at
 *  first. */
void rt_window_arrives(struct rt_window *window, bool arrives);

/** Nothing comes from an input any more, for now at least: count what waits for
 *  its next event. False if there is no memory. */
bool rt_window_end(struct rt_window *window, size_t input);

/** When its events happened. */
const struct rt_when *rt_window_when(const struct rt_window *window);

/** The log is watched from now on; see rt_when_watch(). */
void rt_window_watch(struct rt_window *window, uint64_t wall_ns);

/** Time of the newest and of the first event; 0 if there is none. */
uint64_t rt_window_newest_ns(const struct rt_window *window);
uint64_t rt_window_first_ns(const struct rt_window *window);

/** Events too old for the history: only the totals include them. And events
 * with a time that could not be right. */
uint64_t rt_window_late(const struct rt_window *window);
uint64_t rt_window_skewed(const struct rt_window *window);

/** Operations so far, "(other)" included; their addresses never change. */
size_t rt_window_count(const struct rt_window *window);
struct rt_operation *rt_window_operation(const struct rt_window *window,
					 size_t index);

/** Find an operation by its name; NULL if there is none. */
struct rt_operation *rt_window_find(const struct rt_window *window,
				    const char *name);

/** The seconds up to @p end_s that sums of them cover. */
uint64_t rt_window_covers_s(const struct rt_window *window, uint64_t end_s,
			    uint64_t length_s);

/** Its counts by everything that rows can be grouped by. */
const struct rt_cube *rt_window_cube(const struct rt_window *window);

/** Targets are judged like operations, see targets.h. */
size_t rt_window_targets(const struct rt_window *window);
const char *rt_window_target_name(const struct rt_window *window, size_t index);
const struct rt_subject *rt_window_target(const struct rt_window *window,
					  size_t index);

/** Events of targets for which there was no room. */
uint64_t rt_window_unjudged(const struct rt_window *window);

/** Whether operations fail with a target: what it shared with them is over when
 *  they do not any more. */
void rt_window_share(struct rt_window *window, size_t target, bool is_shared);

/** What seemed to be wrong with a target was not. */
void rt_window_absolve(struct rt_window *window, size_t target);

/** Judge all operations and targets up to the newest second. */
void rt_window_judge(struct rt_window *window);

#endif
