/* Tests of tools/live/kept.c: a state comes back as it was. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "live/kept.h"

#include "helper.h"

#define BYTES (sizeof(struct rt_onset) * RT_DETECTOR_COUNT)

static void
expect_same(const struct rt_kept *kept, const struct rt_onset *want)
{
	struct rt_onset got[RT_DETECTOR_COUNT];

	memset(got, 0xff, sizeof(got));
	rt_kept_get(kept, got);
	cr_expect_eq(memcmp(got, want, BYTES), 0);
}

Test(live_kept, a_state_comes_back_as_it_was)
{
	struct rt_onset none[RT_DETECTOR_COUNT], some[RT_DETECTOR_COUNT],
		all[RT_DETECTOR_COUNT];
	struct rt_kept kept = {0};

	memset(none, 0, sizeof(none));
	memset(some, 0, sizeof(some));
	memset(all, 0x55, sizeof(all));
	some[0].tries = 240.0;
	some[RT_DETECTOR_COUNT - 1].sum[1].since_s = T0_S;
	rt_kept_put(&kept, T0_S, none);
	cr_expect_eq(kept.second, T0_S);
	expect_same(&kept, none);
	rt_kept_put(&kept, T0_S + 1, all);
	expect_same(&kept, all);
	rt_kept_put(&kept, T0_S + 2, some);
	cr_expect_eq(kept.second, T0_S + 2);
	expect_same(&kept, some);
	rt_kept_clear(&kept);
	cr_expect_eq(kept.second, 0);
}

Test(live_kept, a_copy_is_its_own)
{
	struct rt_onset one[RT_DETECTOR_COUNT], other[RT_DETECTOR_COUNT];
	struct rt_kept kept = {0}, copy;

	cr_assert(rt_kept_copy(&copy, &kept));
	cr_expect_eq(copy.second, 0);
	memset(one, 1, sizeof(one));
	memset(other, 0, sizeof(other));
	rt_kept_put(&kept, T0_S, one);
	cr_assert(rt_kept_copy(&copy, &kept));
	rt_kept_put(&kept, T0_S + 1, other);
	expect_same(&copy, one);
	rt_kept_clear(&kept);
	expect_same(&copy, one);
	rt_kept_clear(&copy);
}
