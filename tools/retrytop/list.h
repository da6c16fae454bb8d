/* The operations as the user arranges them: filtered, sorted, paused. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_LIST_H
#define RT_LIST_H

#include "live/grouped.h"
#include "live/sort.h"
#include "retrytop/travel.h"

/** Rows keep their places for this long, unless a key sorts them. */
#define RT_LIST_HOLD_NS (2 * UINT64_C(1000000000))

struct rt_list {
	struct rt_model model;
	/** What rows are by, and those rows if not by operation. */
	enum rt_group group;
	struct rt_model grouped;
	/** The group, or the window, has changed since rows were computed. */
	bool regrouped, stale;
	enum rt_sort sort;
	bool reversed;
	/** As typed, as read, and what is wrong with it; "" if nothing is. */
	char filter[RT_FILTER_MAX];
	struct rt_filter terms;
	char problem[160];
	/** Rows are of a part of the events, so that they are those of @c
	 *  grouped. */
	bool parted;
	/** The rows that pass the filter, in order. */
	const struct rt_row **shown;
	size_t shown_count, room;
	/** By the number of a row, its place when rows were last sorted. */
	size_t *place;
	/** The monotonic clock, which callers set, and when rows were sorted;
	 *  0: always. */
	uint64_t now_ns, sorted_ns;
	/** While the selection is below the first row, rows keep their places:
	 *  else they would move under it. */
	bool held;
	/** Their sum; and the calls that failed, and retries, of each point of
	 *  a span, which are of longer times if they are of a part. */
	struct rt_row total;
	struct rt_span span;
	uint32_t failed[RT_POINTS_MAX], retries[RT_POINTS_MAX];
	/** Where rows are from; NULL before the first. */
	const struct rt_window *window;
	/** Verdicts of the past; the caller's. NULL: none are known. */
	const struct rt_said *said;
	/** Name of the selected row, below; NULL: the first row. */
	const char *selected;
	char selected_name[RT_NAME_MAX];
	bool paused;
	/** The time that is shown; if it is not now, rows are of the past. */
	struct rt_travel travel;
	/** Number of events when the pause began. */
	uint64_t paused_at;
};

void rt_list_init(struct rt_list *list, uint64_t window_s);
void rt_list_clear(struct rt_list *list);

/** Compute the rows again, unless paused. @p end_s is the window's last second.
 *  False if there is no memory. */
bool rt_list_update(struct rt_list *list, struct rt_window *window,
		    uint64_t end_s);

/** The model of which rows are shown. */
const struct rt_model *rt_list_rows(const struct rt_list *list);

/** Group by the next kind, or the one before if negative. There are no rows
 *  until rt_list_look(). */
void rt_list_regroup(struct rt_list *list, int by);

/** The lengths of a window that keys choose, in seconds. */
#define RT_LENGTHS 4
extern const uint64_t rt_lengths_s[RT_LENGTHS];

/** Cover another length of time: that with an index, or the next longer or
 *  shorter one. Rows are as before until rt_list_look(). */
void rt_list_set_window(struct rt_list *list, size_t index);
void rt_list_step_window(struct rt_list *list, int by);

/** Show another time: the difference in seconds, or the next mark or the one
 *  before. It ends a pause. Rows are as before until rt_list_look(). */
void rt_list_travel(struct rt_list *list, int64_t seconds);
void rt_list_jump(struct rt_list *list, int by);

/** Show what is now again. False if that is shown already. */
bool rt_list_return(struct rt_list *list);

/** Compute the rows of a new grouping or window, at the same time as before,
 *  even if paused. False if there is no memory. */
bool rt_list_look(struct rt_list *list, struct rt_window *window);

/** Call after a change of sort, reversed or filter: sorts the rows even if they
 *  were held. There may be no rows until rt_list_look(). */
void rt_list_arrange(struct rt_list *list);

/** Whether not all events, or not all rows, are shown. */
bool rt_list_is_filtered(const struct rt_list *list);

/** Position of the selected row among those shown; 0 if it is not shown. */
size_t rt_list_selected(const struct rt_list *list);

/** Move the selection down by @p rows, or up if negative; stops at both ends.
 *  At the first row, it stays there, and rows are sorted again. */
void rt_list_move(struct rt_list *list, long rows);

#endif
