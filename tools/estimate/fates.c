/* Fates of calls, and the types of failures that they cause. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <string.h>

#include "estimate/fates.h"

/* Probability that a fate makes an attempt fail; per second, how soon trouble
 * clears, or 0. */
static const struct {
	double fails, clears;
} fates[RS_FATES] = {
	{0, 0},   {1, 0},    {0.05, 0}, {0.15, 0},  {0.3, 0},
	{0.5, 0}, {0.7, 0},  {0.85, 0}, {0.95, 0},  {1, 2},
	{1, 0.5}, {1, 0.12}, {1, 0.03}, {1, 0.008}, {1, 0.0015},
};

/* Priors, in calls and failures. */
#define PRIOR_NONE 1.0
#define PRIOR_FATE 0.05
#define PRIOR_TYPE 0.5
/* How many failures around a failure say as much as its target's state. */
#define PRIOR_AROUND 2.0
/* The first set of types of a target that is in trouble. */
#define TROUBLE_SET 2
/* A failure that says itself that a retry cannot help is less often the
 * target's: where there are such types, this many other failures of a target
 * are taken to have been seen before. */
#define PRIOR_FINAL 0.05
#define PRIOR_SEEN 100.0

bool
rs_family_has(enum rs_family family, size_t fate)
{
	if (fate == RS_FATE_NONE || family == RS_FAMILY_ANY ||
	    family == RS_FAMILY_STUCK)
		return true;
	if (fate == RS_FATE_PERMANENT)
		return family != RS_FAMILY_NONE;
	if (fate < RS_FATE_CLEARS)
		return family == RS_FAMILY_OFTEN;
	return family == RS_FAMILY_CLEARS;
}

double
rs_fate_clean(size_t fate)
{
	return fates[fate].clears > 0 ? 0 : 1 - fates[fate].fails;
}

double
rs_mix_live(const struct rs_mix *mix)
{
	double live = 0;

	if (mix->family == RS_FAMILY_STUCK)
		return 1;
	for (size_t f = 0; f < RS_FATES; f++)
		live += mix->share[f] * rs_fate_clean(f);
	return live;
}

/* How many failures around a failure count. */
static double
count_around(double fails, struct rs_around around)
{
	return around.final && rs_type_set(fails) < TROUBLE_SET ? 0
								: around.count;
}

/* The share of the failures around a failure that have its type, of all that
 * its probability is made from; the types of the state have the rest. */
static double
share_around(double fails, struct rs_around around)
{
	double count = count_around(fails, around);

	return count > 0 ? around.alike / (count + PRIOR_AROUND) : 0;
}

static double
share_of_state(double fails, struct rs_around around)
{
	return PRIOR_AROUND / (count_around(fails, around) + PRIOR_AROUND);
}

double
rs_mix_type(const struct rs_mix *mix, double fails, uint8_t type,
	    struct rs_around around)
{
	return share_around(fails, around) +
	       share_of_state(fails, around) *
		       mix->of_target[rs_type_set(fails)][type];
}

void
rs_mix_count_type(const struct rs_mix *mix, double fails, uint8_t type,
		  struct rs_around around, struct rs_mix_counts *counts)
{
	size_t set = rs_type_set(fails);
	double all = fmax(rs_mix_type(mix, fails, type, around), 1e-300);
	double state = 1 - share_around(fails, around) / all;

	/* What those around explain says nothing about the state. */
	counts->of_target[set][type] += state;
	counts->types +=
		log(all) - state * log(fmax(mix->of_target[set][type], 1e-300));
}

/* Probability of an attempt's outcome under a fate that makes it fail with
 * probability @p own. */
static double
outcome(const struct rs_mix *mix, const struct rs_tries *tries, size_t i,
	double own)
{
	double target = (1 - own) * tries->fails[i];

	if (i == 0 && tries->given)
		return 1;
	if (tries->succeeded[i])
		return 1 - own - target;
	return own * mix->of_fate[tries->type[i]] +
	       target * rs_mix_type(mix, tries->fails[i], tries->type[i],
				    tries->around[i]);
}

