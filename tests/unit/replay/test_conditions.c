/* Tests of replay/conditions, with an estimator whose answers are given. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "unit/replay/small_world.h"

/* The answers for every attempt, by assumption about the fate of calls. */
struct fixed {
	uint32_t families;
	double environment[2], own[2];
	enum rs_support support[2];
	/** Attempts in every other millisecond fail. */
	bool by_time;
};

static struct fixed fixed;

static enum backoff_status
fixed_fit(const struct rs_log *log, const struct rs_fit_options *options,
	  void **state)
{
	(void)log;
	(void)options;
	*state = &fixed;
	return BACKOFF_OK;
}

static uint32_t
fixed_families(const void *state)
{
	return ((const struct fixed *)state)->families;
}

static void
fixed_ask(const void *state, const struct rs_question *question,
	  struct rs_answer *out)
{
	const struct fixed *t = state;

	out->environment = t->environment[question->family];
	if (t->by_time)
		out->environment = (double)(question->start_ns / 1000000 % 2);
	out->own = t->own[question->family];
	out->support = t->support[question->family];
}

static void
fixed_finding(const void *state, size_t operation, struct rs_finding *out)
{
	(void)state;
	(void)operation;
	*out = (struct rs_finding){0};
}

static void
fixed_free(void *state)
{
	(void)state;
}

static const struct rs_estimator estimator = {
	.name = "fixed",
	.fit = fixed_fit,
	.families = fixed_families,
	.ask = fixed_ask,
	.finding = fixed_finding,
	.free = fixed_free,
};

/* One attempt more than the log. */
static const char *const policies[] = {
	"STANDARD",
	"{\"name\":\"MORE\",\"max_attempts\":4,\"base_delay\":1,"
	"\"max_delay\":10,\"backoff\":\"exponential\","
	"\"jitter\":{\"kind\":\"proportional\",\"ratio\":0.25}}",
	NULL};

static void
compare_fixed(struct small_case *c, const struct fixed *answers)
{
	struct small_world world = small_world_lossy();

	world.seconds = 120;
	small_case_run(c, &world, "STANDARD", policies);
	rs_comparison_clear(&c->comparison);
	fixed = *answers;
	c->plan.estimator = &estimator;
	cr_assert(rs_compare(&c->plan, &c->comparison) == BACKOFF_OK);
}

/* Attempts at times that the log shows have no bounds, however long the wait
 * was, if only the state of the target matters. */
Test(replay_conditions, a_known_state_of_the_target_needs_no_bounds)
{
	const struct fixed answers = {.families = 1,
				      .environment = {0.5},
				      .support = {RS_SUPPORT_INTERPOLATED}};
	const struct rs_result *r;
	struct small_case c;

	compare_fixed(&c, &answers);
	r = &c.comparison.result[1];
	cr_expect(r->difference.verdict == RS_VERDICT_BETTER);
	cr_expect(r->difference.condition.kind == RS_CONDITION_NONE);
	cr_expect(fabs(r->outer.low - r->success.low) < 1e-12);
	cr_expect(fabs(r->outer.high - r->success.high) < 1e-12);
	small_case_clear(&c);
}

/* A wait that the log does not show is drawn in each replica: an outcome that
 * is certain given the wait is not the same in all. */
Test(replay_conditions, unknown_waits_differ_between_replicas)
{
	const struct fixed answers = {.families = 1,
				      .support = {RS_SUPPORT_INTERPOLATED},
				      .by_time = true};
	const struct rs_result *r;
	struct small_case c;
	double failed;

	compare_fixed(&c, &answers);
	r = c.comparison.result;
	failed = 1 - r[0].success_rate;
	cr_expect(r[1].success.low < r[1].success_rate &&
		  r[1].success_rate < r[1].success.high);
	cr_expect(fabs(r[1].difference.value - failed / 2) < failed / 20,
		  "half of the waits: %g of %g", r[1].difference.value, failed);
	small_case_clear(&c);
}

