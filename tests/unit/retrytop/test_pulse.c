/* Tests of tools/retrytop/pulse.c. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/pulse.h"

#include <criterion/criterion.h>

#define NS_PER_S UINT64_C(1000000000)

Test(retrytop_pulse, measures_each_input)
{
	struct tk_input_info input[2] = {{.lines = 1000}, {.lines = 7}};
	struct rt_pulse pulse = {0};

	rt_pulse_update(&pulse, input, 2, 100 * NS_PER_S);
	cr_assert_eq(pulse.count, 2);
	/* What was there at first does not count as growth. */
	cr_expect_lt(pulse.item[0].lines_per_s, 0.0);
	cr_expect_eq(pulse.item[0].at_ns, 0);
	input[0].lines = 1040;
	rt_pulse_update(&pulse, input, 2, 104 * NS_PER_S);
	cr_expect_lt(pulse.item[0].lines_per_s, 0.0);
	cr_expect_eq(pulse.item[0].at_ns, 104 * NS_PER_S);
	input[0].lines = 1050;
	rt_pulse_update(&pulse, input, 2, 105 * NS_PER_S);
	cr_expect_float_eq(pulse.item[0].lines_per_s, 10.0, 1e-9);
	cr_expect_float_eq(pulse.item[1].lines_per_s, 0.0, 1e-9);
	cr_expect_eq(pulse.item[1].at_ns, 0);
	rt_pulse_update(&pulse, input, 2, 110 * NS_PER_S);
	cr_expect_float_eq(pulse.item[0].lines_per_s, 0.0, 1e-9);
	rt_pulse_clear(&pulse);
}

Test(retrytop_pulse, nothing_to_measure)
{
	struct rt_pulse pulse = {0};

	rt_pulse_update(&pulse, NULL, 0, NS_PER_S);
	cr_expect_eq(pulse.count, 0);
	rt_pulse_clear(&pulse);
}
