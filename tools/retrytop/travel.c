/* Steps back in time, and marks to return to. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/travel.h"

#include <string.h>

#include "base/num.h"
#include "live/coarse.h"

/* The last second of the last step that is over. */
static uint64_t
step_end(uint64_t second)
{
	uint64_t end = (second + 1) / RT_COARSE_STEP_S * RT_COARSE_STEP_S;

	return end > 0 ? end - 1 : 0;
}

void
rt_travel_now(struct rt_travel *travel, uint64_t now_s, uint64_t first_s)
{
	uint64_t kept_s = bo_sub_sat(now_s, RT_COARSE_S - RT_COARSE_STEP_S);

	travel->now_s = now_s;
	travel->oldest_s = step_end((first_s > kept_s ? first_s : kept_s) +
				    RT_COARSE_STEP_S - 1);
	if (travel->at_s != 0 && travel->at_s < travel->oldest_s)
		travel->at_s = travel->oldest_s;
	/* A log that is older than it seemed. */
	if (travel->at_s > now_s)
		travel->at_s = 0;
}

/* Show a second, or now if it is not over. */
static bool
go_to(struct rt_travel *travel, uint64_t second)
{
	uint64_t before_s = travel->at_s;

	if (second < travel->oldest_s)
		second = travel->oldest_s;
	travel->at_s = second < travel->now_s ? second : 0;
	return travel->at_s != before_s;
}

bool
rt_travel_go(struct rt_travel *travel, int64_t seconds)
{
	uint64_t from_s = travel->at_s;

	if (travel->now_s == 0)
		return false;
	if (from_s == 0) {
		if (seconds > 0)
			return false;
		/* The first step goes to the last that is over. */
		from_s = step_end(travel->now_s - 1) + RT_COARSE_STEP_S;
	}
	if (seconds < 0)
		return go_to(travel, bo_sub_sat(from_s, (uint64_t)-seconds));
	return go_to(travel, bo_add_sat(from_s, (uint64_t)seconds));
}

bool
rt_travel_jump(struct rt_travel *travel, int by)
{
	uint64_t from_s = travel->at_s != 0 ? travel->at_s : UINT64_MAX;
	uint64_t to_s = by > 0 ? UINT64_MAX : 0;

	for (size_t i = 0; i < travel->marks; i++) {
		uint64_t mark = travel->mark[i];

		if (by > 0 && mark > from_s && mark < to_s)
			to_s = mark;
		if (by < 0 && mark < from_s && mark > to_s)
			to_s = mark;
	}
	if (travel->marks == 0 || to_s == 0)
		return false;
	return go_to(travel, to_s);
}

void
rt_travel_mark(struct rt_travel *travel)
{
	uint64_t at_s =
		travel->at_s != 0 ? travel->at_s : step_end(travel->now_s);
	size_t i = 0;

	if (travel->now_s == 0)
		return;
	while (i < travel->marks && travel->mark[i] < at_s)
		i++;
	if (i < travel->marks && travel->mark[i] == at_s) {
		travel->marks--;
		memmove(travel->mark + i, travel->mark + i + 1,
			(travel->marks - i) * sizeof(*travel->mark));
		return;
	}
	if (travel->marks == RT_MARKS_MAX) {
		/* The earliest makes room. */
		memmove(travel->mark, travel->mark + 1,
			(RT_MARKS_MAX - 1) * sizeof(*travel->mark));
		travel->marks--;
		i -= i > 0;
	}
	memmove(travel->mark + i + 1, travel->mark + i,
		(travel->marks - i) * sizeof(*travel->mark));
	travel->mark[i] = at_s;
	travel->marks++;
}

size_t
rt_travel_marked(const struct rt_travel *travel)
{
	for (size_t i = 0; travel->at_s != 0 && i < travel->marks; i++)
		if (travel->mark[i] == travel->at_s)
			return i + 1;
	return 0;
}
