/* Files that were read and closed, by which their copies are known. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_PRINTS_H
#define TK_PRINTS_H

#include "input/tail.h"

#define TK_PRINTS_MAX 64

/** All zeros at first. */
struct tk_prints {
	/** The last TK_PRINTS_MAX of count files that were closed or
	 *  truncated. */
	struct tk_print *item;
	size_t count;
};

void tk_prints_clear(struct tk_prints *prints);

/** Remember a file whose text was read, because it may come back packed.
 *  Without memory, a copy may count twice. */
void tk_prints_keep(struct tk_prints *prints, const struct tk_tail *tail,
		    bool truncated);

/** Whether a file whose first bytes are those of @p print is one that begins
 *  with these. */
bool tk_prints_alike(const struct tk_print *print, const unsigned char *head,
		     size_t length);

/** Print @p i, the latest first; NULL if there is none. */
const struct tk_print *tk_prints_latest(const struct tk_prints *prints,
					size_t i);

#endif
