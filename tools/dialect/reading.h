/* What a line says: an event, and what its dialect knows about the log. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_READING_H
#define TK_READING_H

#include <stdbool.h>
#include <stdint.h>

#include <backoff.h>

/** The successes that a log has lines for. */
enum tk_successes {
	/** None. */
	TK_SUCCESSES_NEVER,
	/** Those of calls that were retried. */
	TK_SUCCESSES_AFTER_RETRY,
	TK_SUCCESSES_ALL,
};

/** One event that a line says, and what its dialect knows about the log. */
struct tk_reading {
	/** Its strings live until the next reading. Events of
	 *  dialects without call ids have call_id NULL; their correlation id,
	 *  if any (a request id), is in trace_id. */
	struct backoff_event event;
	/** Written by libbackoff. */
	bool native;
	/** The log has no lines for successes: silence after a failure means
	 *  success. */
	bool silent;
	enum tk_successes successes;
	/** The log may have one line for a call of several attempts: it has no
	 *  lines for attempts that are followed by another, or has a line for
	 *  each call that succeeded. */
	bool may_be_whole;
	/** The line stands for all attempts of its call, as a proxy writes
	 *  it. */
	bool whole;
	/** The log has no number for this attempt: event.attempt is absent, and
	 *  the attempts of a call are numbered by their order. */
	bool by_order;
	/** Without a retry that waits, the line would not be an event: it
	 *  continues a call. */
	bool follows;
	/** Neither the line nor its arrival has a time: event.ts_ns is
	 *  absent. */
	bool no_time;
	/** The line has no time: event.ts_ns is that of its arrival. */
	bool arrived;
	/** Attempts that the line says are left; BACKOFF_ABSENT. */
	uint64_t left;
	/** What keeps the calls of one operation apart where there is no id: a
	 *  thread, a job. NULL if the line does not say. Lives as long as the
	 *  event's strings. */
	const char *lane;
	/** The dialect that read it, for tk_dialect_found(). */
	unsigned source;
};

/** Take a reading; false: out of memory. */
typedef bool (*tk_reading_fn)(void *user, const struct tk_reading *reading);

/** Called for each error of a dialect file. */
typedef void (*tk_dialect_error_fn)(void *user, const char *name,
				    const struct backoff_error *error);

#endif
