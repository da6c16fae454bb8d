/* The operation and the call that are looked at, by the record. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_BROWSE_H
#define RT_BROWSE_H

#include "live/detail.h"
#include "retrytop/list.h"

struct rt_browse {
	struct rt_record *record;
	/** What is looked at: an operation, or another row. */
	enum rt_group group;
	/** Its name; NULL: none. Those of operations live as long as the
	 *  window, others are kept here. */
	const char *operation;
	char name[RT_PART_NAME_MAX];
	enum rt_which which;
	/** The user chose it; else it is what the verdict is about. */
	bool chosen;
	/** The selected call, by the place of its last event; 0: the newest. */
	uint64_t call_at;
	/** The place up to which the record is shown: a pause stops it; and the
	 *  time, of the past. */
	uint64_t until, until_ns;
	/** Calls of all operations that failed, and those of the operation that
	 *  are listed. */
	struct rt_calls failed, calls;
	/** Failed calls that are listed: by the number of their operation, and
	 *  by terms of the list. */
	bool wanted[RT_OPERATIONS_MAX + 1];
	/** Operations that terms of the list match, by their number. */
	bool matched[RT_OPERATIONS_MAX + 1];
	const struct rt_filter *terms;
	bool filtered;
	struct rt_detail detail;
};

/** With a record of its own. NULL if there is no memory. */
struct rt_browse *rt_browse_new(size_t bytes);
void rt_browse_free(struct rt_browse *browse);

/** Compute everything for the list's window. */
void rt_browse_update(struct rt_browse *browse, const struct rt_list *list,
		      const struct rt_window *window);

/** Look at the selected row of the list; false if there is none. */
bool rt_browse_open(struct rt_browse *browse, const struct rt_list *list);

/** Look at an operation, or another row, by its name, which the window has. */
void rt_browse_show(struct rt_browse *browse, enum rt_group group,
		    const char *name);

/** Look at the operation @p rows further down the list, and select
 *  it. */
void rt_browse_step(struct rt_browse *browse, struct rt_list *list, long rows);

/** List other calls. */
void rt_browse_next_which(struct rt_browse *browse);

/** Position of the selected call among those listed. */
size_t rt_browse_selected(const struct rt_browse *browse);

/** Move the selection down; stops at both ends. At the first call, it stays
 *  with the newest. */
void rt_browse_move(struct rt_browse *browse, long rows);

/** Stay with the selected call, whatever comes; false if there is none. */
bool rt_browse_hold(struct rt_browse *browse);

#endif
