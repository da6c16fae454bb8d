/* Tests of unseen: calls without a line fill the gaps of the others. */
#include "config.h"

#include <criterion/criterion.h>

#include "recorded/unlogged.h"

#define S UINT64_C(1000000000)

static uint64_t
count_in(const struct rs_unseen *unseen, uint64_t from_ns, uint64_t to_ns)
{
	return rs_unseen_from(unseen, to_ns) - rs_unseen_from(unseen, from_ns);
}

Test(retrysim_unseen, are_even_where_nothing_was_seen)
{
	struct rs_unseen unseen;

	cr_assert(rs_unseen_init(&unseen, 100 * S, 200 * S, 1000, NULL, 0));
	for (uint64_t k = 0; k < 1000; k++)
		cr_expect(rs_unseen_at(&unseen, k) ==
				  100 * S + k * S / 10 + S / 20,
			  "%ju", (uintmax_t)k);
	cr_expect(rs_unseen_at(&unseen, 1000) == UINT64_MAX);
	rs_unseen_clear(&unseen);
}

/* A tenth of the time holds half of the calls that were seen. */
Test(retrysim_unseen, leave_room_for_what_was_seen)
{
	static uint64_t seen[200];
	struct rs_unseen unseen;
	uint64_t half;

	for (uint64_t i = 0; i < 100; i++) {
		seen[i] = 100 * S + i * S / 10;
		seen[100 + i] = 110 * S + i * 9 * S / 10;
	}
	cr_assert(rs_unseen_init(&unseen, 100 * S, 200 * S, 800, seen, 200));
	cr_expect(count_in(&unseen, 100 * S, 110 * S) == 0,
		  "that is as many as all calls have in that time");
	half = count_in(&unseen, 110 * S, 155 * S);
	cr_expect(half >= 390 && half <= 410, "%ju", (uintmax_t)half);
	cr_expect(count_in(&unseen, 155 * S, 200 * S + 1) == 800 - half);
	rs_unseen_clear(&unseen);
}

Test(retrysim_unseen, times_and_numbers_agree)
{
	static const struct {
		uint64_t from, to, count;
		size_t seen;
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
	static uint64_t seen[1000];

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint64_t step = row[i].count / 5000 + 1, last = 0;
		struct rs_unseen unseen;

		for (size_t k = 0; k < row[i].seen; k++)
			seen[k] = row[i].from + k * k;
		cr_assert(rs_unseen_init(&unseen, row[i].from, row[i].to,
					 row[i].count, seen, row[i].seen));
		for (uint64_t k = 0; k < row[i].count; k += step) {
			uint64_t at = rs_unseen_at(&unseen, k);
			uint64_t first = rs_unseen_from(&unseen, at);

			cr_expect(at >= last && at >= row[i].from &&
					  at <= row[i].to,
				  "%s: %ju", row[i].why, (uintmax_t)k);
			cr_expect(first <= k &&
					  rs_unseen_at(&unseen, first) == at,
				  "%s: %ju", row[i].why, (uintmax_t)k);
			last = at;
		}
		cr_expect(rs_unseen_from(&unseen, UINT64_MAX) == row[i].count,
			  "%s", row[i].why);
		rs_unseen_clear(&unseen);
	}
}
