/* Files of one log that was rotated. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_ROTATED_H
#define TK_ROTATED_H

#include <stdbool.h>
#include <stddef.h>

/** A file of a list, in the order in which to read it. */
struct tk_rotated {
	/** Its place in the list. */
	size_t index;
	/** It goes on where the file before it, in this order, ends. */
	bool goes_on;
};

/**
 * Order files so that those of one rotated log follow each other, the oldest
 * first: LOG.2.gz, LOG.1, LOG, or LOG-20260131, LOG. Other files stay where
 * they are.
 *
 * Names decide, and doubt is against it: the lines of two programs must not be
 * joined. A number counts only after a dot, and if LOG is in the list, or if
 * LOG is called so ("app.log", "syslog") and LOG.0 or LOG.1 is in the list. A
 * date has a year, a month and a day.
 *
 * @param out  @p count items
 * @return false if there is no memory
 */
bool tk_rotated_order(char *const *path, size_t count, struct tk_rotated *out);

#endif
