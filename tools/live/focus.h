/* Events of the record that a page is about: those of a row that pass the
 * filter. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_FOCUS_H
#define RT_FOCUS_H

#include "live/cube.h"
#include "live/filter.h"
#include "live/record.h"

struct rt_focus {
	enum rt_group group;
	/** The number of the operation. */
	uint32_t operation;
	/** The name of another group; "" for events without one. */
	const char *name;
	/** Terms about other groups than that of the row; NULL: none. */
	const struct rt_filter *terms;
	/** By the number of an operation, whether terms about operations match;
	 *  NULL: there are none. */
	const bool *operations;
};

/** Whether terms about anything but operations match an event. */
bool rt_past_passes(const struct rt_past *past, const struct rt_filter *terms);

/** Whether terms about other groups than that of the row match a cell. */
bool rt_focus_takes_cell(const struct rt_focus *focus,
			 const struct rt_cube *cube,
			 const struct rt_cube_cell *cell);

/** The place of the newest event that may be of it; 0: none. */
uint64_t rt_focus_last(const struct rt_focus *focus,
		       const struct rt_record *record);

/** The place of the event before one. */
uint64_t rt_focus_before(const struct rt_focus *focus,
			 const struct rt_past *past);

/** Whether an event is of it. */
bool rt_focus_has(const struct rt_focus *focus, const struct rt_past *past);

#endif
