/* The table of operations: columns by priority, cells, history. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_TABLE_H
#define RT_VIEW_TABLE_H

#include "retrytop/grid.h"
#include "retrytop/view.h"

/** Draw the table's heading and @p rows rows from line @p y on. */
void rt_view_table(const struct rt_view *view, struct rt_grid *grid, size_t y,
		   size_t rows);

/** The columns for a report, which has no history: their number, headings
 *  ('>' first: aligned right) and cells. */
size_t rt_view_columns(void);
const char *rt_view_column_title(const struct rt_view *view, size_t column);
void rt_view_column_text(const struct rt_view *view, const struct rt_row *row,
			 size_t column, char *out, size_t size);

#endif
