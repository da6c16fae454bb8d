/* Counts of the last seconds, of which most kinds are always 0. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/sparse.h"

#include <string.h>

#define COUNTS_MAX 64

void
rt_sparse_clear(struct rt_sparse *sparse)
{
	rt_ring_clear(&sparse->ring);
	memset(sparse, 0, sizeof(*sparse));
}

static size_t
count_bits(uint64_t bits)
{
	return (size_t)__builtin_popcountll(bits);
}

/* Where a count is in the ring, or would be. */
static size_t
place_of(const struct rt_sparse *sparse, unsigned which)
{
	return count_bits(sparse->used & ((UINT64_C(1) << which) - 1));
}

/* Have room for the counts that are not 0. */
static bool
make_room(struct rt_sparse *sparse, uint64_t some)
{
	for (some &= ~sparse->used; some != 0; some &= some - 1) {
		unsigned which = (unsigned)__builtin_ctzll(some);

		if (!rt_ring_insert(&sparse->ring, count_bits(sparse->used),
				    place_of(sparse, which)))
			return false;
		sparse->used |= UINT64_C(1) << which;
	}
	return true;
}

bool
rt_sparse_add(struct rt_sparse *sparse, uint64_t second, const uint32_t *add,
	      uint32_t some)
{
	uint32_t packed[COUNTS_MAX], places = 0;

	if (!make_room(sparse, some))
		return false;
	rt_ring_advance(&sparse->ring, count_bits(sparse->used), second);
	if (!rt_ring_has(&sparse->ring, second))
		return true;
	for (; some != 0; some &= some - 1) {
		unsigned which = (unsigned)__builtin_ctz(some);

		packed[place_of(sparse, which)] = add[which];
		places |= UINT32_C(1) << place_of(sparse, which);
	}
	return rt_ring_add_some(&sparse->ring, count_bits(sparse->used), second,
				packed, places);
}

bool
rt_sparse_add_one(struct rt_sparse *sparse, uint64_t second, unsigned which)
{
	if (!make_room(sparse, UINT64_C(1) << which))
		return false;
	rt_ring_advance(&sparse->ring, count_bits(sparse->used), second);
	return !rt_ring_has(&sparse->ring, second) ||
	       rt_ring_add_one(&sparse->ring, count_bits(sparse->used), second,
			       place_of(sparse, which));
}

void
rt_sparse_sum(const struct rt_sparse *sparse, uint64_t end_s, uint64_t length_s,
	      uint64_t *out)
{
	uint64_t packed[COUNTS_MAX] = {0};
	size_t place = 0;

	rt_ring_sum(&sparse->ring, count_bits(sparse->used), end_s, length_s,
		    packed);
	for (uint64_t used = sparse->used; used != 0; used &= used - 1)
		out[__builtin_ctzll(used)] += packed[place++];
}
