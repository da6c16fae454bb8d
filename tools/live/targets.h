/* The targets that calls go to, each under judgement. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_TARGETS_H
#define RT_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"
#include "live/subject.h"

/** One that was not seen for an hour, or in an incident for a day, makes room
 * for a new one; if there is none, further targets are not judged. */
#define RT_TARGETS_MAX 96
#define RT_TARGETS_GONE_S 3600
#define RT_TARGETS_LOST_S 86400

struct rt_target {
	char name[RT_PART_NAME_MAX];
	struct rt_subject subject;
};

/** Zero is empty. */
struct rt_targets {
	struct rt_target *target[RT_TARGETS_MAX];
	size_t count;
	/** Finds the index of a target by its name. */
	struct bo_table table;
	/** The last second in which there was no room. */
	uint64_t swept_s;
	/** Events that were not judged. */
	uint64_t unjudged;
};

/** Find a target, or add it, for an event of @p second; @p out is NULL if there
 *  are too many. False if there is no memory. */
bool rt_targets_find(struct rt_targets *targets, const char *name,
		     uint64_t second, struct rt_subject **out);

/** Forget those whose time goes beyond @p second, which was wrong. */
void rt_targets_forget(struct rt_targets *targets, uint64_t second);

/** Whether a target has no events since it was forgotten. */
bool rt_targets_forgot(const struct rt_targets *targets, const char *name);

void rt_targets_clear(struct rt_targets *targets);

#endif
