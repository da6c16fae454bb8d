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
		cr_expect(r->first_try.low < r->first_try_rate &&
			  r->first_try_rate < r->first_try.high);
		cr_expect(r->retries_interval.low < r->retries &&
			  r->retries < r->retries_interval.high);
		cr_expect(fabs(r->retries_interval.high - r->retries -
			       calls * (r->attempts_interval.high -
					r->attempts_per_call)) < 1e-6);
		for (int k = 0; k < RS_STOPS; k++)
			cr_expect(r->stop_interval[k].low <= r->stop[k] &&
					  r->stop[k] < r->stop_interval[k].high,
				  "%d: %g", k, r->stop[k]);
		cr_expect(fabs(r->retries - (r->attempts - calls)) < 1e-6);
		for (size_t p = 0; p < RS_PERCENTILES; p++) {
			const struct rs_quantile *q = &r->success_latency.at[p];

			cr_expect(q->low_ns <= q->ns && q->ns <= q->high_ns);
		}
	}
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
