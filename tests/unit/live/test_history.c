/* Tests of tools/live/history.c: a ring has its last seconds and no others. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "live/history.h"
#include "unit/live/helper.h"

Test(live_history, a_step_forward_clears_what_it_passes)
{
	static const struct {
		const char *why;
		uint64_t from_s, to_s, cleared;
	} row[] = {
		{"not forward", T0_S, T0_S, 0},
		{"backward", T0_S, T0_S - 7, 0},
		{"one second", T0_S, T0_S + 1, 1},
		{"across the end of the ring", T0_S + 290, T0_S + 305, 15},
		{"up to the end of the ring", T0_S + 290, T0_S + 299, 9},
		{"all but one", T0_S + 17, T0_S + 17 + 299, 299},
		{"all", T0_S + 17, T0_S + 17 + 300, 300},
		{"far", T0_S + 17, T0_S + 99999, 300},
		{"from nothing", 0, T0_S, 300},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint16_t ring[RT_HISTORY_S + 1];
		uint64_t head_s = row[i].from_s, cleared = 0;

		memset(ring, 0xff, sizeof(ring));
		rt_history_advance(ring, sizeof(*ring), &head_s, row[i].to_s);
		for (size_t k = 0; k < RT_HISTORY_S; k++)
			cleared += ring[k] == 0;
		cr_expect_eq(cleared, row[i].cleared, "%s: %u", row[i].why,
			     (unsigned)cleared);
		cr_expect_eq(ring[RT_HISTORY_S], 0xffff, "%s: too far",
			     row[i].why);
		if (row[i].cleared == 0) {
			cr_expect_eq(head_s, row[i].from_s, "%s", row[i].why);
			continue;
		}
		cr_expect_eq(head_s, row[i].to_s, "%s", row[i].why);
		/* The newest are cleared, the others unchanged. */
		for (uint64_t s = 0; s < RT_HISTORY_S; s++)
			cr_expect_eq(ring[rt_history_slot(head_s - s)],
				     s < cleared ? 0 : 0xffff, "%s: -%u",
				     row[i].why, (unsigned)s);
	}
}

Test(live_history, it_has_the_last_seconds)
{
	cr_expect(rt_history_has(T0_S, T0_S));
	cr_expect(rt_history_has(T0_S, T0_S - RT_HISTORY_S + 1));
	cr_expect_not(rt_history_has(T0_S, T0_S - RT_HISTORY_S));
	cr_expect_not(rt_history_has(T0_S, T0_S + 1));
	cr_expect(rt_history_has(7, 0), "a young clock");
}
