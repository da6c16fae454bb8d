/* Lost lines and copies of lines, proven by the numbers that each process gives
 * to its lines. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_SEQUENCE_H
#define TK_SEQUENCE_H

#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** Processes that are watched at once; the least recently seen gives way. */
#define TK_SEQUENCE_MAX 4096

struct tk_sequence;

enum tk_numbered {
	/** The line has no host, process and number to judge by. */
	TK_NUMBERED_NOT,
	TK_NUMBERED_NEW,
	/** This very line was noted before, in this input or another. */
	TK_NUMBERED_COPY,
};

/** NULL if there is no memory. */
struct tk_sequence *tk_sequence_new(void);
void tk_sequence_free(struct tk_sequence *sequence);

/**
 * Note an event's host, pid and seq, if it has them.
 *
 * Inputs may be read in any order and at the same time: the numbers of all of
 * them belong together. A number that comes again with another time or type is
 * not a copy, but shows that the process began again, or that two processes
 * share host and pid. A leap by more lines than a process can have written in
 * the time between is not a loss, but a wrong number.
 */
enum tk_numbered tk_sequence_note(struct tk_sequence *sequence,
				  const struct backoff_event *event);

/** Numbers between the first and the last of a process that did not arrive. */
uint64_t tk_sequence_lost(const struct tk_sequence *sequence);

/** Lines that arrived again. */
uint64_t tk_sequence_copies(const struct tk_sequence *sequence);

/** How often a process's numbers began again or leapt. */
uint64_t tk_sequence_resets(const struct tk_sequence *sequence);

#endif
