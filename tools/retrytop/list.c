/* The operations as the user arranges them: filtered, sorted, paused. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
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
	rt_model_clear(&list->grouped);
	free(list->shown);
	free(list->place);
	memset(list, 0, sizeof(*list));
}

const struct rt_model *
rt_list_rows(const struct rt_list *list)
{
	return list->group == RT_GROUP_OPERATION ? &list->model
						 : &list->grouped;
}

static bool
make_room(struct rt_list *list, size_t count)
{
	const struct rt_row **shown;
	size_t *place;

	if (count <= list->room)
		return true;
	count += count / 2 + 16;
	shown = reallocarray(list->shown, count, sizeof(*shown));
	if (shown == NULL)
		return false;
	list->shown = shown;
	place = reallocarray(list->place, count, sizeof(*place));
	if (place == NULL)
		return false;
	list->place = place;
	for (size_t i = list->room; i < count; i++)
		place[i] = SIZE_MAX;
	list->room = count;
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

/* Rows that were not shown before come last. */
static int
compare_places(const void *a, const void *b, void *user)
{
	const struct rt_row *x = *(const struct rt_row *const *)a;
	const struct rt_row *y = *(const struct rt_row *const *)b;
	const struct rt_list *list = user;
	size_t at = list->place[x - rt_list_rows(list)->row];
	size_t than = list->place[y - rt_list_rows(list)->row];

	if (at != than)
		return at < than ? -1 : 1;
	return compare(a, b, user);
}

static void
arrange(struct rt_list *list)
{
	const struct rt_model *model = rt_list_rows(list);

	list->shown_count = 0;
	for (size_t i = 0; i < model->count; i++)
		if (passes(&model->row[i], list->filter))
			list->shown[list->shown_count++] = &model->row[i];
	if (list->shown_count > 1)
		qsort_r(list->shown, list->shown_count, sizeof(*list->shown),
			list->held ? compare_places : compare, list);
	for (size_t i = 0; !list->held && i < model->count; i++)
		list->place[i] = SIZE_MAX;
	for (size_t i = 0; i < list->shown_count; i++)
		list->place[list->shown[i] - model->row] = i;
	/* Errors do not sum to calls, for one. */
	if (list->group != RT_GROUP_OPERATION && list->filter[0] == '\0')
		list->total = list->model.total;
	else
		rt_model_sum(model, list->shown, list->shown_count,
			     &list->total);
}

size_t
rt_list_selected(const struct rt_list *list)
{
	for (size_t i = 0; list->selected && i < list->shown_count; i++)
		if (strcmp(list->shown[i]->operation, list->selected) == 0)
			return i;
	return 0;
}

static void
select_row(struct rt_list *list, const struct rt_row *row)
{
	/* Rows live shorter than the selection. */
	bo_utf8_copy(row->operation, list->selected_name,
		     sizeof(list->selected_name));
	list->selected = list->selected_name;
}

void
rt_list_arrange(struct rt_list *list)
{
	list->held = false;
	arrange(list);
	list->held = rt_list_selected(list) > 0;
}

/* Group the rows of the model, with room to arrange them. */
static bool
group_rows(struct rt_list *list, const struct rt_window *window)
{
	return (list->group == RT_GROUP_OPERATION ||
		rt_grouped_update(&list->grouped, &list->model, window,
				  list->group)) &&
	       make_room(list, rt_list_rows(list)->count);
}

bool
rt_list_update(struct rt_list *list, struct rt_window *window, uint64_t end_s)
{
	if (list->paused)
		return true;
	/* The rows it points to are about to be replaced. */
	list->shown_count = 0;
	if (!rt_model_update(&list->model, window, end_s) ||
	    !group_rows(list, window))
		return false;
	arrange(list);
	/* The selected row may be gone, or have left the first place. */
	list->held = rt_list_selected(list) > 0;
	return true;
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
	list->selected = NULL;
	if (at > 0)
		select_row(list, list->shown[at]);
	list->held = at > 0;
}

void
rt_list_regroup(struct rt_list *list, int by)
{
	list->group = (enum rt_group)(
		(unsigned)((int)list->group + by + RT_GROUP_COUNT) %
		RT_GROUP_COUNT);
	list->selected = NULL;
	list->held = false;
	list->shown_count = 0;
	list->grouped.count = 0;
	list->regrouped = true;
}

bool
rt_list_look(struct rt_list *list, const struct rt_window *window)
{
	if (!list->regrouped)
		return true;
	list->regrouped = false;
	if (!group_rows(list, window))
		return false;
	arrange(list);
	return true;
}
