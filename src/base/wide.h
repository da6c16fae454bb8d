/* 128-bit products and their quotients, exact on every machine.
 *
 * The compiler's __int128 exists on 64-bit machines only. The functions whose
 * names end in _portable do without it, and give the same results. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_WIDE_H
#define BO_WIDE_H

#include <stdbool.h>
#include <stdint.h>

struct bo_wide {
	uint64_t high, low;
};

static inline struct bo_wide
bo_wide_mul_portable(uint64_t a, uint64_t b)
{
	uint64_t a_low = (uint32_t)a, a_high = a >> 32;
	uint64_t b_low = (uint32_t)b, b_high = b >> 32;
	uint64_t low = a_low * b_low, mixed = a_high * b_low + (low >> 32);
	uint64_t other = a_low * b_high + (uint32_t)mixed;

	return (struct bo_wide){.high = a_high * b_high + (mixed >> 32) +
					(other >> 32),
				.low = other << 32 | (uint32_t)low};
}

/** Divide by a number that is not 0; returns the remainder. Bit by bit: only
 *  policies and rare decisions divide. */
static inline uint64_t
bo_wide_divide_portable(struct bo_wide *w, uint64_t by)
{
	uint64_t rest = w->high % by;

	w->high /= by;
	for (int i = 0; i < 64; i++) {
		bool carry = rest >> 63;

		rest = rest << 1 | w->low >> 63;
		w->low <<= 1;
		if (carry || rest >= by) {
			rest -= by;
			w->low |= 1;
		}
	}
	return rest;
}

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 bo_u128;
#endif

static inline struct bo_wide
bo_wide_mul(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	bo_u128 product = (bo_u128)a * b;

	return (struct bo_wide){.high = (uint64_t)(product >> 64),
				.low = (uint64_t)product};
#else
	return bo_wide_mul_portable(a, b);
#endif
}

static inline uint64_t
bo_wide_divide(struct bo_wide *w, uint64_t by)
{
#ifdef __SIZEOF_INT128__
	bo_u128 all = (bo_u128)w->high << 64 | w->low;
	bo_u128 quotient = all / by;

	w->high = (uint64_t)(quotient >> 64);
	w->low = (uint64_t)quotient;
	return (uint64_t)(all - quotient * by);
#else
	return bo_wide_divide_portable(w, by);
#endif
}

/** The sum must fit. */
static inline void
bo_wide_add(struct bo_wide *w, uint64_t b)
{
	w->low += b;
	w->high += w->low < b;
}

/** UINT64_MAX for anything larger. */
static inline uint64_t
bo_wide_saturate(struct bo_wide w)
{
	return w.high != 0 ? UINT64_MAX : w.low;
}

#endif
