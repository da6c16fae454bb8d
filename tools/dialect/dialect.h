/* Lines of native and foreign logs, read as attempt events. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_DIALECT_H
#define TK_DIALECT_H

#include <stdbool.h>

#include <backoff.h>

#include "dialect/verdict.h"
#include "input/lines.h"

/** Opaque; for one thread at a time. */
struct tk_dialect;

/**
 * @param name   "auto" (native or python-retry, decided line by line),
 *               "native", "python-retry", or the path of a dialect file
 *               (it has a '/' or ends in .json)
 * @param error  set with the file's first error; may be NULL
 * @return BACKOFF_OK; BACKOFF_E_NOT_FOUND; as backoff_policy_load() for a file
 */
enum backoff_status tk_dialect_open(const char *name, struct tk_dialect **out,
				    struct backoff_error *error);
void tk_dialect_free(struct tk_dialect *dialect);

/** "auto", "native" and so on. */
const char *tk_dialect_name(const struct tk_dialect *dialect);

/**
 * Whether the log that @p event was read from has a line for a success. If
 * not, silence after a failure means success.
 */
bool tk_dialect_logs_successes(const struct tk_dialect *dialect,
			       const struct backoff_event *event);

/**
 * Whether the log that @p event was read from may have one line for a call of
 * several attempts: a foreign log that has no lines for attempts that are
 * followed by another, or has a line for each call that succeeded.
 */
bool tk_dialect_logs_calls(const struct tk_dialect *dialect,
			   const struct backoff_event *event);

/** Whether a line that is foreign seems to hold an event behind a prefix, or as
 *  a string in another object: docker, kubectl and journald write such. */
bool tk_dialect_is_wrapped(const struct tk_dialect *dialect,
			   const struct tk_line *line);

/** The time of a line that is not an event, if it is cheap to find: it shows
 *  that the log was being written. False if there is none. */
bool tk_dialect_time(const struct tk_dialect *dialect,
		     const struct tk_line *line, uint64_t *out);

/**
 * Read one line. Strings of *out live until the next call. Events of dialects
 * without call ids have call_id NULL; their correlation id, if any (a
 * request_id), is in trace_id.
 */
enum tk_verdict tk_dialect_read(struct tk_dialect *dialect,
				const struct tk_line *line,
				struct backoff_event *out,
				struct backoff_error *error);

#endif
