/* Numbers attempts whose lines do not say their number. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "dialect/order.h"
#include "trace/stitch.h"

/* A line of an operation that has some without a number, and what else it says:
 * NULL if nothing. */
struct line {
	uint32_t record;
	/* What the end of its call proves it to be; 0: nothing. */
	uint32_t proved;
	const struct tk_aside *aside;
};

/* Lines before the end of a call among which those of the call are looked for,
 * and the longest attempt. */
#define BEFORE_MAX 256
#define LONGEST_NS (15 * 60 * BO_NS_PER_S)
/* Times are rounded. */
#define TOLERANCE_NS (10 * BO_NS_PER_MS)

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

/* By time, then by place in the log. Where that says nothing, what decides does
 * not depend on the order in which lines were read, unless they are the
 * same. */
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
	order = tk_place_compare(trace, a->record, b->record);
	if (order)
		return order;
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
		line->proved = 0;
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
		.proved = line->proved,
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

static const struct tk_record *
record_of(const struct numbering *numbering, size_t i)
{
	return &numbering->trace->records[numbering->line[i].record];
}

/* Whether a line is a retry that has no number, and of no known call. */
static bool
is_free(const struct numbering *numbering, size_t i)
{
	const struct line *line = &numbering->line[i];
	const struct tk_record *record = record_of(numbering, i);

	return record->type == BACKOFF_EVENT_ATTEMPT && line->proved == 0 &&
	       line->aside != NULL && line->aside->number == 0 &&
	       line->aside->left == BACKOFF_ABSENT &&
	       !tk_group_has_id(&numbering->trace->groups[record->group]);
}

/* Whether a line can be about the attempt after that of an earlier one. */
static bool
can_follow(const struct tk_record *before, const struct tk_record *record)
{
	uint64_t due = tk_due_ns(before), end = record->attempt.end_ns;

	return bo_add_sat(end, TOLERANCE_NS) >= due &&
	       (end < due || end - due <= LONGEST_NS);
}

/* The total in the line that ends a call proves the numbers of the lines before
 * it, if they follow each other: with "after 3 tries", the two before are of
 * this call, and those before them are not. */
static void
prove(struct numbering *numbering, size_t end)
{
	const struct tk_record *after = record_of(numbering, end);
	uint32_t left = after->number - 1;
	size_t found[BEFORE_MAX], count = 0;

	for (size_t i = end, n = 0; i-- > 0 && n < BEFORE_MAX && left > count;
	     n++) {
		const struct tk_record *record = record_of(numbering, i);

		if (record->operation != after->operation ||
		    lane_of(&numbering->line[i]) !=
			    lane_of(&numbering->line[end]))
			continue;
		if (!is_free(numbering, i) || !can_follow(record, after))
			return;
		found[count++] = i;
		after = record;
	}
	for (size_t i = 0; count == left && i < count; i++)
		numbering->line[found[i]].proved = left - (uint32_t)i;
}

static void
prove_all(struct numbering *numbering)
{
	for (size_t i = 0; i < numbering->count; i++) {
		const struct tk_record *record = record_of(numbering, i);
		const struct line *line = &numbering->line[i];

		if (record->type == BACKOFF_EVENT_EXHAUSTED &&
		    !record->closes && record->number > 1 &&
		    record->number <= BEFORE_MAX &&
		    (line->aside == NULL || line->aside->number != 0) &&
		    !tk_group_has_id(&numbering->trace->groups[record->group]))
			prove(numbering, i);
	}
}

static bool
number_lines(struct numbering *numbering)
{
	bool by_time = true;

	prove_all(numbering);

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
