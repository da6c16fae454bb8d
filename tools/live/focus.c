/* Events of the record that a page is about: those of a row. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/focus.h"

#include <string.h>

#include "base/utf8.h"
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
		return past->label;
	}
}

bool
rt_focus_has(const struct rt_focus *focus, const struct rt_past *past)
{
	char name[RT_PART_NAME_MAX];

	if (focus->group == RT_GROUP_OPERATION)
		return past->operation == focus->operation;
	/* Rows have names of this length. */
	bo_utf8_copy(text_of(past, focus->group), name, sizeof(name));
	return strcmp(name, focus->name) == 0;
}
