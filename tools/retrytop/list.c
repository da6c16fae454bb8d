/* The operations as the user arranges them: filtered, sorted, paused. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
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
	return list->group == RT_GROUP_OPERATION && !list->parted
		       ? &list->model
		       : &list->grouped;
}

/* Room for rows, and for their numbers. */
static bool
make_room(struct rt_list *list, const struct rt_model *model)
{
	const struct rt_row **shown;
	size_t *place, count = model->count;

	for (size_t i = 0; i < model->count; i++)
		if (model->row[i].id >= count)
			count = model->row[i].id + 1;
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
passes(const struct rt_list *list, const struct rt_row *row)
{
	const char *filter = list->terms.text;

	if (list->group == RT_GROUP_OPERATION &&
	    !rt_filter_takes(&list->terms, RT_GROUP_OPERATION, row->operation))
		return false;
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
	size_t at = list->place[x->id], than = list->place[y->id];

	if (at != than)
		return at < than ? -1 : 1;
	return compare(a, b, user);
}

/* The history of the steps of rows. */
static void
sum_steps(struct rt_list *list)
{
	list->span.point_s = list->span.length_s / RT_STEPS;
	list->span.points = RT_STEPS;
	for (size_t i = 0; i < RT_STEPS; i++) {
		list->failed[i] = list->total.failed[i];
		list->retries[i] = list->total.retries[i];
	}
}

/* The history of what is shown. */
static void
sum_history(struct rt_list *list)
{
	const struct rt_model *model = &list->model;

	list->span = model->span;
	memset(list->failed, 0, sizeof(list->failed));
	memset(list->retries, 0, sizeof(list->retries));
	if (!rt_list_is_filtered(list)) {
		memcpy(list->failed, model->failed, sizeof(list->failed));
		memcpy(list->retries, model->retries, sizeof(list->retries));
	} else if (rt_list_rows(list) != model) {
		sum_steps(list);
	} else {
		/* Rows stand in the order of the window's operations. */
		for (size_t i = 0; i < list->shown_count; i++)
			rt_span_history(
				&list->span,
				rt_window_operation(
					list->window,
					(size_t)(list->shown[i] - model->row)),
				list->failed, list->retries);
	}
}

/* List what passes the filter, in order; @p keep: rows keep their places. */
static void
arrange(struct rt_list *list, bool keep)
{
	const struct rt_model *model = rt_list_rows(list);

	list->shown_count = 0;
	for (size_t i = 0; i < model->count; i++)
		if (passes(list, &model->row[i]))
			list->shown[list->shown_count++] = &model->row[i];
	if (list->shown_count > 1)
		qsort_r(list->shown, list->shown_count, sizeof(*list->shown),
			keep ? compare_places : compare, list);
	for (size_t i = 0; !keep && i < list->room; i++)
		list->place[i] = SIZE_MAX;
	for (size_t i = 0; i < list->shown_count; i++)
		list->place[list->shown[i]->id] = i;
	if (!keep)
		list->sorted_ns = list->now_ns;
	/* Errors do not sum to calls, for one. */
	if (list->group != RT_GROUP_OPERATION && !rt_list_is_filtered(list))
		list->total = list->model.total;
	else
		rt_model_sum(model, list->shown, list->shown_count,
			     &list->total);
	sum_history(list);
}

bool
rt_list_is_filtered(const struct rt_list *list)
{
	return list->terms.text[0] != '\0' || list->parted ||
	       rt_filter_has(&list->terms, RT_GROUP_OPERATION);
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

/* Read the filter; rows of a part of the events are to be computed. */
static void
read_filter(struct rt_list *list)
{
	bool was_parted = list->parted;

	rt_filter_parse(list->filter, &list->terms, list->problem,
			sizeof(list->problem));
	list->parted = rt_filter_has_others(&list->terms) ||
		       (list->group != RT_GROUP_OPERATION &&
			rt_filter_has(&list->terms, RT_GROUP_OPERATION));
	if (!list->parted && !was_parted)
		return;
	list->regrouped = true;
	list->shown_count = 0;
	list->grouped.count = 0;
}

void
rt_list_arrange(struct rt_list *list)
{
	list->held = false;
	read_filter(list);
	arrange(list, false);
	list->held = rt_list_selected(list) > 0;
}

/* Rows that move all the time cannot be read. */
static bool
is_fresh(const struct rt_list *list)
{
	return list->sorted_ns != 0 &&
	       list->now_ns - list->sorted_ns < RT_LIST_HOLD_NS;
}

/* Group the rows of the model, with room to arrange them. */
static bool
group_rows(struct rt_list *list, const struct rt_window *window)
{
	return (rt_list_rows(list) == &list->model ||
		rt_grouped_update(&list->grouped, &list->model, window,
				  list->group, &list->terms)) &&
	       make_room(list, rt_list_rows(list));
}

/* The last second to show. */
static uint64_t
choose_time(struct rt_list *list, uint64_t end_s)
{
	list->model.is_past = list->travel.at_s != 0;
	return list->model.is_past ? list->travel.at_s : end_s;
}

static bool
update_model(struct rt_list *list, struct rt_window *window, uint64_t end_s)
{
	if (!rt_model_update(&list->model, window, end_s))
		return false;
	if (list->model.is_past && list->said != NULL)
		rt_model_recall(&list->model, list->said);
	return true;
}

bool
rt_list_update(struct rt_list *list, struct rt_window *window, uint64_t end_s)
{
	rt_travel_now(&list->travel, end_s,
		      rt_window_first_ns(window) / BO_NS_PER_S);
	if (list->paused)
		return true;
	end_s = choose_time(list, end_s);
	/* The rows it points to are about to be replaced. */
	list->shown_count = 0;
	list->window = window;
	read_filter(list);
	list->regrouped = false;
	if (!update_model(list, window, end_s) || !group_rows(list, window))
		return false;
	arrange(list, list->held || is_fresh(list));
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
	read_filter(list);
	list->regrouped = true;
}

const uint64_t rt_lengths_s[RT_LENGTHS] = {10, 60, 300, 900};

void
rt_list_set_window(struct rt_list *list, size_t index)
{
	list->stale = list->model.window_s != rt_lengths_s[index];
	list->model.window_s = rt_lengths_s[index];
}

void
rt_list_step_window(struct rt_list *list, int by)
{
	uint64_t now_s = list->model.window_s;
	size_t longer = 0, shorter = RT_LENGTHS - 1;

	/* After the longest comes the shortest. */
	while (longer < RT_LENGTHS && rt_lengths_s[longer] <= now_s)
		longer++;
	while (shorter > 0 && rt_lengths_s[shorter] >= now_s)
		shorter--;
	if (rt_lengths_s[shorter] >= now_s)
		shorter = RT_LENGTHS - 1;
	rt_list_set_window(list, by > 0 ? longer % RT_LENGTHS : shorter);
}

/* The time was changed. */
static void
show_time(struct rt_list *list)
{
	list->paused = false;
	list->stale = true;
	list->model.end_s = choose_time(list, list->travel.now_s);
}

void
rt_list_travel(struct rt_list *list, int64_t seconds)
{
	if (rt_travel_go(&list->travel, seconds))
		show_time(list);
}

void
rt_list_jump(struct rt_list *list, int by)
{
	if (rt_travel_jump(&list->travel, by))
		show_time(list);
}

bool
rt_list_return(struct rt_list *list)
{
	if (list->travel.at_s == 0)
		return false;
	list->travel.at_s = 0;
	show_time(list);
	return true;
}

bool
rt_list_look(struct rt_list *list, struct rt_window *window)
{
	bool stale = list->stale;

	if (!list->regrouped && !stale)
		return true;
	list->regrouped = list->stale = false;
	list->shown_count = 0;
	list->held = false;
	if ((stale && !update_model(list, window, list->model.end_s)) ||
	    !group_rows(list, window))
		return false;
	arrange(list, false);
	list->held = rt_list_selected(list) > 0;
	return true;
}
