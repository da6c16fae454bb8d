/* The last events of an input, to compare the clocks of its hosts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/recent.h"

void
rt_recent_note(struct rt_recent *recent, uint64_t ts_ns, uint64_t clock)
{
	recent->seen[recent->count++ % RT_RECENT] =
		(struct rt_seen){ts_ns, clock};
	recent->in_row = clock == recent->last_clock ? recent->in_row + 1 : 1;
	recent->last_clock = clock;
}

bool
rt_recent_has_others(const struct rt_recent *recent, uint64_t clock)
{
	size_t count = rt_recent_count(recent);

	if (recent->last_clock == clock && recent->in_row >= count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (recent->seen[i].clock != clock)
			return true;
	return false;
}

/* The newest event between these times by none of these clocks; NULL if there
 * is none. */
static const struct rt_seen *
find_newest(const struct rt_recent *recent, uint64_t clock, uint64_t but,
	    uint64_t after_ns, uint64_t up_to_ns)
{
	const struct rt_seen *newest = NULL;

	for (size_t i = 0; i < rt_recent_count(recent); i++) {
		const struct rt_seen *seen = &recent->seen[i];

		if (seen->clock != clock && seen->clock != but &&
		    seen->ts_ns > after_ns && seen->ts_ns <= up_to_ns &&
		    (newest == NULL || seen->ts_ns > newest->ts_ns))
			newest = seen;
	}
	return newest;
}

/* Whether an event is ahead of those of all other clocks, and one of a third
 * clock came after one like it. */
static bool
is_alone_ahead(const struct rt_recent *recent, const struct rt_seen *one,
	       uint64_t clock)
{
	uint64_t ahead_ns = 0;

	if (find_newest(recent, clock, one->clock,
			one->ts_ns - RT_RECENT_APART_NS, UINT64_MAX) != NULL)
		return false;
	for (size_t i = 0; i < rt_recent_count(recent); i++) {
		const struct rt_seen *seen = rt_recent_at(recent, i);

		if (seen->clock == one->clock && seen->ts_ns > ahead_ns)
			ahead_ns = seen->ts_ns;
		else if (seen->clock != one->clock && seen->clock != clock &&
			 seen->ts_ns + RT_RECENT_APART_NS <= ahead_ns)
			return true;
	}
	return false;
}

uint64_t
rt_recent_others_ns(const struct rt_recent *recent, uint64_t clock,
		    uint64_t ts_ns, uint64_t after_ns)
{
	const struct rt_seen *newest;

	if (!rt_recent_has_others(recent, clock))
		return 0;
	newest = find_newest(recent, clock, clock, after_ns, UINT64_MAX);
	while (newest != NULL && newest->ts_ns >= ts_ns + RT_RECENT_APART_NS &&
	       is_alone_ahead(recent, newest, clock))
		newest = find_newest(recent, clock, clock, after_ns,
				     newest->ts_ns - RT_RECENT_APART_NS);
	return newest != NULL ? newest->ts_ns : 0;
}

bool
rt_recent_agree(const struct rt_recent *recent, uint64_t clock, uint64_t ts_ns)
{
	uint64_t after_ns = ts_ns - RT_RECENT_APART_NS;
	const struct rt_seen *one =
		find_newest(recent, clock, clock, after_ns, ts_ns);

	return one != NULL &&
	       find_newest(recent, clock, one->clock, after_ns, ts_ns) != NULL;
}
