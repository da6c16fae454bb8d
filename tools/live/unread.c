/* How much of a window is not known, because its lines could not be read or did
 * not come. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/unread.h"

#include "base/num.h"

/* If all lines that are not known were of failed calls, a tenth of them would
 * hide an incident. A few do not. */
#define HIDES_SHARE 0.10
#define HIDES_LINES 10

void
rt_unread_note(struct rt_unread *unread, uint64_t second, bool bad)
{
	struct rt_unread_second *slot;

	if (unread->head_s == 0)
		unread->head_s = second;
	rt_history_advance(unread->second, sizeof(*unread->second),
			   &unread->head_s, second);
	if (!rt_history_has(unread->head_s, second))
		return;
	slot = &unread->second[rt_history_slot(second)];
	if (bad)
		slot->bad += slot->bad < UINT32_MAX;
	else
		slot->good += slot->good < UINT32_MAX;
}

/* The lines of a loss that are of a window, if they are spread evenly. */
static double
lost_in(const struct tk_lost *gap, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t first_ns = gap->from_ns > from_ns ? gap->from_ns : from_ns;
	uint64_t last_ns = bo_min(gap->to_ns, to_ns);
	double lines = (double)tk_lost_lines(gap);

	if (last_ns < first_ns)
		return 0.0;
	if (gap->to_ns == gap->from_ns)
		return lines;
	return lines * (double)(last_ns - first_ns) /
	       (double)(gap->to_ns - gap->from_ns);
}

struct rt_unread_share
rt_unread_of(const struct rt_unread *unread, const struct tk_lost_list *gaps,
	     uint64_t end_s, uint64_t length_s)
{
	struct rt_unread_share out = {0};
	uint64_t good = 0, bad = 0;
	double lost = 0.0;

	length_s = bo_min(bo_min(length_s, RT_HISTORY_S), end_s);
	for (uint64_t s = end_s - length_s + 1; s <= end_s; s++) {
		if (!rt_history_has(unread->head_s, s))
			continue;
		good += unread->second[rt_history_slot(s)].good;
		bad += unread->second[rt_history_slot(s)].bad;
	}
	for (size_t i = 0; gaps != NULL && i < gaps->count; i++)
		lost += lost_in(&gaps->item[i],
				(end_s - length_s + 1) * BO_NS_PER_S,
				(end_s + 1) * BO_NS_PER_S);
	out.missing = lost > (double)bad;
	out.lines = out.missing ? (uint64_t)lost : bad;
	if (good + out.lines > 0)
		out.share = (double)out.lines / (double)(good + out.lines);
	return out;
}

bool
rt_unread_hides(const struct rt_unread_share *share)
{
	return share->lines >= HIDES_LINES && share->share >= HIDES_SHARE;
}
