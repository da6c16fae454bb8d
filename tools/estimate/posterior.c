/* Keeps draws in few arrays; a path takes a byte for each bin. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "estimate/posterior.h"

enum backoff_status
rs_posterior_init(struct rs_posterior *posterior,
		  const struct rs_suspects *suspects, uint32_t draws, bool ends,
		  uint64_t seed)
{
	size_t targets = (size_t)draws * suspects->bins->target_count + 1;
	size_t fates = (size_t)draws * suspects->count + 1;
	size_t operations = suspects->log->operation_count;

	*posterior = (struct rs_posterior){.bins = suspects->bins,
					   .suspects = suspects->count,
					   .operations = operations,
					   .draws = draws,
					   .seed = seed};
	posterior->regime = calloc(targets, sizeof(*posterior->regime));
	posterior->usual = calloc(targets, sizeof(*posterior->usual));
	posterior->state = calloc(draws * suspects->bins->count + 1, 1);
	posterior->fate = calloc(fates, 1);
	posterior->end = ends ? calloc(fates, sizeof(*posterior->end)) : NULL;
	posterior->permanent =
		calloc(draws * operations + 1, sizeof(*posterior->permanent));
	if (posterior->regime && posterior->usual && posterior->state &&
	    posterior->fate && (posterior->end || !ends) &&
	    posterior->permanent)
		return BACKOFF_OK;
	rs_posterior_clear(posterior);
	return BACKOFF_E_NOMEM;
}

void
rs_posterior_clear(struct rs_posterior *posterior)
{
	free(posterior->regime);
	free(posterior->usual);
	free(posterior->state);
	free(posterior->fate);
	free(posterior->end);
	free(posterior->permanent);
	*posterior = (struct rs_posterior){0};
}

/* The mean over time; half a silence belongs to each of the bins around it. */
static double
mean_failure(const struct rs_chain *chain, size_t t)
{
	const struct rs_target *target = &chain->bins->target[t];
	const struct rs_bin *bin = chain->bins->bin + target->first;
	const uint8_t *state = chain->state + target->first;
	const double *fails = chain->regime[t].fails;
	double sum = 0, seconds = 0;

	for (size_t b = 0; b < target->count; b++) {
		double here = (double)(bin[b].last_ns - bin[b].first_ns) + 1;
		double silence = 0;

		if (b > 0 && !bin[b].begins)
			silence =
				(double)(bin[b].first_ns - bin[b - 1].last_ns);
		sum += here * fails[state[b]];
		if (silence > 0)
			sum += silence / 2 *
			       (fails[state[b]] + fails[state[b - 1]]);
		seconds += here + silence;
	}
	return seconds > 0 ? sum / seconds : 0.5;
}

/* Share of all calls of an operation. */
static double
permanent_share(const struct rs_chain *chain, size_t operation)
{
	const struct rs_suspects *suspects = chain->suspects;
	const struct rs_mix *mix = &chain->mix[operation];
	double failed = (double)(suspects->first[operation + 1] -
				 suspects->first[operation]);

	if (mix->family != RS_FAMILY_STUCK || failed <= 0)
		return mix->share[RS_FATE_PERMANENT];
	return mix->share[RS_FATE_PERMANENT] * failed /
	       (failed + suspects->others[operation]);
}

void
rs_posterior_keep(struct rs_posterior *posterior, uint32_t draw,
		  const struct rs_chain *chain)
{
	size_t targets = posterior->bins->target_count;
	size_t bins = posterior->bins->count, suspects = posterior->suspects;

	for (size_t t = 0; t < targets; t++) {
		posterior->regime[draw * targets + t] = chain->regime[t];
		posterior->usual[draw * targets + t] =
			(float)mean_failure(chain, t);
	}
	memcpy(posterior->state + draw * bins, chain->state, bins);
	memcpy(posterior->fate + draw * suspects, chain->fate, suspects);
	if (posterior->end)
		memcpy(posterior->end + draw * suspects, chain->end,
		       suspects * sizeof(*chain->end));
	for (size_t o = 0; o < posterior->operations; o++)
		posterior->permanent[draw * posterior->operations + o] =
			(float)permanent_share(chain, o);
}

/* When the state changes between two bins: the density of the one jump there is
 * proportional to exp(-leave[from] t) exp(-leave[to] (length - t)). */
static double
change_seconds(const struct rs_regime *regime, uint8_t from, uint8_t to,
	       double length, double u)
{
	double rate = regime->leave[from] - regime->leave[to];

	if (fabs(rate * length) < 1e-6)
		return u * length;
	return -log1p(u * expm1(-rate * length)) / rate;
}

static double
level_fails(const struct rs_posterior *posterior, uint32_t draw, size_t target,
	    uint64_t time_ns)
{
	const struct rs_bins *bins = posterior->bins;
	const struct rs_target *row = &bins->target[target];
	const struct rs_regime *regime =
		&posterior->regime[draw * bins->target_count + target];
	const uint8_t *state = posterior->state + draw * bins->count;
	const struct rs_bin *bin;
	double u, length;
	size_t b;

	if (row->count == 0)
		return (double)
			posterior->usual[draw * bins->target_count + target];
	b = rs_bins_find(bins, row, time_ns);
	bin = &bins->bin[b];
	if (time_ns <= bin->last_ns || b + 1 == row->first + row->count ||
	    bin[1].begins || state[b] == state[b + 1])
		return regime->fails[state[b]];
	length = (double)(bin[1].first_ns - bin->last_ns) * 1e-9;
	u = rs_unit(rs_mix(rs_mix(posterior->seed + draw) +
			   b * UINT64_C(0x9E3779B97F4A7C15)));
	u = change_seconds(regime, state[b], state[b + 1], length, u);
	if ((double)(time_ns - bin->last_ns) * 1e-9 < u)
		return regime->fails[state[b]];
	return regime->fails[state[b + 1]];
}

/* With the base of the call's operation. */
static double
call_fails(const struct rs_posterior *posterior, uint32_t draw, size_t call,
	   double level)
{
	const struct rs_bins *bins = posterior->bins;
	const struct rs_regime *regime =
		&posterior->regime[draw * bins->target_count +
				   bins->target_of[call]];

	return rs_regime_fails(regime, bins->slot_of[call], level);
}

double
rs_posterior_fails(const struct rs_posterior *posterior, uint32_t draw,
		   size_t call, uint64_t time_ns)
{
	return call_fails(posterior, draw, call,
			  level_fails(posterior, draw,
				      posterior->bins->target_of[call],
				      time_ns));
}

double
rs_posterior_usual(const struct rs_posterior *posterior, uint32_t draw,
		   size_t call)
{
	const struct rs_bins *bins = posterior->bins;
	size_t target = bins->target_of[call];

	return call_fails(
		posterior, draw, call,
		(double)posterior->usual[draw * bins->target_count + target]);
}

double
rs_posterior_own(const struct rs_posterior *posterior, uint32_t draw,
		 size_t suspect, double elapsed_seconds)
{
	size_t i = draw * posterior->suspects + suspect;

	return rs_fate_fails(posterior->fate[i],
			     posterior->end ? (double)posterior->end[i] : 0,
			     elapsed_seconds);
}

double
rs_posterior_permanent(const struct rs_posterior *posterior, size_t operation)
{
	double sum = 0;

	for (uint32_t r = 0; r < posterior->draws; r++)
		sum += (double)posterior->permanent[r * posterior->operations +
						    operation];
	return sum / posterior->draws;
}
