/* Lines that are about the event of a line after them. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_NOTES_H
#define TK_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dialect/rule.h"

/** In bounded memory: of many lanes, some are forgotten. */
struct tk_notes;

/** NULL if there is no memory. */
struct tk_notes *tk_notes_new(void);
void tk_notes_free(struct tk_notes *notes);

/**
 * Take a failed attempt that only a note is about.
 *
 * @param ends  there was no retry after it: it is the last attempt that the
 *              call has, or events follow the notes of its operation elsewhere
 * @return false if there is no memory
 */
typedef bool (*tk_note_fn)(void *user, size_t input, struct tk_rule *rule,
			   const struct tk_made *made, bool ends);

/** Keep what a note says for its lane (NULL: the input). If several are about
 *  one call, the last has the fields of all. False: no memory. */
bool tk_notes_keep(struct tk_notes *notes, size_t input, const char *lane,
		   struct tk_rule *rule, const struct tk_made *made,
		   tk_note_fn fn, void *user);

/** Give an event of a dialect the fields that it lacks and that notes about it
 *  have. Its type is UNKNOWN if it only completes the note: then no retry
 *  follows from it, and notes of its operation do not need such events. Each
 * note is used once, and its texts live until the next call of tk_notes_keep().
 * False: no memory. */
bool tk_notes_take(struct tk_notes *notes, size_t input, const char *lane,
		   const struct tk_file *file, enum backoff_event_type type,
		   struct tk_made *made, tk_note_fn fn, void *user);

/** Give failed attempts of a lane that may be of the same call as @p made,
 *  which begins or ends later. If it is a retry, only those that are ends of
 *  calls unless it took them. False: no memory. */
bool tk_notes_settle(struct tk_notes *notes, size_t input, const char *lane,
		     const struct tk_file *file, bool retry,
		     const struct tk_made *made, tk_note_fn fn, void *user);

/** Give all failed attempts of an input that waited for 60 s at @p now_ns;
 *  BACKOFF_ABSENT: all. False: no memory. */
bool tk_notes_flush(struct tk_notes *notes, size_t input, uint64_t now_ns,
		    tk_note_fn fn, void *user);

#endif
