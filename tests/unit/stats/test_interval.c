/* Tests of tools/stats/interval. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "stats/interval.h"

Test(stats_interval, is_cut_at_both_ends)
{
	static const struct {
		const char *why;
		struct tk_interval in, out;
	} row[] = {
		{"inside", {0.2, 0.4}, {0.2, 0.4}},
		{"too low", {-0.1, 0.4}, {0, 0.4}},
		{"too high", {0.2, 1.5}, {0.2, 1}},
		{"all below", {-2, -1}, {0, 0}},
		{"all above", {2, 3}, {1, 1}},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_interval got = tk_clamp(row[i].in, 0, 1);

		cr_expect(got.low == row[i].out.low &&
				  got.high == row[i].out.high,
			  "%s", row[i].why);
	}
}
