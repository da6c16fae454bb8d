/* What the window keeps of an operation; only window.c and operation.c know. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_OPERATION_H
#define RT_OPERATION_H

#include "live/coarse.h"
#include "live/promises.h"
#include "live/ring.h"
#include "live/took.h"
#include "live/window.h"

struct rt_operation {
	struct rt_window *window;
	size_t index;
	char *name;
	char policy[RT_LABEL_MAX];
	uint64_t max_attempts, seen_ns;
	/** A success was seen; until then, whether retries come that lines
	 *  announce. */
	bool knows_calls, succeeded;
	struct rt_promises promises;
	struct rt_counts total;
	struct rt_errors errors;
	struct rt_subject subject;
	struct rt_sides sides;
	/** RT_COUNTS_COUNT a second, and a step. */
	struct rt_ring ring;
	/** Durations of attempts that succeeded, and of their calls. */
	struct rt_took tries, calls;
	struct rt_coarse coarse;
};

#endif
