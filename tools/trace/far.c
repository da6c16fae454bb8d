/* Parts lines that were linked without an id, but lie too far apart. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "trace/stitch.h"

/*
 * A line whose predecessor is missing gets linked to an older call that has
 * long succeeded. How long an attempt may take is learned from the log: most
 * links are right, so a link that took many times as long as half of them is
 * not usual. That alone is not enough, because some attempts end by a timeout:
 * those take about the same time. Wrong links take any time up to that between
 * two failures, and some far more.
 */

/* Not far, whatever is usual. */
#define FAR_MIN_NS (2 * BO_NS_PER_S)
#define FAR_FACTOR 40
/* This many far links are needed, and this share. */
#define FAR_COUNT 3
#define FAR_SHARE 0.02
/* One link at least takes longer than timeouts often are. */
#define LONG_NS (30 * BO_NS_PER_S)
/* Nine in ten timeouts take less than this many times their median. */
#define TIMEOUT_RATIO 2
/* Or the longest ones differ by less than this. */
#define TIMEOUT_EQUAL 1.1
#define TIMEOUT_MAX_NS (60 * BO_NS_PER_S)
/* Wrong links take at least this part of the mean time between open calls. */
#define SPACING_PART 8

/* The time from the end of a wait to the end of the attempt after it. */
struct link {
	uint64_t ns;
	uint32_t operation, record;
};

static int
by_operation(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (x->operation != y->operation)
		return x->operation < y->operation ? -1 : 1;
	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return (x->record > y->record) - (x->record < y->record);
}

static bool
is_unnamed(const struct tk_trace *trace, const struct tk_record *record)
{
	return !record->left_out &&
	       trace->groups[record->group].kind == TK_GROUP_OPERATION;
}

/* By operation, its failures that no line follows; free() it. */
static uint32_t *
count_open(const struct tk_trace *trace, const uint32_t *next)
{
	uint32_t *open = calloc(trace->operation_count + 1, sizeof(*open));

	for (size_t i = 0; open && i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];

		open[tk_operation_find(trace, record->operation) -
		     trace->operations] +=
			record->type == BACKOFF_EVENT_ATTEMPT &&
			next[i] == TK_NO_RECORD && is_unnamed(trace, record);
	}
	return open;
}

/* The mean time between such failures of an operation. */
static uint64_t
open_spacing(const struct tk_trace *trace, const uint32_t *open,
	     tk_string operation)
{
	return tk_cover_length(&trace->cover) /
	       ((uint64_t)open[tk_operation_find(trace, operation) -
			       trace->operations] +
		1);
}

/* The first of an operation's links that is too far, or their number. */
static size_t
find_far(const struct tk_trace *trace, const uint32_t *open,
	 const struct link *link, size_t count)
{
	uint64_t limit = bo_mul_sat(link[count / 2].ns, FAR_FACTOR), middle;
	uint64_t high;
	size_t first = count, far;

	if (limit < FAR_MIN_NS)
		limit = FAR_MIN_NS;
	while (first > 0 && link[first - 1].ns > limit)
		first--;
	far = count - first;
	if (far < FAR_COUNT || (double)far < FAR_SHARE * (double)count)
		return count;
	/* Attempts of that length are usual somewhere. */
	if (link[count - 1].ns < LONG_NS)
		return count;
	middle = link[first + far / 2].ns;
	high = link[first + far * 9 / 10].ns;
	if (middle < TIMEOUT_MAX_NS && high < TIMEOUT_RATIO * middle)
		return count;
	if ((double)high < TIMEOUT_EQUAL * (double)link[first + far * 3 / 4].ns)
		return count;
	if (middle < open_spacing(trace, open, link->operation) / SPACING_PART)
		return count;
	return first;
}

enum backoff_status
tk_part_far(struct tk_trace *trace, uint32_t *next)
{
	struct link *link = malloc((trace->record_count + 1) * sizeof(*link));
	uint32_t *open = count_open(trace, next);
	size_t count = 0;

	if (link == NULL || open == NULL) {
		free(link);
		free(open);
		return BACKOFF_E_NOMEM;
	}
	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *before = &trace->records[i];
		uint64_t end;

		if (next[i] == TK_NO_RECORD || !is_unnamed(trace, before))
			continue;
		end = trace->records[next[i]].attempt.end_ns;
		link[count++] =
			(struct link){bo_sub_sat(end, tk_due_ns(before)),
				      before->operation, (uint32_t)i};
	}
	qsort(link, count, sizeof(*link), by_operation);
	for (size_t from = 0, to; from < count; from = to) {
		size_t far;

		for (to = from + 1; to < count; to++)
			if (link[to].operation != link[from].operation)
				break;
		far = from + find_far(trace, open, link + from, to - from);
		for (size_t i = far; i < to; i++) {
			uint32_t *at = &next[link[i].record];

			trace->records[*at].continues = false;
			*at = TK_NO_RECORD;
			tk_operation_find(trace, link[i].operation)
				->has_orphans = true;
		}
		trace->quality.parted += to - far;
	}
	free(open);
	free(link);
	return BACKOFF_OK;
}
