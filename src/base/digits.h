/* Eight decimal digits at once, for writers that are called often. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_DIGITS_H
#define BO_DIGITS_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

/** Eight decimal digits of @p value (below 10^8), the highest in the lowest
 *  byte, each 0 to 9: as text they are this plus BO_DIGITS_ZERO, in memory by
 *  bo_store_low_first(). */
static inline uint64_t
bo_digits8(uint64_t value)
{
	/* All halves at once, then all quarters, then all digits: a quotient
	 * of such a small number by 100 or 10 is a product and a shift. */
	uint64_t halves = value / 10000 | value % 10000 << 32;
	uint64_t hundreds = halves * 10486 >> 20 & UINT64_C(0x7f0000007f);
	uint64_t pairs = ((halves - 100 * hundreds) << 16) + hundreds;
	uint64_t tens = pairs * 103 >> 10 & UINT64_C(0x000f000f000f000f);

	return tens + ((pairs - 10 * tens) << 8);
}

#define BO_DIGITS_ZERO UINT64_C(0x3030303030303030)

/** Eight bytes to memory, the lowest first on any machine. */
static inline void
bo_store_low_first(char *out, uint64_t word)
{
	word = htole64(word);
	memcpy(out, &word, sizeof(word));
}

#endif
