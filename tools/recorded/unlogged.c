/* Spreading calls over the gaps of a log, in bins of some twenty calls: fewer
 * would be noise, more would blur outages. */
#include "config.h"

#include <stdlib.h>

#include "recorded/random.h"
#include "recorded/unlogged.h"

#define CALLS_A_BIN 20
#define BINS_MAX 65536

static uint64_t
edge(const struct rs_unseen *unseen, size_t bin)
{
	return unseen->from_ns +
	       (uint64_t)((rs_wide)(unseen->to_ns - unseen->from_ns) * bin /
			  unseen->bins);
}

static size_t
bin_of(const struct rs_unseen *unseen, uint64_t when_ns)
{
	uint64_t span = unseen->to_ns - unseen->from_ns;
	size_t bin;

	if (when_ns <= unseen->from_ns || span == 0)
		return 0;
	if (when_ns >= unseen->to_ns)
		return unseen->bins - 1;
	bin = (size_t)((rs_wide)(when_ns - unseen->from_ns) * unseen->bins /
		       span);
	/* Edges are rounded down. */
	return bin + 1 < unseen->bins && edge(unseen, bin + 1) <= when_ns
		       ? bin + 1
		       : bin;
}

/* Shares of the bins become counts that sum up. */
static void
share_out(struct rs_unseen *unseen, uint64_t calls)
{
	rs_wide total = 0, sum = 0;
	/* Leaves products room, also for counts that nobody has. */
	int shift = calls >> 47 ? 17 : 0;

	/* In units of calls by bins, so that the mean is a whole number. */
	for (size_t i = 0; i < unseen->bins; i++) {
		uint64_t seen = unseen->before[i];
		bool room = (rs_wide)seen * unseen->bins < calls;

		unseen->before[i] = room ? calls - seen * unseen->bins : 0;
		total += unseen->before[i];
	}
	total >>= shift;
	for (size_t i = 0; i <= unseen->bins; i++) {
		uint64_t share = i < unseen->bins ? unseen->before[i] : 0;

		unseen->before[i] =
			total > 0 ? (uint64_t)(unseen->count * (sum >> shift) /
					       total)
				  : (uint64_t)((rs_wide)unseen->count * i /
					       unseen->bins);
		sum += share;
	}
}

bool
rs_unseen_init(struct rs_unseen *unseen, uint64_t from_ns, uint64_t to_ns,
	       uint64_t count, const uint64_t *seen, size_t seen_count)
{
	uint64_t calls = count + seen_count;
	uint64_t bins = calls / CALLS_A_BIN;

	bins = bins < 1 ? 1 : bins > BINS_MAX ? BINS_MAX : bins;
	*unseen = (struct rs_unseen){.from_ns = from_ns,
				     .to_ns = to_ns,
				     .count = count,
				     .bins = (size_t)bins};
	unseen->before = calloc(unseen->bins + 1, sizeof(*unseen->before));
	if (unseen->before == NULL)
		return false;
	for (size_t i = 0; i < seen_count; i++)
		if (seen[i] >= from_ns && seen[i] <= to_ns)
			unseen->before[bin_of(unseen, seen[i])]++;
	share_out(unseen, calls);
	return true;
}

void
rs_unseen_clear(struct rs_unseen *unseen)
{
	free(unseen->before);
	*unseen = (struct rs_unseen){0};
}

/* Within a bin they are even: the j-th of n comes in the middle of its n-th
 * part. */
static uint64_t
at_in_bin(const struct rs_unseen *unseen, size_t bin, uint64_t j)
{
	uint64_t from = edge(unseen, bin), to = edge(unseen, bin + 1);
	uint64_t n = unseen->before[bin + 1] - unseen->before[bin];

	return from +
	       (uint64_t)((rs_wide)(to - from) * (2 * (rs_wide)j + 1) / 2 / n);
}

uint64_t
rs_unseen_at(const struct rs_unseen *unseen, uint64_t k)
{
	size_t low = 0, high = unseen->bins;

	if (k >= unseen->count)
		return UINT64_MAX;
	/* The last bin that begins at k or before, so that it is not empty. */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (unseen->before[middle] <= k)
			low = middle;
		else
			high = middle;
	}
	return at_in_bin(unseen, low, k - unseen->before[low]);
}

uint64_t
rs_unseen_from(const struct rs_unseen *unseen, uint64_t when_ns)
{
	size_t bin = bin_of(unseen, when_ns);
	uint64_t low = unseen->before[bin], high = unseen->before[bin + 1];

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (at_in_bin(unseen, bin, middle - unseen->before[bin]) <
		    when_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
