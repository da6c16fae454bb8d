/* Lines of native and foreign logs, read as attempt events. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_DIALECT_H
#define TK_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "dialect/reading.h"
#include "dialect/verdict.h"
#include "input/lines.h"

/** Opaque; for one thread at a time. */
struct tk_dialect;

struct tk_dialect_options {
	/** The UTC offset of times without one, "Z" or "+02:00", where the
	 *  dialect does not give it; NULL: UTC. */
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

/** What a log is, and what to do, that is not one of retries: the description
 *  of the @p i th rule of type "skip" that has one and matched, and the number
 *  of its lines; false past the last. */
bool tk_dialect_advice(const struct tk_dialect *dialect, size_t i,
		       const char **text, uint64_t *lines);

/** What the lines of a dialect lack and could have, and what to do: the @p i th
 *  of them; false past the last. */
bool tk_dialect_lack(const struct tk_dialect *dialect, size_t i,
		     const char **name, const char **text);

/** Rule @p i whose patterns needed too much time on some lines, which were then
 *  taken not to match; false past the last. */
bool tk_dialect_stopped(const struct tk_dialect *dialect, size_t i,
			const char **name, const char **rule, uint64_t *lines);

/** The time of a line that is not an event, if it is cheap to find: it shows
 *  that the log was being written. False if there is none. */
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

/** Call @p fn for failed attempts whose lines were kept for a line that did not
 *  follow: at the end of an input, with @p now_ns BACKOFF_ABSENT; while it is
 *  followed, with the time, for those that waited long enough. False if @p fn
 *  returned false. */
bool tk_dialect_flush(struct tk_dialect *dialect, size_t input, uint64_t now_ns,
		      tk_reading_fn fn, void *user);

#endif
