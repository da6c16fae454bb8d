/* The last lines of an input. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_LAST_H
#define TK_LAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/lines.h"

/** Where the last @p lines lines begin of a file of @p size bytes. @p partial:
 *  what stands after the last newline is one of them, else it comes after
 *  them. 0 if there are fewer, or the file cannot be read. */
uint64_t tk_last_find(int fd, uint64_t size, size_t lines, bool partial);

struct tk_held;

/** The last lines of what was read so far. Zero has none. */
struct tk_last {
	/** A ring: the next line takes the place @p next. */
	struct tk_held *item;
	size_t count, next, room;
};

void tk_last_clear(struct tk_last *last);

/** Keep a line, at most @p limit of them. Without memory, it is dropped. */
void tk_last_keep(struct tk_last *last, size_t limit, size_t input,
		  const struct tk_line *line);

/** Give the lines, the oldest first, and keep none. */
void tk_last_give(struct tk_last *last, tk_line_fn fn, void *user);

#endif
