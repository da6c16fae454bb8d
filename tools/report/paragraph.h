/* Wrapped paragraphs of a text report. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_PARAGRAPH_H
#define RS_PARAGRAPH_H

#include <stdio.h>

/**
 * Print words in lines of at most @p columns. A word that is longer than a line
 * is cut, with "~". The text passes the safe-text filter.
 *
 * @param at      columns that the first line already has, a space included
 * @param indent  of further lines
 */
void rs_wrap(FILE *out, size_t columns, size_t at, size_t indent,
	     const char *format, ...) __attribute__((format(printf, 5, 6)));

/** Print words in lines of at most 100 columns, indented; @p mark stands before
 *  the first line. The text passes the safe-text filter. */
void rs_paragraph(FILE *out, size_t indent, const char *mark,
		  const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
