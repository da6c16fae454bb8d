/* Numbers texts in their order, so that nothing depends on which was read
 * first. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "trace/stitch.h"

/* Calls are grouped by the numbers of targets, failures by those of types, and
 * random draws follow that order. Ids only tell calls apart, and a log may have
 * millions: they keep their order, after all others. */

static int
by_text(const void *a, const void *b, void *user)
{
	const struct tk_trace *trace = user;
	const tk_string *x = a, *y = b;

	return strcmp(tk_trace_text(trace, *x), tk_trace_text(trace, *y));
}

/* Mark the texts that are more than ids. */
static void
mark(const struct tk_trace *trace, tk_string *to)
{
	for (size_t i = 0; i < trace->call_count; i++) {
		const struct tk_call *call = &trace->calls[i];

		to[call->operation] = to[call->target] = 1;
		to[call->policy] = to[call->policy_hash] = 1;
	}
	for (size_t i = 0; i < trace->attempt_count; i++) {
		const struct tk_attempt *attempt = &trace->attempts[i];

		to[attempt->error_type] = to[attempt->code] = 1;
		to[attempt->error] = 1;
	}
	for (size_t i = 0; i < trace->operation_count; i++)
		to[trace->operations[i].name] = 1;
	to[0] = 0;
}

/* Turn the marks into new numbers, from 1. */
static bool
assign(struct tk_trace *trace, tk_string *to)
{
	size_t count = trace->strings.count, marked = 0, rest;
	tk_string *order = malloc((count + 1) * sizeof(*order));

	if (order == NULL)
		return false;
	for (size_t i = 1; i <= count; i++)
		if (to[i])
			order[marked++] = (tk_string)i;
	qsort_r(order, marked, sizeof(*order), by_text, trace);
	rest = marked;
	for (size_t i = 1; i <= count; i++)
		if (!to[i])
			to[i] = (tk_string)++rest;
	for (size_t i = 0; i < marked; i++)
		to[order[i]] = (tk_string)i + 1;
	free(order);
	return true;
}

static void
rename_all(struct tk_trace *trace, const tk_string *to)
{
	for (size_t i = 0; i < trace->call_count; i++) {
		struct tk_call *call = &trace->calls[i];

		call->operation = to[call->operation];
		call->target = to[call->target];
		call->policy = to[call->policy];
		call->policy_hash = to[call->policy_hash];
		call->id = to[call->id];
		call->host = to[call->host];
		call->service = to[call->service];
	}
	for (size_t i = 0; i < trace->attempt_count; i++) {
		struct tk_attempt *attempt = &trace->attempts[i];

		attempt->error_type = to[attempt->error_type];
		attempt->code = to[attempt->code];
		attempt->error = to[attempt->error];
	}
	trace->quality.operations.most = to[trace->quality.operations.most];
	trace->quality.targets.most = to[trace->quality.targets.most];
	trace->quality.misdated_host = to[trace->quality.misdated_host];
}

static void
rename_operations(struct tk_trace *trace, const tk_string *to,
		  uint32_t *operation_of)
{
	for (size_t i = 0; i < trace->operation_count; i++) {
		struct tk_operation *operation = &trace->operations[i];

		operation->name = to[operation->name];
		operation_of[operation->name] = (uint32_t)i + 1;
	}
	free(trace->operation_of);
	trace->operation_of = operation_of;
	trace->operation_of_size = trace->strings.count + 1;
}

enum backoff_status
tk_renumber(struct tk_trace *trace)
{
	size_t count = trace->strings.count;
	tk_string *to = calloc(count + 1, sizeof(*to));
	uint32_t *operation_of = calloc(count + 1, sizeof(*operation_of));
	const char **texts = malloc((count + 1) * sizeof(*texts));

	if (to && operation_of && texts) {
		mark(trace, to);
		if (assign(trace, to)) {
			for (size_t i = 1; i <= count; i++)
				texts[to[i] - 1] = trace->strings.texts[i - 1];
			if (count > 0)
				memcpy(trace->strings.texts, texts,
				       count * sizeof(*texts));
			rename_all(trace, to);
			rename_operations(trace, to, operation_of);
			free(texts);
			free(to);
			return BACKOFF_OK;
		}
	}
	free(texts);
	free(to);
	free(operation_of);
	return BACKOFF_E_NOMEM;
}
