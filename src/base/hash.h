/* Hashes of bytes: FNV-1a for what is written down, bo_hash() for tables. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_HASH_H
#define BO_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BO_FNV1A_BEGIN UINT64_C(0xcbf29ce484222325)

/** FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo) of more bytes: the same on every
 *  machine and in every version. Its low bits depend on the low bits of the
 *  bytes only. */
static inline uint64_t
bo_fnv1a(uint64_t hash, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)bytes[i]) *
		       UINT64_C(0x100000001b3);
	return hash;
}

/** Less than 8 bytes as a number. No copy of a length that the compiler does
 * not know, because that is a function call. */
static inline uint64_t
bo_hash_rest(const char *at, size_t length)
{
	uint32_t first, last;

	if (length < 4)
		return (uint64_t)(unsigned char)at[0] |
		       (uint64_t)(unsigned char)at[length / 2]
			       << 8 * (length / 2) |
		       (uint64_t)(unsigned char)at[length - 1]
			       << 8 * (length - 1);
	memcpy(&first, at, 4);
	memcpy(&last, at + length - 4, 4);
	return (uint64_t)last << 8 * (length - 4) | first;
}

/** A hash for tables in memory, all of whose bits are good; @p seed is 0, or
 *  the hash of the parts before. */
static inline uint64_t
bo_hash(uint64_t seed, const void *bytes, size_t length)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	const char *at = (const char *)bytes;
	uint64_t hash = (odd + seed) ^ length;

	/* Multiply and fold: each step moves high bits into low ones. */
	for (; length >= 8; at += 8, length -= 8) {
		uint64_t word;

		memcpy(&word, at, 8);
		hash = (hash ^ word) * odd;
		hash ^= hash >> 32;
	}
	if (length > 0) {
		hash = (hash ^ bo_hash_rest(at, length)) * odd;
		hash ^= hash >> 32;
	}
	hash *= odd;
	return hash ^ hash >> 29;
}

#endif
