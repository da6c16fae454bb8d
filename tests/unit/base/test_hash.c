/* Tests of src/base/hash: known values, and how hashes spread. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>

#include <criterion/criterion.h>

#include "base/hash.h"

Test(base_hash, fnv1a_is_the_known_one)
{
	cr_expect(bo_fnv1a(BO_FNV1A_BEGIN, "", 0) == BO_FNV1A_BEGIN);
	cr_expect(bo_fnv1a(BO_FNV1A_BEGIN, "foobar", 6) ==
		  UINT64_C(0x85944171f73967e8));
	cr_expect(bo_fnv1a(bo_fnv1a(BO_FNV1A_BEGIN, "foo", 3), "bar", 3) ==
			  UINT64_C(0x85944171f73967e8),
		  "in two pieces");
}

enum { BUCKETS = 4096 };

static int
fullest(unsigned shift, uint64_t seed)
{
	static int count[BUCKETS];
	int most = 0;

	memset(count, 0, sizeof(count));
	for (int i = 0; i < 16 * BUCKETS; i++) {
		char text[32];
		int n = snprintf(text, sizeof(text), "request-%08d", i);
		uint64_t hash = bo_hash(seed, text, (size_t)n);
		int *bucket = &count[(hash >> shift) % BUCKETS];

		++*bucket;
		most = *bucket > most ? *bucket : most;
	}
	return most;
}

Test(base_hash, similar_texts_are_spread_by_all_bits)
{
	/* 16 on average; a Poisson tail above 48 is beyond 1e-9. */
	cr_expect_lt(fullest(0, 0), 48);
	cr_expect_lt(fullest(20, 0), 48);
	cr_expect_lt(fullest(52, 0), 48);
	cr_expect_lt(fullest(0, UINT64_C(0x123456789abcdef)), 48);
}

Test(base_hash, parts_are_not_interchangeable)
{
	uint64_t ab_c = bo_hash(bo_hash(0, "ab", 2), "c", 1);
	uint64_t a_bc = bo_hash(bo_hash(0, "a", 1), "bc", 2);

	cr_expect(ab_c != a_bc);
	cr_expect(bo_hash(0, "a", 1) != bo_hash(0, "a\0", 2));
	cr_expect(bo_hash(0, "", 0) != bo_hash(1, "", 0));
	cr_expect(bo_hash(0, "abcdefghi", 9) != bo_hash(0, "abcdefghj", 9),
		  "beyond the first eight bytes");
}
