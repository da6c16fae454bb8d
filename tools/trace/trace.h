/* Calls and attempts, stitched from the events of a log. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_TRACE_H
#define TK_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "dialect/dialect.h"
#include "trace/cover.h"
#include "trace/quality.h"

/** Index of an interned string; 0 is "absent". */
typedef uint32_t tk_string;

/** One recorded attempt. Times are wall nanoseconds since 1970 UTC. */
struct tk_attempt {
	/** End and duration; BACKOFF_ABSENT if the log does not say. */
	uint64_t end_ns, duration_ns;
	/** The wait that followed; BACKOFF_ABSENT after the last. */
	uint64_t delay_ns;
	/** The logged law of that wait: a backoff_jitter, or -1. */
	uint64_t delay_low_ns, delay_high_ns;
	/** Delay that the peer asked for; BACKOFF_ABSENT if none. */
	uint64_t hint_ns;
	int8_t delay_law;
	/** enum backoff_hint_action: the use of that hint. */
	uint8_t hint_action;
	/** enum backoff_outcome_kind, enum backoff_class (UNKNOWN if the log
	 *  does not say). */
	uint8_t outcome, failure_class;
	tk_string error_type, code, error;
};

/** Whether it failed or ran out of time, rather than being refused, cancelled
 * or unknown. */
static inline bool
tk_attempt_failed(const struct tk_attempt *attempt)
{
	return attempt->outcome == BACKOFF_OUTCOME_FAILURE ||
	       attempt->outcome == BACKOFF_OUTCOME_TIMEOUT;
}

enum tk_call_end {
	/** By a success line, or inferred: no line where a failure would have
	 *  left one. */
	TK_CALL_SUCCEEDED,
	TK_CALL_EXHAUSTED,
	TK_CALL_ABORTED,
	/** The log ends before the call does. */
	TK_CALL_CUT_OFF,
};

/** One recorded call: attempts [first, first + count) of the trace. */
struct tk_call {
	tk_string operation, target, policy, policy_hash, id;
	/** Those of its first line. */
	tk_string host, service;
	uint64_t first;
	uint32_t count;
	/** As logged; 0 if the log does not say. */
	uint32_t max_attempts;
	/** Attempts before `first` that the log does not hold. */
	uint32_t missing_before;
	/** Its first lines are lost, although they were made while the log was
	 *  written. Then it begins with failed attempts whose times follow from
	 *  what is usual, and missing_before is 0; unless nothing is usual.
	 *  If false, the call was under way when the log began. */
	bool beginning_lost;
	enum tk_call_end end;
	/** enum backoff_stop, NONE if the log does not say. */
	enum backoff_stop stop;
	/** Wall time, BACKOFF_ABSENT where the log has none: the effective
	 *  deadline, and when the call was cancelled in a wait. */
	uint64_t deadline_ns, called_off_ns;
	/** A copy of the call before: see tk_quality.stand_ins. */
	bool stands_in;
	/** The success was not logged but inferred from silence; its attempt is
	 *  the last of the call, with duration_ns and end_ns absent. */
	bool success_inferred;
};

/** Counts of lines and events read. */
struct tk_trace_totals {
	uint64_t lines, events, foreign, bad, oversize;
	/** Calls that made several attempts at once, counted when the trace is
	 *  stitched. They are left out. */
	uint64_t hedged_calls;
	/** Events of a type that this version does not know. */
	uint64_t unknown;
	/** Lines that a sink reported as lost (events_dropped). */
	uint64_t dropped;
	/** No line has a time: only the order of attempts is known, and all
	 *  times of calls and attempts are made up. */
	bool timeless;
	/** The time that the log covers: from the first event to the last,
	 *  without strays; 0 if there is none. */
	uint64_t from_ns, to_ns;
};

/** Called for a bad line. */
typedef void (*tk_bad_fn)(void *user, const char *path,
			  const struct backoff_error *error);

struct tk_trace;

/** NULL if there is no memory. */
struct tk_trace *tk_trace_new(void);
void tk_trace_free(struct tk_trace *trace);

/** Read one file ("-" for stdin) to its end.
 *  BACKOFF_OK; BACKOFF_E_IO (errno); BACKOFF_E_NOMEM. */
enum backoff_status tk_trace_read(struct tk_trace *trace, const char *path,
				  struct tk_dialect *dialect, tk_bad_fn on_bad,
				  void *user);

/** Say that the file that is read next is of a rotated log, whose lines may be
 *  in parts or belong together: whether it goes on where the last one ended,
 *  and whether the one after it goes on where it ends. */
void tk_trace_rotated(struct tk_trace *trace, bool goes_on, bool continued);

/** Take one reading of a line. BACKOFF_OK, BACKOFF_E_NOMEM. */
enum backoff_status tk_trace_take(struct tk_trace *trace,
				  const struct tk_reading *reading);

/** Take one event that was already decoded. BACKOFF_OK, BACKOFF_E_NOMEM. */
enum backoff_status tk_trace_add(struct tk_trace *trace,
				 const struct backoff_event *event);

/** After all files: put events in order and make calls from them. */
enum backoff_status tk_trace_stitch(struct tk_trace *trace);

const struct tk_trace_totals *tk_trace_totals(const struct tk_trace *trace);

/** What is missing or doubtful in the log; of a stitched trace. */
const struct tk_quality *tk_trace_quality(const struct tk_trace *trace);

/** The loss that concerns one operation: its own, and what cannot be attributed
 *  to any. */
struct tk_loss tk_trace_loss(const struct tk_trace *trace, tk_string operation);

/** The time that the log covers, and its gaps. */
const struct tk_cover *tk_trace_cover(const struct tk_trace *trace);

/** Calls in order of operation, then of their first attempt. */
const struct tk_call *tk_trace_calls(const struct tk_trace *trace,
				     size_t *count);
const struct tk_attempt *tk_trace_attempts(const struct tk_trace *trace,
					   size_t *count);

/** NULL for 0. */
const char *tk_trace_text(const struct tk_trace *trace, tk_string string);

/** The number of texts: they are 1 to that. */
size_t tk_trace_strings(const struct tk_trace *trace);

/** Give a text another one, after all else was read and stitched. False if
 *  there is no memory. */
bool tk_trace_rename(struct tk_trace *trace, tk_string string,
		     const char *text);

/** Whether the log has lines for successes. If not, calls that succeeded at
 *  once left no trace, and the user must give their number. By operation; 0
 *  for all. */
bool tk_trace_logs_successes(const struct tk_trace *trace, tk_string operation);

#endif
