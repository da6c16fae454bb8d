/* Rates over the last minutes, with a scale and an axis of time. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_VIEW_LANES_H
#define RT_VIEW_LANES_H

#include "live/model.h"
#include "retrytop/grid.h"
#include "retrytop/travel.h"

struct rt_lane {
	/** Up to nine columns. */
	const char *title;
	/** Counts of the points of the span, oldest first. */
	const uint32_t *count;
	unsigned attr;
};

/** What a mark on the axis says; 0: there is none. */
struct rt_mark {
	uint64_t second;
	const char *word;
};

/** Draw lanes of one or two rows each, and the axis below. */
void rt_view_lanes(struct rt_grid *grid, size_t y, const struct rt_lane *lane,
		   size_t lanes, size_t rows, const struct rt_span *span,
		   struct rt_mark mark);

/** Write the numbers of marked times into the row of the axis, where it is
 *  blank. */
void rt_view_lane_marks(struct rt_grid *grid, size_t y,
			const struct rt_span *span,
			const struct rt_travel *travel);

#endif
