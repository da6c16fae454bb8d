/* The operation and the call that are looked at, by the record. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/browse.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
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

/* Mark the operations whose failed calls are wanted: text that is looked for in
 * other rows is not about operations. */
static void
want_operations(struct rt_browse *browse, const struct rt_list *list)
{
	bool by_rows = list->group == RT_GROUP_OPERATION;

	memset(browse->wanted, 0, sizeof(browse->wanted));
	if (!by_rows)
		memcpy(browse->wanted, browse->matched, sizeof(browse->wanted));
	for (size_t i = 0; by_rows && i < list->shown_count; i++) {
		const struct rt_operation *operation =
			rt_window_find(list->window, list->shown[i]->operation);

		if (operation != NULL)
			browse->wanted[rt_operation_index(operation)] = true;
	}
}

static bool
is_wanted(const void *user, const struct rt_past *past)
{
	const struct rt_browse *browse = user;

	if (past->ts_ns > browse->until_ns)
		return false;
	if (!browse->filtered)
		return true;
	return browse->wanted[past->operation] &&
	       rt_past_passes(past, browse->terms);
}

/* Mark the operations that terms match. */
static void
match_operations(struct rt_browse *browse, const struct rt_list *list)
{
	const struct rt_model *model = &list->model;

	memset(browse->matched, 0, sizeof(browse->matched));
	/* Rows of the model stand in the order of the window's operations. */
	for (size_t i = 0; i < model->count; i++)
		browse->matched[i] =
			rt_filter_takes(&list->terms, RT_GROUP_OPERATION,
					model->row[i].operation);
}

static void
find_failed(struct rt_browse *browse, const struct rt_list *list)
{
	browse->terms = &list->terms;
	browse->filtered = rt_list_is_filtered(list);
	if (browse->filtered)
		want_operations(browse, list);
	rt_calls_failed(&browse->failed, browse->record, browse->until,
			is_wanted, browse);
}

/* The number of an operation, and what is slow; "" for rows without a name.
 * False if there is no such operation. */
static bool
find_focus(const struct rt_window *window, struct rt_focus *focus,
	   uint64_t *slow_ns)
{
	struct rt_operation *operation;

	if (focus->group != RT_GROUP_OPERATION) {
		if (strcmp(focus->name, RT_GROUP_NONE) == 0)
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
				 .name = browse->operation,
				 .terms = &list->terms,
				 .operations = browse->matched};
	uint64_t slow_ns = 0;

	if (!list->paused)
		browse->until = UINT64_MAX;
	else if (browse->until == UINT64_MAX)
		browse->until = rt_record_last(browse->record);
	browse->until_ns = model->is_past ? (model->end_s + 1) * BO_NS_PER_S - 1
					  : UINT64_MAX;
	match_operations(browse, list);
	find_failed(browse, list);
	if (browse->operation == NULL)
		return;
	if (!find_focus(window, &focus, &slow_ns))
		return;
	rt_calls_of(&browse->calls, browse->record, browse->until,
		    browse->until_ns, &focus, browse->which, slow_ns);
	rt_detail_compute(&browse->detail, browse->record, browse->until,
			  window, &focus, model->end_s, model->window_s,
			  &model->span);
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
	const struct rt_operation *operation;
	const struct rt_row *row;

	if (list->shown_count == 0)
		return false;
	row = list->shown[rt_list_selected(list)];
	if (!browse->chosen)
		browse->which = row->word == RT_WORD_SLOW ? RT_WHICH_SLOW
							  : RT_WHICH_FAILED;
	/* Other names of operations do not live as long. */
	if (list->group == RT_GROUP_OPERATION) {
		operation = rt_window_find(list->window, row->operation);
		if (operation == NULL)
			return false;
		rt_browse_show(browse, list->group,
			       rt_operation_name(operation));
		return true;
	}
	rt_browse_show(browse, list->group, row->operation);
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
	browse->chosen = true;
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
