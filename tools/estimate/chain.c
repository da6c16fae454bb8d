/* One sweep draws paths given fates, then fates given paths. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "estimate/chain.h"

/* In the first sweeps, only the first failure of a call is evidence for its
 * target. A chain that starts with all of them finds an outage wherever a call
 * fails for good, and one that starts with none of them finds such a call
 * wherever there is an outage; either can stay there for long. */
#define SWEEPS_NEUTRAL 6

/* Fates that are uncertain one by one are less so together, given paths that
 * they shaped: only this part of their uncertainty counts in a score. The value
 * is a choice: with all of it, steady failures of 58 % were taken for calls
 * that fail for good; why was not found out. */
#define TOGETHER 0.5

static size_t
most_bins(const struct rs_bins *bins)
{
	size_t most = 0;

	for (size_t t = 0; t < bins->target_count; t++)
		if (bins->target[t].count > most)
			most = bins->target[t].count;
	return most;
}

static bool
allocate(struct rs_chain *chain)
{
	const struct rs_bins *bins = chain->bins;
	size_t operations = chain->suspects->log->operation_count + 1;
	size_t suspects = chain->suspects->count + 1;

	chain->sampler = rs_path_sampler_new(most_bins(bins));
	chain->regime = calloc(bins->target_count + 1, sizeof(*chain->regime));
	chain->mix = calloc(operations, sizeof(*chain->mix));
	chain->state = calloc(bins->count + 1, 1);
	chain->failed =
		calloc(bins->count * bins->slots + 1, sizeof(*chain->failed));
	chain->fate = calloc(suspects, 1);
	chain->end = calloc(suspects, sizeof(*chain->end));
	return chain->sampler && chain->regime && chain->mix && chain->state &&
	       chain->failed && chain->fate && chain->end;
}

static void
count_failures(struct rs_chain *chain)
{
	memcpy(chain->failed, chain->bins->failed,
	       chain->bins->count * chain->bins->slots *
		       sizeof(*chain->failed));
}

/* Leave out all failures of a call but the first. */
static void
leave_out_retries(struct rs_chain *chain)
{
	const struct rs_suspects *suspects = chain->suspects;
	struct rs_tries tries;

	count_failures(chain);
	for (size_t s = 0; s < suspects->count; s++) {
		bool first = true;

		rs_chain_tries(chain, s, &tries);
		for (size_t i = 0; i < tries.count; i++) {
			if (tries.succeeded[i])
				continue;
			if (!first)
				chain->failed[tries.cell[i]]--;
			first = false;
		}
	}
}

enum backoff_status
rs_chain_init(struct rs_chain *chain, const struct rs_suspects *suspects,
	      const enum rs_family *family, uint64_t seed)
{
	*chain = (struct rs_chain){.suspects = suspects,
				   .bins = suspects->bins,
				   .chance = {rs_mix(seed)}};
	if (!allocate(chain)) {
		rs_chain_clear(chain);
		return BACKOFF_E_NOMEM;
	}
	for (size_t t = 0; t < chain->bins->target_count; t++)
		rs_regime_init(&chain->regime[t], chain->bins->target[t].slots);
	for (size_t o = 0; o < suspects->log->operation_count; o++)
		rs_mix_init(&chain->mix[o], suspects, o, family[o]);
	leave_out_retries(chain);
	return BACKOFF_OK;
}

void
rs_chain_clear(struct rs_chain *chain)
{
	rs_path_sampler_free(chain->sampler);
	free(chain->regime);
	free(chain->mix);
	free(chain->state);
	free(chain->failed);
	free(chain->fate);
	free(chain->end);
	*chain = (struct rs_chain){0};
}

void
rs_chain_tries(const struct rs_chain *chain, size_t suspect,
	       struct rs_tries *tries)
{
	const struct rs_suspects *suspects = chain->suspects;
	const struct rs_log *log = suspects->log;
	size_t index = suspects->call[suspect];
	const struct tk_call *call = &log->call[index];
	const struct rs_bins *bins = chain->bins;
	size_t count = 0;

	for (uint32_t i = 0; i < call->count && count < RS_SUSPECT_ATTEMPTS;
	     i++) {
		uint64_t a = call->first + i;
		uint32_t bin = bins->bin_of[a];

		if (bin == RS_BIN_NONE)
			continue;
		tries->cell[count] = bin * bins->slots + bins->slot_of[index];
		tries->elapsed[count] =
			(double)bo_sub_sat(log->start_ns[a],
					   log->start_ns[call->first]) *
			1e-9;
		tries->fails[count] = rs_chain_fails(chain, index, bin);
		tries->type[count] = suspects->type_of[a];
		tries->around[count] = suspects->around[a];
		tries->succeeded[count++] =
			log->attempt[a].outcome == BACKOFF_OUTCOME_SUCCESS;
	}
	tries->count = count;
	tries->given = false;
}

static double
sum_of(const double weight[RS_FATES])
{
	double sum = 0;

	for (size_t f = 0; f < RS_FATES; f++)
		sum += weight[f];
	return sum;
}

