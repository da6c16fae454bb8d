/* Lost lines and copies of lines, proven by the numbers that each process gives
 * to its lines. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_SEQUENCE_H
#define TK_SEQUENCE_H

#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "dialect/lost.h"

/** Processes that are watched at once; the least recently seen gives way. */
#define TK_SEQUENCE_MAX 4096

struct tk_sequence;

enum tk_numbered {
	/** New, without a process and number to judge by. */
	TK_NUMBERED_NOT,
	/** New. */
	TK_NUMBERED_NEW,
	/** This very line was noted before, in this input or another. */
	TK_NUMBERED_COPY,
};

/** NULL if there is no memory. */
struct tk_sequence *tk_sequence_new(void);
void tk_sequence_free(struct tk_sequence *sequence);

/** Before the first event: know copies of about the last @p lines lines only;
 *  see tk_copies_limit(). */
void tk_sequence_limit(struct tk_sequence *sequence, size_t lines);

/** Lines that are too old to know a copy of them. */
uint64_t tk_sequence_forgotten(const struct tk_sequence *sequence);

/**
 * Note an event, from this input.
 *
 * Inputs may be read in any order and at the same time: the numbers of all of
 * them belong together, and so do lines out of order. A line is a copy if all
 * of it is the same (see dialect/copies.h). A number that comes again in
 * another line shows that the process began again; or, if both ran at the same
 * time, that several processes share host and pid: then their numbers are not
 * one sequence, and prove no loss. A leap by more lines than a process can have
 * written in the time between is not a loss, but a wrong number.
 */
enum tk_numbered tk_sequence_note(struct tk_sequence *sequence, size_t input,
				  const struct backoff_event *event);

/** Numbers between the first and the last of a process that did not arrive. */
uint64_t tk_sequence_lost(const struct tk_sequence *sequence);

/** These, or lines that processes report as not written: for each process the
 *  larger, because one line may be in both. */
uint64_t tk_sequence_missing(const struct tk_sequence *sequence);

/** The last losses, each with its process and time. */
const struct tk_lost_list *
tk_sequence_last_lost(const struct tk_sequence *sequence);

/** Lines that arrived again. */
uint64_t tk_sequence_copies(const struct tk_sequence *sequence);

/** How often a process's numbers began again or leapt. */
uint64_t tk_sequence_resets(const struct tk_sequence *sequence);

/** Hosts and pids whose numbers are not one sequence. */
uint64_t tk_sequence_mixed(const struct tk_sequence *sequence);

#endif
