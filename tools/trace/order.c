/* The order of lines, which must not depend on how files were read. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "trace/stitch.h"

/* A file whose times rise this many times as often as they fall, or the other
 * way round, is in their order. */
#define ORDERED 2

static int
compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* The numbers of texts depend on which was read first. */
static int
compare_texts(const struct tk_trace *trace, tk_string a, tk_string b)
{
	const char *x = tk_trace_text(trace, a), *y = tk_trace_text(trace, b);

	return a == b ? 0 : strcmp(x ? x : "", y ? y : "");
}

static int
compare_rest(const struct tk_trace *trace, const struct tk_record *a,
	     const struct tk_record *b)
{
	const struct tk_attempt *x = &a->attempt, *y = &b->attempt;
	int order = compare_u64(x->duration_ns, y->duration_ns);

	if (!order)
		order = compare_texts(trace, trace->groups[a->group].id,
				      trace->groups[b->group].id);
	if (!order)
		order = compare_texts(trace, x->error_type, y->error_type);
	if (!order)
		order = compare_texts(trace, x->code, y->code);
	if (!order)
		order = compare_texts(trace, x->error, y->error);
	if (!order)
		order = compare_texts(trace, a->target, b->target);
	if (!order)
		order = compare_u64(a->elapsed_ns, b->elapsed_ns);
	return order;
}

int
tk_record_compare(const struct tk_trace *trace, uint32_t left, uint32_t right)
{
	const struct tk_record *a = &trace->records[left];
	const struct tk_record *b = &trace->records[right];
	int order = compare_u64(a->number, b->number);

	if (!order)
		order = compare_u64(a->attempt.end_ns, b->attempt.end_ns);
	if (!order)
		order = compare_u64(a->type, b->type);
	if (!order)
		order = compare_u64(a->attempt.delay_ns, b->attempt.delay_ns);
	if (!order)
		order = compare_rest(trace, a, b);
	return order ? order : compare_u64(left, right);
}

/* The first line of an input, and how its times go on. */
struct course {
	uint32_t first, last;
	uint64_t up, down;
	bool seen;
};

static int
compare_starts(const struct tk_trace *trace, uint32_t left, uint32_t right)
{
	int order = compare_u64(trace->records[left].attempt.end_ns,
				trace->records[right].attempt.end_ns);

	return order ? order : tk_record_compare(trace, left, right);
}

static void
follow(const struct tk_trace *trace, struct course *course, uint32_t at)
{
	if (course->seen) {
		uint64_t last = trace->records[course->last].attempt.end_ns;
		uint64_t now = trace->records[at].attempt.end_ns;

		course->up += now > last;
		course->down += now < last;
	}
	if (!course->seen || compare_starts(trace, at, course->first) < 0)
		course->first = at;
	course->last = at;
	course->seen = true;
}

/* Inputs with lines, the one that begins first in front. */
static int
compare_inputs(const void *left, const void *right, void *user)
{
	const struct tk_trace *trace = user;
	const struct tk_input_order *a = left, *b = right;

	return compare_starts(trace, a->first, b->first);
}

static int8_t
way_of(const struct course *course)
{
	if (course->down > ORDERED * course->up)
		return -1;
	return course->down == 0 || course->up > ORDERED * course->down;
}

enum backoff_status
tk_find_order(struct tk_trace *trace)
{
	size_t inputs = (size_t)trace->input + 1, count = 0;
	struct course *course = calloc(inputs, sizeof(*course));
	struct tk_input_order *sorted = calloc(inputs, sizeof(*sorted));

	trace->orders = calloc(inputs, sizeof(*trace->orders));
	if (!course || !sorted || !trace->orders) {
		free(course);
		free(sorted);
		return BACKOFF_E_NOMEM;
	}
	for (size_t i = 0; i < trace->record_count; i++)
		follow(trace, &course[trace->records[i].input], (uint32_t)i);
	for (size_t i = 0; i < inputs; i++) {
		if (!course[i].seen)
			continue;
		sorted[count].first = course[i].first;
		sorted[count++].way = way_of(&course[i]);
	}
	qsort_r(sorted, count, sizeof(*sorted), compare_inputs, trace);
	for (size_t i = 0; i < count; i++) {
		uint16_t input = trace->records[sorted[i].first].input;

		trace->orders[input] = sorted[i];
		trace->orders[input].rank = (uint32_t)i;
	}
	free(course);
	free(sorted);
	return BACKOFF_OK;
}

int
tk_place_compare(const struct tk_trace *trace, uint32_t left, uint32_t right)
{
	const struct tk_input_order *a, *b;

	a = &trace->orders[trace->records[left].input];
	b = &trace->orders[trace->records[right].input];
	return a != b ? compare_u64(a->rank, b->rank)
		      : a->way * compare_u64(left, right);
}
