/* Arithmetic on unsigned 64-bit numbers: saturating, fixed point, mixing. */
#ifndef BO_NUM_H
#define BO_NUM_H

#include <stdint.h>

__extension__ typedef unsigned __int128 bo_u128;

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
	bo_u128 product = (bo_u128)a * b;

	return product > UINT64_MAX ? UINT64_MAX : (uint64_t)product;
}

/** a * q / 2^32, saturating; q is a ratio in 32-bit fixed point. */
static inline uint64_t
bo_mul_q32(uint64_t a, uint64_t q)
{
	bo_u128 product = (bo_u128)a * q >> 32;

	return product > UINT64_MAX ? UINT64_MAX : (uint64_t)product;
}

/** a * fraction / 2^64: a uniform draw on [0, a). */
static inline uint64_t
bo_mul_frac(uint64_t a, uint64_t fraction)
{
	return (uint64_t)((bo_u128)a * fraction >> 64);
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
