/* The selected row or call as JSON. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_COPY_H
#define RT_COPY_H

#include "retrytop/view.h"

/** Zero has copied nothing. */
struct rt_copy {
	/** NULL: nothing was selected, or there is no memory. */
	char *text;
	size_t length;
	/** The terminal took it, as far as it says. */
	bool in_clipboard;
	/** It was to be appended to the file of --copy-to; 0, or why it was
	 *  not. */
	bool to_file;
	int file_error;
};

/** Make the JSON of what was selected on the page from which the page of the
 *  copy was opened: a row, or the events of a call, a line each; and append it
 *  to the file of the options. */
void rt_copy_make(struct rt_copy *copy, const struct rt_view *view);

void rt_copy_clear(struct rt_copy *copy);

#endif
