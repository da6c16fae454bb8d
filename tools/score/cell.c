/* Fills in cells from results and truths. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "score/cell.h"

/* Add the weights of the samples below @p ns, and at or below it. */
static void
add_weights(const struct tk_samples *samples, uint64_t ns, double *below,
	    double *up_to)
{
	for (size_t i = 0; i < samples->count && samples->item[i].ns <= ns;
	     i++) {
		double weight = (double)samples->item[i].weight;

		*below += samples->item[i].ns < ns ? weight : 0;
		*up_to += weight;
	}
}

static void
fill_time(struct rs_cell_time *time, const struct rs_latency *latency,
	  struct rs_times times, double runs)
{
	const struct rs_quantile *p99 = &latency->at[RS_P99];
	double weight = (double)rs_times_weight(&times);

	*time = (struct rs_cell_time){.calls = weight / runs};
	if (!(weight > 0))
		return;
	time->truth = rs_times_quantile(&times, 990);
	if (!(latency->calls > 0))
		return;
	time->estimate = (double)p99->ns / 1e9;
	time->low = (double)p99->low_ns / 1e9;
	time->high = (double)p99->high_ns / 1e9;
	add_weights(times.a, p99->ns, &time->rank_low, &time->rank_high);
	if (times.b)
		add_weights(times.b, p99->ns, &time->rank_low,
			    &time->rank_high);
	time->rank_low /= weight;
	time->rank_high /= weight;
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
	fill_time(&cell->success, &result->success_latency,
		  rs_counts_success(counts), runs);
	fill_time(&cell->failure, &result->failure_latency,
		  rs_counts_failure(counts), runs);
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
