/* When events happened: which times are believed, and how late lines come. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_WHEN_H
#define RT_WHEN_H

#include "live/clocks.h"

struct rt_when;

struct rt_when_event {
	/** As logged; 0 if the line does not say. */
	uint64_t ts_ns;
	/** BACKOFF_ABSENT if the line does not say. */
	uint64_t pid, seq;
	size_t input;
	/** NULL if the line does not say. */
	const char *host;
	/** The wall clock, 0 if the log is history. */
	uint64_t wall_ns;
	/** The line was written just now. */
	bool arrives;
};

/** What becomes of the events of an input that were held before. */
enum rt_when_held {
	RT_HELD_STILL,
	RT_HELD_BELIEVED,
	RT_HELD_WRONG,
};

struct rt_when_answer {
	/** When it happened; 0: only totals can have it. */
	uint64_t ts_ns;
	/** The next events of its input decide whether its time is believed; it
	 *  would be this one. */
	uint64_t held_ns;
	enum rt_when_held held;
	/** It is far behind the others of its input. */
	bool behind;
	/** Counts after rt_when_newest_ns() were at a wrong time. Events before
	 *  this one, in a row behind the others, were not. */
	bool forget;
};

/** NULL if there is no memory. */
struct rt_when *rt_when_new(void);
void rt_when_free(struct rt_when *when);

/**
 * Judge the time of an event.
 *
 * With a wall clock, an event of the future happened when it arrived, unless it
 * continues those that were there before: then all times of the log are off.
 * They are kept, and the wall clock is read as the log would show it; so it is
 * if lines that arrive are steadily behind. In history, an event far ahead of
 * the others of its input is held until the next ones confirm it. If events go
 * on far behind the newest, and only a few of their input were not, or those of
 * one host between others, then those had a wrong time. A host whose events are
 * steadily ahead of those of others, or far behind them, has a clock that is
 * wrong by this much: it is corrected.
 *
 * Returns false if there is no memory.
 */
bool rt_when_judge(struct rt_when *when, const struct rt_when_event *event,
		   struct rt_when_answer *out);

/** An event's time by a clock that is never set back. */
uint64_t rt_when_onward_ns(struct rt_when *when,
			   const struct rt_when_event *event);

/** Nothing follows the held events of this input, for now at least: whether
 * they are believed. */
enum rt_when_held rt_when_end(struct rt_when *when, size_t input);

/** Time of the newest and of the first event that is believed; 0 if there is
 *  none. */
uint64_t rt_when_newest_ns(const struct rt_when *when);
uint64_t rt_when_first_ns(const struct rt_when *when);

/** The time of the last event as it was judged; 0 if it has none. */
uint64_t rt_when_last_ns(const struct rt_when *when);

/** What the log would show when the wall clock shows this: all of its times may
 *  be off, by a zone. */
uint64_t rt_when_wall_ns(const struct rt_when *when, uint64_t wall_ns);

/** The log is watched from now on: that nothing happens is known, too. Says
 *  whether counts after rt_when_newest_ns() were at a wrong time. */
bool rt_when_watch(struct rt_when *when, uint64_t wall_ns);

/** Since when it is known what happened: from the first event, or from when the
 *  log was watched if that is earlier; 0 if nothing is known. */
uint64_t rt_when_known_ns(const struct rt_when *when);

/** How late lines come: nine of ten events arrive within this time. */
uint64_t rt_when_late_ns(const struct rt_when *when);

/** The time up to which events have arrived: that of the newest, or, if nothing
 *  happens, the wall clock less the usual lateness. */
uint64_t rt_when_as_of_ns(const struct rt_when *when, uint64_t wall_ns);

/** Events with a time that could not be right. */
uint64_t rt_when_leaps(const struct rt_when *when);

const struct rt_clocks *rt_when_clocks(const struct rt_when *when);

#endif
