/* Measures which share of lines is lost, and makes up for calls that have lost
 * all of theirs. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "trace/stitch.h"

/*
 * Numbers of lines show the share directly. Without them, lines with ids do: a
 * line of a later attempt must have one of the attempt before, and a line that
 * announces an attempt one after it. If lines are lost at random, the share
 * that lacks its neighbour is the share of all lines that is lost.
 */

/* Neighbours that a share needs. */
#define TRIALS_MIN 100
/* Share of lines that have to be numbered, or to have an id. */
#define MOST 0.9
/* Places of loss are not spread evenly if this share of them, but at least this
 * many, are within this part of the lines that could show one. */
#define CLUSTER_SHARE 0.75
#define CLUSTER_MIN 3
#define CLUSTER_PART 0.05
/* Two shares differ by more than chance, and by this ratio. */
#define DEVIATIONS 4.0
#define RATIO 2.0
/* Calls with more lines do not lose all of them. */
#define LINES_MAX 3
/* With more loss, nothing is made up for. */
#define SHARE_MAX 0.2

bool
tk_loss_note(struct tk_trace *trace, const struct tk_record *record)
{
	struct tk_neighbours *near = &trace->neighbours;

	if (near->moment_count == near->moment_capacity) {
		size_t larger = near->moment_capacity * 2 + 64;
		uint64_t *moved = reallocarray(near->moment, larger,
					       sizeof(*near->moment));

		if (moved == NULL)
			return false;
		near->moment = moved;
		near->moment_capacity = larger;
	}
	near->moment[near->moment_count++] = record->attempt.end_ns;
	return true;
}

static double
share_of(uint64_t lost, uint64_t rest)
{
	return lost > 0 ? (double)lost / ((double)lost + (double)rest) : 0;
}

/* Whether two shares differ by more than their numbers of trials explain. */
static bool
differ(double a, double a_trials, double b, double b_trials)
{
	double both, spread, low = fmin(a, b), high = fmax(a, b);

	if (a_trials < TRIALS_MIN || b_trials < TRIALS_MIN)
		return false;
	both = (a * a_trials + b * b_trials) / (a_trials + b_trials);
	spread = sqrt(both * (1 - both) * (1 / a_trials + 1 / b_trials));
	return high > RATIO * low && high - low > DEVIATIONS * spread;
}

/* Whether places of loss are close together, among the lines that could show
 * one: a piece of the log is missing there. */
static bool
is_clustered(const struct tk_trace *trace, bool *failed)
{
	const struct tk_neighbours *near = &trace->neighbours;
	size_t count = 0, low = 0, most = 0, at = 0, part;
	uint64_t *time, *rank;

	if (near->moment_count < CLUSTER_MIN)
		return false;
	time = malloc((trace->record_count + 1) * sizeof(*time));
	rank = malloc(near->moment_count * sizeof(*rank));
	*failed = time == NULL || rank == NULL;
	for (size_t i = 0; !*failed && i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];

		if (!record->left_out &&
		    (record->number > 1 ||
		     record->type == BACKOFF_EVENT_ATTEMPT))
			time[count++] = record->attempt.end_ns;
	}
	if (!*failed) {
		qsort(time, count, sizeof(*time), bo_compare_u64);
		qsort(near->moment, near->moment_count, sizeof(*near->moment),
		      bo_compare_u64);
		part = (size_t)((double)count * CLUSTER_PART);
		for (size_t i = 0; i < near->moment_count; i++) {
			while (at < count && time[at] < near->moment[i])
				at++;
			rank[i] = at;
			while (rank[i] - rank[low] > part)
				low++;
			if (i - low + 1 > most)
				most = i - low + 1;
		}
	}
	free(time);
	free(rank);
	return most >= CLUSTER_MIN &&
	       (double)most >= CLUSTER_SHARE * (double)near->moment_count;
}

/* Whether loss prefers no kind of line, as far as neighbours show it. */
static bool
is_even(const struct tk_trace *trace, double by_number)
{
	const struct tk_neighbours *near = &trace->neighbours;
	double before = (double)near->before, after = (double)near->after;
	double no_before = (double)near->no_before;
	double no_after = (double)near->no_after;

	for (size_t i = 0; i < trace->operation_count; i++)
		if (tk_operation_silent(&trace->operations[i]) &&
		    trace->operations[i].loss.missing_ends > 0)
			return false;
	if (differ(no_before / fmax(before, 1), before,
		   no_after / fmax(after, 1), after))
		return false;
	return by_number < 0 ||
	       !differ((no_before + no_after) / fmax(before + after, 1),
		       before + after, by_number, (double)trace->numbered);
}

