/* Divides the time of a log, and counts calls. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "replay/group.h"
#include "replay/timeline.h"

#define SECOND_NS UINT64_C(1000000000)
#define DAY_S 86400

/* The shortest length of bins that is easy to name and at least this. */
static uint64_t
round_up(uint64_t least_ns)
{
	static const uint64_t part[] = {1, 2, 5};
	static const uint32_t seconds[] = {
		1,    2,    5,     10,    15,    20,    30,
		60,   120,  300,   600,   900,   1200,  1800,
		3600, 7200, 10800, 14400, 21600, 43200, DAY_S};
	uint64_t days = 1;

	for (uint64_t unit = 1; unit < SECOND_NS; unit *= 10)
		for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++)
			if (part[i] * unit >= least_ns)
				return part[i] * unit;
	for (size_t i = 0; i < sizeof(seconds) / sizeof(*seconds); i++)
		if (seconds[i] * SECOND_NS >= least_ns)
			return seconds[i] * SECOND_NS;
	while (days * DAY_S * SECOND_NS < least_ns)
		days++;
	return days * DAY_S * SECOND_NS;
}

/* How many parts of a length a span has, at least 1. */
static uint64_t
parts(uint64_t span, uint64_t length)
{
	return span > 0 ? (span - 1) / length + 1 : 1;
}

static void
add_unlogged(struct rs_timeline *timeline, const struct rs_unlogged *unlogged)
{
	uint64_t before = 0;

	for (size_t i = 0; i < timeline->bins; i++) {
		uint64_t end = timeline->from_ns + (i + 1) * timeline->bin_ns;
		uint64_t until = i + 1 < timeline->bins
					 ? rs_unlogged_from(unlogged, end)
					 : unlogged->count;

		timeline->first[i] += until - before;
		before = until;
	}
}

void
rs_timeline_init(struct rs_timeline *timeline, const struct rs_log *log,
		 const struct rs_groups *groups)
{
	uint64_t span = log->window.to_ns - log->window.from_ns;

	*timeline = (struct rs_timeline){.from_ns = log->window.from_ns,
					 .to_ns = log->window.to_ns};
	timeline->bin_ns = round_up(parts(span, RS_TIMELINE_BINS));
	timeline->bins = (size_t)parts(span, timeline->bin_ns);
	for (size_t i = 0; i < groups->call_count; i++) {
		const struct tk_call *call = &log->call[groups->call[i]];

		timeline->first[rs_timeline_bin(timeline,
						log->start_ns[call->first])]++;
	}
	for (size_t i = 0; i < groups->count; i++)
		add_unlogged(timeline, &groups->item[i].unlogged);
}
