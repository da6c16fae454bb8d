/* What the next window like the recorded one may bring: the variance between
 * parts of this window, and between its incidents. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WINDOW_H
#define RS_WINDOW_H

#include "replay/tally.h"
#include "stats/draws.h"

#define RS_BLOCKS 20
/** With fewer incidents, intervals for the next window are only rough. */
#define RS_INCIDENTS_MIN 10

/** A time in which a target was much worse than usual. */
struct rs_subject_incident {
	uint64_t from_ns, to_ns;
	/** As the log has it; NULL if its calls name none, or if those of
	 *  several overlap. */
	const char *target;
};

/** The calls of an operation by time. */
struct rs_window {
	size_t call_count;
	/** By call: its block of time, and the incident in which it begins; -1
	 *  for none. */
	int8_t *block;
	int32_t *incident;
	/** Calls by block, with unlogged ones; and all of them. */
	double calls[RS_BLOCKS], all_calls;
	/** Incidents in which a call begins. */
	size_t incident_count;
	/** For one sum at a time: by incident. */
	double *sum;
	size_t incident_room;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_window_init(struct rs_window *window,
				   const struct rs_log *log,
				   const struct rs_operation *operation,
				   const struct rs_incident *incident,
				   size_t incident_count);
void rs_window_clear(struct rs_window *window);

/**
 * The interval of the share of calls that fail in the next window.
 *
 * @param deviation  of that share in this window, between draws
 */
struct tk_interval rs_window_next(struct rs_window *window,
				  const struct rs_tally *tally,
				  double deviation);

/**
 * The interval of how much larger the share of calls is that succeed in the
 * next window under one policy than under another.
 *
 * @param deviation  of that difference in this window, between draws
 */
struct tk_interval rs_window_next_difference(struct rs_window *window,
					     const struct rs_tally *tally,
					     const struct rs_tally *baseline,
					     double deviation);

/**
 * How much the share of failed calls varies between windows of this length:
 * its standard deviation.
 */
double rs_window_deviation(struct rs_window *window,
			   const struct rs_tally *tally,
			   const struct rs_tally *baseline);

#endif