/* The probability of a suspect's attempts and that its trouble clears between
 * attempt i and the next one, by i. Returns the number of attempts after which
 * it may clear. */
static size_t
clearing(const struct rs_mix *mix, const struct rs_tries *tries, double rate,
	 double weight[RS_SUSPECT_ATTEMPTS])
{
	double after = 1, before = 1;
	size_t count = 0;

	while (count < tries->count && !tries->succeeded[count])
		count++;
	for (size_t i = tries->count; i-- > 0;) {
		if (i < count)
			weight[i] = after;
		after *= outcome(mix, tries, i, 0);
	}
	for (size_t i = 0; i < count; i++) {
		double later = i + 1 < tries->count
				       ? exp(-rate * tries->elapsed[i + 1])
				       : 0;

		before *= outcome(mix, tries, i, 1);
		weight[i] *= before * (exp(-rate * tries->elapsed[i]) - later);
	}
	return count;
}

double
rs_fate_likelihood(const struct rs_mix *mix, const struct rs_tries *tries,
		   size_t fate)
{
	double weight[RS_SUSPECT_ATTEMPTS], likelihood = 1, sum = 0;
	size_t count;

	if (fates[fate].clears <= 0) {
		for (size_t i = 0; i < tries->count; i++)
			likelihood *= outcome(mix, tries, i, fates[fate].fails);
		return likelihood;
	}
	count = clearing(mix, tries, fates[fate].clears, weight);
	for (size_t i = 0; i < count; i++)
		sum += weight[i];
	return sum;
}

double
rs_fate_draw_end(const struct rs_mix *mix, const struct rs_tries *tries,
		 size_t fate, struct rs_chance *chance)
{
	double weight[RS_SUSPECT_ATTEMPTS], later = 0, still;
	double rate = fates[fate].clears;
	size_t count, i;

	if (rate <= 0)
		return 0;
	count = clearing(mix, tries, rate, weight);
	if (count == 0)
		return 0;
	i = rs_chance_pick(chance, weight, count);
	still = exp(-rate * tries->elapsed[i]);
	if (i + 1 < tries->count)
		later = exp(-rate * tries->elapsed[i + 1]);
	still = later + (still - later) * rs_chance_uniform(chance);
	return -log(fmax(still, 1e-300)) / rate;
}

double
rs_fate_fails(size_t fate, double end_seconds, double elapsed_seconds)
{
	if (fates[fate].clears > 0)
		return elapsed_seconds < end_seconds;
	return fates[fate].fails;
}

static double
type_prior(const struct rs_suspects *suspects, size_t operation, size_t type,
	   bool of_target)
{
	return of_target && suspects->final[operation][type] ? PRIOR_FINAL
							     : PRIOR_TYPE;
}

static double
seen_before(const struct rs_suspects *suspects, size_t operation,
	    bool of_target)
{
	for (size_t i = 0; of_target && i < suspects->type_count[operation];
	     i++)
		if (suspects->final[operation][i])
			return PRIOR_SEEN;
	return 0;
}

/* The logarithm of the probability of types, whatever their shares: a Dirichlet
 * and multinomial distribution. */
static double
score_types(const struct rs_suspects *suspects, size_t operation,
	    const double *count, bool of_target)
{
	double prior = seen_before(suspects, operation, of_target);
	double total = 0, score = 0;

	for (size_t i = 0; i < suspects->type_count[operation]; i++) {
		double here = type_prior(suspects, operation, i, of_target);

		prior += here;
		total += count[i];
		score += lgamma(here + count[i]) - lgamma(here);
	}
	return total > 0 ? score + lgamma(prior) - lgamma(prior + total) : 0;
}

