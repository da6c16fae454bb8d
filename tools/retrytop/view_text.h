/* A text of lines that scrolls. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_TEXT_H
#define RT_VIEW_TEXT_H

#include "retrytop/grid.h"
#include "retrytop/view.h"

/** Draw it in column @p x of the lines from @p y down to the line above the
 *  footer. Lines that begin with "=>" stand out. */
void rt_view_text(const struct rt_view *view, struct rt_grid *grid, size_t y,
		  size_t x, const char *text);

#endif
