/* Scales and their ticks: linear by 1, 2, 5; log; times. */
/* SPDX-License-Identifier: MIT */
#ifndef CH_SCALE_H
#define CH_SCALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "chart/chart.h"

/** Maximum number of ticks of an axis. */
#define CH_TICKS_MAX 16

/** Values from low to high (low < high) at places from @p from to @p to. */
struct ch_scale {
	enum ch_unit unit;
	bool log;
	double low, high;
	double from, to;
};

/** The smallest and the largest of finite numbers; none: low > high. */
struct ch_range {
	double low, high;
};
struct ch_range ch_range_none(void);
void ch_range_add(struct ch_range *range, double value);

/** Make a scale of a range, widened so that ticks have different names. The
 *  range may be empty. */
struct ch_scale ch_scale_linear(enum ch_unit unit, struct ch_range range,
				double from, double to);

/** The same on a log scale; what is not positive is not on it. */
struct ch_scale ch_scale_log(enum ch_unit unit, struct ch_range range,
			     double from, double to);

/** Where a value is, at the nearest end if it is outside. */
double ch_place(const struct ch_scale *scale, double value);

/** Ticks within the scale, ascending, at most @p most of them (and
 *  CH_TICKS_MAX). */
size_t ch_ticks(const struct ch_scale *scale, size_t most,
		double tick[CH_TICKS_MAX]);

/** A tick as people read it: ch_format() without zeros at its end. Returns
 *  buffer. */
char *ch_format_tick(enum ch_unit unit, double value, char *buffer,
		     size_t size);

/** Draw the grid, the names of ticks and the title of an axis below a plot, or
 *  at its left. */
void ch_axis_below(FILE *out, const struct ch_scale *scale, double top,
		   double bottom, const char *title);
void ch_axis_left(FILE *out, const struct ch_scale *scale, double left,
		  double right, const char *title);

#endif
