/* What every chart has: figure, caption, picture, legend and table. */
/* SPDX-License-Identifier: MIT */
#ifndef CH_FRAME_H
#define CH_FRAME_H

#include <stddef.h>
#include <stdio.h>

#include "chart/chart.h"

/** Width of each picture, in units of its viewBox: pixels at full size. */
#define CH_WIDTH 640.0
/** Distance of lines of text. */
#define CH_LINE 18.0

/** Begin the figure and its picture. */
void ch_open(FILE *out, const struct ch_head *head, double height);

/** End the picture, and begin the table and its row of headings, whose first
 *  heading is @p first. */
void ch_twin(FILE *out, const struct ch_head *head, const char *first);

/** A heading of a column. */
void ch_column(FILE *out, const char *name);

/** End the previous row, if any, and begin one. */
void ch_row(FILE *out, const char *label);

/** A cell with a value, or with a text. */
void ch_cell(FILE *out, enum ch_unit unit, double value);
void ch_cell_text(FILE *out, const char *text);

/** End the table and the figure. */
void ch_close(FILE *out);

/** A figure that only says that there is nothing to draw. */
void ch_nothing(FILE *out, const struct ch_head *head);

/** A line; @p class is of ch_css. */
void ch_line(FILE *out, const char *class, double x1, double y1, double x2,
	     double y2);

/** Begin a text at a place, e.g. class "ch-e" to end there; then ch_text(). */
void ch_text_at(FILE *out, const char *class, double x, double y);

/** A text at a place, cut to a width. */
void ch_label_at(FILE *out, const char *class, double x, double y,
		 const char *text, double width);

/** A value at a place. */
void ch_value_at(FILE *out, const char *class, double x, double y,
		 enum ch_unit unit, double value);

/** A rectangle without its end: then attributes and "/>". */
void ch_rect(FILE *out, double x, double y, double width, double height);

/** The path of a mark around a place, for the d of a path. */
void ch_mark_path(FILE *out, enum ch_mark mark, double x, double y);

/** A mark, with the class of a style ("s1" is style 0). */
void ch_mark_at(FILE *out, size_t style, enum ch_mark mark, double x, double y);

#endif
