/* Finds the calls that may have a fate, and the types of their failures. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "estimate/alike.h"
#include "estimate/fates.h"
#include "estimate/lone.h"
#include "estimate/points.h"

/* The number of a failure's type: of its error, or of its code. */
static uint8_t
type_number(struct rs_suspects *suspects, size_t o,
	    const struct tk_attempt *attempt)
{
	tk_string name = attempt->code ? attempt->code : attempt->error_type;
	uint8_t i = 0;

	while (i < suspects->type_count[o] && suspects->type[o][i] != name)
		i++;
	if (i == RS_TYPES)
		return RS_TYPES - 1;
	if (i < suspects->type_count[o])
		return i;
	suspects->type_count[o]++;
	suspects->type[o][i] = name;
	suspects->final[o][i] =
		attempt->failure_class == BACKOFF_CLASS_CLIENT ||
		attempt->failure_class == BACKOFF_CLASS_FATAL;
	return i;
}

static void
look_at_call(struct rs_suspects *suspects, size_t o, size_t index)
{
	const struct rs_log *log = suspects->log;
	const struct tk_call *call = &log->call[index];
	bool suspect = call->missing_before > 0;

	for (uint32_t i = 0; i < call->count; i++) {
		uint64_t a = call->first + i;

		if (!tk_attempt_failed(&log->attempt[a]))
			continue;
		suspect = true;
		suspects->type_of[a] =
			type_number(suspects, o, &log->attempt[a]);
	}
	if (!suspect) {
		suspects->others[o]++;
		return;
	}
	if (call->count > 0 && !rs_log_all_failed(log, call))
		suspects->succeeded[suspects->count] = true;
	suspects->call[suspects->count++] = (uint32_t)index;
	suspects->retried[o] += call->count > 1;
	suspects->all_failed[o] +=
		call->count > 0 && rs_log_all_failed(log, call);
	if (call->count > 0)
		suspects->longest_ns[o] = rs_later(
			suspects->longest_ns[o],
			bo_sub_sat(log->start_ns[call->first + call->count - 1],
				   log->start_ns[call->first]));
}

static bool
allocate(struct rs_suspects *suspects, const struct rs_log *log)
{
	size_t operations = log->operation_count + 1;

	suspects->call = calloc(log->call_count + 1, sizeof(*suspects->call));
	suspects->succeeded =
		calloc(log->call_count + 1, sizeof(*suspects->succeeded));
	suspects->first = calloc(operations, sizeof(*suspects->first));
	suspects->others = calloc(operations, sizeof(*suspects->others));
	suspects->all_failed =
		calloc(operations, sizeof(*suspects->all_failed));
	suspects->type = calloc(operations, sizeof(*suspects->type));
	suspects->final = calloc(operations, sizeof(*suspects->final));
	suspects->type_count = calloc(operations, 1);
	suspects->type_of = calloc(log->attempt_count + 1, 1);
	suspects->around =
		calloc(log->attempt_count + 1, sizeof(*suspects->around));
	suspects->longest_ns =
		calloc(operations, sizeof(*suspects->longest_ns));
	suspects->retried = calloc(operations, sizeof(*suspects->retried));
	suspects->lone = calloc(log->call_count + 1, sizeof(*suspects->lone));
	suspects->lone_calls =
		calloc(operations, sizeof(*suspects->lone_calls));
	return suspects->call && suspects->succeeded && suspects->first &&
	       suspects->others && suspects->all_failed && suspects->type &&
	       suspects->final && suspects->type_count && suspects->type_of &&
	       suspects->around && suspects->longest_ns && suspects->retried &&
	       suspects->lone && suspects->lone_calls;
}

enum backoff_status
rs_suspects_init(struct rs_suspects *suspects, const struct rs_log *log,
		 const struct rs_bins *bins)
{
	*suspects = (struct rs_suspects){.log = log, .bins = bins};
	if (!allocate(suspects, log)) {
		rs_suspects_clear(suspects);
		return BACKOFF_E_NOMEM;
	}
	for (size_t o = 0; o < log->operation_count; o++) {
		const struct rs_operation *operation = &log->operation[o];

		suspects->first[o] = suspects->count;
		suspects->others[o] = (double)operation->unlogged_calls;
		for (size_t c = 0; c < operation->call_count; c++)
			look_at_call(suspects, o, operation->first_call + c);
	}
	suspects->first[log->operation_count] = suspects->count;
	rs_lone_find(suspects);
	if (rs_alike_find(suspects) == BACKOFF_OK)
		return BACKOFF_OK;
	rs_suspects_clear(suspects);
	return BACKOFF_E_NOMEM;
}

void
rs_suspects_clear(struct rs_suspects *suspects)
{
	free(suspects->call);
	free(suspects->succeeded);
	free(suspects->first);
	free(suspects->others);
	free(suspects->all_failed);
	free(suspects->type);
	free(suspects->final);
	free(suspects->type_count);
	free(suspects->type_of);
	free(suspects->around);
	free(suspects->longest_ns);
	free(suspects->retried);
	free(suspects->lone);
	free(suspects->lone_calls);
	*suspects = (struct rs_suspects){0};
}

size_t
rs_suspects_find(const struct rs_suspects *suspects, size_t call)
{
	size_t low = 0, high = suspects->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (suspects->call[middle] < call)
			low = middle + 1;
		else
			high = middle;
	}
	return low < suspects->count && suspects->call[low] == call ? low
								    : SIZE_MAX;
}
