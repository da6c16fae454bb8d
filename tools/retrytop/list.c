/* The operations as the user arranges them: filtered, sorted, paused. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/unicode.h"

void
rt_list_init(struct rt_list *list, uint64_t window_s)
{
	memset(list, 0, sizeof(*list));
	rt_model_init(&list->model, window_s);
}

void
rt_list_clear(struct rt_list *list)
{
	rt_model_clear(&list->model);
	free(list->shown);
	memset(list, 0, sizeof(*list));
}

static bool
make_room(struct rt_list *list, size_t count)
{
	const struct rt_row **shown;

	if (count <= list->room)
		return true;
	count += count / 2 + 16;
	shown = reallocarray(list->shown, count, sizeof(*shown));
	if (shown == NULL)
		return false;
	list->shown = shown;
	list->room = count;
	return true;
}

bool
rt_list_update(struct rt_list *list, struct rt_window *window, uint64_t end_s)
{
	if (list->paused)
		return true;
	if (!make_room(list, rt_window_count(window)))
		return false;
	/* The rows it points to are about to be replaced. */
	list->shown_count = 0;
	if (!rt_model_update(&list->model, window, end_s))
		return false;
	rt_list_arrange(list);
	return true;
}

static bool
passes(const struct rt_row *row, const char *filter)
{
	return tk_contains(row->operation, filter) ||
	       tk_contains(row->policy, filter) ||
	       tk_contains(row->error.label, filter) ||
	       tk_contains(row->error.text, filter);
}

static int
compare(const void *a, const void *b, void *user)
{
	const struct rt_list *list = user;

	return rt_sort_compare(*(const struct rt_row *const *)a,
			       *(const struct rt_row *const *)b, list->sort,
			       list->reversed);
}

void
rt_list_arrange(struct rt_list *list)
{
	const struct rt_model *model = &list->model;

	list->shown_count = 0;
	for (size_t i = 0; i < model->count; i++)
		if (passes(&model->row[i], list->filter))
			list->shown[list->shown_count++] = &model->row[i];
	if (list->shown_count > 1)
		qsort_r(list->shown, list->shown_count, sizeof(*list->shown),
			compare, list);
	rt_model_sum(model, list->shown, list->shown_count, &list->total);
}

size_t
rt_list_selected(const struct rt_list *list)
{
	for (size_t i = 0; i < list->shown_count; i++)
		if (list->shown[i]->operation == list->selected)
			return i;
	return 0;
}

void
rt_list_move(struct rt_list *list, long rows)
{
	size_t at = rt_list_selected(list);

	if (list->shown_count == 0)
		return;
	if (rows < 0)
		at = at < (size_t)-rows ? 0 : at - (size_t)-rows;
	else
		at = list->shown_count - 1 - at < (size_t)rows
			     ? list->shown_count - 1
			     : at + (size_t)rows;
	list->selected = list->shown[at]->operation;
}
