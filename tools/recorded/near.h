/* Recorded attempts near in time: what an attempt that was not recorded is
 * like. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_NEAR_H
#define RS_NEAR_H

#include "recorded/log.h"

/** From this number of recorded attempts, one is drawn. */
#define RS_NEAR_COUNT 10

/** A recorded attempt. */
struct rs_near_item {
	uint64_t time_ns;
	/** Its call, and its place in it from 0. */
	size_t call;
	uint32_t place;
};

/** Attempts in order of time. */
struct rs_near_list {
	struct rs_near_item *item;
	size_t count;
};

/** The attempts on one target. */
struct rs_near_target {
	tk_string target;
	struct rs_near_list failures, successes;
};

/** The attempts of one operation. */
struct rs_near {
	const struct rs_log *log;
	struct rs_near_item *room;
	/** By target, sorted; and those of all targets. */
	struct rs_near_target *target;
	size_t target_count;
	struct rs_near_list failures, successes;
	/** Hints name the end of a window, rather than a delay that is always
	 *  the same. */
	bool hints_are_moments;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_near_init(struct rs_near *near, const struct rs_log *log,
				 const struct rs_operation *operation);
void rs_near_clear(struct rs_near *near);

/**
 * Draw one of the failures nearest to a time, on the target of a call; of the
 * whole operation if that target has too few. NULL if there is none.
 */
const struct rs_near_item *rs_near_failure(const struct rs_near *near,
					   size_t call, uint64_t when_ns,
					   uint64_t draw);

/** The same for successes whose duration is known. */
const struct rs_near_item *rs_near_success(const struct rs_near *near,
					   size_t call, uint64_t when_ns,
					   uint64_t draw);

/** How long it took; BACKOFF_ABSENT if that is not known. */
uint64_t rs_near_duration(const struct rs_near *near,
			  const struct rs_near_item *item);

/**
 * The hint that a failure like this one has if its attempt ends at another
 * time. A server that names the end of a window gives hints that become shorter
 * until then; one that always asks for the same delay goes on to do so. Which
 * it is, the hints of the log show.
 *
 * @return the delay to ask for; BACKOFF_ABSENT for no hint
 */
uint64_t rs_near_hint(const struct rs_near *near,
		      const struct rs_near_item *item, uint64_t end_ns);

#endif
