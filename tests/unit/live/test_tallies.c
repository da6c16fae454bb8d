/* Tests of tools/live/tallies.c: each second has what was added to it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "live/tallies.h"

#include "helper.h"

static void
add(struct rt_tallies *tallies, uint64_t second, uint32_t tries,
    uint32_t failed)
{
	const struct rt_tally tally = {.tries = tries, .failed = failed};

	cr_assert(rt_tallies_advance(tallies, second));
	cr_assert(rt_tallies_has(tallies, second));
	cr_assert(rt_tallies_add(tallies, second, &tally));
}

static void
expect(const struct rt_tallies *tallies, uint64_t second, uint32_t tries,
       uint32_t failed)
{
	struct rt_tally tally = rt_tallies_of(tallies, second);

	cr_expect_eq(tally.tries, tries);
	cr_expect_eq(tally.failed, failed);
}

Test(live_tallies, a_second_may_be_added_to_later)
{
	struct rt_tallies tallies = {0};

	expect(&tallies, T0_S, 0, 0);
	add(&tallies, T0_S, 3, 1);
	add(&tallies, T0_S, 300, 0);
	expect(&tallies, T0_S, 303, 1);
	add(&tallies, T0_S + 2, 1, 1);
	expect(&tallies, T0_S, 303, 1);
	expect(&tallies, T0_S + 1, 0, 0);
	expect(&tallies, T0_S + 2, 1, 1);
	add(&tallies, T0_S + 1, 5, 0);
	add(&tallies, T0_S, 1, 70000);
	add(&tallies, T0_S + 2, 1, 0);
	expect(&tallies, T0_S, 304, 70001);
	expect(&tallies, T0_S + 1, 5, 0);
	expect(&tallies, T0_S + 2, 2, 1);
	expect(&tallies, T0_S + 3, 0, 0);
	rt_tallies_clear(&tallies);
}

Test(live_tallies, what_is_too_old_is_forgotten)
{
	struct rt_tallies tallies = {0};

	add(&tallies, T0_S, 1, 1);
	add(&tallies, T0_S + RT_TALLIES_S - 1, 2, 0);
	expect(&tallies, T0_S, 1, 1);
	cr_assert(rt_tallies_advance(&tallies, T0_S + RT_TALLIES_S));
	cr_expect_not(rt_tallies_has(&tallies, T0_S));
	expect(&tallies, T0_S, 0, 0);
	expect(&tallies, T0_S + RT_TALLIES_S - 1, 2, 0);
	expect(&tallies, T0_S + RT_TALLIES_S, 0, 0);
	add(&tallies, T0_S + 10 * RT_TALLIES_S, 7, 0);
	for (uint64_t s = 1; s < RT_TALLIES_S; s++)
		expect(&tallies, T0_S + 10 * RT_TALLIES_S - s, 0, 0);
	expect(&tallies, T0_S + 10 * RT_TALLIES_S, 7, 0);
	rt_tallies_clear(&tallies);
}

Test(live_tallies, a_copy_is_its_own)
{
	struct rt_tallies tallies = {0}, copy;

	add(&tallies, T0_S, 1, 1);
	add(&tallies, T0_S + 1, 2, 0);
	cr_assert(rt_tallies_copy(&copy, &tallies));
	add(&tallies, T0_S, 1, 1);
	add(&tallies, T0_S + 1, 1, 1);
	rt_tallies_clear(&tallies);
	expect(&copy, T0_S, 1, 1);
	expect(&copy, T0_S + 1, 2, 0);
	rt_tallies_clear(&copy);
}
