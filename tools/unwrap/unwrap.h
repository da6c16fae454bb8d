/* Takes a line out of what transported it: docker, Kubernetes, syslog,
 * journald. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_UNWRAP_H
#define TK_UNWRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "input/lines.h"
#include "unwrap/payload.h"

/** What was unwrapped since the beginning. */
struct tk_unwrap_counts {
	/** Lines by wrapper; a line can have several. */
	uint64_t lines[TK_WRAPPER_COUNT];
	/** Lines that came in parts and were joined, and those whose parts were
	 *  longer together than a line may be. */
	uint64_t joined, oversize;
};

/** Opaque; for one thread at a time. */
struct tk_unwrap;

/** NULL if there is no memory. */
struct tk_unwrap *tk_unwrap_new(void);
void tk_unwrap_free(struct tk_unwrap *unwrap);

/**
 * Set how the times of syslog are read, which have neither year nor zone.
 *
 * @param zone_s  their offset from UTC in seconds; 0 at first
 * @param now_ns  no time is later than a day after this; at first the time at
 *                which the unwrapper was made
 */
void tk_unwrap_clock(struct tk_unwrap *unwrap, int32_t zone_s, uint64_t now_ns);

enum tk_unwrapped {
	TK_UNWRAPPED,
	/** The line is a part of a longer one, and was kept. */
	TK_UNWRAP_PENDING,
	/** The line is not text, or too long; *error says why. */
	TK_UNWRAP_BAD,
};

/**
 * Remove the wrappers of a line, in whatever order they were added. A line that
 * only looks like a wrapper stays as it is.
 *
 * @param input  the number of the input: parts are joined within one
 * @param error  status, column and text for BAD; may be NULL. BACKOFF_E_NOMEM,
 *               _SYNTAX (NUL bytes), _LIMIT (too long), _IO: the whole input
 *               is not text, or its packed data is broken
 */
enum tk_unwrapped tk_unwrap_line(struct tk_unwrap *unwrap, size_t input,
				 const struct tk_line *line,
				 struct tk_payload *out,
				 struct backoff_error *error);

/** Remove the prefix of docker compose or kubectl from a line, and note what it
 *  names. Cheap; false, and nothing changed, if there is none. */
bool tk_unwrap_prefix(struct tk_payload *payload);

/**
 * Whether tk_unwrap_line() must see a line even if no literal of a dialect is
 * in it, because its bytes are not those of its text: it is a part, ends one,
 * or is an array of bytes. Cheap. Literals that stand in the line itself
 * survive all other wrappers if they have no quote, backslash, control
 * character, <, > or & (docker escapes these) and no byte above 127.
 */
bool tk_unwrap_must_see(const struct tk_unwrap *unwrap, size_t input,
			const struct tk_line *line);

const struct tk_unwrap_counts *tk_unwrap_counts(const struct tk_unwrap *unwrap);

#endif
