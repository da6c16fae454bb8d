/* The orders in which operations can be listed. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SORT_H
#define RT_SORT_H

#include "live/model.h"

/* X(member, name). After the first, the columns of the screen from the left. */
#define RT_SORTS(X)                                                            \
	X(FAILED, "failed")                                                    \
	X(NAME, "name")                                                        \
	X(POLICY, "policy")                                                    \
	X(MAX, "max")                                                          \
	X(CALLS, "calls")                                                      \
	X(FIRST, "first")                                                      \
	X(OK, "ok")                                                            \
	X(RETRIES, "retries")                                                  \
	X(LOAD, "load")                                                        \
	X(SHARE, "share")                                                      \
	X(WHY, "why")                                                          \
	X(P99, "p99")                                                          \
	X(P99_TRY, "p99-try")                                                  \
	X(EXHAUSTED, "exhausted")                                              \
	X(ABORTED, "aborted")                                                  \
	X(ERROR, "error")                                                      \
	X(SEEN, "seen")                                                        \
	X(SINCE, "since")                                                      \
	X(HISTORY, "history")

#define RT_SORT_MEMBER(member, name) RT_SORT_##member,

enum rt_sort { RT_SORTS(RT_SORT_MEMBER) RT_SORT_COUNT };

#define RT_SORT_WORD(member, name) " " name

/** All names, separated by spaces, in the order of the enum. */
#define RT_SORT_NAMES (&(RT_SORTS(RT_SORT_WORD))[1])

const char *rt_sort_name(enum rt_sort sort);

/** Negative if @p a is listed before @p b. FAILED lists what has a verdict
 *  first, then by failed calls and by retries. Numbers sort from high to
 *  low and texts from a to z, what is not known last; @p reversed turns that
 *  around, except that rows that are equal always sort by name. */
int rt_sort_compare(const struct rt_row *a, const struct rt_row *b,
		    enum rt_sort sort, bool reversed);

#endif
