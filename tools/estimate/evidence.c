/* Attempts by target and time; prefix sums make a window two searches. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "estimate/evidence.h"

struct point {
	uint64_t time_ns;
	uint32_t target, call;
	uint8_t failed;
};

struct keyed_call {
	uint64_t key;
	uint32_t call;
};

static bool
useful(const struct rs_operation *operation, const struct tk_call *call,
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
make_targets(struct rs_evidence *evidence)
{
	const struct rs_log *log = evidence->log;
	struct keyed_call *order = calloc(log->call_count + 1, sizeof(*order));

	evidence->target_of =
		calloc(log->call_count + 1, sizeof(*evidence->target_of));
	if (order == NULL || evidence->target_of == NULL) {
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
			evidence->target_count++;
		evidence->target_of[order[i].call] =
			(uint32_t)(evidence->target_count - 1);
	}
	free(order);
	evidence->target =
		calloc(evidence->target_count + 1, sizeof(*evidence->target));
	return evidence->target != NULL;
}

static int
by_target_and_time(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return (x->call > y->call) - (x->call < y->call);
}

static size_t
collect_operation(struct rs_evidence *evidence,
		  const struct rs_operation *operation, struct point *point)
{
	const struct rs_log *log = evidence->log;
	size_t count = 0;

	for (size_t c = 0; c < operation->call_count; c++) {
		size_t index = operation->first_call + c;
		const struct tk_call *call = &log->call[index];

		for (uint32_t i = 0; i < call->count; i++) {
			uint64_t a = call->first + i;
			uint8_t outcome = log->attempt[a].outcome;

			evidence->used[a] = useful(operation, call, outcome, i);
			if (!evidence->used[a])
				continue;
			point[count].time_ns = log->start_ns[a];
			point[count].target = evidence->target_of[index];
			point[count].call = (uint32_t)index;
			point[count].failed =
				outcome != BACKOFF_OUTCOME_SUCCESS;
			count++;
		}
	}
	return count;
}

static bool
store_points(struct rs_evidence *evidence, const struct point *point,
	     size_t count)
{
	/* Prefix sums start at 0 in each target and have one more entry. */
	size_t sums = count + evidence->target_count + 1;

	evidence->time_ns = calloc(count + 1, sizeof(*evidence->time_ns));
	evidence->call = calloc(count + 1, sizeof(*evidence->call));
	evidence->failed = calloc(count + 1, 1);
	evidence->failures_before =
		calloc(sums, sizeof(*evidence->failures_before));
	evidence->successes_before =
		calloc(sums, sizeof(*evidence->successes_before));
	if (!evidence->time_ns || !evidence->call || !evidence->failed ||
	    !evidence->failures_before || !evidence->successes_before)
		return false;
	for (size_t i = 0; i < count; i++) {
		evidence->time_ns[i] = point[i].time_ns;
		evidence->call[i] = point[i].call;
		evidence->failed[i] = point[i].failed;
		evidence->target[point[i].target].count++;
	}
	for (size_t t = 0; t < evidence->target_count; t++) {
		evidence->target[t].first =
			t ? evidence->target[t - 1].first +
					evidence->target[t - 1].count
			  : 0;
		rs_levels_init(&evidence->target[t].levels);
	}
	return true;
}

enum backoff_status
rs_evidence_init(struct rs_evidence *evidence, const struct rs_log *log)
{
	struct point *point;
	size_t count = 0;
	bool ok;

	*evidence = (struct rs_evidence){.log = log};
	point = calloc(log->attempt_count + 1, sizeof(*point));
	evidence->used = calloc(log->attempt_count + 1, 1);
	ok = point && evidence->used && make_targets(evidence);
	for (size_t i = 0; ok && i < log->operation_count; i++)
		count += collect_operation(evidence, &log->operation[i],
					   point + count);
	if (ok) {
		qsort(point, count, sizeof(*point), by_target_and_time);
		ok = store_points(evidence, point, count);
	}
	free(point);
	if (ok)
		return BACKOFF_OK;
	rs_evidence_clear(evidence);
	return BACKOFF_E_NOMEM;
}

void
rs_evidence_clear(struct rs_evidence *evidence)
{
	free(evidence->target);
	free(evidence->target_of);
	free(evidence->used);
	free(evidence->time_ns);
	free(evidence->call);
	free(evidence->failed);
	free(evidence->failures_before);
	free(evidence->successes_before);
	*evidence = (struct rs_evidence){0};
}

static void
weigh_rates(struct rs_evidence *evidence, const double *share)
{
	const struct rs_log *log = evidence->log;
	double window = (double)tk_cover_length(log->cover) + 1;

	for (size_t t = 0; t < evidence->target_count; t++)
		evidence->target[t].rate = 0;
	for (size_t i = 0; i < log->operation_count; i++) {
		const struct rs_operation *operation = &log->operation[i];
		double all = (double)operation->calls +
			     (double)rs_log_left_out(operation);
		double each = all * (1 - share[i]) / window /
			      (double)operation->call_count;

		if (operation->population != RS_POPULATION_COUNTED)
			continue;
		/* Unlogged calls are spread over targets as logged ones are. */
		for (size_t c = 0; c < operation->call_count; c++) {
			size_t index = operation->first_call + c;

			evidence->target[evidence->target_of[index]].rate +=
				each;
		}
	}
}

