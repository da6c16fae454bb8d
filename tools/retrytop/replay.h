/* Plays recorded logs as if they were written now: each line at its time. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_REPLAY_H
#define RT_REPLAY_H

#include "live/ingest.h"

struct rt_replay;

/**
 * Begin.
 *
 * @param peek    another one, empty, that reads the same dialects: it finds the
 *                times of lines
 * @param whole   by input: the first input of the rotated log that it is of
 * @param speed   how many times as fast as they were written
 * @return NULL without memory
 */
struct rt_replay *rt_replay_new(struct rt_ingest *ingest,
				struct rt_ingest *peek, const size_t *whole,
				size_t inputs, uint64_t speed);
void rt_replay_free(struct rt_replay *replay);

/** Keep a line until its time has come: a tk_line_fn; @p user is a struct
 *  rt_replay. */
void rt_replay_line(void *user, size_t input, const struct tk_line *line);

/** Whether lines of an input are needed before others can be played. */
bool rt_replay_wants(const struct rt_replay *replay);

/** No more lines will be kept. */
void rt_replay_end(struct rt_replay *replay);

/** Play what is due at @p now_ns, by a monotonic clock, at most @p most lines.
 *  Returns whether more is due. */
bool rt_replay_play(struct rt_replay *replay, uint64_t now_ns, size_t most);

/** When the next line is due, by the monotonic clock; UINT64_MAX if there is
 *  none. */
uint64_t rt_replay_due_ns(const struct rt_replay *replay);

/** Whether its clock waits at a full second, so that what is known then can be
 *  judged, whatever the speed. Until rt_replay_go_on(). */
bool rt_replay_waits(const struct rt_replay *replay, uint64_t now_ns);
void rt_replay_go_on(struct rt_replay *replay);

/** When its clock waits next, by the monotonic clock; UINT64_MAX before the
 *  first event, and at the end, where it stops for good. */
uint64_t rt_replay_second_ns(const struct rt_replay *replay);

/** What a clock on the wall showed; 0 before the first event. */
uint64_t rt_replay_wall_ns(const struct rt_replay *replay, uint64_t now_ns);

/** Hold it: its clock stands still until it is not held. */
void rt_replay_hold(struct rt_replay *replay, uint64_t now_ns, bool hold);

/** Whether all lines were played. */
bool rt_replay_is_over(const struct rt_replay *replay);

#endif
