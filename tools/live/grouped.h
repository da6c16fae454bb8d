/* Rows by target, policy, host, service or error, or of some events only. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_GROUPED_H
#define RT_GROUPED_H

#include "live/cube.h"
#include "live/filter.h"
#include "live/model.h"

/** Compute rows for the window of @p model into @p out, which only has rows and
 *  the times of the window, of what passes the terms of @p filter. What
 *  operations are, and had since the log's beginning, is as in @p model. False
 *  if there is no memory. */
bool rt_grouped_update(struct rt_model *out, const struct rt_model *model,
		       const struct rt_window *window, enum rt_group group,
		       const struct rt_filter *filter);

#endif