enum backoff_status
tk_measure_loss(struct tk_trace *trace)
{
	const struct tk_neighbours *near = &trace->neighbours;
	struct tk_quality *quality = &trace->quality;
	uint64_t trials = near->before + near->after;
	double lines = (double)trace->record_count, by_number = -1;
	bool failed = false;

	if ((double)trace->numbered >= MOST * (double)trace->totals.events &&
	    quality->mixed == 0)
		by_number = share_of(quality->loss.lost_lines, trace->numbered);
	if (trials > 0)
		quality->lost_share =
			(double)(near->no_before + near->no_after) /
			(double)trials;
	if (by_number >= 0)
		quality->lost_share = by_number;
	quality->loss_measured =
		by_number >= 0 ||
		(trials >= TRIALS_MIN && (double)near->named >= MOST * lines);
	quality->lost_evenly =
		is_even(trace, by_number) && !is_clustered(trace, &failed);
	return failed ? BACKOFF_E_NOMEM : BACKOFF_OK;
}

/* What is owed to calls of one operation, by number of lines and outcome. */
struct owed {
	double call[2][LINES_MAX + 1];
};

/* Number of lines that a call would have in a whole log; 0 if it cannot stand
 * for another. */
static uint32_t
lines_of(const struct tk_trace *trace, const struct tk_call *call)
{
	uint32_t lines = call->count;

	if (call->missing_before > 0 || call->end == TK_CALL_CUT_OFF)
		return 0;
	if (call->success_inferred)
		lines--;
	/* One line for all attempts. */
	if (call->count > 0 &&
	    !tk_operation_find(trace, call->operation)->has_attempts)
		lines = 1;
	return lines <= LINES_MAX ? lines : 0;
}

/* Mark the calls that stand for a lost one as well. The share of calls of so
 * many lines that lost them all is known, so they are taken evenly from those
 * that did not. */
static size_t
choose(const struct tk_trace *trace, uint8_t *twice)
{
	struct owed owed = {{{0}}};
	size_t chosen = 0;

	for (size_t i = 0; i < trace->call_count; i++) {
		const struct tk_call *call = &trace->calls[i];
		uint32_t lines = lines_of(trace, call);
		bool succeeded = call->end == TK_CALL_SUCCEEDED;
		double lost = pow(trace->quality.lost_share, lines);
		double *sum = &owed.call[succeeded][lines];

		if (i == 0 || call->operation != call[-1].operation)
			for (size_t k = 0; k <= LINES_MAX; k++)
				owed.call[0][k] = owed.call[1][k] = 0.5;
		if (lines == 0)
			continue;
		*sum += lost / (1 - lost);
		if (*sum < 1)
			continue;
		*sum -= 1;
		twice[i] = 1;
		chosen++;
	}
	return chosen;
}

static enum backoff_status
copy_calls(struct tk_trace *trace, const uint8_t *twice, size_t chosen)
{
	size_t attempts = trace->attempt_count, count = 0;
	struct tk_call *call;
	struct tk_attempt *attempt;

	for (size_t i = 0; i < trace->call_count; i++)
		attempts += twice[i] ? trace->calls[i].count : 0;
	call = malloc((trace->call_count + chosen + 1) * sizeof(*call));
	attempt = calloc(attempts + 1, sizeof(*attempt));
	if (call == NULL || attempt == NULL) {
		free(call);
		free(attempt);
		return BACKOFF_E_NOMEM;
	}
	attempts = 0;
	for (size_t i = 0; i < trace->call_count; i++) {
		const struct tk_call *from = &trace->calls[i];

		for (unsigned k = 0; k <= twice[i]; k++) {
			call[count] = *from;
			call[count].first = attempts;
			call[count++].stands_in = k > 0;
			memcpy(&attempt[attempts],
			       &trace->attempts[from->first],
			       from->count * sizeof(*attempt));
			attempts += from->count;
		}
	}
	free(trace->calls);
	free(trace->attempts);
	trace->calls = call;
	trace->call_count = count;
	trace->attempts = attempt;
	trace->attempt_count = attempts;
	trace->quality.stand_ins = chosen;
	return BACKOFF_OK;
}

enum backoff_status
tk_stand_in(struct tk_trace *trace)
{
	const struct tk_quality *quality = &trace->quality;
	enum backoff_status status = BACKOFF_OK;
	uint8_t *twice;
	size_t chosen;

	if (!quality->loss_measured || !quality->lost_evenly ||
	    quality->lost_share <= 0 || quality->lost_share > SHARE_MAX)
		return BACKOFF_OK;
	twice = calloc(trace->call_count + 1, 1);
	if (twice == NULL)
		return BACKOFF_E_NOMEM;
	chosen = choose(trace, twice);
	if (chosen > 0)
		status = copy_calls(trace, twice, chosen);
	free(twice);
	return status;
}
