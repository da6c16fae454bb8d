/* Reads the events out of lines, and counts both. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_INGEST_H
#define RT_INGEST_H

#include "dialect/bad.h"
#include "dialect/dialect.h"
#include "dialect/order.h"
#include "dialect/sequence.h"
#include "live/said.h"
#include "live/unread.h"
#include "live/window.h"

/** What was read from one input. */
struct rt_source {
	uint64_t events, bad, foreign;
	/** Time of its newest event, as logged; 0: none. */
	uint64_t newest_ns;
	/** The dialect of its last event, for tk_dialect_found(), and a bit for
	 *  each of the first 64 that it had. */
	unsigned dialect;
	uint64_t dialects;
};

struct rt_ingest {
	struct tk_dialect *dialect;
	struct rt_window *window;
	/** What was wrong until now. */
	struct rt_said said;
	struct tk_sequence *sequence;
	struct tk_order *order;
	/** NULL: events are not recorded. The caller's. */
	struct rt_record *record;
	/** By input, the first one of the rotated log that it is of: parts of
	 *  lines, and lines that belong together, may be in two of them. NULL:
	 *  each input is a log of its own. The caller's. */
	const size_t *whole;
	/** For lines without a time. */
	uint64_t made_up_ns;
	/** Lines, and those of each kind; bad includes oversize. */
	uint64_t lines, events, foreign, bad, oversize;
	/** Events of a type that this version does not know. */
	uint64_t unknown;
	/** Events of inputs that hold a copy of another: they are not counted
	 *  again. */
	uint64_t copied;
	/** Lines about attempts: without a number, so that they are numbered by
	 *  their order; with a retry, but without its delay; without a time. */
	uint64_t by_order, unknown_delays, timeless;
	/** Lines that sinks reported as lost. */
	uint64_t dropped;
	/** Events of what the log had at the start that happened before this
	 *  time are left out, and counted. 0: all are taken. */
	uint64_t since_ns, skipped;
	/** The wall clock now; 0: the log is history. */
	uint64_t wall_ns;
	/** All inputs have been read to their end: later lines are new. */
	bool caught_up;
	/** All inputs have ended: no more lines will come. */
	bool ended;
	/** A new line arrived that was not an old event. */
	bool live;
	/** A new line arrived that was an old event. */
	bool replayed;
	bool no_memory;
	/** Called for each event, except copies, if set. @p whole: it stands
	 *  for all attempts of its call. */
	void (*on_event)(void *user, const struct backoff_event *event,
			 bool whole);
	void *on_event_user;
	/** By input; those from @p source_count on have read nothing. */
	struct rt_source *source;
	size_t source_count;
	/** Lines of the last minutes that were read, and that could not be. */
	struct rt_unread unread;
	/** Bad lines by kind. */
	struct tk_bad bad_lines;
};

/** Begin to read; see tk_dialect_open() for the dialects and the status. */
enum backoff_status rt_ingest_open(struct rt_ingest *ingest,
				   const char *const *dialects,
				   const struct tk_dialect_options *options,
				   struct backoff_error *error);

/** The same with one dialect. */
enum backoff_status rt_ingest_init(struct rt_ingest *ingest,
				   const char *dialect,
				   struct backoff_error *error);
void rt_ingest_clear(struct rt_ingest *ingest);

/** Record events of attempts from now on; NULL: no more. */
void rt_ingest_record(struct rt_ingest *ingest, struct rt_record *record);

/** A tk_line_fn; @p user is a struct rt_ingest. */
void rt_ingest_line(void *user, size_t input, const struct tk_line *line);

/** All inputs were read to their end for the first time. */
void rt_ingest_catch_up(struct rt_ingest *ingest);

/** Count failed attempts whose lines were kept for one that did not follow, by
 *  @p now_ns; at the end of all inputs, BACKOFF_ABSENT. */
void rt_ingest_flush(struct rt_ingest *ingest, size_t inputs, uint64_t now_ns);

/** Nothing came for a while: believe the last events, if their time is far from
 *  those before. */
void rt_ingest_believe(struct rt_ingest *ingest, size_t inputs);

/** Lines that are too far back to know a copy of them; calls that were
 * forgotten while they waited for their next attempt. */
uint64_t rt_ingest_forgotten(const struct rt_ingest *ingest);
uint64_t rt_ingest_forgotten_waits(const struct rt_ingest *ingest);

/** Whether the log grows with current events, so that windows end now, by the
 *  wall clock. Otherwise they end at the newest event. */
bool rt_ingest_is_live(const struct rt_ingest *ingest);

/** The last second of the window; 0 if there is no event and no clock. */
uint64_t rt_ingest_end_s(const struct rt_ingest *ingest);

#endif
