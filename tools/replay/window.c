/* Variance of block sums (batch means), and of a compound Poisson process of
 * incidents: the larger counts. A bootstrap of blocks was not taken: it is not
 * better with 20 of them, and needs draws. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "recorded/unlogged.h"
#include "replay/window.h"

#define NONE (-1)
/* Neighbouring blocks that go up and down together hide part of the variance;
 * an estimate from 20 of them is noisy, so it counts no more than this. */
#define CORRELATION_MAX 0.5

/* The last incident that begins no later than a time, or none. */
static size_t
incidents_until(const struct rs_incident *incident, size_t count,
		uint64_t when_ns)
{
	size_t low = 0;

	while (count > 0) {
		size_t half = count / 2;

		if (incident[low + half].from_ns <= when_ns) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low;
}

/* The incident that a call meets: it ends after the incident begins, and begins
 * before its end. */
static int32_t
incident_of(const struct rs_log *log, const struct tk_call *call,
	    const struct rs_incident *incident, size_t count)
{
	uint64_t from = log->start_ns[call->first];
	uint64_t to = log->end_ns[call->first + call->count - 1];
	size_t until = incidents_until(incident, count, to);

	return until > 0 && incident[until - 1].to_ns >= from
		       ? (int32_t)until - 1
		       : NONE;
}

static size_t
block_of(const struct tk_cover *cover, uint64_t length, uint64_t when_ns)
{
	uint64_t before = tk_cover_before(cover, when_ns);
	double share = (double)before / ((double)length + 1);

	return (size_t)(share * RS_BLOCKS);
}

/* Unlogged calls are spread evenly enough for sums over blocks. */
static void
place_calls(struct rs_window *window, const struct rs_log *log,
	    const struct rs_operation *operation,
	    const struct rs_incident *incident, size_t incident_count)
{
	uint64_t length = tk_cover_length(&log->window);

	for (size_t i = 0; i < operation->call_count; i++) {
		const struct tk_call *call =
			&log->call[operation->first_call + i];
		size_t block;

		window->block[i] = NONE;
		window->incident[i] = NONE;
		if (!rs_log_replayable(log, call))
			continue;
		block = block_of(&log->window, length,
				 log->start_ns[call->first]);
		window->block[i] = (int8_t)block;
		window->calls[block]++;
		window->incident[i] =
			incident_of(log, call, incident, incident_count);
		if (window->incident[i] != NONE)
			window->sum[window->incident[i]] = 1;
	}
	for (size_t b = 0; b < RS_BLOCKS; b++) {
		window->calls[b] +=
			(double)operation->unlogged_calls / RS_BLOCKS;
		window->all_calls += window->calls[b];
	}
	for (size_t i = 0; i < incident_count; i++)
		window->incident_count += window->sum[i] > 0;
}

enum backoff_status
rs_window_init(struct rs_window *window, const struct rs_log *log,
	       const struct rs_operation *operation,
	       const struct rs_incident *incident, size_t incident_count)
{
	size_t calls = operation->call_count + 1;

	*window = (struct rs_window){.call_count = operation->call_count};
	window->block = calloc(calls, sizeof(*window->block));
	window->incident = calloc(calls, sizeof(*window->incident));
	window->sum = calloc(incident_count + 1, sizeof(*window->sum));
	if (!window->block || !window->incident || !window->sum) {
		rs_window_clear(window);
		return BACKOFF_E_NOMEM;
	}
	window->incident_room = incident_count;
	place_calls(window, log, operation, incident, incident_count);
	return BACKOFF_OK;
}

void
rs_window_clear(struct rs_window *window)
{
	free(window->block);
	free(window->incident);
	free(window->sum);
	*window = (struct rs_window){0};
}

/* Losses of a window: calls that fail, or that only one of two policies
 * loses. */
struct losses {
	double all, in_incidents;
	/** Variance of their number between windows. */
	double variance;
};

static double
lost(const struct rs_tally *tally, size_t call)
{
	return 1 - (double)tally->call_succeeded[call] / tally->replicas;
}

static double
block_variance(const struct rs_window *window, const double *block, double all)
{
	double rate = all / window->all_calls, squares = 0, products = 0;
	double before = 0, correlation;

	for (size_t b = 0; b < RS_BLOCKS; b++) {
		double rest = block[b] - rate * window->calls[b];

		squares += rest * rest;
		products += rest * before;
		before = rest;
	}
	if (squares <= 0)
		return 0;
	correlation = fmin(fmax(0, products / squares), CORRELATION_MAX);
	return squares * RS_BLOCKS / (RS_BLOCKS - 1) * (1 + 2 * correlation);
}

static struct losses
add_up(struct rs_window *window, const struct rs_tally *tally,
       const struct rs_tally *baseline)
{
	double block[RS_BLOCKS] = {0}, compound = 0;
	struct losses out = {0};

	for (size_t i = 0; i < window->incident_room; i++)
		window->sum[i] = 0;
	for (size_t i = 0; i < window->call_count; i++) {
		double loss;

		if (window->block[i] == NONE)
			continue;
		loss = lost(tally, i) - (baseline ? lost(baseline, i) : 0);
		out.all += loss;
		block[window->block[i]] += loss;
		if (window->incident[i] == NONE)
			compound += fabs(loss);
		else
			window->sum[window->incident[i]] += loss;
	}
	for (size_t i = 0; i < window->incident_room; i++) {
		out.in_incidents += window->sum[i];
		compound += window->sum[i] * window->sum[i];
	}
	out.variance = fmax(compound, block_variance(window, block, out.all));
	return out;
}

/* Refusals of unlogged calls are not by time: as if they were single losses. */
static void
add_refusals(struct losses *losses, const struct rs_tally *tally,
	     const struct rs_tally *baseline)
{
	double refused = 0;

	for (uint64_t k = 0; k < tally->unlogged_calls; k++) {
		if (tally->unlogged_refused)
			refused += tally->unlogged_refused[k];
		if (baseline && baseline->unlogged_refused)
			refused -= baseline->unlogged_refused[k];
	}
	losses->all += refused / tally->replicas;
	losses->variance += fabs(refused) / tally->replicas;
}

/* The next window differs from the mean of windows as this one does, so the
 * variance counts twice. */
static double
half_width(const struct losses *losses, double calls, double deviation)
{
	double own = deviation * calls;

	return tk_t_quantile(0.05, RS_BLOCKS - 1) *
	       sqrt(2 * losses->variance + own * own);
}

/* With few incidents, the next window may have none, or twice as many. */
static struct tk_interval
admit_few(const struct rs_window *window, const struct losses *losses,
	  struct tk_interval interval)
{
	double none = losses->all - losses->in_incidents;
	double twice = losses->all + losses->in_incidents;

	if (window->incident_count >= RS_INCIDENTS_MIN)
		return interval;
	interval.low = fmin(interval.low, fmin(none, twice));
	interval.high = fmax(interval.high, fmax(none, twice));
	return interval;
}

struct tk_interval
rs_window_next(struct rs_window *window, const struct rs_tally *tally,
	       double deviation)
{
	struct losses losses = add_up(window, tally, NULL);
	double half, root, n = window->all_calls;
	struct tk_interval out;

	if (!(n > 0))
		return (struct tk_interval){0, 1};
	add_refusals(&losses, tally, NULL);
	half = half_width(&losses, n, deviation);
	/* Counts of rare incidents are skewed: their square roots are not. */
	root = sqrt(losses.all);
	out.low = root > 0 ? fmax(0, root - half / (2 * root)) : 0;
	out.low *= out.low;
	out.high = root > 0 ? root + half / (2 * root) : 0;
	out.high = fmax(out.high * out.high, losses.all + half);
	/* None of n: the next window has fewer than four with 95 %. */
	out.high = fmax(out.high, losses.all + 3);
	out = admit_few(window, &losses, out);
	return tk_clamp((struct tk_interval){out.low / n, out.high / n}, 0, 1);
}

struct tk_interval
rs_window_next_difference(struct rs_window *window,
			  const struct rs_tally *tally,
			  const struct rs_tally *baseline, double deviation)
{
	struct losses losses = add_up(window, tally, baseline);
	double half, n = window->all_calls;
	struct tk_interval out;

	if (!(n > 0))
		return (struct tk_interval){-1, 1};
	add_refusals(&losses, tally, baseline);
	half = half_width(&losses, n, deviation);
	out = (struct tk_interval){losses.all - half, losses.all + half};
	out = admit_few(window, &losses, out);
	return tk_clamp((struct tk_interval){-out.high / n, -out.low / n}, -1,
			1);
}

double
rs_window_deviation(struct rs_window *window, const struct rs_tally *tally,
		    const struct rs_tally *baseline)
{
	struct losses losses = add_up(window, tally, baseline);

	return window->all_calls > 0 ? sqrt(losses.variance) / window->all_calls
				     : 0;
}
