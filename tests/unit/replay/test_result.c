/* Tests of replay/result: numbers add up and are the same each time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "unit/replay/small_world.h"

static double
sum(const double *value, size_t count)
{
	double total = 0;

	for (size_t i = 0; i < count; i++)
		total += value[i];
	return total;
}

Test(replay_result, results_add_up)
{
	static const char *const policies[] = {"QUICK", "STANDARD",
					       "PERSISTENT", "WEBHOOK", NULL};
	struct small_world world = small_world_lossy();
	struct small_case c;

	small_case_run(&c, &world, "STANDARD", policies);
	for (size_t i = 0; policies[i]; i++) {
		const struct rs_result *r = &c.comparison.result[i];
		double calls = (double)r->calls;

		cr_expect(fabs(sum(r->support, RS_SUPPORT_COUNT) - 1) < 1e-9);
		cr_expect(fabs(sum(r->stop, RS_STOPS) - calls) < 1e-6);
		cr_expect(fabs(r->stop[BACKOFF_STOP_SUCCESS] / calls -
			       r->success_rate) < 1e-9);
		cr_expect(fabs(r->success_latency.calls +
			       r->failure_latency.calls - calls) < 1e-6);
		cr_expect(r->success.low <= r->success_rate &&
			  r->success_rate <= r->success.high);
		cr_expect(r->outer.low <= r->success_rate + 1e-12 &&
			  r->success_rate <= r->outer.high + 1e-12);
		cr_expect(r->first_try_rate <= r->success_rate);
		cr_expect(r->first_try.low <= r->first_try_rate &&
			  r->first_try_rate <= r->first_try.high);
		cr_expect(r->retries_interval.low <= r->retries &&
			  r->retries <= r->retries_interval.high);
		cr_expect(fabs(r->retries_interval.high - r->retries -
			       calls * (r->attempts_interval.high -
					r->attempts_per_call)) < 1e-6);
		for (int k = 0; k < RS_STOPS; k++)
			cr_expect(r->stop_interval[k].low <= r->stop[k] &&
					  r->stop[k] <=
						  r->stop_interval[k].high,
				  "%d: %g", k, r->stop[k]);
		cr_expect(fabs(r->retries - (r->attempts - calls)) < 1e-6);
		for (size_t p = 0; p < RS_PERCENTILES; p++) {
			const struct rs_quantile *q = &r->success_latency.at[p];

			cr_expect(q->low_ns <= q->ns && q->ns <= q->high_ns);
		}
	}
	small_case_clear(&c);
}

/* The recorded calls are not a sample: they are what the question is about. */
Test(replay_result, nested_policies_are_certain)
{
	static const char *const policies[] = {"STANDARD", "WEBHOOK",
					       "DB_OPERATION", "QUICK", NULL};
	struct small_world world = small_world_lossy();
	const struct rs_subject *subject;
	const struct rs_result *r;
	struct small_case c;

	small_case_run(&c, &world, "DB_OPERATION", policies);
	r = c.comparison.result;
	subject = &c.comparison.subject[0];
	for (size_t i = 0; i < 3; i++) {
		const struct rs_difference *d = &r[i].difference;

		cr_expect(r[i].success.low == r[i].success.high);
		cr_expect(r[i].outer.low == r[i].outer.high);
		cr_expect(r[i].attempts_interval.low ==
			  r[i].attempts_interval.high);
		for (int k = 0; k < RS_STOPS; k++)
			cr_expect(r[i].stop_interval[k].low ==
				  r[i].stop_interval[k].high);
		for (size_t p = 0; p < RS_PERCENTILES; p++)
			cr_expect(r[i].failure_latency.at[p].low_ns ==
				  r[i].failure_latency.at[p].high_ns);
		cr_expect(d->interval.low == d->interval.high);
		cr_expect(r[i].prospective.low < r[i].success_rate &&
				  r[i].success_rate < r[i].prospective.high,
			  "but the next window may differ");
		cr_expect(i == 2 || d->verdict == RS_VERDICT_WORSE ||
			  d->verdict == RS_VERDICT_EQUAL);
	}
	cr_expect(r[3].success.low < r[3].success.high, "that is estimated");
	cr_expect(subject->self.known && subject->self.differing == 0);
	small_case_clear(&c);
}

/* Not by numbers that happen to agree when they are rounded. */
Test(replay_result, policies_that_behave_alike_are_found)
{
	static const char *const policies[] = {
		"QUICK", "STANDARD",
		"{\"name\":\"S\",\"max_attempts\":3,\"base_delay\":1,"
		"\"max_delay\":11,\"backoff\":\"exponential\","
		"\"jitter\":{\"kind\":\"proportional\",\"ratio\":0.25}}",
		"{\"name\":\"T\",\"max_attempts\":3,\"base_delay\":1.0001,"
		"\"max_delay\":11,\"backoff\":\"exponential\","
		"\"jitter\":{\"kind\":\"proportional\",\"ratio\":0.25}}",
		NULL};
	struct small_world world = small_world_lossy();
	const struct rs_result *r;
	struct small_case c;

	small_case_run(&c, &world, "STANDARD", policies);
	r = c.comparison.result;
	cr_expect(r[0].alike == 0 && r[1].alike == 1);
	cr_expect(r[2].alike == 1, "its longest wait is never reached");
	cr_expect(r[3].alike == 3, "its waits are a little longer");
	cr_expect(r[2].difference.verdict == RS_VERDICT_EQUAL);
	small_case_clear(&c);
}

