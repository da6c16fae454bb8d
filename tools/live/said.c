/* Verdicts that have ended, and those of an earlier time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/said.h"

#include <string.h>

#include "base/num.h"

/* Seconds from look to look, with few operations; with more, one for each ten:
 * to judge costs. */
#define STEP_S 5
#define OPERATIONS_PER_S 10
/* What begins again before that has not ended. */
#define SAME_S 3

static bool
is_about(const struct rt_said_verdict *item, const struct rt_verdict *verdict)
{
	if (item->verdict.target != NULL || verdict->target != NULL)
		return item->verdict.target != NULL &&
		       verdict->target != NULL &&
		       strcmp(item->target, verdict->target) == 0;
	return strcmp(item->verdict.operation, verdict->operation) == 0;
}

/* The one that goes on, or ended just when this one began. */
static struct rt_said_verdict *
find(struct rt_said *said, const struct rt_verdict *verdict)
{
	for (size_t i = said->count; i-- > 0;) {
		struct rt_said_verdict *item = &said->item[i];

		if (is_about(item, verdict) &&
		    (item->until_s == 0 ||
		     verdict->since_s <= item->until_s + SAME_S))
			return item;
	}
	return NULL;
}

static void
drop(struct rt_said *said, size_t i)
{
	said->count--;
	memmove(&said->item[i], &said->item[i + 1],
		(said->count - i) * sizeof(*said->item));
	/* Each has its own copy of the name. */
	for (; i < said->count; i++)
		if (said->item[i].verdict.target != NULL)
			said->item[i].verdict.target = said->item[i].target;
}

static struct rt_said_verdict *
add(struct rt_said *said)
{
	size_t first = 0;

	while (first + 1 < said->count && said->item[first].until_s == 0)
		first++;
	if (said->count == RT_SAID_MAX)
		drop(said, first);
	return &said->item[said->count++];
}

static void
keep(struct rt_said_verdict *item, const struct rt_verdict *verdict,
     uint64_t now_s)
{
	if (verdict->word >= item->verdict.word)
		item->verdict = *verdict;
	item->verdict.since_s = verdict->since_s;
	item->until_s = 0;
	item->said_s = now_s;
	if (item->verdict.target == NULL)
		return;
	memcpy(item->target, verdict->target, strlen(verdict->target) + 1);
	item->verdict.target = item->target;
}

/* The last second of the incidents of an operation that ended since then. */
static uint64_t
last_of(const struct rt_window *window, const char *name, uint64_t since_s)
{
	const struct rt_operation *operation = rt_window_find(window, name);
	const struct rt_subject *subject;
	uint64_t last_s = 0;

	if (operation == NULL)
		return 0;
	subject = rt_operation_subject(operation);
	for (size_t i = 0; i < RT_DETECTOR_COUNT; i++)
		if (subject->onset[i].before_over_s >= since_s &&
		    subject->onset[i].before_over_s > last_s)
			last_s = subject->onset[i].before_over_s;
	return last_s;
}

static bool
is_wrong(const struct rt_window *window, const char *name, uint64_t now_s)
{
	const struct rt_operation *operation = rt_window_find(window, name);
	const struct rt_side *side;
	uint64_t since_s;

	return operation != NULL &&
	       rt_verdict_of_operation(operation, now_s, &since_s, &side) !=
		       RT_WORD_NONE;
}

static void
end(struct rt_said_verdict *item, const struct rt_window *window,
    uint64_t now_s)
{
	const struct rt_verdict *verdict = &item->verdict;
	uint64_t last_s = 0;

	if (verdict->target == NULL)
		last_s = last_of(window, verdict->operation, verdict->since_s);
	for (size_t i = 0; i < verdict->sharer_count; i++) {
		uint64_t one_s =
			last_of(window, verdict->sharer[i], verdict->since_s);

		last_s = one_s > last_s ? one_s : last_s;
	}
	item->until_s = last_s > 0 ? bo_min(last_s, now_s) : item->said_s;
}

void
rt_said_note(struct rt_said *said, const struct rt_verdicts *now,
	     const struct rt_window *window)
{
	uint64_t now_s = rt_window_newest_ns(window) / BO_NS_PER_S;

	for (size_t i = 0; i < now->count; i++) {
		struct rt_said_verdict *item = find(said, &now->item[i]);

		if (item == NULL) {
			item = add(said);
			memset(item, 0, sizeof(*item));
		}
		keep(item, &now->item[i], now_s);
	}
	for (size_t i = 0; i < said->count;) {
		struct rt_said_verdict *item = &said->item[i];
		bool is_open = item->until_s == 0 && item->said_s != now_s;
		const char *name = item->verdict.target == NULL
					   ? item->verdict.operation
					   : NULL;

		/* It has become a part of what is wrong with a target. */
		if (is_open && now->more == 0 && name != NULL &&
		    is_wrong(window, name, now_s)) {
			drop(said, i);
			continue;
		}
		if (is_open && now->more == 0)
			end(item, window, now_s);
		if (item->until_s != 0 && item->until_s + RT_SAID_S < now_s)
			drop(said, i);
		else
			i++;
	}
}

bool
rt_said_look(struct rt_said *said, struct rt_window *window)
{
	uint64_t now_s = rt_window_newest_ns(window) / BO_NS_PER_S;
	uint64_t step_s = STEP_S + rt_window_count(window) / OPERATIONS_PER_S;

	/* Time may have gone back. */
	if (now_s < said->next_s && said->next_s <= now_s + step_s)
		return true;
	said->next_s = now_s + step_s;
	if (!rt_verdicts_update(&said->now, window))
		return false;
	rt_said_note(said, &said->now, window);
	return true;
}

/* Whether it is the worse of two. */
static bool
is_worse(const struct rt_verdict *a, const struct rt_verdict *b)
{
	if (a->word != b->word)
		return a->word > b->word;
	return a->failed_per_s > b->failed_per_s;
}

void
rt_said_at(const struct rt_said *said, uint64_t second, struct rt_verdicts *out)
{
	uint64_t covered_s = out->covered_s;

	memset(out, 0, sizeof(*out));
	out->covered_s = covered_s;
	for (size_t i = 0; i < said->count; i++) {
		const struct rt_said_verdict *item = &said->item[i];
		size_t at = out->count;

		if (item->verdict.since_s > second ||
		    (item->until_s != 0 && item->until_s < second))
			continue;
		if (out->count == RT_VERDICTS_MAX) {
			out->more++;
			continue;
		}
		for (; at > 0 && is_worse(&item->verdict, &out->item[at - 1]);
		     at--)
			out->item[at] = out->item[at - 1];
		out->item[at] = item->verdict;
		out->count++;
	}
}

const struct rt_said_verdict *
rt_said_ended(const struct rt_said *said, const struct rt_said_verdict *after)
{
	const struct rt_said_verdict *next = NULL;

	/* The last one first if several ended at once. */
	for (size_t i = said->count; i-- > 0;) {
		const struct rt_said_verdict *item = &said->item[i];

		if (item->until_s == 0 ||
		    (after != NULL &&
		     (item->until_s > after->until_s ||
		      (item->until_s == after->until_s && item >= after))))
			continue;
		if (next == NULL || item->until_s > next->until_s)
			next = item;
	}
	return next;
}
