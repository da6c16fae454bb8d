/* What is worth knowing of an operation, but not an incident. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_NOTES_H
#define RT_NOTES_H

#include "live/window.h"

/* X(member, name). The order in which they are listed. */
#define RT_NOTES(X)                                                            \
	X(BREAKER_LONG, "breaker_long")                                        \
	X(BUDGET_EMPTY, "budget_empty")                                        \
	X(HINTS_CUT, "hints_cut")                                              \
	X(LIMITS_UNUSED, "limits_unused")                                      \
	X(CALLS_STOPPED, "calls_stopped")

#define RT_NOTE_MEMBER(member, name) RT_NOTE_##member,

enum rt_note_kind { RT_NOTES(RT_NOTE_MEMBER) RT_NOTE_KIND_COUNT };

struct rt_note {
	enum rt_note_kind kind;
	/** Lives as long as the window. */
	const char *operation;
	/** Calls or waits; those of the minute before calls stopped. */
	uint64_t count;
	/** How long, of BREAKER_LONG; RT_HISTORY_S: at least. The second since
	 *  which there were none, of CALLS_STOPPED. */
	uint64_t span_s;
};

/** Further ones are only counted. */
#define RT_NOTES_MAX 16
#define RT_NOTE_TEXT_MAX 400

struct rt_notes {
	struct rt_note item[RT_NOTES_MAX];
	size_t count, more;
};

/** A breaker that has refused calls for this long is open for long. */
#define RT_NOTE_BREAKER_S 120
/** Calls that were retried, none of which reached a limit. */
#define RT_NOTE_RETRIED_MIN 1000

/** Calls that stopped for less are not worth a word. */
#define RT_NOTE_STOPPED_S 30

const char *rt_note_name(enum rt_note_kind kind);

/** Find what the window (end_s - window_s, end_s] proves. */
void rt_notes_find(struct rt_notes *notes, const struct rt_window *window,
		   uint64_t end_s, uint64_t window_s);

/** A note in words. Returns out. */
char *rt_note_say(const struct rt_note *note, char *out, size_t size);

#endif
