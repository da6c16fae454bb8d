/* The page of inputs: what was read, how fast, and what is missing. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_INPUTS_H
#define RT_VIEW_INPUTS_H

#include "retrytop/grid.h"
#include "retrytop/view.h"

/** Draw from line @p y on, down to the line above the footer. */
void rt_view_inputs(const struct rt_view *view, struct rt_grid *grid, size_t y);

#endif