/* Whatever the other policies are. */
Test(replay_result, the_order_of_policies_changes_nothing)
{
	static const char *const one[] = {"STANDARD", "QUICK", "PERSISTENT",
					  NULL};
	static const char *const other[] = {"PERSISTENT", "STANDARD", "QUICK",
					    NULL};
	static const size_t place[] = {1, 2, 0};
	struct small_world world = small_world_lossy();
	struct small_case a, b;

	small_case_run(&a, &world, "STANDARD", one);
	small_case_run(&b, &world, "STANDARD", other);
	for (size_t i = 0; one[i]; i++) {
		struct rs_result x = a.comparison.result[i];
		struct rs_result y = b.comparison.result[place[i]];

		cr_expect(x.success_rate == y.success_rate);
		cr_expect(memcmp(&x.success, &y.success, sizeof(x.success)) ==
			  0);
		cr_expect(memcmp(&x.prospective, &y.prospective,
				 sizeof(x.prospective)) == 0);
		cr_expect(memcmp(&x.success_latency, &y.success_latency,
				 sizeof(x.success_latency)) == 0);
		cr_expect(x.difference.value == y.difference.value);
		cr_expect(x.difference.verdict == y.difference.verdict);
	}
	small_case_clear(&a);
	small_case_clear(&b);
}

/* Each attempt has its draw, whatever the policy makes of it. */
Test(replay_result, more_attempts_never_lower_success)
{
	static const char *const policies[] = {
		"{\"name\":\"A\",\"max_attempts\":2,\"base_delay\":0.4}",
		"{\"name\":\"B\",\"max_attempts\":3,\"base_delay\":0.4}",
		"{\"name\":\"C\",\"max_attempts\":5,\"base_delay\":0.4}",
		"{\"name\":\"D\",\"max_attempts\":9,\"base_delay\":0.4}", NULL};
	struct small_world world = small_world_lossy();
	const struct rs_result *r;
	struct small_case c;

	small_case_run(&c, &world, "STANDARD", policies);
	r = c.comparison.result;
	for (size_t i = 1; policies[i]; i++)
		cr_expect(r[i].success_rate >= r[i - 1].success_rate,
			  "%zu: %g, %g", i, r[i - 1].success_rate,
			  r[i].success_rate);
	small_case_clear(&c);
}

Test(replay_result, the_same_seed_gives_the_same_numbers)
{
	static const char *const policies[] = {"QUICK", "PERSISTENT", NULL};
	struct small_world world = small_world_lossy();
	struct small_case a, b;

	small_case_run(&a, &world, "STANDARD", policies);
	small_case_run(&b, &world, "STANDARD", policies);
	for (size_t i = 0; policies[i]; i++) {
		const struct rs_result *x = &a.comparison.result[i];
		const struct rs_result *y = &b.comparison.result[i];

		cr_expect(x->success_rate == y->success_rate);
		cr_expect(x->success.low == y->success.low);
		cr_expect(x->attempts == y->attempts);
		cr_expect(memcmp(&x->failure_latency, &y->failure_latency,
				 sizeof(x->failure_latency)) == 0);
	}
	small_case_clear(&a);
	small_case_clear(&b);
}

/* The interval for the next window holds most of twenty others of the same
 * world, and says something: it ends far from none and from twice as many. */
Test(replay_result, the_next_window_is_like_this_one)
{
	static const char *const policies[] = {"QUICK", NULL};
	struct small_world world = {.seed = 5,
				    .calls_per_second = 10,
				    .seconds = 1200,
				    .up_fails = 0.001,
				    .down_fails = 1,
				    .mean_up = 20,
				    .mean_down = 2};
	struct backoff_policy *policy = small_policy("QUICK");
	const struct rs_result *r;
	struct small_case c;
	unsigned held = 0;

	small_case_run(&c, &world, "QUICK", policies);
	r = &c.comparison.result[0];
	cr_expect(r->success.low == r->success.high, "this window is known");
	cr_expect(c.comparison.subject[0].incidents >= RS_INCIDENTS_MIN);
	for (world.seed = 100; world.seed < 120; world.seed++) {
		struct small_truth truth =
			small_world_run(&world, policy, NULL);
		double rate = (double)truth.succeeded / (double)truth.calls;

		held += rate >= r->prospective.low &&
			rate <= r->prospective.high;
	}
	cr_expect(held >= 17, "%u of 20", held);
	cr_expect(1 - r->prospective.low < 2 * (1 - r->success_rate));
	cr_expect(1 - r->prospective.high > 0.3 * (1 - r->success_rate));
	backoff_policy_unref(policy);
	small_case_clear(&c);
}
