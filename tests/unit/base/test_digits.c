/* Tests of src/base/digits: eight digits at once. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/digits.h"

Test(base_digits, eight_digits_are_written_highest_first)
{
	for (uint32_t value = 0; value < 100000000; value += 9973) {
		char got[9] = "", want[9];

		snprintf(want, sizeof(want), "%08u", value);
		bo_store_low_first(got, bo_digits8(value) + BO_DIGITS_ZERO);
		cr_assert(strcmp(got, want) == 0, "%s, not %s", got, want);
	}
	cr_expect(bo_digits8(99999999) == UINT64_C(0x0909090909090909));
	cr_expect(bo_digits8(1) == UINT64_C(1) << 56);
}
