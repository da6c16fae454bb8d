/* Lines of native and foreign logs, read as attempt events. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_DIALECT_H
#define TK_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "dialect/verdict.h"
#include "input/lines.h"

/** Opaque; for one thread at a time. */
struct tk_dialect;

/** One event that a line says, and what its dialect knows about the log. */
struct tk_reading {
	/** Its strings live until the next tk_dialect_read(). Events of
	 *  dialects without call ids have call_id NULL; their correlation id,
	 *  if any (a request id), is in trace_id. */
	struct backoff_event event;
	/** Written by libbackoff. */
	bool native;
	/** The log has no lines for successes: silence after a failure means
	 *  success. */
	bool silent;
	/** The log may have one line for a call of several attempts: it has no
	 *  lines for attempts that are followed by another, or has a line for
	 *  each call that succeeded. */
	bool may_be_whole;
	/** The log has no number for this attempt: event.attempt is absent, and
	 *  the attempts of a call are numbered by their order. */
	bool by_order;
	/** Neither the line nor its arrival has a time: event.ts_ns is
	 *  absent. */
	bool no_time;
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

struct tk_dialect_options {
	/** The UTC offset of times without one, "Z" or "+02:00", where the
	 *  dialect does not give it; NULL: such times are not read. */
	const char *zone;
	/** Times without a year are of the newest year in which they are not
	 *  after this; 0: the machine's clock. */
	uint64_t now_ns;
	/** Called for every error; NULL: only the first is reported. */
	tk_dialect_error_fn on_error;
	void *user;
};

/**
 * @param names    ends with NULL; each is "auto" (all built-in dialects,
 *                 decided line by line), "native", the name of a built-in
 *                 dialect, the path of a dialect file (it has a '/' or ends in
 *                 .json), or several of them between commas. What stands
 *                 earlier takes precedence, except that native lines, if they
 *                 are read, come first.
 * @param options  may be NULL
 * @param error    set with the first error; may be NULL
 * @return BACKOFF_OK; BACKOFF_E_NOT_FOUND; as backoff_policy_load() for a file
 */
enum backoff_status tk_dialect_open(const char *const *names,
				    const struct tk_dialect_options *options,
				    struct tk_dialect **out,
				    struct backoff_error *error);
void tk_dialect_free(struct tk_dialect *dialect);

/** The time of lines that have none, as when a followed file grows; 0: there
 *  is none. */
void tk_dialect_arrival(struct tk_dialect *dialect, uint64_t ns);

/** Dialect @p i and the number of readings that it gave; false past the
 *  last. */
bool tk_dialect_found(const struct tk_dialect *dialect, size_t i,
		      const char **name, uint64_t *readings);

/** Wrapper @p i ("docker", "cri" and so on) and the number of lines that were
 *  taken out of it; false past the last. */
bool tk_dialect_unwrapped(const struct tk_dialect *dialect, size_t i,
			  const char **name, uint64_t *lines);

/** The time of the line that was read last and is not an event, if it is cheap
 *  to find: it shows that the log was being written. False if there is none. */
bool tk_dialect_time(struct tk_dialect *dialect, const struct tk_line *line,
		     uint64_t *out);

/**
 * Read one line, and call @p fn for each event in it.
 *
 * @param input  the number of the input that has the line: parts of lines are
 *               joined within one input
 * @param error  set on TK_BAD; may be NULL
 * @return TK_EVENT if there was at least one event, or the line was kept for
 *         one that follows; TK_FOREIGN; TK_BAD, with BACKOFF_E_NOMEM if @p fn
 *         returned false
 */
enum tk_verdict tk_dialect_read(struct tk_dialect *dialect, size_t input,
				const struct tk_line *line, tk_reading_fn fn,
				void *user, struct backoff_error *error);

#endif
