/* Scott 2002, "Bayesian methods for hidden Markov models". As a jump forgets
 * where it came from, a step takes time in proportion to the number of levels,
 * not to its square. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "estimate/path.h"

#define LANES 4
#define ROWS (RS_LEVELS / LANES)
#define SUMS 4
_Static_assert(ROWS % SUMS == 0, "rows are whole, and so are sums");
/* Below this, a level has no part in a bin; smaller numbers would be slow
 * (denormal), and cannot matter. */
#define EMISSION_MIN 1e-10
/* Nor can jumps that are less likely. */
#define LEAVE_MIN 1e-20
/* A bin that no level explains, to the precision of a float. */
#define UNLIKELY 1e-36f

/* One number for each level, as the processor takes them. */
typedef float lane __attribute__((vector_size(LANES * sizeof(float))));
union row {
	lane lane[ROWS];
	float at[RS_LEVELS];
};

struct rs_path_sampler {
	/* By bin of the target: the probability of each level given the bins up
	 * to it, not normalised; and of a jump after it. */
	union row *forward;
	float *jump;
	/* Tables of a regime. By class of length: the probability to stay at
	 * a level, and to leave it. By number: the probability of successes,
	 * failures and silence. */
	union row stay[RS_LENGTHS], leave[RS_LENGTHS];
	union row success[RS_BIN_PURE + 1];
	union row failure[RS_SLOTS][RS_BIN_PURE + 1];
	union row silence[RS_BIN_PURE + 1];
	union row weight, begin;
	/* By slot of the regime; slots of the target, and of a bin. */
	double base[RS_SLOTS];
	size_t slots, stride;
};

struct rs_path_sampler *
rs_path_sampler_new(size_t bins)
{
	struct rs_path_sampler *sampler = calloc(1, sizeof(*sampler));

	if (sampler == NULL)
		return NULL;
	sampler->forward = calloc(bins + 1, sizeof(*sampler->forward));
	sampler->jump = calloc(bins + 1, sizeof(*sampler->jump));
	if (sampler->forward && sampler->jump)
		return sampler;
	rs_path_sampler_free(sampler);
	return NULL;
}

void
rs_path_sampler_free(struct rs_path_sampler *sampler)
{
	if (sampler == NULL)
		return;
	free(sampler->forward);
	free(sampler->jump);
	free(sampler);
}

/* Powers of a probability. */
static void
powers(union row *table, size_t most, size_t level, double base)
{
	double power = 1;

	for (size_t i = 0; i <= most; i++) {
		table[i].at[level] = (float)fmax(power, EMISSION_MIN);
		power *= base;
	}
}

/* Probabilities to leave a level, and to stay there, in each length of time. A
 * class is twice as long as the eighth one before it. */
static void
lengths(struct rs_path_sampler *sampler, const struct rs_target *target,
	size_t level, double rate)
{
	double leave[RS_LENGTHS];

	leave[0] = 0;
	for (size_t c = 1; c < RS_LENGTHS; c++) {
		if (c <= 8)
			leave[c] = -expm1(-rate * 1e-9 *
					  (double)rs_length_ns((uint8_t)c));
		else
			leave[c] = leave[c - 8] * (2 - leave[c - 8]);
	}
	for (size_t c = 0; c < RS_LENGTHS; c++) {
		if (!target->length[c])
			continue;
		sampler->leave[c].at[level] = (float)fmax(leave[c], LEAVE_MIN);
		sampler->stay[c].at[level] =
			(float)fmax(1 - leave[c], LEAVE_MIN);
	}
}

