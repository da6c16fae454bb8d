/* Text tables: columns aligned by display width. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_TABLE_H
#define TK_TABLE_H

#include <stddef.h>
#include <stdio.h>

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

/** Print with @p indent spaces before each line; 0 on success, -1 if memory
 *  ran out while the table was made or writing failed. */
int tk_table_print(const struct tk_table *table, size_t indent, FILE *out);

#endif
