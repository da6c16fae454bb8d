/* Rates over the last minutes, with a scale and an axis of time. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_LANES_H
#define RT_VIEW_LANES_H

#include "live/model.h"
#include "retrytop/grid.h"

struct rt_lane {
	/** Up to nine columns. */
	const char *title;
	/** Counts of RT_HISTORY_S seconds, oldest first. */
	const uint32_t *count;
	unsigned attr;
};

/** What a mark on the axis says; 0: there is none. */
struct rt_mark {
	uint64_t second;
	const char *word;
};

/** Draw lanes of one or two rows each, and the axis below. The last second is
 *  @p end_s. */
void rt_view_lanes(struct rt_grid *grid, size_t y, const struct rt_lane *lane,
		   size_t lanes, size_t rows, uint64_t end_s,
		   struct rt_mark mark);

#endif
