/* Finds the attempts that are evidence, and sorts them by target and time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "estimate/points.h"

struct keyed_call {
	uint64_t key;
	uint32_t call;
};

/* An attempt that the log holds only because it failed says nothing. */
static bool
is_evidence(const struct rs_operation *operation, const struct tk_call *call,
	    uint8_t outcome, uint32_t index)
{
	if (outcome == BACKOFF_OUTCOME_CANCELLED)
		return false;
	return operation->population != RS_POPULATION_FAILING_FIRST ||
	       index > 0 || call->missing_before > 0;
}

static int
by_key(const void *a, const void *b)
{
	const struct keyed_call *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->call > y->call) - (x->call < y->call);
}

/* Group calls by target; those that name none, by operation. */
static bool
make_targets(struct rs_points *points, const struct rs_log *log)
{
	struct keyed_call *order = calloc(log->call_count + 1, sizeof(*order));

	points->target_of =
		calloc(log->call_count + 1, sizeof(*points->target_of));
	if (order == NULL || points->target_of == NULL) {
		free(order);
		return false;
	}
	for (size_t i = 0; i < log->call_count; i++) {
		const struct tk_call *call = &log->call[i];

		order[i].call = (uint32_t)i;
		order[i].key = call->target ? (UINT64_C(1) << 32) + call->target
					    : call->operation;
	}
	qsort(order, log->call_count, sizeof(*order), by_key);
	for (size_t i = 0; i < log->call_count; i++) {
		if (i == 0 || order[i].key != order[i - 1].key)
			points->target_count++;
		points->target_of[order[i].call] =
			(uint32_t)(points->target_count - 1);
	}
	free(order);
	points->rate = calloc(points->target_count + 1, sizeof(*points->rate));
	return points->rate != NULL;
}

static int
by_target_and_time(const void *a, const void *b)
{
	const struct rs_point *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	/* Lines of one moment may come in any order: failures first. */
	if (x->failed != y->failed)
		return x->failed ? -1 : 1;
	return (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

static void
collect_operation(struct rs_points *points, const struct rs_log *log,
		  const struct rs_operation *operation)
{
	for (size_t c = 0; c < operation->call_count; c++) {
		size_t index = operation->first_call + c;
		const struct tk_call *call = &log->call[index];

		for (uint32_t i = 0; i < call->count; i++) {
			uint64_t a = call->first + i;
			uint8_t outcome = log->attempt[a].outcome;

			if (!is_evidence(operation, call, outcome, i))
				continue;
			points->point[points->count++] = (struct rs_point){
				.time_ns = log->start_ns[a],
				.target = points->target_of[index],
				.attempt = (uint32_t)a,
				.failed = outcome != BACKOFF_OUTCOME_SUCCESS};
		}
	}
}

/* Unlogged calls are spread over targets as logged ones are. */
static void
spread_calls(struct rs_points *points, const struct rs_log *log,
	     const struct rs_operation *operation)
{
	double window = (double)tk_cover_length(log->cover) + 1;
	double all =
		(double)operation->calls + (double)rs_log_left_out(operation);
	double each = all / window / (double)operation->call_count;

	if (operation->population != RS_POPULATION_COUNTED)
		return;
	for (size_t c = 0; c < operation->call_count; c++) {
		size_t index = operation->first_call + c;

		points->rate[points->target_of[index]] += each;
	}
}

enum backoff_status
rs_points_init(struct rs_points *points, const struct rs_log *log)
{
	*points = (struct rs_points){0};
	points->point = calloc(log->attempt_count + 1, sizeof(*points->point));
	if (points->point == NULL || !make_targets(points, log)) {
		rs_points_clear(points);
		return BACKOFF_E_NOMEM;
	}
	for (size_t i = 0; i < log->operation_count; i++) {
		collect_operation(points, log, &log->operation[i]);
		spread_calls(points, log, &log->operation[i]);
	}
	qsort(points->point, points->count, sizeof(*points->point),
	      by_target_and_time);
	return BACKOFF_OK;
}

void
rs_points_clear(struct rs_points *points)
{
	free(points->point);
	free(points->target_of);
	free(points->rate);
	*points = (struct rs_points){0};
}
