/* The page of an operation: what became of its calls, and why. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_OPERATION_H
#define RT_VIEW_OPERATION_H

#include "retrytop/grid.h"
#include "retrytop/view.h"

/** Draw from line @p y on, down to the line above the footer. */
void rt_view_operation(const struct rt_view *view, struct rt_grid *grid,
		       size_t y);

/** Lines for what is wrong with the operation that is looked at. */
size_t rt_view_operation_lines(const struct rt_view *view, size_t width,
			       size_t most);
void rt_view_operation_line(const struct rt_view *view, size_t width,
			    size_t most, size_t index, char *out, size_t size);

/** Whether anything is. */
bool rt_view_operation_is_wrong(const struct rt_view *view);

#endif
