/* The order of lines, which must not depend on how they were read. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "trace/stitch.h"

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