static void
make_tables(struct rs_path_sampler *sampler, const struct rs_target *target,
	    const struct rs_regime *regime, double unit)
{
	sampler->slots = target->slots;
	memcpy(sampler->base, regime->base, sizeof(sampler->base));
	for (size_t l = 0; l < RS_LEVELS; l++) {
		double fails = regime->fails[l];

		sampler->weight.at[l] = (float)regime->weight[l];
		sampler->begin.at[l] = (float)regime->weight[l];
		powers(sampler->success, target->most, l, 1 - fails);
		for (size_t s = 0; s < target->slots; s++)
			powers(sampler->failure[s], target->most, l,
			       rs_regime_fails(regime, s, fails));
		if (unit > 0)
			powers(sampler->silence, target->most, l,
			       exp(-fails * unit));
	}
	for (size_t l = 0; l < RS_LEVELS; l++)
		lengths(sampler, target, l, regime->leave[l]);
}

static void
multiply(union row *row, const union row *by)
{
	for (size_t i = 0; i < ROWS; i++)
		row->lane[i] *= by->lane[i];
}

/* Several sums at once: the processor need not wait for one. */
static float
add(const lane part[SUMS])
{
	lane sum = (part[0] + part[1]) + (part[2] + part[3]);

	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static float
sum(const union row *row)
{
	lane part[SUMS] = {row->lane[0], row->lane[1], row->lane[2],
			   row->lane[3]};

	for (size_t i = SUMS; i < ROWS; i += SUMS)
		for (size_t k = 0; k < SUMS; k++)
			part[k] += row->lane[i + k];
	return add(part);
}

static float
sum_product(const union row *row, const union row *by)
{
	lane part[SUMS] = {{0}};

	for (size_t i = 0; i < ROWS; i += SUMS)
		for (size_t k = 0; k < SUMS; k++)
			part[k] += row->lane[i + k] * by->lane[i + k];
	return add(part);
}

static void
add_evidence(const struct rs_path_sampler *sampler, const struct rs_bin *bin,
	     const uint16_t *failed, union row *row)
{
	if (bin->succeeded > 0)
		multiply(row, &sampler->success[bin->succeeded]);
	for (size_t s = 0; s < sampler->slots; s++)
		if (failed[s] > 0)
			multiply(row, &sampler->failure[s][failed[s]]);
	if (bin->expected > 0)
		multiply(row, &sampler->silence[bin->expected]);
	if (bin->length > 0)
		multiply(row, &sampler->stay[bin->length]);
}

/* Probabilities before a bin's evidence, from those after the last one. */
static void
predict(const struct rs_path_sampler *sampler, const union row *before,
	float scale, float jump, uint8_t gap, union row *now)
{
	const union row *stay = &sampler->stay[gap];
	const lane scales = {scale, scale, scale, scale};
	const lane jumps = {jump * scale, jump * scale, jump * scale,
			    jump * scale};

	for (size_t i = 0; i < ROWS; i++)
		now->lane[i] = before->lane[i] * stay->lane[i] * scales +
			       sampler->weight.lane[i] * jumps;
}

static void
filter(struct rs_path_sampler *sampler, const struct rs_bin *bin, size_t count,
       const uint16_t *failed, double *likelihood)
{
	float total = 1;

	for (size_t j = 0; j < count; j++) {
		union row *now = &sampler->forward[j];

		if (bin[j].begins) {
			*now = sampler->begin;
		} else {
			float jump = sum_product(&now[-1],
						 &sampler->leave[bin[j].gap]);

			sampler->jump[j - 1] = jump;
			predict(sampler, &now[-1], 1 / total, jump, bin[j].gap,
				now);
		}
		add_evidence(sampler, &bin[j], failed + j * sampler->stride,
			     now);
		total = sum(now);
		if (!(total > UNLIKELY)) {
			*now = sampler->begin;
			add_evidence(sampler, &bin[j],
				     failed + j * sampler->stride, now);
			total = fmaxf(sum(now), UNLIKELY);
		}
		if (likelihood)
			*likelihood += log((double)total);
	}
}

static uint8_t
pick(const union row *row, const union row *by, struct rs_chance *chance)
{
	float at = (float)rs_chance_uniform(chance) *
		   (by ? sum_product(row, by) : sum(row));
	size_t l;

	for (l = 0; l + 1 < RS_LEVELS; l++) {
		at -= by ? row->at[l] * by->at[l] : row->at[l];
		if (at < 0)
			break;
	}
	return (uint8_t)l;
}

/* Draw which failures the bases caused: those say nothing about the level. */
static void
count_failures(const struct rs_path_sampler *sampler, const uint16_t *failed,
	       uint8_t level, double fails, struct rs_chance *chance,
	       struct rs_path_counts *counts)
{
	for (size_t s = 0; s < sampler->slots; s++) {
		double base = sampler->base[s];
		double all = base + (1 - base) * fails;

		counts->tried[s] += failed[s];
		counts->failed[level] += failed[s];
		for (uint16_t i = 0; base > 0 && i < failed[s]; i++) {
			if (rs_chance_uniform(chance) * all >= base)
				continue;
			counts->base[s]++;
			counts->failed[level]--;
		}
	}
}

static void
count_bin(const struct rs_bin *bin, uint8_t level,
	  struct rs_path_counts *counts)
{
	counts->succeeded[level] += bin->succeeded;
	counts->expected[level] += bin->expected;
	counts->seconds[level] += (double)(bin->last_ns - bin->first_ns) * 1e-9;
}

/* The level of a bin, given that of the next one. */
static uint8_t
step_back(const struct rs_path_sampler *sampler, size_t j,
	  const struct rs_bin *next, uint8_t level, struct rs_chance *chance,
	  struct rs_path_counts *counts)
{
	const union row *now = &sampler->forward[j];
	float stays = now->at[level] * sampler->stay[next->gap].at[level];
	float jumps = sampler->weight.at[level] * sampler->jump[j];
	double half = (double)(next->first_ns - next[-1].last_ns) * 0.5e-9;
	uint8_t from;

	if ((float)rs_chance_uniform(chance) * (stays + jumps) < stays) {
		counts->seconds[level] += 2 * half;
		return level;
	}
	from = pick(now, &sampler->leave[next->gap], chance);
	counts->left[from]++;
	counts->reached[level]++;
	counts->seconds[from] += half;
	counts->seconds[level] += half;
	return from;
}

/* What succeeded is the same whatever the path. */
static void
begin_slots(const struct rs_target *target, const struct rs_regime *regime,
	    struct rs_path_counts *counts, double *likelihood)
{
	double sum = 0;

	counts->slots = target->slots;
	for (size_t s = 0; s < target->slots; s++) {
		counts->tried[s] = target->slot_succeeded[s];
		sum += target->slot_succeeded[s] * log1p(-regime->base[s]);
	}
	if (likelihood)
		*likelihood = sum;
}

void
rs_path_draw(struct rs_path_sampler *sampler, const struct rs_bins *bins,
	     const struct rs_target *target, const struct rs_regime *regime,
	     const uint16_t *failed, double live, struct rs_chance *chance,
	     uint8_t *state, struct rs_path_counts *counts, double *likelihood)
{
	const struct rs_bin *bin = bins->bin + target->first;
	double unit = target->unit * live;

	memset(counts, 0, sizeof(*counts));
	make_tables(sampler, target, regime, unit);
	failed += target->first * bins->slots;
	state += target->first;
	sampler->stride = bins->slots;
	begin_slots(target, regime, counts, likelihood);
	filter(sampler, bin, target->count, failed, likelihood);
	for (size_t j = target->count; j-- > 0;) {
		if (j + 1 == target->count || bin[j + 1].begins)
			state[j] = pick(&sampler->forward[j], NULL, chance);
		else
			state[j] = step_back(sampler, j, &bin[j + 1],
					     state[j + 1], chance, counts);
		if (bin[j].begins)
			counts->reached[state[j]]++;
		count_bin(&bin[j], state[j], counts);
		count_failures(sampler, failed + j * bins->slots, state[j],
			       regime->fails[state[j]], chance, counts);
	}
	for (size_t l = 0; l < RS_LEVELS; l++)
		counts->expected[l] *= unit;
}
