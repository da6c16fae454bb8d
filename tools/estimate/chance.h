/* Random numbers of a sampler: a sequence that depends on its seed only. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_CHANCE_H
#define RS_CHANCE_H

#include <stddef.h>
#include <stdint.h>

/** SplitMix64 (Steele, Lea and Flood 2014). Philox was not taken: a sampler
 *  uses its numbers in order, and some hundred million of them. */
struct rs_chance {
	uint64_t state;
};

/** The output function of SplitMix64: one number to one number. */
static inline uint64_t
rs_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/** Between 0 and 1, and neither. */
static inline double
rs_unit(uint64_t bits)
{
	return ((double)(bits >> 11) + 0.5) * 0x1p-53;
}

static inline double
rs_chance_uniform(struct rs_chance *chance)
{
	chance->state += UINT64_C(0x9E3779B97F4A7C15);
	return rs_unit(rs_mix(chance->state));
}

/** A draw from the standard normal distribution. */
double rs_chance_normal(struct rs_chance *chance);

/** A draw from the gamma distribution with scale 1 (Marsaglia and Tsang 2000).
 */
double rs_chance_gamma(struct rs_chance *chance, double shape);

/** An index, with probability in proportion to its weight; the last if all
 *  weights are 0. */
size_t rs_chance_pick(struct rs_chance *chance, const double *weight,
		      size_t count);

/** Replace weights by a draw from the Dirichlet distribution with these
 *  parameters, each above 0. */
void rs_chance_shares(struct rs_chance *chance, double *weight, size_t count);

#endif
