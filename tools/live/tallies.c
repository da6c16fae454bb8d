/* The tallies of a subject's last seconds. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/tallies.h"

#include <string.h>

#define TALLY_ONE(member, doc) +1
#define COUNTS (0 RT_TALLIES(TALLY_ONE))

_Static_assert(sizeof(struct rt_tally) == COUNTS * sizeof(uint32_t),
	       "it is also an array");

void
rt_tallies_clear(struct rt_tallies *tallies)
{
	rt_ring_clear(&tallies->past);
	memset(tallies, 0, sizeof(*tallies));
}

bool
rt_tallies_copy(struct rt_tallies *to, const struct rt_tallies *from)
{
	*to = *from;
	if (rt_ring_copy(&to->past, &from->past, COUNTS))
		return true;
	memset(to, 0, sizeof(*to));
	return false;
}

static bool
add_to_past(struct rt_tallies *tallies, uint64_t second,
	    const struct rt_tally *add)
{
	const uint32_t *counts = (const uint32_t *)add;
	uint32_t some = rt_ring_some(COUNTS, counts);

	if (some == 0)
		return true;
	tallies->past.length = RT_TALLIES_S;
	rt_ring_advance(&tallies->past, COUNTS, second);
	return rt_ring_add_some(&tallies->past, COUNTS, second, counts, some);
}

bool
rt_tallies_advance(struct rt_tallies *tallies, uint64_t second)
{
	if (second <= tallies->head_s)
		return true;
	if (!add_to_past(tallies, tallies->head_s, &tallies->now))
		return false;
	memset(&tallies->now, 0, sizeof(tallies->now));
	tallies->head_s = second;
	return true;
}

bool
rt_tallies_has(const struct rt_tallies *tallies, uint64_t second)
{
	return second <= tallies->head_s &&
	       tallies->head_s - second < RT_TALLIES_S;
}

bool
rt_tallies_add(struct rt_tallies *tallies, uint64_t second,
	       const struct rt_tally *add)
{
	if (second != tallies->head_s)
		return add_to_past(tallies, second, add);
	rt_tally_add(&tallies->now, add);
	return true;
}

struct rt_tally
rt_tallies_of(const struct rt_tallies *tallies, uint64_t second)
{
	struct rt_tally tally = {0};

	if (second == tallies->head_s)
		return tallies->now;
	if (rt_tallies_has(tallies, second))
		rt_ring_get(&tallies->past, COUNTS, second, (uint32_t *)&tally);
	return tally;
}
