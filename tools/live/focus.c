/* Events of the record that a page is about: those of a row that pass the
 * filter. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/focus.h"

#include <string.h>

#include "base/utf8.h"
#include "live/errors.h"
#include "live/parts.h"

uint64_t
rt_focus_last(const struct rt_focus *focus, const struct rt_record *record)
{
	return focus->group == RT_GROUP_OPERATION
		       ? rt_record_last_of(record, focus->operation)
		       : rt_record_last(record);
}

uint64_t
rt_focus_before(const struct rt_focus *focus, const struct rt_past *past)
{
	return focus->group == RT_GROUP_OPERATION ? past->before_in_operation
						  : past->before;
}

static const char *
text_of(const struct rt_past *past, enum rt_group group)
{
	switch (group) {
	case RT_GROUP_TARGET:
		return past->target;
	case RT_GROUP_POLICY:
		return past->policy;
	case RT_GROUP_HOST:
		return past->host;
	case RT_GROUP_SERVICE:
		return past->service;
	default:
		return past->stop == BACKOFF_STOP_BREAKER_OPEN
			       ? RT_ERROR_BREAKER
			       : past->label;
	}
}

/* Whether terms match an event, but for those about operations and one other
 * group. */
static bool
passes(const struct rt_past *past, const struct rt_filter *terms,
       enum rt_group except)
{
	for (unsigned group = 0; group < RT_GROUP_COUNT; group++)
		if (group != RT_GROUP_OPERATION && group != except &&
		    !rt_filter_takes(terms, (enum rt_group)group,
				     text_of(past, (enum rt_group)group)))
			return false;
	return true;
}

bool
rt_past_passes(const struct rt_past *past, const struct rt_filter *terms)
{
	return passes(past, terms, RT_GROUP_OPERATION);
}

bool
rt_focus_takes_cell(const struct rt_focus *focus, const struct rt_cube *cube,
		    const struct rt_cube_cell *cell)
{
	if (focus->terms == NULL)
		return true;
	for (unsigned group = 0; group < RT_GROUP_COUNT; group++)
		if (group != focus->group &&
		    !rt_filter_takes(focus->terms, (enum rt_group)group,
				     cube->name[cell->name[group]]))
			return false;
	return true;
}

static bool
is_of_row(const struct rt_focus *focus, const struct rt_past *past)
{
	char name[RT_PART_NAME_MAX];

	if (focus->group == RT_GROUP_OPERATION)
		return past->operation == focus->operation;
	/* Rows have names of this length. */
	bo_utf8_copy(text_of(past, focus->group), name, sizeof(name));
	return strcmp(name, focus->name) == 0 &&
	       (focus->operations == NULL ||
		focus->operations[past->operation]);
}

bool
rt_focus_has(const struct rt_focus *focus, const struct rt_past *past)
{
	return is_of_row(focus, past) &&
	       (focus->terms == NULL ||
		passes(past, focus->terms, focus->group));
}
