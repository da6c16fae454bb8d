/* Text tables: columns aligned by display width. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_TABLE_H
#define TK_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/tone.h"

struct tk_table;

/** @p columns columns; NULL if there is no memory. */
struct tk_table *tk_table_new(size_t columns);
void tk_table_free(struct tk_table *table);

/** Headings are left-aligned with their cells; a heading that starts with
 *  '>' (not printed) aligns its column right. */
void tk_table_head(struct tk_table *table, size_t column, const char *text);

/** Append a row; its cells are empty. */
void tk_table_row(struct tk_table *table);

/** Set a cell of the last row; the text is filtered and copied. */
void tk_table_cell(struct tk_table *table, size_t column, const char *format,
		   ...) __attribute__((format(printf, 3, 4)));

/** Set the tone of a cell of the last row; printed if @p color of
 *  tk_table_color() was true. */
void tk_table_tone(struct tk_table *table, size_t column, enum tk_tone tone);
void tk_table_color(struct tk_table *table, bool color);

/** Leave a column out; cut its cells to at most @p columns, with "~". */
void tk_table_hide(struct tk_table *table, size_t column);
void tk_table_limit(struct tk_table *table, size_t column, size_t columns);

/** The text that all cells of a column have, below its heading; NULL if they
 *  differ. */
const char *tk_table_constant(const struct tk_table *table, size_t column);

/** The columns that the longest line takes without an indent. */
size_t tk_table_width(const struct tk_table *table);

/** What is in it, for other ways to print it: row 0 is the heading. The text of
 *  a cell is NULL if its column is hidden. */
size_t tk_table_columns(const struct tk_table *table);
size_t tk_table_rows(const struct tk_table *table);
const char *tk_table_text(const struct tk_table *table, size_t row,
			  size_t column);
bool tk_table_is_right(const struct tk_table *table, size_t column);

/** Whether memory ran out while it was made. */
bool tk_table_failed(const struct tk_table *table);

/** Print with @p indent spaces before each line; 0 on success, -1 if memory
 *  ran out while the table was made or writing failed. */
int tk_table_print(const struct tk_table *table, size_t indent, FILE *out);

#endif
