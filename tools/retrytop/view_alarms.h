/* The page of verdicts and alerts. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_ALARMS_H
#define RT_VIEW_ALARMS_H

#include "retrytop/grid.h"
#include "retrytop/view.h"

/** Draw from line @p y on, down to the line above the footer. */
void rt_view_alarms(const struct rt_view *view, struct rt_grid *grid, size_t y);

#endif
