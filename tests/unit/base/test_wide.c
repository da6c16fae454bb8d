/* Tests of src/base/wide.h and num.h: the portable arithmetic and the
 * compiler's agree. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "base/num.h"
#include "base/wide.h"

/* Edges, and numbers of every length. */
static uint64_t
number(uint64_t i)
{
	static const uint64_t edge[] = {0,
					1,
					2,
					UINT32_MAX,
					UINT64_C(1) << 32,
					(UINT64_C(1) << 32) + 1,
					BO_NS_PER_S,
					(UINT64_C(1) << 63) - 1,
					UINT64_C(1) << 63,
					UINT64_MAX - 1,
					UINT64_MAX};
	const size_t edges = sizeof(edge) / sizeof(*edge);

	return i < edges ? edge[i] : bo_mix64(i) >> (i % 64);
}
enum { NUMBERS = 200 };

Test(base_wide, products)
{
	for (uint64_t i = 0; i < NUMBERS * NUMBERS; i++) {
		uint64_t a = number(i / NUMBERS), b = number(i % NUMBERS);
		struct bo_wide got = bo_wide_mul_portable(a, b);
		struct bo_wide want = bo_wide_mul(a, b);

		cr_assert(got.high == want.high && got.low == want.low,
			  "%ju * %ju", (uintmax_t)a, (uintmax_t)b);
		cr_assert(got.low == a * b);
	}
}

Test(base_wide, quotients)
{
	for (uint64_t i = 0; i < NUMBERS * NUMBERS; i++) {
		struct bo_wide all = {number(i / NUMBERS), bo_mix64(i)};
		uint64_t by = number(i % NUMBERS);
		struct bo_wide got = all, want = all;
		uint64_t rest, should;

		if (by == 0)
			continue;
		rest = bo_wide_divide_portable(&got, by);
		should = bo_wide_divide(&want, by);
		cr_assert(got.high == want.high && got.low == want.low &&
				  rest == should,
			  "%ju:%ju / %ju", (uintmax_t)all.high,
			  (uintmax_t)all.low, (uintmax_t)by);
		/* It is the quotient: quotient * by + rest gives the number
		 * back. */
		cr_assert(rest < by && got.low * by + rest == all.low);
	}
}

Test(base_wide, known_results)
{
	const uint64_t max = UINT64_MAX;
	struct bo_wide w = bo_wide_mul_portable(max, max);

	cr_expect(w.high == max - 1 && w.low == 1);
	cr_expect(bo_wide_divide_portable(&w, max) == 0);
	cr_expect(w.high == 0 && w.low == max);
	bo_wide_add(&w, 1);
	cr_expect(w.high == 1 && w.low == 0);
	cr_expect(bo_wide_saturate(w) == max);

	cr_expect(bo_mul_div(max, max, max) == max);
	cr_expect(bo_mul_div(max, 3, 4) == max / 4 * 3 + 2);
	cr_expect(bo_mul_div(max, 2, 1) == max, "saturates");
	cr_expect(bo_mul_div_up(5, 1, 4) == 2 && bo_mul_div_up(4, 1, 4) == 1);
	cr_expect(bo_mul_div_up(max, max, 1) == max, "saturates");
	cr_expect(bo_mul_div_round(5, 1, 2) == 3);
	cr_expect(bo_mul_div_round(5, 1, 4) == 1);
	cr_expect(bo_mul_div_round(1, BO_Q32_ONE, 3) == 1431655765);
	cr_expect(bo_mul_at_least(max, 2, 2, max));
	cr_expect(bo_mul_at_least(max, 3, 2, max));
	cr_expect(!bo_mul_at_least(max, 2, 3, max));
	cr_expect(!bo_mul_at_least(2, 3, 7, 1));
	cr_expect(bo_mul_q32(max, BO_Q32_ONE) == max);
	cr_expect(bo_mul_q32(max, BO_Q32_ONE + 1) == max, "saturates");
	cr_expect(bo_mul_frac(max, UINT64_C(1) << 63) == max / 2);
}
