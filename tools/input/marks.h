/* Short marks of the lines that were read, by which a file that was cut back is
 * known to begin with lines that were read before. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_MARKS_H
#define TK_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** 2 MiB: the lines after these are read again. */
#define TK_MARKS_MAX (1u << 20)

struct tk_marks {
	/** Two bytes a line: one new line of 65,536 passes for an old one. */
	uint16_t *mark;
	size_t count, room;
	/** Lines are missing, so later ones are not known again. */
	bool ended;
	/** The marks from before the file was cut, and how many of them its
	 *  lines had so far. */
	uint16_t *old;
	size_t old_count, old_at;
};

void tk_marks_clear(struct tk_marks *marks);

/** The file begins again; @p cut: perhaps with lines that it had before. */
void tk_marks_restart(struct tk_marks *marks, bool cut);

/** Take the next line; true if it is one that the file had before. */
bool tk_marks_take(struct tk_marks *marks, const char *text, size_t length);

#endif
