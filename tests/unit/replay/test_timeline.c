/* Tests of replay/timeline: bins that are easy to name, and calls in them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "replay/group.h"
#include "replay/timeline.h"

#define BEGIN UINT64_C(1700000000000000000)
#define MS UINT64_C(1000000)
#define SECOND (1000 * MS)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

Test(replay_timeline, bins_are_easy_to_name)
{
	static const struct {
		uint64_t span_ns, bin_ns;
		size_t bins;
	} row[] = {
		{0, 1, 1},
		{1, 1, 1},
		{240, 1, 240},
		{241, 2, 121},
		{8200 * MS, 50 * MS, 164},
		{119 * SECOND, 500 * MS, 238},
		{4 * MINUTE, SECOND, 240},
		{4 * MINUTE + 1, 2 * SECOND, 121},
		{HOUR, 15 * SECOND, 240},
		{DAY, 10 * MINUTE, 144},
		{30 * DAY, 3 * HOUR, 240},
		{240 * DAY, DAY, 240},
		{2000 * DAY, 9 * DAY, 223},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rs_log log = {
			.window = {.from_ns = BEGIN,
				   .to_ns = BEGIN + row[i].span_ns}};
		struct rs_groups none = {0};
		struct rs_timeline timeline;

		rs_timeline_init(&timeline, &log, &none);
		cr_expect(timeline.bin_ns == row[i].bin_ns, "row %zu: %ju", i,
			  (uintmax_t)timeline.bin_ns);
		cr_expect(timeline.bins == row[i].bins, "row %zu: %zu", i,
			  timeline.bins);
		cr_expect(rs_timeline_bin(&timeline, BEGIN - 1) == 0);
		cr_expect(rs_timeline_bin(&timeline, log.window.to_ns) ==
			  timeline.bins - 1);
		cr_expect(rs_timeline_bin(&timeline, log.window.to_ns + 1) ==
			  timeline.bins);
	}
}

/* Four calls a second that left no line. */
Test(replay_timeline, calls_without_a_line_are_spread)
{
	struct rs_log log = {
		.window = {.from_ns = BEGIN, .to_ns = BEGIN + 200 * SECOND}};
	struct rs_group group = {.count = 0};
	struct rs_groups groups = {.item = &group, .count = 1};
	struct rs_timeline timeline;
	uint64_t sum = 0;

	cr_assert(rs_unlogged_init(&group.unlogged, &log.window, 4 * 200, NULL,
				   0));
	rs_timeline_init(&timeline, &log, &groups);
	for (size_t i = 0; i <= timeline.bins; i++) {
		sum += timeline.first[i];
		cr_expect(timeline.first[i] == (i < 200 ? 4 : 0), "%zu: %ju", i,
			  (uintmax_t)timeline.first[i]);
	}
	cr_expect(timeline.bins == 200 && sum == 4 * 200);
	rs_unlogged_clear(&group.unlogged);
}
