/* The names of series at the right of a plot. */
/* SPDX-License-Identifier: MIT */
#ifndef CH_KEY_H
#define CH_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "chart/chart.h"

/** Left edge of the names. */
#define CH_KEY_LEFT 482.0

struct ch_key {
	const char *label;
	size_t style;
	double y; /**< where the series ends; changed by ch_keys() */
};

/** Write at most CH_STYLES names near the ends of their series, none over
 *  another. @p line: with a piece of line, else only with the mark. */
void ch_keys(FILE *out, struct ch_key *key, size_t count, bool line, double top,
	     double bottom);

/** Say how many more series only the table has; 0: nothing. */
void ch_more(FILE *out, size_t more, double x, double y);

#endif
