/* Fits the shares of each family's fates with the paths fixed, and compares the
 * likelihoods. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "estimate/gate.h"

#define SWEEPS 60
/* Calls that were tried again. */
#define RETRIED_MIN 5
/* A share below this is not a parameter that the data ask for. */
#define SHARE_MIN 2e-5
/* Families further from the best than this (in BIC) are ruled out. */
#define NEAR 10.0
/* Fates other than NONE and PERMANENT are rarer. */
#define PRIOR_OTHERS 8.0

/* By suspect: the likelihood of each fate, the largest being 1. */
static float *
likelihoods(const struct rs_chain *chain, size_t operation)
{
	const struct rs_suspects *suspects = chain->suspects;
	size_t first = suspects->first[operation];
	size_t count = suspects->first[operation + 1] - first;
	float *table = calloc(count + 1, RS_FATES * sizeof(*table));
	const struct rs_mix *mix = &chain->mix[operation];
	struct rs_tries tries;

	if (table == NULL)
		return NULL;
	for (size_t s = 0; s < count; s++) {
		double likelihood[RS_FATES], best = 1e-300;

		rs_chain_tries(chain, first + s, &tries);
		for (size_t f = 0; f < RS_FATES; f++) {
			likelihood[f] = rs_fate_likelihood(mix, &tries, f);
			best = fmax(best, likelihood[f]);
		}
		for (size_t f = 0; f < RS_FATES; f++)
			table[s * RS_FATES + f] = (float)(likelihood[f] / best);
	}
	return table;
}

struct fit {
	double likelihood;
	size_t parameters;
};

static double
sweep(const float *table, size_t count, const struct rs_mix *mix, double others,
      double sum[RS_FATES])
{
	double live = rs_mix_live(mix);
	double likelihood = others * log(live);

	for (size_t f = 0; f < RS_FATES; f++)
		sum[f] = others * rs_fate_clean(f) * mix->share[f] / live;
	for (size_t s = 0; s < count; s++) {
		const float *row = table + s * RS_FATES;
		double total = 1e-300;

		for (size_t f = 0; f < RS_FATES; f++)
			total += mix->share[f] * (double)row[f];
		likelihood += log(total);
		for (size_t f = 0; f < RS_FATES; f++)
			sum[f] += mix->share[f] * (double)row[f] / total;
	}
	return likelihood;
}

/* Expectation-maximisation of the shares. */
static struct fit
fit_family(const float *table, size_t count, double others,
	   enum rs_family family)
{
	struct rs_mix mix = {.family = family};
	struct fit fit = {0};
	double sum[RS_FATES];

	for (size_t f = 0; f < RS_FATES; f++)
		if (rs_family_has(family, f))
			mix.share[f] =
				f == RS_FATE_NONE ? 0.98 : 0.02 / RS_FATES;
	for (size_t i = 0; i < SWEEPS; i++) {
		double total = 0;

		fit.likelihood = sweep(table, count, &mix, others, sum);
		for (size_t f = 0; f < RS_FATES; f++)
			total += sum[f];
		for (size_t f = 0; f < RS_FATES; f++)
			mix.share[f] = total > 0 ? sum[f] / total : 0;
	}
	for (size_t f = 1; f < RS_FATES; f++)
		fit.parameters += mix.share[f] > SHARE_MIN;
	return fit;
}

static double
criterion_of(const float *table, size_t count, double others,
	     enum rs_family family)
{
	struct fit fit = fit_family(table, count, others, family);

	return -2 * fit.likelihood +
	       (double)fit.parameters * log((double)count + 1) +
	       (family > RS_FAMILY_PERMANENT ? PRIOR_OTHERS : 0);
}

