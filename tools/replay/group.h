/* The calls of an operation by target: calls to one target share a guard. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_GROUP_H
#define RS_GROUP_H

#include "recorded/log.h"
#include "recorded/unlogged.h"

/** The calls to one target. */
struct rs_group {
	/** Indices in the log, in order of time. */
	const uint32_t *call;
	size_t count;
	/** Unlogged calls to the target, and how many the groups before this
	 *  one have. */
	struct rs_unlogged unlogged;
	uint64_t unlogged_before;
};

struct rs_groups {
	struct rs_group *item;
	size_t count;
	/** Calls that are replayed, by target and then by time. */
	uint32_t *call;
	size_t call_count;
};

/** Unlogged calls are spread over targets as logged ones are. BACKOFF_OK or
 *  BACKOFF_E_NOMEM. */
enum backoff_status rs_groups_init(struct rs_groups *groups,
				   const struct rs_log *log,
				   const struct rs_operation *operation);
void rs_groups_clear(struct rs_groups *groups);

#endif
