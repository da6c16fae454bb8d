/* What became of an operation's calls in the window, by the record. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/detail.h"

#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

/* More names than are listed, so that the worst of them are. */
#define NAMES_MAX 64

struct names {
	struct rt_detail_name item[NAMES_MAX];
	size_t count;
	struct rt_detail_name rest;
};

/* What one walk through the record collects. */
struct walk {
	struct rt_detail *detail;
	const struct rt_window *window;
	struct names errors, hosts, targets, operations;
};

static struct rt_detail_name *
find(struct names *names, const char *given)
{
	char name[RT_PART_NAME_MAX];

	bo_utf8_copy(given, name, sizeof(name));
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->item[i].name, name) == 0)
			return &names->item[i];
	if (names->count == NAMES_MAX)
		return &names->rest;
	memset(&names->item[names->count], 0, sizeof(*names->item));
	memcpy(names->item[names->count].name, name, sizeof(name));
	return &names->item[names->count++];
}

static void
count_name(struct names *names, const char *name, const struct rt_past *past)
{
	struct rt_detail_name *item;

	if (*name == '\0')
		return;
	item = find(names, name);
	item->made += rt_past_was_made(past) && !rt_past_closes(past);
	item->failed += rt_past_failed(past);
	item->calls += rt_past_ends(past);
	item->failed_calls +=
		rt_past_ends(past) && past->type != BACKOFF_EVENT_SUCCESS;
}

static void
count_error(struct walk *walk, const struct rt_past *past)
{
	struct rt_detail_name *item;

	if (!rt_past_failed(past))
		return;
	walk->detail->failed++;
	item = find(&walk->errors, past->label);
	item->failed++;
	/* The walk begins with the newest. */
	if (item->text[0] == '\0')
		bo_utf8_copy(past->error, item->text, sizeof(item->text));
}

static struct rt_detail_attempt *
attempt_of(struct rt_detail *detail, uint64_t number)
{
	return &detail->attempt[bo_min(number > 0 ? number - 1 : 0,
				       RT_DETAIL_ATTEMPTS - 1)];
}

static void
count_attempt(struct rt_detail *detail, const struct rt_past *past)
{
	uint64_t number = past->attempt != BACKOFF_ABSENT
				  ? past->attempt
				  : rt_past_attempts(past);
	struct rt_detail_attempt *attempt = attempt_of(detail, number);

	if (!rt_past_was_made(past) || rt_past_closes(past))
		return;
	if (past->kind == BACKOFF_KIND_HEDGE) {
		detail->hedges++;
		return;
	}
	/* Those before it failed. */
	for (uint64_t i = 1; past->whole && i < number && i < 1000; i++) {
		attempt_of(detail, i)->made++;
		attempt_of(detail, i)->failed++;
	}
	attempt->made++;
	attempt->failed += rt_past_failed(past);
	if (past->type != BACKOFF_EVENT_ATTEMPT ||
	    past->delay_ns == BACKOFF_ABSENT)
		return;
	if (attempt->wait_max_ns == 0 || past->delay_ns < attempt->wait_min_ns)
		attempt->wait_min_ns = past->delay_ns;
	if (past->delay_ns > attempt->wait_max_ns)
		attempt->wait_max_ns = past->delay_ns;
}

static void
count(struct walk *walk, const struct rt_past *past)
{
	struct rt_detail *detail = walk->detail;

	count_name(&walk->operations,
		   rt_operation_name(
			   rt_window_operation(walk->window, past->operation)),
		   past);
	count_name(&walk->hosts, past->host, past);
	count_name(&walk->targets, past->target, past);
	count_error(walk, past);
	count_attempt(detail, past);
	if (!rt_past_ends(past))
		return;
	detail->calls++;
	detail->fate[rt_fate_of(past)]++;
	detail->unsent +=
		!rt_past_was_made(past) && rt_past_attempts(past) == 0;
}

