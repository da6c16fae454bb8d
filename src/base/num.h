/* Arithmetic on unsigned 64-bit numbers: saturating, fixed point, mixing. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_NUM_H
#define BO_NUM_H

#include <stdint.h>

#include "base/wide.h"

#define BO_NS_PER_MS UINT64_C(1000000)
#define BO_NS_PER_S UINT64_C(1000000000)
/** One, in the 32-bit fixed point of ratios. */
#define BO_Q32_ONE (UINT64_C(1) << 32)

static inline uint64_t
bo_add_sat(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static inline uint64_t
bo_sub_sat(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static inline uint64_t
bo_mul_sat(uint64_t a, uint64_t b)
{
	return bo_wide_saturate(bo_wide_mul(a, b));
}

/** a * q / 2^32, saturating; q is a ratio in 32-bit fixed point. */
static inline uint64_t
bo_mul_q32(uint64_t a, uint64_t q)
{
	struct bo_wide product = bo_wide_mul(a, q);

	return product.high >> 32 != 0 ? UINT64_MAX
				       : product.high << 32 | product.low >> 32;
}

/** a * fraction / 2^64: a uniform draw on [0, a). */
static inline uint64_t
bo_mul_frac(uint64_t a, uint64_t fraction)
{
	return bo_wide_mul(a, fraction).high;
}

/** a * b / c, rounded down, saturating; c is not 0. */
static inline uint64_t
bo_mul_div(uint64_t a, uint64_t b, uint64_t c)
{
	struct bo_wide product = bo_wide_mul(a, b);

	bo_wide_divide(&product, c);
	return bo_wide_saturate(product);
}

/** a * b / c, rounded up, saturating. */
static inline uint64_t
bo_mul_div_up(uint64_t a, uint64_t b, uint64_t c)
{
	struct bo_wide product = bo_wide_mul(a, b);

	/* The largest product is far enough below 2^128. */
	bo_wide_add(&product, c - 1);
	bo_wide_divide(&product, c);
	return bo_wide_saturate(product);
}

/** a * b / c, rounded to the nearest. */
static inline uint64_t
bo_mul_div_round(uint64_t a, uint64_t b, uint64_t c)
{
	struct bo_wide product = bo_wide_mul(a, b);

	/* The largest product is far enough below 2^128. */
	bo_wide_add(&product, c / 2);
	bo_wide_divide(&product, c);
	return bo_wide_saturate(product);
}

/** Whether a * b >= c * d. */
static inline bool
bo_mul_at_least(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	struct bo_wide left = bo_wide_mul(a, b), right = bo_wide_mul(c, d);

	return left.high != right.high ? left.high > right.high
				       : left.low >= right.low;
}

static inline uint64_t
bo_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/** Compare two uint64_t, for qsort(). */
static inline int
bo_compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/** The finalizer of SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014): a
 *  one-to-one map that takes nearby numbers far apart. */
static inline uint64_t
bo_mix64(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

#endif
