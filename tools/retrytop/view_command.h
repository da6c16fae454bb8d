/* The command that asks what other policies would have done in the window. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_COMMAND_H
#define RT_VIEW_COMMAND_H

#include "retrytop/grid.h"
#include "retrytop/view.h"

/** Word @p index of the command, quoted for a shell; false past the end. */
bool rt_command_word(const struct rt_view *view, size_t index, char *out,
		     size_t size);

/** Draw from line @p y on, down to the line above the footer. */
void rt_view_command(const struct rt_view *view, struct rt_grid *grid,
		     size_t y);

#endif
