/* The same operation under two policies, side by side. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_CANARY_H
#define RT_CANARY_H

#include "live/cube.h"
#include "live/parts.h"

struct rt_canary_side {
	char policy[RT_PART_NAME_MAX];
	uint64_t calls, failed;
};

struct rt_canary {
	/** "" if no operation has calls under two policies. */
	char operation[RT_PART_NAME_MAX];
	/** The policy with fewer calls, and the one with most. */
	struct rt_canary_side canary, rest;
	/** The share of failed calls under the canary minus the other, with its
	 *  95 % interval. */
	double difference, low, high;
};

/** Find the operation whose policies differ most, by evidence: two names, or
 * two hashes of one name. */
void rt_canary_find(struct rt_canary *out, const struct rt_cube *cube,
		    uint64_t end_s, uint64_t window_s);

/** Whether the interval leaves out 0. */
bool rt_canary_differs(const struct rt_canary *canary);

#endif