static uint64_t
badness(const struct rt_detail_name *name)
{
	return name->failed + name->failed_calls;
}

/* Keep the worst. */
static void
finish(struct names *from, struct rt_detail_names *to)
{
	to->rest = from->rest;
	for (size_t n = 0; n < from->count; n++) {
		struct rt_detail_name *worst = &from->item[n], kept;

		for (size_t i = n + 1; i < from->count; i++)
			if (badness(&from->item[i]) > badness(worst))
				worst = &from->item[i];
		kept = *worst;
		*worst = from->item[n];
		from->item[n] = kept;
		if (to->count < RT_DETAIL_NAMES) {
			to->item[to->count++] = kept;
			continue;
		}
		to->rest.made += kept.made;
		to->rest.failed += kept.failed;
		to->rest.calls += kept.calls;
		to->rest.failed_calls += kept.failed_calls;
	}
}

static void
add_points(struct rt_detail *detail, const struct rt_cube_cell *cell,
	   const struct rt_span *span)
{
	for (size_t i = 0; i < span->points; i++) {
		size_t at = span->points - 1 - i;
		struct rt_counts sum;

		if (i * span->point_s > span->end_s)
			return;
		rt_cube_sum(cell, span->end_s - i * span->point_s,
			    span->point_s, &sum);
		rt_add_u32(&detail->retries[at],
			   (uint32_t)bo_min(sum.retries, UINT32_MAX));
		rt_add_u32(
			&detail->failed_calls[at],
			(uint32_t)bo_min(rt_counts_failed(&sum), UINT32_MAX));
	}
}

static void
history_of_part(struct rt_detail *detail, const struct rt_window *window,
		const struct rt_focus *focus, const struct rt_span *span)
{
	const struct rt_cube *cube = rt_window_cube(window);
	const char *name = focus->name;

	if (focus->group == RT_GROUP_OPERATION)
		name = rt_operation_name(
			rt_window_operation(window, focus->operation));
	for (size_t i = 0; i < cube->count; i++) {
		const struct rt_cube_cell *cell = &cube->cell[i];

		if (strcmp(cube->name[cell->name[focus->group]], name) != 0 ||
		    !rt_focus_takes_cell(focus, cube, cell))
			continue;
		add_points(detail, cell, span);
	}
}

void
rt_detail_compute(struct rt_detail *detail, const struct rt_record *record,
		  uint64_t until, const struct rt_window *window,
		  const struct rt_focus *focus, uint64_t end_s,
		  uint64_t window_s, const struct rt_span *span)
{
	uint64_t from_s = rt_record_from_ns(record) / BO_NS_PER_S;
	uint64_t begin_s = end_s > window_s ? end_s - window_s : 0;
	struct walk walk = {.detail = detail, .window = window};
	struct rt_past past;

	memset(detail, 0, sizeof(*detail));
	detail->covered_s = window_s;
	if (!rt_record_is_whole(record) && from_s > begin_s + 1)
		detail->covered_s = end_s > from_s ? end_s - from_s : 0;
	for (uint64_t at = rt_focus_last(focus, record);
	     rt_record_get(record, at, &past);
	     at = rt_focus_before(focus, &past)) {
		uint64_t second = past.ts_ns / BO_NS_PER_S;

		if (at <= until && second > begin_s && second <= end_s &&
		    rt_focus_has(focus, &past))
			count(&walk, &past);
	}
	finish(&walk.errors, &detail->errors);
	finish(&walk.hosts, &detail->hosts);
	finish(&walk.targets, &detail->targets);
	finish(&walk.operations, &detail->operations);
	if (focus->group == RT_GROUP_OPERATION &&
	    (focus->terms == NULL || !rt_filter_has_others(focus->terms)))
		rt_span_history(span,
				rt_window_operation(window, focus->operation),
				detail->failed_calls, detail->retries);
	else
		history_of_part(detail, window, focus, span);
}