/* The fate of a call is open both ways, but the target may fail all the same.
 */
Test(replay_conditions, an_open_fate_has_two_ends)
{
	const struct fixed answers = {.families = 1,
				      .environment = {0.5},
				      .own = {0.5},
				      .support = {RS_SUPPORT_UNSUPPORTED}};
	const struct rs_result *r;
	const struct rs_condition *condition;
	struct small_case c;
	double all;

	compare_fixed(&c, &answers);
	r = c.comparison.result;
	condition = &r[1].difference.condition;
	all = 1 - r[0].success_rate;
	cr_expect(r[1].difference.verdict == RS_VERDICT_DEPENDS);
	cr_expect(condition->kind == RS_CONDITION_WAIT);
	cr_expect(fabs(condition->low) < 1e-12, "none recovers: %g",
		  condition->low);
	cr_expect(fabs(condition->high - all / 2) < all / 8,
		  "all recover, and the target fails half of them: %g of %g",
		  condition->high, all);
	cr_expect(fabs(r[1].difference.value - all / 4) < all / 8);
	cr_expect(r[1].outer.low <= r[0].success_rate + 1e-12);
	cr_expect(r[1].outer.low <= r[1].success.low &&
		  r[1].success.high <= r[1].outer.high);
	cr_expect(r[1].difference.needed.traffic > 0);
	small_case_clear(&c);
}

/* Where the log allows two assumptions, the answer spans both. */
Test(replay_conditions, other_assumptions_about_fate_are_in_the_hull)
{
	const struct fixed answers = {
		.families = 2,
		.environment = {0.5, 0.5},
		.own = {0, 0.99},
		.support = {RS_SUPPORT_INTERPOLATED, RS_SUPPORT_INTERPOLATED}};
	const struct rs_result *r;
	struct small_case c;

	compare_fixed(&c, &answers);
	r = c.comparison.result;
	cr_expect(r[1].difference.condition.kind == RS_CONDITION_FATE);
	cr_expect(r[1].difference.verdict == RS_VERDICT_DEPENDS ||
		  r[1].difference.verdict == RS_VERDICT_BETTER);
	cr_expect(r[1].outer.low <
		  r[0].success_rate + 0.1 * (1 - r[0].success_rate));
	cr_expect(r[1].outer.high >= r[1].success.high);
	cr_expect(r[0].difference.condition.kind == RS_CONDITION_NONE,
		  "what was recorded does not depend on it");
	small_case_clear(&c);
}

/* Bounds are runs in which all open attempts fail or all succeed, since each of
 * them changes what the budget has left. */
Test(replay_conditions, a_budget_is_replayed_at_both_ends)
{
	const struct fixed answers = {.families = 1,
				      .environment = {0.1},
				      .own = {0.5},
				      .support = {RS_SUPPORT_UNSUPPORTED}};
	struct backoff_policy *policy = small_policy(
		"{\"name\":\"LONG\",\"max_attempts\":6,\"base_delay\":2,"
		"\"max_delay\":30,\"budget\":{\"kind\":\"token_bucket\","
		"\"capacity\":20,\"retry_cost\":5,\"throttle_cost\":2}}");
	const struct rs_result *r;
	struct rs_comparison other;
	struct small_case c;

	compare_fixed(&c, &answers);
	cr_assert(rs_policy_set_push(&c.policies, policy));
	cr_assert(rs_compare(&c.plan, &other) == BACKOFF_OK);
	r = &other.result[2];
	cr_expect(r->guarded && r->stop[BACKOFF_STOP_BUDGET] > 0);
	cr_expect(r->outer.low < r->success.low &&
		  r->success.high < r->outer.high);
	cr_expect(r->difference.condition.kind == RS_CONDITION_WAIT);
	cr_expect(r->difference.condition.low < r->difference.value &&
		  r->difference.value < r->difference.condition.high);
	rs_comparison_clear(&other);
	small_case_clear(&c);
	backoff_policy_unref(policy);
}
