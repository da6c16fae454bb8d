/* Tests of tools/live/unread.c: how much of a window is not known. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/unread.h"

#include "unit/live/helper.h"

static void
note(struct rt_unread *unread, unsigned good, unsigned bad)
{
	for (uint64_t s = T0_S; s < T0_S + 60; s++) {
		for (unsigned i = 0; i < good; i++)
			rt_unread_note(unread, s, false);
		for (unsigned i = 0; i < bad; i++)
			rt_unread_note(unread, s, true);
	}
}

Test(live_unread, many_bad_lines_hide_what_happens)
{
	static const struct {
		const char *why;
		unsigned good, bad;
		double share;
		bool hides;
	} row[] = {
		{"none", 20, 0, 0.0, false},
		{"few of many", 20, 1, 1.0 / 21, false},
		{"a sixth", 10, 2, 1.0 / 6, true},
		{"half", 20, 20, 0.5, true},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rt_unread unread = {0};
		struct rt_unread_share share;

		note(&unread, row[i].good, row[i].bad);
		share = rt_unread_of(&unread, NULL, T0_S + 59, 60);
		cr_expect_float_eq(share.share, row[i].share, 1e-9, "%s",
				   row[i].why);
		cr_expect_eq(rt_unread_hides(&share), row[i].hides, "%s",
			     row[i].why);
		cr_expect(!share.missing);
		share = rt_unread_of(&unread, NULL, T0_S + 200, 60);
		cr_expect(!rt_unread_hides(&share), "it is over");
	}
}

/* A line that is bad has a number that is missing. */
Test(live_unread, bad_lines_are_not_lost_again)
{
	struct rt_unread unread = {0};
	struct tk_lost_list lost = {.count = 1};
	struct rt_unread_share share;

	lost.item[0].from_ns = T0_S * NS_PER_S;
	lost.item[0].to_ns = (T0_S + 60) * NS_PER_S;
	lost.item[0].lost = 599;
	note(&unread, 10, 10);
	share = rt_unread_of(&unread, &lost, T0_S + 59, 60);
	cr_expect_eq(share.lines, 600);
	cr_expect(!share.missing);
	lost.item[0].lost = 1800;
	share = rt_unread_of(&unread, &lost, T0_S + 59, 60);
	cr_expect_eq(share.lines, 1800);
	cr_expect(share.missing);
	share = rt_unread_of(&unread, &lost, T0_S + 59, 30);
	cr_expect_eq(share.lines, 900, "the part that is of the window");
}
