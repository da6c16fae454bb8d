/* Tests of tools/retrytop/silence.c: how long lines usually take. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "retrytop/silence.h"

#define S UINT64_C(1000000000)
/* The machine has been up for a day. */
#define UP_S 86400

/* An empty file that grows was never STALE: the time since the machine started
 * counted as the usual one between lines. */
Test(retrytop_silence, the_first_line_has_no_gap_before_it)
{
	struct rt_silence silence = {0};

	cr_expect_eq(rt_silence_ns(&silence, UP_S * S), 0);
	rt_silence_line(&silence, UP_S * S, true);
	cr_expect_eq(silence.usual_ns, 0);
	rt_silence_line(&silence, (UP_S + 2) * S, true);
	cr_expect_eq(silence.usual_ns, 2 * S);
	cr_expect_eq(rt_silence_ns(&silence, (UP_S + 7) * S), 5 * S);
}

Test(retrytop_silence, gaps_while_old_lines_are_read_are_not_usual)
{
	struct rt_silence silence = {0};

	rt_silence_line(&silence, UP_S * S, false);
	rt_silence_line(&silence, (UP_S + 30) * S, false);
	cr_expect_eq(silence.usual_ns, 0);
}

Test(retrytop_silence, a_long_gap_is_forgotten)
{
	struct rt_silence silence = {0};

	rt_silence_line(&silence, UP_S * S, true);
	rt_silence_line(&silence, (UP_S + 1000) * S, true);
	cr_expect_eq(silence.usual_ns, 1000 * S);
	for (uint64_t i = 1; i <= 200; i++)
		rt_silence_line(&silence, (UP_S + 1000 + i) * S, true);
	cr_expect_lt(silence.usual_ns, 2 * S);
}
