/* What stands above the table: totals, and what happened in five minutes. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_HEAD_H
#define RT_VIEW_HEAD_H

#include "retrytop/grid.h"
#include "retrytop/view.h"

/** Rows on a screen of that size, a blank one at the end included. */
size_t rt_view_head_rows(const struct rt_view *view, size_t width,
			 size_t height);

/** Draw them from row @p y on. Returns how many there are. */
size_t rt_view_head(const struct rt_view *view, struct rt_grid *grid, size_t y);

/** The totals in 39 columns. */
void rt_view_totals_short(const struct rt_view *view, char *out, size_t size);

#endif
