/* The page with retrysim's answer. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_SIMULATE_H
#define RT_VIEW_SIMULATE_H

#include "retrytop/grid.h"
#include "retrytop/view.h"

/** Columns that the answer may take on a screen of a width. */
size_t rt_view_simulate_columns(size_t width);

/** Draw from line @p y on, down to the line above the footer. */
void rt_view_simulate(const struct rt_view *view, struct rt_grid *grid,
		      size_t y);

#endif
