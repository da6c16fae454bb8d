/* Machine-readable form of each unit. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/columns.h"

const struct rs_unit_row rs_unit_table[] = {
	[RS_UNIT_TEXT] = {"text", 1, 0, 0},
	[RS_UNIT_WORD] = {"word", 1, 0, 0},
	[RS_UNIT_LIST] = {"list of words", 1, 0, 0},
	[RS_UNIT_YES_NO] = {"yes/no", 1, 0, 0},
	[RS_UNIT_COUNT] = {"count", 1, 0, 0},
	[RS_UNIT_MEAN] = {"mean count", 1, 3, 9},
	[RS_UNIT_RATIO] = {"per call", 1, 9, 9},
	[RS_UNIT_RATE] = {"rate", 1, 9, 9},
	/* Shares that were rounded must still sum to 1. */
	[RS_UNIT_SHARE] = {"share", 1, 9, 12},
	[RS_UNIT_POINTS] = {"difference of rates", 1, 9, 9},
	[RS_UNIT_NS] = {"seconds", 1e9, 9, 9},
	[RS_UNIT_DAYS] = {"days", 1, 3, 6},
	[RS_UNIT_SCORE] = {"standard deviations", 1, 3, 6},
	[RS_UNIT_TIME] = {"time", 1, 0, 0},
};
_Static_assert(sizeof(rs_unit_table) / sizeof(*rs_unit_table) == RS_UNITS,
	       "a row for each unit");
