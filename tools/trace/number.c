/* Numbers attempts whose lines do not say their number. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "dialect/order.h"
#include "trace/stitch.h"

/* A line of an operation that has some without a number, and what else it says:
 * NULL if nothing. */
struct line {
	uint32_t record;
	const struct tk_aside *aside;
};

struct numbering {
	struct tk_trace *trace;
	struct tk_order *order;
	struct line *line;
	size_t count;
};

static uint64_t
left_of(const struct line *line)
{
	return line->aside ? line->aside->left : BACKOFF_ABSENT;
}

static tk_string
lane_of(const struct line *line)
{
	return line->aside ? line->aside->lane : 0;
}

/* By time. What decides about equal times does not depend on the order in which
 * lines were read, unless they are the same. */
static int
compare_lines(const void *left, const void *right, void *user)
{
	const struct tk_trace *trace = user;
	const struct line *a = left, *b = right;
	uint64_t x = trace->records[a->record].attempt.end_ns;
	uint64_t y = trace->records[b->record].attempt.end_ns;
	const char *s, *t;
	int order;

	if (x != y)
		return x < y ? -1 : 1;
	/* The first of two attempts at a time has more left. */
	x = left_of(a);
	y = left_of(b);
	if (x != y)
		return x > y ? -1 : 1;
	s = tk_trace_text(trace, lane_of(a));
	t = tk_trace_text(trace, lane_of(b));
	order = strcmp(s ? s : "", t ? t : "");
	return order ? order : tk_record_compare(trace, a->record, b->record);
}

static bool
is_unnumbered(const struct tk_trace *trace, const struct tk_record *record)
{
	return tk_operation_find(trace, record->operation)->unnumbered;
}

/* List the lines of operations that need numbers. */
static bool
list_lines(struct numbering *numbering)
{
	struct tk_trace *trace = numbering->trace;
	const struct tk_aside *aside = trace->asides;
	const struct tk_aside *end = aside + trace->aside_count;
	size_t count = 0;

	for (size_t i = 0; i < trace->record_count; i++)
		count += is_unnumbered(trace, &trace->records[i]);
	numbering->line = malloc((count + 1) * sizeof(*numbering->line));
	if (numbering->line == NULL)
		return false;
	for (size_t i = 0; i < trace->record_count; i++) {
		struct line *line = &numbering->line[numbering->count];

		while (aside < end && aside->record < i)
			aside++;
		if (!is_unnumbered(trace, &trace->records[i]))
			continue;
		line->record = (uint32_t)i;
		line->aside = aside < end && aside->record == i ? aside : NULL;
		numbering->count++;
	}
	qsort_r(numbering->line, numbering->count, sizeof(*numbering->line),
		compare_lines, trace);
	return true;
}

static struct tk_order_line
order_line(const struct tk_trace *trace, const struct line *line)
{
	const struct tk_record *record = &trace->records[line->record];
	const struct tk_group *group = &trace->groups[record->group];
	bool given = line->aside == NULL || line->aside->number != 0;

	return (struct tk_order_line){
		.type = (enum backoff_event_type)record->type,
		.operation = record->operation,
		.id = tk_group_has_id(group) ? group->id : 0,
		.lane = lane_of(line),
		.ts_ns = record->attempt.end_ns,
		.duration_ns = record->attempt.duration_ns,
		.delay_ns = record->attempt.delay_ns,
		.attempt = given ? record->number : BACKOFF_ABSENT,
		.max_attempts = record->max_attempts ? record->max_attempts
						     : BACKOFF_ABSENT,
		.left = left_of(line),
		.follows = line->aside != NULL && line->aside->follows,
		.closes = record->closes,
	};
}

/* Number every line. False if memory ran out; else *by_time: whether what was
 * learned from them matters. */
static bool
pass(struct numbering *numbering, bool *by_time)
{
	struct tk_trace *trace = numbering->trace;

	*by_time = false;
	for (size_t i = 0; i < numbering->count; i++) {
		struct line *line = &numbering->line[i];
		struct tk_record *record = &trace->records[line->record];
		struct tk_order_line input = order_line(trace, line);
		struct tk_order_number out;

		if (!tk_order_number(numbering->order, &input, &out))
			return false;
		record->number = out.number < UINT32_MAX ? (uint32_t)out.number
							 : UINT32_MAX;
		record->way = (uint8_t)out.way;
		*by_time |=
			out.way == TK_ORDER_TIME || out.way == TK_ORDER_LANE;
	}
	return true;
}

static bool
number_lines(struct numbering *numbering)
{
	bool by_time = true;

	for (size_t i = 0; i < numbering->count; i++) {
		const struct line *line = &numbering->line[i];
		const struct tk_record *record =
			&numbering->trace->records[line->record];

		if (!tk_order_note_left(numbering->order, record->operation,
					left_of(line)))
			return false;
	}
	for (size_t i = 0; by_time && i < TK_ORDER_PASSES; i++) {
		if (i > 0)
			tk_order_again(numbering->order);
		if (!pass(numbering, &by_time))
			return false;
	}
	return true;
}

/* Use what the numbers say: how many attempts a call may make, and which lane
 * it is in. */
static bool
use_numbers(struct numbering *numbering)
{
	struct tk_trace *trace = numbering->trace;

	for (size_t i = 0; i < numbering->count; i++) {
		const struct line *line = &numbering->line[i];
		struct tk_record *record = &trace->records[line->record];

		if (record->max_attempts == 0)
			record->max_attempts = (uint32_t)tk_order_limit(
				numbering->order, record->operation);
		if (record->way == TK_ORDER_LANE &&
		    !tk_trace_regroup(trace, record, TK_GROUP_LANE,
				      lane_of(line)))
			return false;
	}
	return true;
}

static void
count_ways(struct tk_trace *trace)
{
	struct tk_quality *quality = &trace->quality;

	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];

		quality->attempts++;
		quality->by_way[record->way]++;
		quality->timeless += record->timeless;
		if (record->type != BACKOFF_EVENT_ATTEMPT)
			continue;
		quality->retried++;
		quality->unknown_delays +=
			record->attempt.delay_ns == BACKOFF_ABSENT;
	}
}

enum backoff_status
tk_number(struct tk_trace *trace)
{
	struct numbering numbering = {.trace = trace};
	bool done = true;

	if (trace->aside_count > 0) {
		numbering.order = tk_order_new(SIZE_MAX);
		done = numbering.order != NULL && list_lines(&numbering) &&
		       number_lines(&numbering) && use_numbers(&numbering);
		free(numbering.line);
		tk_order_free(numbering.order);
	}
	free(trace->asides);
	trace->asides = NULL;
	trace->aside_count = trace->aside_capacity = 0;
	count_ways(trace);
	return done ? BACKOFF_OK : BACKOFF_E_NOMEM;
}