/* The failure probability of an operation's target, half of the time. */
static double
usual_failure(const struct rs_chain *chain, size_t operation)
{
	const struct rs_operation *row =
		&chain->suspects->log->operation[operation];
	size_t t = chain->bins->target_of[row->first_call];
	const struct rs_target *target = &chain->bins->target[t];
	const struct rs_bin *bin = chain->bins->bin + target->first;
	const double *fails = chain->regime[t].fails;
	double seconds[RS_LEVELS] = {0}, total = 0, below = 0;
	bool passed[RS_LEVELS] = {false};
	size_t least = 0;

	/* Without first attempts, nothing is known about them. */
	if (row->population == RS_POPULATION_FAILING_FIRST)
		return 0.99;
	for (size_t b = 0; b < target->count; b++) {
		double here = (double)(bin[b].last_ns - bin[b].first_ns) + 1 +
			      (double)rs_length_ns(bin[b].gap);

		seconds[chain->state[target->first + b]] += here;
		total += here;
	}
	while (below < total / 2) {
		least = RS_LEVELS;
		for (size_t l = 0; l < RS_LEVELS; l++)
			if (!passed[l] &&
			    (least == RS_LEVELS || fails[l] < fails[least]))
				least = l;
		if (least == RS_LEVELS)
			return 0;
		passed[least] = true;
		below += seconds[least];
	}
	return total > 0
		       ? rs_regime_fails(&chain->regime[t],
					 chain->bins->slot_of[row->first_call],
					 fails[least])
		       : 0;
}

bool
rs_gate_can_judge(const struct rs_suspects *suspects, size_t operation)
{
	return suspects->retried[operation] >= RETRIED_MIN;
}

/* Keep the families near the best one, in order. */
static void
keep(struct rs_gate *out)
{
	const double *criterion = out->criterion;
	bool kept[RS_FAMILY_COUNT] = {false};
	double first = 0;

	out->count = 0;
	for (;;) {
		size_t best = RS_FAMILY_EXTREME;

		for (size_t f = 0; f < RS_FAMILY_EXTREME; f++)
			if (!kept[f] && (best == RS_FAMILY_EXTREME ||
					 criterion[f] < criterion[best]))
				best = f;
		if (best == RS_FAMILY_EXTREME)
			return;
		if (out->count == 0)
			first = criterion[best];
		if (criterion[best] > first + NEAR)
			return;
		kept[best] = true;
		out->family[out->count++] = (enum rs_family)best;
	}
}

enum backoff_status
rs_gate_judge(const struct rs_chain *chain, size_t operation, double gain,
	      struct rs_gate *out)
{
	const struct rs_suspects *suspects = chain->suspects;
	size_t count =
		suspects->first[operation + 1] - suspects->first[operation];
	double *criterion = out->criterion;
	float *table;

	*out = (struct rs_gate){0};
	if (!rs_gate_can_judge(suspects, operation)) {
		out->family[out->count++] = RS_FAMILY_NONE;
		out->extreme = usual_failure(chain, operation);
		if (count > 0)
			out->family[out->count++] = RS_FAMILY_EXTREME;
		return BACKOFF_OK;
	}
	table = likelihoods(chain, operation);
	if (table == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t f = 0; f < RS_FAMILY_EXTREME; f++)
		criterion[f] =
			criterion_of(table, count, suspects->others[operation],
				     (enum rs_family)f);
	free(table);
	/* With its paths, PERMANENT looks better than it is: those of NONE
	 * explain the same failures in another way. */
	criterion[RS_FAMILY_NONE] = criterion[RS_FAMILY_PERMANENT] -
				    log((double)count + 1) + 2 * gain;
	keep(out);
	return BACKOFF_OK;
}

bool
rs_gate_needs_more(const struct rs_gate *gate)
{
	for (size_t i = 0; i < gate->count; i++)
		if (gate->family[i] == RS_FAMILY_OFTEN ||
		    gate->family[i] == RS_FAMILY_CLEARS)
			return true;
	return false;
}

enum backoff_status
rs_gate_settle(const struct rs_chain *chain, size_t operation,
	       struct rs_gate *gate)
{
	const struct rs_suspects *suspects = chain->suspects;
	size_t count =
		suspects->first[operation + 1] - suspects->first[operation];
	double *criterion = gate->criterion;
	double best =
		fmin(criterion[RS_FAMILY_OFTEN], criterion[RS_FAMILY_CLEARS]);
	float *table = likelihoods(chain, operation);
	double often, clears;

	if (table == NULL)
		return BACKOFF_E_NOMEM;
	often = criterion_of(table, count, suspects->others[operation],
			     RS_FAMILY_OFTEN);
	clears = criterion_of(table, count, suspects->others[operation],
			      RS_FAMILY_CLEARS);
	free(table);
	criterion[RS_FAMILY_OFTEN] = best + fmax(often - clears, 0);
	criterion[RS_FAMILY_CLEARS] = best + fmax(clears - often, 0);
	keep(gate);
	return BACKOFF_OK;
}
