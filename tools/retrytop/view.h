/* The state that a screen shows, with words and numbers for all its parts. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_H
#define RT_VIEW_H

#include "base/num.h"
#include "input/follow.h"
#include "live/ingest.h"
#include "retrytop/alerts.h"
#include "retrytop/list.h"
#include "retrytop/options.h"
#include "retrytop/pulse.h"
#include "retrytop/ui.h"
#include "rules/alerts.h"

#define RT_VIEW_DAY_NS (UINT64_C(86400) * BO_NS_PER_S)

/** A live log without a new line for this long is called stale, if it is not
 *  known how often lines come. */
#define RT_VIEW_STALE_NS (60 * UINT64_C(1000000000))

struct rt_simulate;
struct rt_copy;

/** Everything that a screen depends on: it needs no clock and no curses. */
struct rt_view {
	const struct rt_list *list;
	const struct rt_ingest *ingest;
	const struct rt_ui *ui;
	/** NULL: none were given. */
	const struct rt_options *options;
	const struct tk_input_info *input;
	size_t input_count;
	/** NULL: events are not counted for metrics. */
	struct backoff_metrics *counters;
	/** 0: the log is history. */
	uint64_t wall_ns;
	/** It is the clock of a replay. */
	bool replays;
	/** Time since the last line was read. */
	uint64_t silence_ns;
	/** The longest usual time between lines; 0 if it is not known. */
	uint64_t usual_ns;
	/** NULL: all are new. */
	const struct rt_alerts *alerts;
	/** How fast inputs grow; NULL: not known. */
	const struct rt_pulse *pulse;
	/** NULL if there are none. */
	const struct rt_rules *rules;
	/** Rules that are broken; NULL if there are no rules. */
	const struct rt_rule_alerts *broken;
	/** What retrysim was asked; NULL: it cannot be. */
	const struct rt_simulate *simulate;
	/** What was copied; NULL: it cannot be. */
	const struct rt_copy *copy;
	/** A file with the events of the record, which is read instead of the
	 *  inputs; NULL: there is none. */
	const char *saved;
	/** The monotonic clock; 0: there is none. */
	uint64_t now_ns;
};

/** "LIVE", "REPLAY", "PAST", "PAUSED", "STALE", "ENDED" or "WAITING". */
const char *rt_view_state(const struct rt_view *view);

/** Whether no line came for longer than usual. */
bool rt_view_is_silent(const struct rt_view *view);

/** Say which time of the past is shown. Returns out. */
char *rt_view_past(const struct rt_view *view, bool brief, char *out,
		   size_t size);

/** A sentence about the clock of a host that is wrong, of those that
 *  rt_clocks_off() lists. Returns out. */
char *rt_view_clock(const struct rt_view *view, const struct rt_clock *clock,
		    char *out, size_t size);

/** The time from which ages are counted: the wall clock if the log is live,
 *  else the time of its newest event. */
uint64_t rt_view_now_ns(const struct rt_view *view);

/** An age in whole seconds, "4m10s"; "-" for the time 0. Returns out. */
char *rt_view_age(uint64_t now_ns, uint64_t then_ns, char *out, size_t size);

/** A length of time, "60s" or "15m". Returns out. */
char *rt_view_length(uint64_t seconds, char *out, size_t size);

/** A time span, rounded to seconds. Returns out. */
char *rt_view_span(uint64_t span_ns, char *out, size_t size);

/** "waiting", "reading", "failed" or "ended". */
const char *rt_view_input_state(enum tk_input_state state);

#endif
