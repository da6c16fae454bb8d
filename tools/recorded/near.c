/* Finds attempts by time: a search in sorted lists, then outwards. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "recorded/near.h"

/* Hints are whole seconds: only later ones distinguish a moment from a delay.
 */
#define APART_NS (2 * BO_NS_PER_S)

/* An attempt while lists are made. */
struct entry {
	tk_string target;
	bool success;
	struct rs_near_item item;
};

static int
by_target(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->success != y->success)
		return x->success ? 1 : -1;
	if (x->item.time_ns != y->item.time_ns)
		return x->item.time_ns < y->item.time_ns ? -1 : 1;
	if (x->item.call != y->item.call)
		return x->item.call < y->item.call ? -1 : 1;
	return (x->item.place > y->item.place) -
	       (x->item.place < y->item.place);
}

static int
by_time(const void *a, const void *b)
{
	const struct rs_near_item *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	if (x->call != y->call)
		return x->call < y->call ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* Whether an attempt is of use: a failure, or a success of known duration. */
static bool
useful(const struct rs_log *log, uint64_t attempt)
{
	uint8_t outcome = log->attempt[attempt].outcome;

	if (outcome == BACKOFF_OUTCOME_SUCCESS)
		return log->duration_known[attempt] != 0;
	return outcome != BACKOFF_OUTCOME_CANCELLED;
}

static size_t
collect(const struct rs_log *log, const struct rs_operation *operation,
	struct entry *out)
{
	size_t count = 0;

	for (size_t c = 0; c < operation->call_count; c++) {
		size_t index = operation->first_call + c;
		const struct tk_call *call = &log->call[index];

		for (uint32_t i = 0; i < call->count; i++) {
			uint64_t attempt = call->first + i;

			if (!useful(log, attempt))
				continue;
			out[count++] = (struct entry){
				.target = call->target,
				.success = log->attempt[attempt].outcome ==
					   BACKOFF_OUTCOME_SUCCESS,
				.item = {log->start_ns[attempt], index, i},
			};
		}
	}
	qsort(out, count, sizeof(*out), by_target);
	return count;
}

static void
fill_target(struct rs_near_target *target, struct rs_near_item *item,
	    const struct entry *entry, size_t count)
{
	size_t failures = 0;

	target->target = entry->target;
	for (size_t i = 0; i < count; i++) {
		item[i] = entry[i].item;
		failures += !entry[i].success;
	}
	target->failures = (struct rs_near_list){item, failures};
	target->successes =
		(struct rs_near_list){item + failures, count - failures};
}

/* The lists of each target, and then those of all. */
static void
fill(struct rs_near *near, const struct entry *entry, size_t count)
{
	struct rs_near_item *all = near->room + count;
	size_t failures = 0, successes = 0;

	for (size_t from = 0, to; from < count; from = to) {
		for (to = from;
		     to < count && entry[to].target == entry[from].target; to++)
			failures += !entry[to].success;
		fill_target(&near->target[near->target_count++],
			    near->room + from, entry + from, to - from);
	}
	near->failures = (struct rs_near_list){all, failures};
	near->successes =
		(struct rs_near_list){all + failures, count - failures};
	failures = 0;
	for (size_t i = 0; i < count; i++)
		if (entry[i].success)
			near->successes.item[successes++] = entry[i].item;
		else
			near->failures.item[failures++] = entry[i].item;
	qsort(near->failures.item, failures, sizeof(*all), by_time);
	qsort(near->successes.item, successes, sizeof(*all), by_time);
}

static size_t
count_targets(const struct entry *entry, size_t count)
{
	size_t targets = 0;

	for (size_t i = 0; i < count; i++)
		targets += i == 0 || entry[i].target != entry[i - 1].target;
	return targets;
}

static size_t
count_attempts(const struct rs_log *log, const struct rs_operation *operation)
{
	size_t count = 0;

	for (size_t c = 0; c < operation->call_count; c++)
		count += log->call[operation->first_call + c].count;
	return count;
}

static const struct rs_near_target *
target_of(const struct rs_near *near, size_t call)
{
	tk_string target = near->log->call[call].target;
	size_t low = 0, count = near->target_count;

	while (count > 0) {
		size_t half = count / 2;

		if (near->target[low + half].target < target) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low < near->target_count && near->target[low].target == target
		       ? &near->target[low]
		       : NULL;
}

/* The items [from, from + count) nearest to a time. */
static size_t
nearest(const struct rs_near_list *list, uint64_t when_ns, size_t count)
{
	size_t low = 0, left = list->count, high;

	while (left > 0) {
		size_t half = left / 2;

		if (list->item[low + half].time_ns < when_ns) {
			low += half + 1;
			left -= half + 1;
		} else {
			left = half;
		}
	}
	for (high = low; high - low < count;) {
		bool before = low > 0, after = high < list->count;

		if (before && after)
			before = when_ns - list->item[low - 1].time_ns <=
				 list->item[high].time_ns - when_ns;
		if (before)
			low--;
		else
			high++;
	}
	return low;
}

static const struct rs_near_item *
draw_from(const struct rs_near_list *list, uint64_t when_ns, uint64_t draw)
{
	size_t count =
		list->count < RS_NEAR_COUNT ? list->count : RS_NEAR_COUNT;

	if (count == 0)
		return NULL;
	return &list->item[nearest(list, when_ns, count) +
			   bo_mul_frac(count, draw)];
}

static const struct rs_near_list *
failures_of(const struct rs_near *near, const struct rs_near_target *target)
{
	return target && target->failures.count >= RS_NEAR_COUNT
		       ? &target->failures
		       : &near->failures;
}

const struct rs_near_item *
rs_near_failure(const struct rs_near *near, size_t call, uint64_t when_ns,
		uint64_t draw)
{
	return draw_from(failures_of(near, target_of(near, call)), when_ns,
			 draw);
}

const struct rs_near_item *
rs_near_success(const struct rs_near *near, size_t call, uint64_t when_ns,
		uint64_t draw)
{
	const struct rs_near_target *target = target_of(near, call);

	return draw_from(target && target->successes.count >= RS_NEAR_COUNT
				 ? &target->successes
				 : &near->successes,
			 when_ns, draw);
}

static uint64_t
attempt_of(const struct rs_near *near, const struct rs_near_item *item)
{
	return near->log->call[item->call].first + item->place;
}

uint64_t
rs_near_duration(const struct rs_near *near, const struct rs_near_item *item)
{
	uint64_t attempt = attempt_of(near, item);

	return near->log->duration_known[attempt]
		       ? near->log->end_ns[attempt] -
				 near->log->start_ns[attempt]
		       : BACKOFF_ABSENT;
}

static uint64_t
hint_of(const struct rs_near *near, const struct rs_near_item *item)
{
	return near->log->attempt[attempt_of(near, item)].hint_ns;
}

/* The time that a hint names. */
static uint64_t
moment_of(const struct rs_near *near, const struct rs_near_item *item)
{
	return bo_add_sat(near->log->end_ns[attempt_of(near, item)],
			  hint_of(near, item));
}

static uint64_t
distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* Vote by pairs of failures in a row, some time apart, of which the second is
 * before the moment that the first names: does it name that moment again, or
 * ask for the same delay? */
static void
vote(const struct rs_near *near, const struct rs_near_list *list,
     size_t *moments, size_t *delays)
{
	const struct rs_near_item *before = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct rs_near_item *item = &list->item[i];
		uint64_t moment;

		if (hint_of(near, item) == BACKOFF_ABSENT)
			continue;
		moment = before ? moment_of(near, before) : 0;
		if (before && item->time_ns >= before->time_ns + APART_NS &&
		    item->time_ns < moment) {
			uint64_t a = distance(moment_of(near, item), moment);
			uint64_t b = distance(hint_of(near, item),
					      hint_of(near, before));

			*moments += a < b;
			*delays += b < a;
		}
		before = item;
	}
}

static bool
name_moments(const struct rs_near *near)
{
	size_t moments = 0, delays = 0;

	for (size_t t = 0; t < near->target_count; t++)
		vote(near, &near->target[t].failures, &moments, &delays);
	return moments >= delays;
}

/* The earliest moment after a time that one of the failures near it names. */
static uint64_t
next_moment(const struct rs_near *near, const struct rs_near_item *item,
	    uint64_t when_ns)
{
	const struct rs_near_target *target = target_of(near, item->call);
	const struct rs_near_list *list = failures_of(near, target);
	size_t count =
		list->count < RS_NEAR_COUNT ? list->count : RS_NEAR_COUNT;
	const struct rs_near_item *from =
		&list->item[nearest(list, when_ns, count)];
	uint64_t best = BACKOFF_ABSENT;

	for (size_t i = 0; i < count; i++) {
		uint64_t moment;

		if (hint_of(near, &from[i]) == BACKOFF_ABSENT)
			continue;
		moment = moment_of(near, &from[i]);
		if (moment > when_ns && moment < best)
			best = moment;
	}
	return best;
}

uint64_t
rs_near_hint(const struct rs_near *near, const struct rs_near_item *item,
	     uint64_t end_ns)
{
	uint64_t hint = hint_of(near, item), moment;

	if (hint == BACKOFF_ABSENT || !near->hints_are_moments)
		return hint;
	moment = moment_of(near, item);
	/* If that is over, this failure is in another window. */
	if (moment <= end_ns)
		moment = next_moment(near, item, end_ns);
	return moment == BACKOFF_ABSENT ? hint : moment - end_ns;
}

void
rs_near_clear(struct rs_near *near)
{
	free(near->room);
	free(near->target);
	*near = (struct rs_near){0};
}

enum backoff_status
rs_near_init(struct rs_near *near, const struct rs_log *log,
	     const struct rs_operation *operation)
{
	size_t count = count_attempts(log, operation);
	struct entry *entry = malloc((count + 1) * sizeof(*entry));

	*near = (struct rs_near){.log = log};
	if (entry == NULL)
		return BACKOFF_E_NOMEM;
	count = collect(log, operation, entry);
	near->room = malloc((2 * count + 1) * sizeof(*near->room));
	near->target = malloc((count_targets(entry, count) + 1) *
			      sizeof(*near->target));
	if (near->room == NULL || near->target == NULL) {
		free(entry);
		rs_near_clear(near);
		return BACKOFF_E_NOMEM;
	}
	fill(near, entry, count);
	near->hints_are_moments = name_moments(near);
	free(entry);
	return BACKOFF_OK;
}