void
rs_evidence_weigh(struct rs_evidence *evidence, const double *permanent,
		  const double *share)
{
	weigh_rates(evidence, share);
	for (size_t t = 0; t < evidence->target_count; t++) {
		const struct rs_target *target = &evidence->target[t];
		double failures = 0;
		uint64_t successes = 0;

		for (size_t i = 0; i < target->count; i++) {
			size_t p = target->first + i;

			evidence->failures_before[p + t] = failures;
			evidence->successes_before[p + t] = successes;
			if (evidence->failed[p])
				failures += 1 - permanent[evidence->call[p]];
			else
				successes++;
		}
		evidence->failures_before[target->first + target->count + t] =
			failures;
		evidence->successes_before[target->first + target->count + t] =
			successes;
	}
}

/* Index within the target of its first point at or after a time. */
static size_t
bound(const struct rs_evidence *evidence, const struct rs_target *target,
      uint64_t time_ns)
{
	const uint64_t *time = evidence->time_ns + target->first;
	size_t low = 0, count = target->count;

	while (count > 0) {
		size_t half = count / 2;

		if (time[low + half] < time_ns) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low;
}

/* A window [low, high) of a target's points around a time. */
struct window {
	size_t low, high;
	uint64_t reach_ns;
	/** Points inside that are left out because they belong to the call
	 *  itself. */
	size_t left_out, left_out_failed;
};

static uint64_t
distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* A call has few attempts; a window may have many points. */
static void
count_left_out(const struct rs_evidence *evidence, size_t index,
	       uint64_t time_ns, struct window *window)
{
	const struct rs_log *log = evidence->log;
	const struct tk_call *call = &log->call[index];

	for (uint32_t i = 0; i < call->count; i++) {
		uint64_t a = call->first + i;

		if (!evidence->used[a] ||
		    distance(log->start_ns[a], time_ns) > RS_WINDOW_MIN_NS)
			continue;
		window->left_out++;
		window->left_out_failed +=
			log->attempt[a].outcome != BACKOFF_OUTCOME_SUCCESS;
	}
}

/* Widen the window point by point until it holds enough attempts of other calls
 * or reaches the limit. */
static void
reach_out(const struct rs_evidence *evidence, const struct rs_target *target,
	  size_t call, uint64_t time_ns, uint64_t limit_ns,
	  struct window *window)
{
	const uint64_t *time = evidence->time_ns + target->first;

	while (window->high - window->low - window->left_out <
	       RS_WINDOW_ATTEMPTS) {
		uint64_t left =
			window->low > 0
				? distance(time_ns, time[window->low - 1])
				: UINT64_MAX;
		uint64_t right = window->high < target->count
					 ? distance(time_ns, time[window->high])
					 : UINT64_MAX;
		uint64_t nearest = left < right ? left : right;
		size_t p;

		if (nearest > limit_ns) {
			window->reach_ns = limit_ns;
			return;
		}
		p = left < right ? --window->low : window->high++;
		p += target->first;
		window->reach_ns = nearest;
		if (evidence->call[p] == call) {
			window->left_out++;
			window->left_out_failed += evidence->failed[p];
		}
	}
}

/* If only failures are logged, silence is evidence too: a window that is long
 * enough for RS_WINDOW_EXPECTED attempts need not reach further. */
static uint64_t
reach_limit(const struct rs_target *target)
{
	double enough = RS_WINDOW_EXPECTED / (2 * target->rate);

	if (!(enough < (double)RS_WINDOW_MAX_NS))
		return RS_WINDOW_MAX_NS;
	if (enough < (double)RS_WINDOW_MIN_NS)
		return RS_WINDOW_MIN_NS;
	return (uint64_t)enough;
}

/* Length of the part of the window that the log covers. */
static double
overlap(const struct rs_log *log, uint64_t time_ns, uint64_t reach_ns)
{
	uint64_t from = bo_sub_sat(time_ns, reach_ns);
	uint64_t to = bo_add_sat(time_ns, reach_ns);

	return (double)(tk_cover_before(log->cover, to) -
			tk_cover_before(log->cover, from));
}

size_t
rs_evidence_look(const struct rs_evidence *evidence, size_t call,
		 double permanent, uint64_t time_ns, struct rs_counts *counts)
{
	size_t t = evidence->target_of[call];
	const struct rs_target *target = &evidence->target[t];
	struct window window = {.reach_ns = RS_WINDOW_MIN_NS};
	uint64_t from = bo_sub_sat(time_ns, RS_WINDOW_MIN_NS);
	const double *failures = evidence->failures_before + target->first + t;
	const uint64_t *successes =
		evidence->successes_before + target->first + t;

	window.low = bound(evidence, target, from);
	window.high = bound(evidence, target, time_ns + RS_WINDOW_MIN_NS + 1);
	count_left_out(evidence, call, time_ns, &window);
	reach_out(evidence, target, call, time_ns, reach_limit(target),
		  &window);
	counts->failed = failures[window.high] - failures[window.low] -
			 (double)window.left_out_failed * (1 - permanent);
	if (counts->failed < 0)
		counts->failed = 0;
	counts->succeeded =
		(double)(successes[window.high] - successes[window.low] -
			 (window.left_out - window.left_out_failed));
	counts->expected =
		target->rate * overlap(evidence->log, time_ns, window.reach_ns);
	return window.high - window.low - window.left_out;
}
