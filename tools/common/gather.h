/* A stream that gathers text in memory. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_GATHER_H
#define TK_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct tk_gather {
	/** To write to. */
	FILE *stream;
	/** What was gathered, and a NUL behind it, once it has ended. */
	char *text;
	size_t length, room;
};

/** Begin; false if there is no memory. It must not move until its end. */
bool tk_gather_begin(struct tk_gather *gather);

/** Close the stream; the text is to be freed. False if memory ran out
 * meanwhile: then there is no text. */
bool tk_gather_end(struct tk_gather *gather);

#endif
