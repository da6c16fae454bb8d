/* When it was last seen that numbers cannot be trusted: lines that are bad or
 * lost. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_ALERTS_H
#define RT_ALERTS_H

#include "input/follow.h"
#include "live/facts.h"

enum rt_alert {
	RT_ALERT_BAD,
	RT_ALERT_LOST,
	RT_ALERT_DROPPED,
	RT_ALERT_LEAPS,
	RT_ALERT_BYTES,
};
#define RT_ALERT_COUNT (RT_ALERT_BYTES + 1)

/** Losses that are remembered. */
#define RT_LOSSES_MAX 8

/** Something was noticed that should not be. */
struct rt_loss {
	enum rt_alert alert;
	uint64_t count;
	/** By the wall clock, when it was noticed. */
	uint64_t wall_ns;
	/** It happened before that: it was in what was read at first. */
	bool before;
};

/** Zero has seen nothing. */
struct rt_alerts {
	/** The newest first. */
	struct rt_loss loss[RT_LOSSES_MAX];
	size_t losses;
	uint64_t now_ns;
	struct {
		uint64_t count;
		/** When it last grew; 0: never. */
		uint64_t at_ns;
		/** It grew since the log was read to its end for the first
		 *  time, so that this says when it happened. */
		bool live;
	} item[RT_ALERT_COUNT];
};

/** Note the counts of now. @p now_ns is by a clock that is never 0. */
void rt_alerts_update(struct rt_alerts *alerts, const struct rt_ingest *ingest,
		      const struct tk_input_info *input, size_t inputs,
		      uint64_t now_ns, uint64_t wall_ns);

/** Words for an alert: "lines lost". */
const char *rt_alert_name(enum rt_alert alert);

/** Whether it grew within five minutes. */
bool rt_alert_is_new(const struct rt_alerts *alerts, enum rt_alert alert);

/** Time since it happened last; 0 if it never did, or if it is not known when.
 */
uint64_t rt_alert_age_ns(const struct rt_alerts *alerts, enum rt_alert alert);

/** What alerts count. */
uint64_t rt_alert_count(const struct rt_ingest *ingest,
			const struct tk_input_info *input, size_t inputs,
			enum rt_alert alert);

#endif
