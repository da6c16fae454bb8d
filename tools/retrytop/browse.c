/* The operation and the call that are looked at, by the record. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/browse.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

struct rt_browse *
rt_browse_new(size_t bytes)
{
	struct rt_browse *browse = calloc(1, sizeof(*browse));

	if (browse == NULL)
		return NULL;
	browse->until = UINT64_MAX;
	browse->record = rt_record_new(bytes, RT_OPERATIONS_MAX + 1);
	if (browse->record != NULL)
		return browse;
	free(browse);
	return NULL;
}

void
rt_browse_free(struct rt_browse *browse)
{
	if (browse == NULL)
		return;
	rt_record_free(browse->record);
	free(browse);
}

/* Only operations that pass the filter have failed calls in the list; other
 * rows are not of operations. */
static void
find_failed(struct rt_browse *browse, const struct rt_list *list)
{
	bool filtered =
		list->filter[0] != '\0' && list->group == RT_GROUP_OPERATION;

	memset(browse->wanted, 0, sizeof(browse->wanted));
	/* Rows stand in the order of the window's operations. */
	for (size_t i = 0; filtered && i < list->shown_count; i++)
		browse->wanted[list->shown[i] - list->model.row] = true;
	rt_calls_failed(&browse->failed, browse->record, browse->until,
			filtered ? browse->wanted : NULL);
}

/* The number of an operation, and what is slow; "" for rows without a name.
 * False if there is no such operation. */
static bool
find_focus(const struct rt_window *window, struct rt_focus *focus,
	   uint64_t *slow_ns)
{
	struct rt_operation *operation;

	if (focus->group != RT_GROUP_OPERATION) {
		if (strcmp(focus->name, RT_GROUPED_NONE) == 0)
			focus->name = "";
		return true;
	}
	operation = rt_window_find(window, focus->name);
	if (operation == NULL)
		return false;
	focus->operation = (uint32_t)rt_operation_index(operation);
	*slow_ns = rt_operation_subject(operation)->pace.slow_ns;
	return true;
}

void
rt_browse_update(struct rt_browse *browse, const struct rt_list *list,
		 const struct rt_window *window)
{
	const struct rt_model *model = &list->model;
	struct rt_focus focus = {.group = browse->group,
				 .name = browse->operation};
	uint64_t slow_ns = 0;

	if (!list->paused)
		browse->until = UINT64_MAX;
	else if (browse->until == UINT64_MAX)
		browse->until = rt_record_last(browse->record);
	find_failed(browse, list);
	if (browse->operation == NULL)
		return;
	if (!find_focus(window, &focus, &slow_ns))
		return;
	rt_calls_of(&browse->calls, browse->record, browse->until, &focus,
		    browse->which, slow_ns);
	rt_detail_compute(&browse->detail, browse->record, browse->until,
			  window, &focus, model->end_s, model->window_s);
}

void
rt_browse_show(struct rt_browse *browse, enum rt_group group, const char *name)
{
	if (browse->operation != NULL && browse->group == group &&
	    strcmp(browse->operation, name) == 0)
		return;
	browse->group = group;
	browse->operation = name;
	if (group != RT_GROUP_OPERATION) {
		bo_utf8_copy(name, browse->name, sizeof(browse->name));
		browse->operation = browse->name;
	}
	browse->call_at = 0;
	browse->calls.count = 0;
}

bool
rt_browse_open(struct rt_browse *browse, const struct rt_list *list)
{
	if (list->shown_count == 0)
		return false;
	rt_browse_show(browse, list->group,
		       list->shown[rt_list_selected(list)]->operation);
	return true;
}

void
rt_browse_step(struct rt_browse *browse, struct rt_list *list, long rows)
{
	size_t at = rt_list_selected(list);

	for (size_t i = 0; i < list->shown_count; i++)
		if (strcmp(list->shown[i]->operation, browse->operation) == 0)
			rows += (long)i - (long)at;
	rt_list_move(list, rows);
	rt_browse_open(browse, list);
}

void
rt_browse_next_which(struct rt_browse *browse)
{
	browse->which = (browse->which + 1) % RT_WHICH_COUNT;
	browse->call_at = 0;
	browse->calls.count = 0;
}

size_t
rt_browse_selected(const struct rt_browse *browse)
{
	/* One that was forgotten was the oldest. */
	if (browse->call_at == 0 || browse->calls.count == 0)
		return 0;
	for (size_t i = 0; i < browse->calls.count; i++)
		if (browse->calls.call[i].at <= browse->call_at)
			return i;
	return browse->calls.count - 1;
}

void
rt_browse_move(struct rt_browse *browse, long rows)
{
	size_t at = rt_browse_selected(browse);

	if (browse->calls.count == 0)
		return;
	if (rows < 0)
		at = at < (size_t)-rows ? 0 : at - (size_t)-rows;
	else if (browse->calls.count - 1 - at < (size_t)rows)
		at = browse->calls.count - 1;
	else
		at += (size_t)rows;
	browse->call_at = at > 0 ? browse->calls.call[at].at : 0;
}

bool
rt_browse_hold(struct rt_browse *browse)
{
	if (browse->calls.count == 0)
		return false;
	browse->call_at = browse->calls.call[rt_browse_selected(browse)].at;
	return true;
}
