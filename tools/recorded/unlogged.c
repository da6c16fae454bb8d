/* Spreads calls over the gaps of a log, in bins of some twenty calls: fewer
 * would be noise, more would blur outages. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "recorded/unlogged.h"

#define CALLS_A_BIN 20
#define BINS_MAX 65536

/* Times here count from the start of the log, without gaps. */

static uint64_t
edge(const struct rs_unlogged *unlogged, size_t bin)
{
	return (uint64_t)((bo_u128)unlogged->length_ns * bin / unlogged->bins);
}

static size_t
bin_of(const struct rs_unlogged *unlogged, uint64_t when_ns)
{
	uint64_t span = unlogged->length_ns;
	size_t bin;

	if (when_ns == 0 || span == 0)
		return 0;
	if (when_ns >= span)
		return unlogged->bins - 1;
	bin = (size_t)((bo_u128)when_ns * unlogged->bins / span);
	/* Edges are rounded down. */
	return bin + 1 < unlogged->bins && edge(unlogged, bin + 1) <= when_ns
		       ? bin + 1
		       : bin;
}

/* Turn the logged calls of each bin into the unlogged calls before it. */
static void
share_out(struct rs_unlogged *unlogged, uint64_t calls)
{
	bo_u128 total = 0, sum = 0;
	/* Keeps products below 2^128 for any number of calls. */
	int shift = calls >> 47 ? 17 : 0;

	/* Gaps in units of a call divided by the bins: the mean is whole. */
	for (size_t i = 0; i < unlogged->bins; i++) {
		uint64_t logged = unlogged->before[i];
		bool room = (bo_u128)logged * unlogged->bins < calls;

		unlogged->before[i] =
			room ? calls - logged * unlogged->bins : 0;
		total += unlogged->before[i];
	}
	total >>= shift;
	for (size_t i = 0; i <= unlogged->bins; i++) {
		uint64_t share = i < unlogged->bins ? unlogged->before[i] : 0;

		unlogged->before[i] =
			total > 0 ? (uint64_t)(unlogged->count *
					       (sum >> shift) / total)
				  : (uint64_t)((bo_u128)unlogged->count * i /
					       unlogged->bins);
		sum += share;
	}
}

bool
rs_unlogged_init(struct rs_unlogged *unlogged, const struct tk_cover *cover,
		 uint64_t count, const uint64_t *logged, size_t logged_count)
{
	uint64_t calls = count + logged_count;
	uint64_t bins = calls / CALLS_A_BIN;

	bins = bins < 1 ? 1 : bins > BINS_MAX ? BINS_MAX : bins;
	*unlogged = (struct rs_unlogged){.cover = cover,
					 .length_ns = tk_cover_length(cover),
					 .count = count,
					 .bins = (size_t)bins};
	unlogged->before =
		calloc(unlogged->bins + 1, sizeof(*unlogged->before));
	if (unlogged->before == NULL)
		return false;
	for (size_t i = 0; i < logged_count; i++)
		if (tk_cover_has(cover, logged[i]))
			unlogged->before[bin_of(
				unlogged, tk_cover_before(cover, logged[i]))]++;
	share_out(unlogged, calls);
	return true;
}

void
rs_unlogged_clear(struct rs_unlogged *unlogged)
{
	free(unlogged->before);
	*unlogged = (struct rs_unlogged){0};
}

/* The j-th of n calls in a bin begins in the middle of the j-th of n equal
 * parts. */
static uint64_t
at_in_bin(const struct rs_unlogged *unlogged, size_t bin, uint64_t j)
{
	uint64_t from = edge(unlogged, bin), to = edge(unlogged, bin + 1);
	uint64_t n = unlogged->before[bin + 1] - unlogged->before[bin];

	return from +
	       (uint64_t)((bo_u128)(to - from) * (2 * (bo_u128)j + 1) / 2 / n);
}

uint64_t
rs_unlogged_at(const struct rs_unlogged *unlogged, uint64_t k)
{
	size_t low = 0, high = unlogged->bins;

	if (k >= unlogged->count)
		return UINT64_MAX;
	/* The last bin with at most k calls before it, which is not empty. */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (unlogged->before[middle] <= k)
			low = middle;
		else
			high = middle;
	}
	return tk_cover_at(unlogged->cover,
			   at_in_bin(unlogged, low, k - unlogged->before[low]));
}

uint64_t
rs_unlogged_from(const struct rs_unlogged *unlogged, uint64_t when_ns)
{
	uint64_t covered_ns = tk_cover_before(unlogged->cover, when_ns);
	size_t bin = bin_of(unlogged, covered_ns);
	uint64_t low = unlogged->before[bin], high = unlogged->before[bin + 1];

	if (when_ns > unlogged->cover->to_ns)
		return unlogged->count;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (at_in_bin(unlogged, bin, middle - unlogged->before[bin]) <
		    covered_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
