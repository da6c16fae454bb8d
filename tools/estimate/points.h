/* The attempts that say something about the state of a target. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_POINTS_H
#define RS_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorded/log.h"

static inline uint64_t
rs_later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

struct rs_point {
	uint64_t time_ns;
	uint32_t target, attempt;
	bool failed;
};

struct rs_points {
	/** By target, then by time. */
	struct rs_point *point;
	size_t count;
	/** By call of the trace: the target that it names, else its
	 *  operation. */
	uint32_t *target_of;
	size_t target_count;
	/** By target: first attempts per nanosecond in operations that log
	 *  only failures and whose calls are counted. */
	double *rate;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_points_init(struct rs_points *points,
				   const struct rs_log *log);
void rs_points_clear(struct rs_points *points);

#endif
