/* The orders in which operations can be listed. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SORT_H
#define RT_SORT_H

#include "live/model.h"

/* X(member, name). */
#define RT_SORTS(X)                                                            \
	X(FAILED, "failed")                                                    \
	X(RETRIES, "retries")                                                  \
	X(LOAD, "load")                                                        \
	X(EXHAUSTED, "exhausted")                                              \
	X(CALLS, "calls")                                                      \
	X(ABORTED, "aborted")                                                  \
	X(SEEN, "seen")                                                        \
	X(SINCE, "since")                                                      \
	X(NAME, "name")

#define RT_SORT_MEMBER(member, name) RT_SORT_##member,

enum rt_sort { RT_SORTS(RT_SORT_MEMBER) RT_SORT_COUNT };

#define RT_SORT_WORD(member, name) " " name

/** All names, separated by spaces, in the order of the enum. */
#define RT_SORT_NAMES (&(RT_SORTS(RT_SORT_WORD))[1])

const char *rt_sort_name(enum rt_sort sort);

/** Negative if @p a is listed before @p b. FAILED lists what has a verdict
 *  first, then by failed calls and by retries. Numbers sort from high to low
 * and names from a to z; @p reversed turns that around, except that rows with
 *  equal numbers always sort by name. */
int rt_sort_compare(const struct rt_row *a, const struct rt_row *b,
		    enum rt_sort sort, bool reversed);

#endif
