/* Tests of unlogged: calls without a line fill the gaps of the others. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "recorded/unlogged.h"

#define S UINT64_C(1000000000)

static uint64_t
count_in(const struct rs_unlogged *unlogged, uint64_t from_ns, uint64_t to_ns)
{
	return rs_unlogged_from(unlogged, to_ns) -
	       rs_unlogged_from(unlogged, from_ns);
}

Test(recorded_unlogged, are_even_if_nothing_was_logged)
{
	const struct tk_cover cover = {.from_ns = 100 * S, .to_ns = 200 * S};
	struct rs_unlogged unlogged;

	cr_assert(rs_unlogged_init(&unlogged, &cover, 1000, NULL, 0));
	for (uint64_t k = 0; k < 1000; k++)
		cr_expect(rs_unlogged_at(&unlogged, k) ==
				  100 * S + k * S / 10 + S / 20,
			  "%ju", (uintmax_t)k);
	cr_expect(rs_unlogged_at(&unlogged, 1000) == UINT64_MAX);
	rs_unlogged_clear(&unlogged);
}

/* A tenth of the time holds half of the calls that were logged. */
Test(recorded_unlogged, leave_room_for_logged_calls)
{
	const struct tk_cover cover = {.from_ns = 100 * S, .to_ns = 200 * S};
	static uint64_t logged[200];
	struct rs_unlogged unlogged;
	uint64_t half;

	for (uint64_t i = 0; i < 100; i++) {
		logged[i] = 100 * S + i * S / 10;
		logged[100 + i] = 110 * S + i * 9 * S / 10;
	}
	cr_assert(rs_unlogged_init(&unlogged, &cover, 800, logged, 200));
	cr_expect(count_in(&unlogged, 100 * S, 110 * S) == 0,
		  "that is as many as all calls have in that time");
	half = count_in(&unlogged, 110 * S, 155 * S);
	cr_expect(half >= 390 && half <= 410, "%ju", (uintmax_t)half);
	cr_expect(count_in(&unlogged, 155 * S, 200 * S + 1) == 800 - half);
	rs_unlogged_clear(&unlogged);
}

Test(recorded_unlogged, times_and_numbers_agree)
{
	static const struct {
		uint64_t from, to, count;
		size_t logged;
		const char *why;
	} row[] = {
		{0, 0, 7, 0, "no time at all"},
		{5, 6, 50, 3, "more calls than nanoseconds"},
		{1000, 999999937, 1, 1, "one"},
		{1000, 999999937, 0, 5, "none"},
		{1000, 999999937, 12345, 678, "some"},
		{1000, 999999937, UINT64_C(1000000000000), 900, "too many"},
		{1000, UINT64_MAX, UINT64_MAX / 2, 900, "as many as can be"},
	};
	static uint64_t logged[1000];

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint64_t step = row[i].count / 5000 + 1, last = 0;
		const struct tk_cover cover = {.from_ns = row[i].from,
					       .to_ns = row[i].to};
		struct rs_unlogged unlogged;

		for (size_t k = 0; k < row[i].logged; k++)
			logged[k] = row[i].from + k * k;
		cr_assert(rs_unlogged_init(&unlogged, &cover, row[i].count,
					   logged, row[i].logged));
		for (uint64_t k = 0; k < row[i].count; k += step) {
			uint64_t at = rs_unlogged_at(&unlogged, k);
			uint64_t first = rs_unlogged_from(&unlogged, at);

			cr_expect(at >= last && at >= row[i].from &&
					  at <= row[i].to,
				  "%s: %ju", row[i].why, (uintmax_t)k);
			cr_expect(first <= k && rs_unlogged_at(&unlogged,
							       first) == at,
				  "%s: %ju", row[i].why, (uintmax_t)k);
			last = at;
		}
		cr_expect(rs_unlogged_from(&unlogged, UINT64_MAX) ==
				  row[i].count,
			  "%s", row[i].why);
		rs_unlogged_clear(&unlogged);
	}
}

Test(recorded_unlogged, none_lies_in_a_gap_of_the_log)
{
	const struct tk_cover cover = {
		.from_ns = 100 * S,
		.to_ns = 400 * S,
		.gap = {{150 * S, 200 * S}, {250 * S, 350 * S}},
		.gap_count = 2};
	struct rs_unlogged unlogged;

	cr_assert(rs_unlogged_init(&unlogged, &cover, 1500, NULL, 0));
	for (uint64_t k = 0; k < 1500; k++)
		cr_expect(tk_cover_has(&cover, rs_unlogged_at(&unlogged, k)),
			  "%ju", (uintmax_t)k);
	cr_expect_eq(count_in(&unlogged, 0, 150 * S), 500);
	cr_expect_eq(count_in(&unlogged, 150 * S, 200 * S), 0);
	cr_expect_eq(count_in(&unlogged, 200 * S, 225 * S), 250);
	cr_expect_eq(count_in(&unlogged, 260 * S, 500 * S), 500);
	rs_unlogged_clear(&unlogged);
}
