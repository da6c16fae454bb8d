/* Finds lines that were read before, in the same input or in a copy of it. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_COPIES_H
#define TK_COPIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** Lines that are remembered, about, unless there is a lower limit: of a longer
 *  log, the last. */
#define TK_COPIES_MAX (1u << 21)

struct tk_copies;

/** NULL if there is no memory. */
struct tk_copies *tk_copies_new(void);
void tk_copies_free(struct tk_copies *copies);

/** Before the first line: remember about @p lines lines, a power of two, which
 *  take 32 bytes each. */
void tk_copies_limit(struct tk_copies *copies, size_t lines);

/** Lines that are remembered no more: a copy of one of them is not known. */
uint64_t tk_copies_forgotten(const struct tk_copies *copies);

/**
 * Whether this event is one that was noted before, all of it. That alone is not
 * proof: two calls may well fail alike at the same time. So it is a copy only
 *
 * - if it has a process and a number, or an id;
 * - if its time tells events apart: in an input whose times have microseconds,
 *   or milliseconds and a random delay;
 * - if another input has it, and either its time has a fraction of a second, or
 *   all lines of both inputs so far are the same.
 */
bool tk_copies_note(struct tk_copies *copies, size_t input,
		    const struct backoff_event *event);

#endif