static void
draw_fate(struct rs_chain *chain, size_t operation, size_t s,
	  const struct rs_tries *tries)
{
	const struct rs_mix *mix = &chain->mix[operation];
	double weight[RS_FATES];
	size_t fate;

	if (chain->lone && chain->lone[operation] && chain->suspects->lone[s]) {
		chain->fate[s] = RS_FATE_PERMANENT;
		chain->end[s] = 0;
		return;
	}
	for (size_t f = 0; f < RS_FATES; f++)
		weight[f] = mix->share[f] > 0
				    ? mix->share[f] *
					      rs_fate_likelihood(mix, tries, f)
				    : 0;
	weight[RS_FATE_NONE] += 1e-300;
	/* The last one with a weight, should rounding leave some. */
	fate = rs_chance_pick(&chain->chance, weight, RS_FATES);
	if (!(weight[fate] > 0))
		fate = RS_FATE_NONE;
	if (chain->score && tries->count > 0)
		chain->score[operation] -=
			TOGETHER * log(weight[fate] / sum_of(weight));
	chain->fate[s] = (uint8_t)fate;
	chain->end[s] =
		(float)rs_fate_draw_end(mix, tries, fate, &chain->chance);
}

/* Draw for each failure whether the target or the fate caused it. */
static void
draw_causes(struct rs_chain *chain, size_t s, const struct rs_mix *mix,
	    const struct rs_tries *tries, struct rs_mix_counts *counts)
{
	for (size_t i = 0; i < tries->count; i++) {
		double own =
			rs_fate_fails(chain->fate[s], (double)chain->end[s],
				      tries->elapsed[i]);
		uint8_t type = tries->type[i];
		double of_fate, of_target;

		if (tries->succeeded[i])
			continue;
		if (i == 0 && tries->given)
			own = 0;
		of_fate = own * mix->of_fate[type];
		of_target = (1 - own) * tries->fails[i] *
			    rs_mix_type(mix, tries->fails[i], type,
					tries->around[i]);
		if (own > 0 &&
		    rs_chance_uniform(&chain->chance) * (of_fate + of_target) <
			    of_fate) {
			counts->of_fate[type]++;
			chain->failed[tries->cell[i]]--;
		} else {
			rs_mix_count_type(mix, tries->fails[i], type,
					  tries->around[i], counts);
		}
	}
}

/* The target caused all failures of a suspect. */
static void
count_types(const struct rs_chain *chain, size_t s, const struct rs_mix *mix,
	    struct rs_mix_counts *counts)
{
	const struct rs_suspects *suspects = chain->suspects;
	size_t index = suspects->call[s];
	const struct tk_call *call = &suspects->log->call[index];

	for (uint32_t i = 0; i < call->count && i < RS_SUSPECT_ATTEMPTS; i++) {
		uint64_t a = call->first + i;
		uint32_t bin = chain->bins->bin_of[a];

		if (bin != RS_BIN_NONE &&
		    tk_attempt_failed(&suspects->log->attempt[a]))
			rs_mix_count_type(mix,
					  rs_chain_fails(chain, index, bin),
					  suspects->type_of[a],
					  suspects->around[a], counts);
	}
}

static void
draw_fates(struct rs_chain *chain, size_t operation)
{
	const struct rs_suspects *suspects = chain->suspects;
	struct rs_mix *mix = &chain->mix[operation];
	struct rs_mix_counts counts = {0};
	bool plain = mix->family == RS_FAMILY_NONE ||
		     rs_family_is_plain(mix->family);
	struct rs_tries tries;

	if (mix->family == RS_FAMILY_NONE && !chain->score)
		return;
	for (size_t s = suspects->first[operation];
	     s < suspects->first[operation + 1]; s++) {
		/* Its fate is clear, and so are the causes. */
		if (plain && suspects->succeeded[s]) {
			counts.fate[RS_FATE_NONE]++;
			count_types(chain, s, mix, &counts);
			continue;
		}
		rs_chain_tries(chain, s, &tries);
		tries.given = mix->family == RS_FAMILY_STUCK &&
			      tries.count > 0 && !tries.succeeded[0] &&
			      !(tries.elapsed[0] > 0);
		if (mix->family != RS_FAMILY_NONE)
			draw_fate(chain, operation, s, &tries);
		/* A call without evidence follows the mix, and does not shape
		 * it. */
		counts.fate[chain->fate[s]] += tries.count > tries.given;
		draw_causes(chain, s, mix, &tries, &counts);
	}
	if (chain->score)
		chain->score[operation] +=
			rs_mix_score(mix, suspects, operation, &counts);
	rs_mix_draw(mix, suspects, operation, &counts, &chain->chance);
}

void
rs_chain_sweep(struct rs_chain *chain)
{
	const struct rs_log *log = chain->suspects->log;
	struct rs_path_counts counts;
	double likelihood = 0;

	for (size_t o = 0; chain->score && o < log->operation_count; o++)
		chain->score[o] = 0;
	for (size_t t = 0; t < chain->bins->target_count; t++) {
		const struct rs_target *target = &chain->bins->target[t];
		double live = rs_mix_live(&chain->mix[target->operation]);

		if (target->count == 0)
			continue;
		rs_path_draw(chain->sampler, chain->bins, target,
			     &chain->regime[t], chain->failed, live,
			     &chain->chance, chain->state, &counts,
			     chain->score ? &likelihood : NULL);
		if (chain->score)
			chain->score[target->operation] += likelihood;
		rs_regime_draw(&chain->regime[t], &counts, &chain->chance);
	}
	count_failures(chain);
	for (size_t o = 0; o < log->operation_count; o++)
		draw_fates(chain, o);
	if (++chain->sweeps < SWEEPS_NEUTRAL)
		leave_out_retries(chain);
}
