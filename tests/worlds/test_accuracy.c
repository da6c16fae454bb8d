/* The estimator in worlds whose truth is known: every policy is predicted
 * from a log of another, and then run in the same world. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include <criterion/criterion.h>

#include "unit/replay/small_world.h"

#define POLICY(name, attempts, base, cap)                                      \
	"{\"name\":\"" name "\",\"max_attempts\":" #attempts                   \
	",\"base_delay\":" #base ",\"max_delay\":" #cap                        \
	",\"backoff\":\"exponential\",\"jitter\":{\"kind\":\"full\"}}"

static const char *const policies[] = {POLICY("SHORT", 3, 0.05, 0.5),
				       POLICY("MIDDLE", 5, 0.1, 5),
				       POLICY("LONG", 8, 1, 60), NULL};

/* 45 000 calls each. Tolerances in points of the success rate, a little above
 * the worst of nine pairs, from whole logs and from failures only: 0.004 in
 * steady worlds, 0.04 with outages. Redrawing from the average rate misses by
 * 0.5 to 2 points. Permanent failures: three standard errors of their
 * number. */
static const struct {
	struct small_world world;
	double tolerance, permanent;
} row[] = {
	{{.name = "steady 5 %", .up_fails = 0.05}, 0.004, 0},
	{{.name = "outages of 10 s",
	  .up_fails = 0.001,
	  .down_fails = 1,
	  .mean_up = 300,
	  .mean_down = 10},
	 0.05,
	 0},
	{{.name = "outages of 2 s, some attempts get through",
	  .up_fails = 0.005,
	  .down_fails = 0.9,
	  .mean_up = 60,
	  .mean_down = 2},
	 0.06,
	 0},
	{{.name = "steady 2 %, and 0.5 % of calls fail permanently",
	  .up_fails = 0.02,
	  .permanent = 0.005},
	 0.004,
	 0.005},
	{{.name = "outages of 2 s, and 0.5 % of calls fail permanently",
	  .up_fails = 0.005,
	  .down_fails = 0.9,
	  .mean_up = 60,
	  .mean_down = 2,
	  .permanent = 0.005},
	 0.06,
	 0.005},
};

static void
check_pair(const struct small_case *c, const struct small_world *world,
	   size_t from, size_t to, double tolerance)
{
	const struct rs_result *result = &c->comparison.result[to];
	struct backoff_policy *policy = small_policy(policies[to]);
	struct small_truth truth = small_world_run(world, policy, NULL);
	double rate = (double)truth.succeeded / (double)truth.calls;
	double error = fabs(result->success_rate - rate) * 100;

	backoff_policy_unref(policy);
	cr_expect(error <= tolerance, "%s: %s from %s: %.4f for %.4f %%",
		  world->name, result->policy->label, policies[from],
		  result->success_rate * 100, rate * 100);
	/* With all unsupported attempts counted both ways, the truth is in
	 * between. */
	cr_expect(rate >= result->outer.low - tolerance / 100);
	cr_expect(rate <= result->outer.high + tolerance / 100);
	cr_expect(fabs(result->attempts / (double)truth.attempts - 1) < 0.003,
		  "%s: %s from %s: %.1f attempts for %ju", world->name,
		  result->policy->label, policies[from], result->attempts,
		  (uintmax_t)truth.attempts);
}

static void
check_world(size_t i, bool failures_only)
{
	struct small_world world = row[i].world;

	world.seed = 11 + i;
	world.calls_per_second = 50;
	world.seconds = 900;
	world.failures_only = failures_only;
	for (size_t from = 0; policies[from]; from++) {
		struct small_case c;

		small_case_run(&c, &world, policies[from], policies);
		for (size_t to = 0; policies[to]; to++)
			check_pair(&c, &world, from, to, row[i].tolerance);
		cr_expect(fabs(c.comparison.subject[0].finding.permanent_share -
			       row[i].permanent) < 0.001,
			  "%s: permanent %.5f", world.name,
			  c.comparison.subject[0].finding.permanent_share);
		small_case_clear(&c);
	}
}

Test(worlds_accuracy, predicts_other_policies_from_whole_logs)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		check_world(i, false);
}

Test(worlds_accuracy, predicts_them_from_failures_and_a_count)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		check_world(i, true);
}
