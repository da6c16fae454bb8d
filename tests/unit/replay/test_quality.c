/* Whole logs of many worlds: nothing in them looks lost, stray or skewed, and
 * nothing is withheld; logs that lost their last lines look so. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "unit/replay/small_world.h"

static const struct small_world worlds[] = {
	{.name = "steady",
	 .calls_per_second = 5,
	 .seconds = 900,
	 .up_fails = 0.3},
	{.name = "short outages",
	 .calls_per_second = 10,
	 .seconds = 900,
	 .up_fails = 0.01,
	 .down_fails = 0.95,
	 .mean_up = 20,
	 .mean_down = 1},
	{.name = "outages of ten seconds",
	 .calls_per_second = 10,
	 .seconds = 900,
	 .up_fails = 0.01,
	 .down_fails = 0.97,
	 .mean_up = 60,
	 .mean_down = 10},
	{.name = "brown-outs of minutes",
	 .calls_per_second = 2,
	 .seconds = 3600,
	 .up_fails = 0.01,
	 .down_fails = 0.5,
	 .mean_up = 300,
	 .mean_down = 60},
	{.name = "permanent failures",
	 .calls_per_second = 10,
	 .seconds = 900,
	 .up_fails = 0.1,
	 .permanent = 0.1},
	{.name = "few calls",
	 .calls_per_second = 0.1,
	 .seconds = 36000,
	 .up_fails = 0.02,
	 .down_fails = 0.9,
	 .mean_up = 3000,
	 .mean_down = 200},
	{.name = "two long outages",
	 .calls_per_second = 3,
	 .seconds = 7200,
	 .up_fails = 0,
	 .down_fails = 0.9,
	 .mean_up = 2000,
	 .mean_down = 600},
};
static const char *const policies[] = {"STANDARD", "QUICK", "PERSISTENT",
				       "WEBHOOK"};

static const struct tk_quality *
quality_of(struct tk_trace *trace, const struct small_world *world,
	   const char *name)
{
	struct backoff_policy *policy = small_policy(name);

	small_world_run(world, policy, trace);
	backoff_policy_unref(policy);
	cr_assert_eq(tk_trace_stitch(trace), BACKOFF_OK);
	return tk_trace_quality(trace);
}

Test(replay_quality, nothing_is_missing_from_whole_logs, .timeout = 120)
{
	enum { SEEDS = 4 };
	size_t worlds_count = sizeof(worlds) / sizeof(*worlds);

	for (size_t i = 0; i < worlds_count * 4 * SEEDS; i++) {
		struct small_world world = worlds[i % worlds_count];
		const char *policy = policies[i / worlds_count % 4];
		struct tk_trace *trace = tk_trace_new();
		const struct tk_quality *quality;

		world.seed = 100 + i / worlds_count / 4;
		world.attempt_ns = 30000000;
		world.failures_only = i % 2 == 0;
		quality = quality_of(trace, &world, policy);
		cr_expect_not(tk_loss_any(&quality->loss),
			      "%s, %s: %llu orphans, %llu without an end",
			      world.name, policy,
			      (unsigned long long)quality->loss.orphans,
			      (unsigned long long)quality->loss.missing_ends);
		cr_expect_eq(quality->strays, 0, "%s, %s: strays", world.name,
			     policy);
		cr_expect_eq(quality->gaps, 0, "%s, %s: gaps", world.name,
			     policy);
		cr_expect_eq(quality->skew_ns, 0, "%s, %s: skew", world.name,
			     policy);
		cr_expect_eq(quality->copies, 0, "%s, %s: copies", world.name,
			     policy);
		tk_trace_free(trace);
	}
}
