/* A whole screen: title, health, page and footer. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_FRAME_H
#define RT_VIEW_FRAME_H

#include "retrytop/grid.h"
#include "retrytop/view.h"

/** A smaller screen only says that it is too small. */
#define RT_VIEW_MIN_WIDTH 30
#define RT_VIEW_MIN_HEIGHT 5

/** Draw into a blank grid. */
void rt_view_render(const struct rt_view *view, struct rt_grid *grid);

/** Rows of the table on a screen of this size. */
size_t rt_view_rows(const struct rt_view *view, size_t width, size_t height);

#endif
