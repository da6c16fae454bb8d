/* Rows by target, policy, host, service or error, instead of by operation. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_GROUPED_H
#define RT_GROUPED_H

#include "live/cube.h"
#include "live/model.h"

/** The name of the row of what has none. */
#define RT_GROUPED_NONE "(none)"

/** Compute rows for the window of @p model into @p out, which only has rows and
 *  the times of the window. Their numbers may begin up to RT_CUBE_STEP_S later
 *  than the window does. False if there is no memory. */
bool rt_grouped_update(struct rt_model *out, const struct rt_model *model,
		       const struct rt_window *window, enum rt_group group);

#endif
