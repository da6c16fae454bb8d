/* Tests of tools/stats/samples. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include <criterion/criterion.h>

#include <backoff.h>

#include "stats/samples.h"

Test(stats_samples, quantile_ranks_are_type_1)
{
	static const struct {
		uint64_t total;
		unsigned permille;
		uint64_t rank;
	} row[] = {
		{1, 500, 1},     {2, 500, 1},
		{3, 500, 2},     {100, 990, 99},
		{101, 990, 100}, {1000, 999, 999},
		{10, 0, 1},      {10, 1000, 10},
		{0, 500, 1},     {UINT64_C(1) << 62, 500, UINT64_C(1) << 61},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		cr_expect(tk_quantile_rank(row[i].total, row[i].permille) ==
				  row[i].rank,
			  "row %zu", i);
}

Test(stats_samples, quantiles_finer_than_a_thousandth_have_ranks)
{
	cr_expect(tk_quantile_rank_of(10000, 9995, 10000) == 9995);
	cr_expect(tk_quantile_rank_of(10001, 9999, 10000) == 10000);
	cr_expect(tk_quantile_rank_of(3, 9999, 10000) == 3);
	cr_expect(tk_quantile_rank_of(3, 0, 10000) == 1);
	cr_expect(tk_quantile_rank_of(UINT64_MAX, 10000, 10000) == UINT64_MAX);
}

Test(stats_samples, ranks_of_a_union_equal_those_of_the_whole)
{
	struct tk_samples a = {0}, b = {0}, all = {0};

	for (uint64_t i = 0; i < 500; i++) {
		uint64_t ns = backoff_draw(1, 100, i, 0) % 200;
		uint64_t weight = backoff_draw(1, 101, i, 0) % 4;
		struct tk_samples *half = i % 3 ? &a : &b;

		cr_assert(tk_samples_add(half, ns, weight));
		cr_assert(tk_samples_add(&all, ns, weight));
	}
	tk_samples_sort(&a);
	tk_samples_sort(&b);
	tk_samples_sort(&all);
	cr_expect(a.weight + b.weight == all.weight);
	cr_expect(all.count <= 200, "equal durations are joined");
	for (uint64_t rank = 1; rank <= all.weight; rank++)
		cr_assert(tk_samples_rank(&a, &b, rank) ==
				  tk_samples_rank(&all, NULL, rank),
			  "rank %ju", (uintmax_t)rank);
	tk_samples_clear(&a);
	tk_samples_clear(&b);
	tk_samples_clear(&all);
}

Test(stats_samples, edges)
{
	struct tk_samples set = {0};

	tk_samples_sort(&set);
	cr_expect(tk_samples_rank(&set, NULL, 1) == 0, "empty");
	cr_assert(tk_samples_add(&set, 7, 0) && set.count == 0, "weight 0");
	cr_assert(tk_samples_add(&set, 7, 3));
	cr_assert(tk_samples_add(&set, 5, 1));
	tk_samples_sort(&set);
	cr_expect(tk_samples_rank(&set, NULL, 0) == 5, "rank 0 is the first");
	cr_expect(tk_samples_rank(&set, NULL, 1) == 5);
	cr_expect(tk_samples_rank(&set, NULL, 2) == 7);
	cr_expect(tk_samples_rank(&set, NULL, 99) == 7, "past the end");
	tk_samples_reset(&set);
	cr_expect(set.count == 0 && set.weight == 0);
	tk_samples_clear(&set);
}
