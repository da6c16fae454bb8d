/* The operations as the user arranges them: filtered, sorted, paused. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_LIST_H
#define RT_LIST_H

#include "live/grouped.h"
#include "live/sort.h"

#define RT_FILTER_MAX 128

struct rt_list {
	struct rt_model model;
	/** What rows are by, and those rows if not by operation. */
	enum rt_group group;
	struct rt_model grouped;
	bool regrouped;
	enum rt_sort sort;
	bool reversed;
	char filter[RT_FILTER_MAX];
	/** The rows that pass the filter, in order. */
	const struct rt_row **shown;
	size_t shown_count, room;
	/** For each row of the model, its place when rows were last sorted. */
	size_t *place;
	/** While the selection is below the first row, rows keep their places:
	 *  else they would move under it. */
	bool held;
	/** Their sum. */
	struct rt_row total;
	/** Name of the selected row, below; NULL: the first row. */
	const char *selected;
	char selected_name[RT_NAME_MAX];
	bool paused;
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

/** Compute the rows of a new grouping, at the same time as before, even if
 *  paused. False if there is no memory. */
bool rt_list_look(struct rt_list *list, const struct rt_window *window);

/** Call after a change of sort, reversed or filter: sorts the rows even if they
 *  were held. */
void rt_list_arrange(struct rt_list *list);

/** Position of the selected row among those shown; 0 if it is not shown. */
size_t rt_list_selected(const struct rt_list *list);

/** Move the selection down by @p rows, or up if negative; stops at both ends.
 *  At the first row, it stays there, and rows are sorted again. */
void rt_list_move(struct rt_list *list, long rows);

#endif