double
rs_mix_score(const struct rs_mix *mix, const struct rs_suspects *suspects,
	     size_t operation, const struct rs_mix_counts *counts)
{
	double score = suspects->others[operation] * log(rs_mix_live(mix));

	for (size_t f = 0; f < RS_FATES; f++)
		if (counts->fate[f] > 0)
			score += counts->fate[f] * log(mix->share[f]);
	for (size_t k = 0; k < RS_TYPE_SETS; k++)
		score += score_types(suspects, operation, counts->of_target[k],
				     true);
	return score + counts->types +
	       score_types(suspects, operation, counts->of_fate, false);
}

/* Draw shares of types; those of a target leave room for others. */
static void
draw_types(const struct rs_suspects *suspects, size_t operation,
	   const double *count, bool of_target, struct rs_chance *chance,
	   double *out)
{
	size_t types = suspects->type_count[operation];
	double share[RS_TYPES + 1];

	for (size_t i = 0; i < types; i++)
		share[i] = count[i] +
			   type_prior(suspects, operation, i, of_target);
	share[types] = seen_before(suspects, operation, of_target);
	if (share[types] > 0)
		rs_chance_shares(chance, share, types + 1);
	else
		rs_chance_shares(chance, share, types);
	for (size_t i = 0; i < types; i++)
		out[i] = share[i];
}

void
rs_mix_init(struct rs_mix *mix, const struct rs_suspects *suspects,
	    size_t operation, enum rs_family family)
{
	size_t types = suspects->type_count[operation];
	double share = (suspects->all_failed[operation] + 0.1) /
		       (suspects->others[operation] +
			(double)(suspects->first[operation + 1] -
				 suspects->first[operation]) +
			1);

	/* Half of the calls that failed. */
	if (family == RS_FAMILY_STUCK)
		share = 1;
	*mix = (struct rs_mix){.family = family};
	for (size_t f = 0; f < RS_FATES; f++)
		if (rs_family_has(family, f))
			mix->share[f] = share / 2 / RS_FATES;
	if (family != RS_FAMILY_NONE)
		mix->share[RS_FATE_PERMANENT] = share / 2;
	mix->share[RS_FATE_NONE] = 1 - share / 2;
	for (size_t i = 0; i < types; i++) {
		for (size_t k = 0; k < RS_TYPE_SETS; k++)
			mix->of_target[k][i] = 1.0 / (double)types;
		mix->of_fate[i] = 1.0 / (double)types;
	}
}

/* Calls with no failure: how many of them have each fate is not drawn, but
 * expected. */
static void
count_others(const struct rs_mix *mix, double others,
	     struct rs_mix_counts *counts)
{
	double live = rs_mix_live(mix);

	if (mix->family == RS_FAMILY_STUCK)
		return;
	for (size_t f = 0; f < RS_FATES; f++)
		counts->fate[f] +=
			others * mix->share[f] * rs_fate_clean(f) / live;
}

void
rs_mix_draw(struct rs_mix *mix, const struct rs_suspects *suspects,
	    size_t operation, struct rs_mix_counts *counts,
	    struct rs_chance *chance)
{
	double share[RS_FATES];
	size_t used = 0;

	count_others(mix, suspects->others[operation], counts);
	for (size_t f = 0; f < RS_FATES; f++)
		if (rs_family_has(mix->family, f))
			share[used++] =
				counts->fate[f] +
				(f == RS_FATE_NONE ? PRIOR_NONE : PRIOR_FATE);
	rs_chance_shares(chance, share, used);
	used = 0;
	for (size_t f = 0; f < RS_FATES; f++)
		if (rs_family_has(mix->family, f) &&
		    mix->family != RS_FAMILY_EXTREME)
			mix->share[f] = share[used++];
	for (size_t k = 0; k < RS_TYPE_SETS; k++)
		draw_types(suspects, operation, counts->of_target[k], true,
			   chance, mix->of_target[k]);
	draw_types(suspects, operation, counts->of_fate, false, chance,
		   mix->of_fate);
}
