/* What keys do on each page: one row each, for the footer and the help page. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_KEY_ROWS_H
#define RT_KEY_ROWS_H

#include <stddef.h>

#include "retrytop/ui.h"

/** Write the keys of a page for a footer of at most @p width columns, or only
 *  their names. Returns out. */
char *rt_key_footer(enum rt_page page, size_t width, bool names, char *out,
		    size_t size);

/** Write a line of the help page about keys; false past the last. */
bool rt_key_help(size_t index, char *out, size_t size);

#endif
