/* Text and numbers in HTML and SVG. */
/* SPDX-License-Identifier: MIT */
#ifndef CH_MARKUP_H
#define CH_MARKUP_H

#include <stddef.h>
#include <stdio.h>

#include "chart/chart.h"

/** Maximum size of what ch_format() writes. */
#define CH_FORMAT_MAX 32

/**
 * Write a text between tags or in a quoted attribute, of HTML or XML: the only
 * way for a text to get into a page. Harmful characters become escapes as in
 * tk_safe_text(), broken bytes U+FFFD. NULL is "".
 */
void ch_text(FILE *out, const char *text);

/** The same for the first @p length bytes. */
void ch_text_part(FILE *out, const char *text, size_t length);

/** Write a text as an id: other characters than ASCII letters, digits, '-' and
 *  '_' become '-'. */
void ch_id(FILE *out, const char *id);

/** Width of a text in a chart, in units of its viewBox. */
double ch_width(const char *text);

/** Write a text, cut in its middle if it is wider than @p width. Returns the
 *  width that is written. */
double ch_label(FILE *out, const char *text, double width);

/** Write a number with at most one decimal, "0" if it is not finite; not by the
 *  locale. */
void ch_number(FILE *out, double value);

/** A value as people read it; "-" if it is not finite. Returns buffer. */
char *ch_format(enum ch_unit unit, double value, char *buffer, size_t size);

#endif
