/* The policies of an operation that has several, each judged apart. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SIDES_H
#define RT_SIDES_H

#include <stddef.h>

#include "live/subject.h"

/** Policies of an operation, and of all operations, that are judged apart. */
#define RT_SIDES_MAX 4
#define RT_SIDES_ALL_MAX 256

struct rt_side {
	/** As rt_side_name() says. */
	char name[RT_PART_NAME_MAX];
	struct rt_subject subject;
};

/** Zero is empty. */
struct rt_sides {
	/** The policy of all events, until there is a second one. */
	char first[RT_PART_NAME_MAX];
	struct rt_side *side[RT_SIDES_MAX];
	size_t count;
};

/**
 * Count an event under its policy, if there are two.
 *
 * A new policy is held against what is usual for the operation.
 *
 * @param whole  the operation, before it counts the event
 * @param all    sides of all operations
 * @return false if there is no memory
 */
bool rt_sides_add(struct rt_sides *sides, const struct rt_subject *whole,
		  const struct rt_sign *sign, size_t *all);

/** Judge all seconds up to @p end_s, like those of @p whole. What is wrong with
 *  a policy ends when the operation goes on without it. */
void rt_sides_judge(struct rt_sides *sides, const struct rt_subject *whole,
		    uint64_t end_s);

/** Whether it had events of late. */
bool rt_side_is_live(const struct rt_side *side, uint64_t end_s);

void rt_sides_clear(struct rt_sides *sides, size_t *all);

#endif
