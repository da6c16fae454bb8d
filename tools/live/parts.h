/* Recent counts by name, such as the errors or hosts of an operation. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_PARTS_H
#define RT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RT_PARTS_MAX 8
#define RT_PART_NAME_MAX 64

struct rt_part {
	char name[RT_PART_NAME_MAX];
	/** Decayed counts as of a second: halved each 20 s. */
	uint64_t as_of_s;
	/** The newest second in which it was counted. */
	uint64_t seen_s;
	double tries, failed;
};

/** Zero is empty. A name with many failures survives a stream of others. */
struct rt_parts {
	struct rt_part part[RT_PARTS_MAX];
	size_t count;
	/** What happened to those that had to make room; it has no name. */
	struct rt_part rest;
};

/** Count what happened in a second. NULL and "" are not counted. */
void rt_parts_add(struct rt_parts *parts, const char *name, uint64_t second,
		  double tries, double failed);

/** Bring all counts to the same second. */
void rt_parts_settle(struct rt_parts *parts, uint64_t second);

/** Names that were seen of late, for settled counts. */
size_t rt_parts_live(const struct rt_parts *parts);

/** Whether there are more than RT_PARTS_MAX names of late, for settled counts.
 */
bool rt_parts_more(const struct rt_parts *parts);

/** The part with the most failures; NULL if there are none. */
const struct rt_part *rt_parts_worst(const struct rt_parts *parts);

#endif
