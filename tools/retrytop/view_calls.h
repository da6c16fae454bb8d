/* Lists of calls, a line each. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_CALLS_H
#define RT_VIEW_CALLS_H

#include "retrytop/grid.h"
#include "live/calls.h"
#include "retrytop/view.h"

/** The last failed calls of all operations, with a heading: in @p rows rows
 * from line @p y on. */
void rt_view_last_failed(const struct rt_view *view, struct rt_grid *grid,
			 size_t y, size_t rows);

/** The listed calls of the operation, with a heading and the selection. */
void rt_view_operation_calls(const struct rt_view *view, struct rt_grid *grid,
			     size_t y, size_t rows);

/** A short duration, "45ms", "1.4s", "2m10s"; "-" if it is not known. Returns
 *  out. */
char *rt_view_took(uint64_t ns, char *out, size_t size);

/** What became of a call, by its attempts: one without a retry may have had a
 *  hedge. */
const char *rt_view_fate(enum rt_fate fate, uint64_t attempts);

/** The time of day in UTC, with milliseconds or not. Returns out. */
char *rt_view_time(uint64_t ns, bool fine, char *out, size_t size);

#endif
