/* Compares retries with the first attempts of other calls at the same time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "estimate/stuck.h"

/* What an excess must be: standard errors, attempts, and a share of those that
 * could have failed besides. The first is far above what chance does, because
 * the model is never exact. */
#define Z_MIN 5.0
#define EXCESS_MIN 15.0
#define SHARE_MIN 0.08

/* The first attempt of a call. */
struct first {
	uint64_t start_ns;
	uint32_t target, call;
	bool failed;
};

/* What retries did more than was expected. */
struct excess {
	double sum, variance, room;
};

static int
by_target_and_time(const void *left, const void *right)
{
	const struct first *a = left, *b = right;

	if (a->target != b->target)
		return a->target < b->target ? -1 : 1;
	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	return (a->call > b->call) - (a->call < b->call);
}

/* First attempts of an operation, in order. */
static size_t
collect(const struct rs_suspects *suspects, size_t operation,
	struct first *first)
{
	const struct rs_log *log = suspects->log;
	const struct rs_operation *row = &log->operation[operation];
	size_t count = 0;

	for (size_t c = 0; c < row->call_count; c++) {
		size_t index = row->first_call + c;
		const struct tk_call *call = &log->call[index];

		if (call->count == 0 || call->missing_before > 0 ||
		    suspects->bins->bin_of[call->first] == RS_BIN_NONE)
			continue;
		first[count++] = (struct first){
			.start_ns = log->start_ns[call->first],
			.target = suspects->bins->target_of[index],
			.call = (uint32_t)index,
			.failed =
				tk_attempt_failed(&log->attempt[call->first])};
	}
	qsort(first, count, sizeof(*first), by_target_and_time);
	return count;
}

/* The first one on the target that begins at that time or later. */
static size_t
find(const struct first *first, size_t count, uint32_t target,
     uint64_t start_ns)
{
	const struct first wanted = {.start_ns = start_ns, .target = target};
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_target_and_time(&first[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How likely an attempt at this time fails, by those around it: the failure
 * before it counts where no other call began since. A line between two points
 * lies above the correlation of a state that changes at random, so that the
 * expectation is rather too high. Negative if the log ends before. */
static double
expect(const struct first *first, size_t count, uint32_t target,
       uint64_t before_ns, uint64_t time_ns)
{
	size_t next = find(first, count, target, time_ns);
	uint64_t left_ns = before_ns;
	double left = 1, right, part;

	if (next == count || first[next].target != target)
		return -1;
	if (next > 0 && first[next - 1].target == target &&
	    first[next - 1].start_ns > before_ns) {
		left_ns = first[next - 1].start_ns;
		left = first[next - 1].failed;
	}
	right = first[next].failed;
	if (first[next].start_ns <= left_ns)
		return right;
	part = (double)(time_ns - left_ns) /
	       (double)(first[next].start_ns - left_ns);
	return left + (right - left) * part;
}

/* Probability that the fate of a suspect makes an attempt fail: the mean over
 * draws. */
static double
own(const struct rs_posterior *posterior, size_t suspect, uint64_t elapsed_ns)
{
	double sum = 0;

	for (uint32_t r = 0; r < posterior->draws; r++)
		sum += rs_posterior_own(posterior, r, suspect,
					(double)elapsed_ns * 1e-9);
	return sum / posterior->draws;
}

static void
look_at_suspect(const struct rs_suspects *suspects,
		const struct rs_posterior *posterior, size_t s,
		const struct first *first, size_t count, struct excess *excess)
{
	const struct rs_log *log = suspects->log;
	const struct tk_call *call = &log->call[suspects->call[s]];
	uint32_t target = suspects->bins->target_of[suspects->call[s]];

	for (uint32_t i = 1; i < call->count && i < RS_SUSPECT_ATTEMPTS; i++) {
		uint64_t a = call->first + i;
		double expected, fails, over;

		if (suspects->bins->bin_of[a] == RS_BIN_NONE ||
		    !tk_attempt_failed(&log->attempt[a - 1]))
			continue;
		expected = expect(first, count, target, log->start_ns[a - 1],
				  log->start_ns[a]);
		if (expected < 0)
			continue;
		fails = own(posterior, s,
			    bo_sub_sat(log->start_ns[a],
				       log->start_ns[call->first]));
		fails += (1 - fails) * expected;
		over = tk_attempt_failed(&log->attempt[a]) - fails;
		excess->sum += over;
		excess->variance += over * over;
		excess->room += 1 - fails;
	}
}

enum backoff_status
rs_stuck_find(const struct rs_suspects *suspects,
	      const struct rs_posterior *posterior, size_t operation,
	      bool *found)
{
	const struct rs_operation *row = &suspects->log->operation[operation];
	struct excess excess = {0};
	struct first *first;
	size_t count;

	*found = false;
	/* First attempts that succeed must be in the log. */
	if (row->population != RS_POPULATION_LOGGED || row->unlogged_calls > 0)
		return BACKOFF_OK;
	first = calloc(row->call_count + 1, sizeof(*first));
	if (first == NULL)
		return BACKOFF_E_NOMEM;
	count = collect(suspects, operation, first);
	for (size_t s = suspects->first[operation];
	     s < suspects->first[operation + 1]; s++)
		look_at_suspect(suspects, posterior, s, first, count, &excess);
	free(first);
	*found = excess.sum >= EXCESS_MIN &&
		 excess.sum >= SHARE_MIN * excess.room &&
		 excess.sum >= Z_MIN * sqrt(excess.variance);
	return BACKOFF_OK;
}
