/* The errors of an operation, and which of them are more than usual. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_BLAME_H
#define RT_BLAME_H

#include "live/parts.h"

/** Zero is empty. */
struct rt_blame {
	/** What came of late, and what came for longer outside of incidents:
	 *  all attempts, and those that failed by error. */
	struct rt_parts late, usual;
};

/** Count attempts of a second; an error is the label of those that failed, or
 *  NULL. */
void rt_blame_add(struct rt_blame *blame, const char *error, uint64_t second,
		  uint32_t tries, uint32_t failed, bool is_usual);

/** An incident begins: what came of late was not usual. */
void rt_blame_begin(struct rt_blame *blame, uint64_t second);

/** It is over: what failed in it is not why the next one does. */
void rt_blame_end(struct rt_blame *blame);

/**
 * The error that has become more frequent, by most; without any, the most
 * frequent.
 *
 * @param share  of the failures that became more, or of all
 * @return its name, of RT_PART_NAME_MAX bytes in the blame; NULL if there are
 *         no errors
 */
const char *rt_blame_top(struct rt_blame *blame, uint64_t second,
			 double *share);

#endif
