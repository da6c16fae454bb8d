/* The page of what was copied. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_COPY_H
#define RT_VIEW_COPY_H

#include "retrytop/grid.h"
#include "retrytop/view.h"

/** Draw from line @p y on, down to the line above the footer. */
void rt_view_copy(const struct rt_view *view, struct rt_grid *grid, size_t y);

#endif
