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
 * @param out  @p count items
 */
void tk_rotated_order(char *const *path, size_t count, struct tk_rotated *out);

#endif
