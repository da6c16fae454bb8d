/* The page of an operation: what became of its calls, and why. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_OPERATION_H
#define RT_VIEW_OPERATION_H

#include "retrytop/grid.h"
#include "retrytop/view.h"

/** Draw from line @p y on, down to the line above the footer. */
void rt_view_operation(const struct rt_view *view, struct rt_grid *grid,
		       size_t y);

/** What is wrong with the operation that is looked at, in one line. */
void rt_view_operation_message(const struct rt_view *view, char *out,
			       size_t size);

/** Whether anything is. */
bool rt_view_operation_is_wrong(const struct rt_view *view);

#endif
