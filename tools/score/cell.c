/* Fills in cells from results and truths. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "score/cell.h"

/* Weights of the samples below @p ns, and at or below it. */
static void
rank(const struct tk_samples *samples, uint64_t ns, double *low, double *high)
{
	uint64_t below = 0, equal = 0;

	for (size_t i = 0; i < samples->count; i++) {
		if (samples->item[i].ns < ns)
			below += samples->item[i].weight;
		else if (samples->item[i].ns == ns)
			equal += samples->item[i].weight;
	}
	*low = (double)below / (double)samples->weight;
	*high = (double)(below + equal) / (double)samples->weight;
}

static void
fill_time(struct rs_cell_time *time, const struct rs_latency *latency,
	  const struct tk_samples *samples, double runs)
{
	const struct rs_quantile *p99 = &latency->at[RS_P99];

	*time = (struct rs_cell_time){.calls = (double)samples->weight / runs};
	if (samples->weight == 0)
		return;
	time->truth = rs_counts_quantile(samples, 990);
	if (!(latency->calls > 0))
		return;
	time->estimate = (double)p99->ns / 1e9;
	time->low = (double)p99->low_ns / 1e9;
	time->high = (double)p99->high_ns / 1e9;
	rank(samples, p99->ns, &time->rank_low, &time->rank_high);
}

static double
mean_rate(const struct rs_truth *truth)
{
	return rs_counts_success_rate(rs_truth_mean(truth));
}

void
rs_cell_add_window(struct rs_cell *cell, double rate)
{
	cell->windows++;
	cell->windows_within += rate >= cell->prospective.low - 1e-9 &&
				rate <= cell->prospective.high + 1e-9;
}

void
rs_cell_make(struct rs_cell *cell, const struct rs_result *result,
	     const struct rs_truth *truth, const struct rs_truth *recorded)
{
	const struct rs_run_counts *counts = rs_truth_mean(truth);
	const struct rs_difference *difference = &result->difference;
	double runs = truth->noise_count > 0 ? truth->noise_count : 1;

	cell->calls = (double)result->calls;
	cell->truth = mean_rate(truth);
	cell->realised = rs_counts_success_rate(&truth->one);
	cell->estimate = result->success_rate;
	cell->interval = result->success;
	cell->outer = result->outer;
	cell->prospective = result->prospective;
	cell->attempts_truth = rs_counts_attempts_per_call(counts);
	cell->attempts = result->attempts_per_call;
	fill_time(&cell->success, &result->success_latency, &counts->success,
		  runs);
	fill_time(&cell->failure, &result->failure_latency, &counts->failure,
		  runs);
	cell->difference_truth = cell->truth - mean_rate(recorded);
	cell->difference = difference->value;
	cell->difference_interval = difference->interval;
	cell->margin = difference->margin;
	cell->verdict = difference->verdict;
	cell->condition = difference->condition.kind;
	cell->condition_low = difference->condition.low;
	cell->condition_high = difference->condition.high;
	cell->flagged = cell->condition != RS_CONDITION_NONE ||
			cell->verdict == RS_VERDICT_CANNOT_TELL;
}

bool
rs_cell_within(const struct rs_cell *cell, struct tk_interval interval)
{
	double slack = cell->calls > 0 ? 0.5 / cell->calls : 0;

	return cell->truth >= interval.low - slack &&
	       cell->truth <= interval.high + slack;
}

double
rs_cell_error(const struct rs_cell *cell)
{
	return 100 * fabs(cell->estimate - cell->truth);
}
