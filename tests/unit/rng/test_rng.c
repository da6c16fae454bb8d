/* Tests of src/rng: Random123's published known answers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include <backoff/rng.h>

#define ALL_ONES UINT32_C(0xffffffff)

Test(rng_rng, philox_gives_the_known_answers)
{
	static const struct {
		const char *why;
		uint32_t counter[4], key[2], want[4];
	} row[] = {
		{"all zeros",
		 {0, 0, 0, 0},
		 {0, 0},
		 {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{"all ones",
		 {ALL_ONES, ALL_ONES, ALL_ONES, ALL_ONES},
		 {ALL_ONES, ALL_ONES},
		 {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{"digits of pi",
		 {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
		 {0xa4093822, 0x299f31d0},
		 {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint32_t got[4];

		backoff_philox4x32(row[i].counter, row[i].key, got);
		cr_expect(memcmp(got, row[i].want, sizeof(got)) == 0, "%s",
			  row[i].why);
	}
}

Test(rng_rng, every_part_of_the_key_changes_the_draw)
{
	uint64_t base = backoff_draw(1, 2, 3, 4);

	cr_expect(base == backoff_draw(1, 2, 3, 4), "the same key repeats");
	cr_expect(base != backoff_draw(2, 2, 3, 4), "experiment");
	cr_expect(base != backoff_draw(UINT64_C(1) << 32 | 1, 2, 3, 4),
		  "experiment, high word");
	cr_expect(base != backoff_draw(1, 3, 3, 4), "purpose");
	cr_expect(base != backoff_draw(1, 2, 4, 4), "call");
	cr_expect(base != backoff_draw(1, 2, UINT64_C(1) << 32 | 3, 4),
		  "call, high word");
	cr_expect(base != backoff_draw(1, 2, 3, 5), "attempt");
}
