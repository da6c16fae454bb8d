/* Weighted samples of durations: one growing array, sorted once. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "stats/samples.h"

bool
tk_samples_add(struct tk_samples *samples, uint64_t ns, uint64_t weight)
{
	if (weight == 0)
		return true;
	if (samples->count == samples->room) {
		size_t room = samples->room ? samples->room * 2 : 64;
		struct tk_sample *item;

		if (room > SIZE_MAX / sizeof(*item))
			return false;
		item = realloc(samples->item, room * sizeof(*item));
		if (item == NULL)
			return false;
		samples->item = item;
		samples->room = room;
	}
	samples->item[samples->count].ns = ns;
	samples->item[samples->count].weight = weight;
	samples->count++;
	samples->weight += weight;
	samples->sorted = false;
	return true;
}

void
tk_samples_reset(struct tk_samples *samples)
{
	samples->count = 0;
	samples->weight = 0;
	samples->sorted = false;
}

void
tk_samples_clear(struct tk_samples *samples)
{
	free(samples->item);
	*samples = (struct tk_samples){0};
}

static int
by_ns(const void *a, const void *b)
{
	uint64_t x = ((const struct tk_sample *)a)->ns;
	uint64_t y = ((const struct tk_sample *)b)->ns;

	return (x > y) - (x < y);
}

void
tk_samples_sort(struct tk_samples *samples)
{
	size_t kept = 0;

	if (samples->sorted || samples->count == 0)
		return;
	qsort(samples->item, samples->count, sizeof(*samples->item), by_ns);
	for (size_t i = 1; i < samples->count; i++) {
		if (samples->item[i].ns == samples->item[kept].ns)
			samples->item[kept].weight += samples->item[i].weight;
		else
			samples->item[++kept] = samples->item[i];
	}
	samples->count = kept + 1;
	samples->sorted = true;
	samples->item[0].upto = samples->item[0].weight;
	for (size_t i = 1; i < samples->count; i++)
		samples->item[i].upto =
			samples->item[i - 1].upto + samples->item[i].weight;
}

/* Number of items up to a duration. */
static size_t
items_upto(const struct tk_samples *samples, uint64_t ns)
{
	size_t low = 0, count = samples->count;

	while (count > 0) {
		size_t half = count / 2;

		if (samples->item[low + half].ns <= ns) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low;
}

uint64_t
tk_samples_upto(const struct tk_samples *samples, uint64_t ns)
{
	size_t items = items_upto(samples, ns);

	return items > 0 ? samples->item[items - 1].upto : 0;
}

static uint64_t
total_upto(const struct tk_samples *const *set, size_t count, uint64_t ns)
{
	uint64_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += tk_samples_upto(set[i], ns);
	return total;
}

uint64_t
tk_samples_rank_in(const struct tk_samples *const *set, size_t count,
		   uint64_t rank)
{
	uint64_t best = UINT64_MAX;
	bool any = false;

	/* The answer is the least duration of any set that has that many up to
	 * it. */
	for (size_t i = 0; i < count; i++) {
		size_t low = 0, left = items_upto(set[i], best);

		while (left > 0) {
			size_t half = left / 2;
			uint64_t ns = set[i]->item[low + half].ns;

			if (total_upto(set, count, ns) < rank) {
				low += half + 1;
				left -= half + 1;
			} else {
				best = ns;
				any = true;
				left = half;
			}
		}
	}
	return any ? best : 0;
}

uint64_t
tk_samples_rank(const struct tk_samples *a, const struct tk_samples *b,
		uint64_t rank)
{
	size_t i = 0, j = 0, b_count = b ? b->count : 0;
	uint64_t seen = 0, ns = 0;

	while ((seen < rank || seen == 0) && (i < a->count || j < b_count)) {
		const struct tk_sample *next;

		if (j >= b_count ||
		    (i < a->count && a->item[i].ns <= b->item[j].ns))
			next = &a->item[i++];
		else
			next = &b->item[j++];
		seen += next->weight;
		ns = next->ns;
	}
	return ns;
}

uint64_t
tk_quantile_rank(uint64_t total, unsigned permille)
{
	return tk_quantile_rank_of(total, permille, 1000);
}

uint64_t
tk_quantile_rank_of(uint64_t total, unsigned part, unsigned whole)
{
	/* Split so that the product cannot overflow. */
	uint64_t most = total / whole * part;
	uint64_t rest = total % whole * part;
	uint64_t rank = most + (rest + whole - 1) / whole;

	return rank ? rank : 1;
}
