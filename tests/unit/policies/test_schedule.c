/* Tests of policies/schedule against exact numbers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include <criterion/criterion.h>

#include "policies/schedule.h"
#include "unit/policy/policies.h"
#include "unit/replay/small_world.h"

#define DRAWS 40000

static double
seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

Test(policies_schedule, decorrelated_medians_match_the_density)
{
	/* Medians by recursion of the density, base 5 ms, cap 2 s. Four
	 * standard errors of a median of DRAWS are less than 2.5 %. */
	static const double median_ms[] = {10,     15.845, 22.881, 31.327,
					   41.225, 52.901, 66.650, 82.717,
					   101.40, 122.99};
	struct backoff_policy *policy = small_policy(
		"{\"name\":\"D\",\"max_attempts\":11,\"base_delay\":0.005,"
		"\"max_delay\":2,\"backoff\":\"decorrelated\"}");
	struct rs_schedule schedule;

	cr_assert(rs_schedule_make(policy, DRAWS, 1, 32, &schedule) ==
		  BACKOFF_OK);
	cr_assert(schedule.count == 10 && schedule.left_out == 0);
	for (size_t i = 0; i < 10; i++) {
		double got =
			seconds(schedule.wait[i].at_ns[RS_SCHEDULE_P50]) * 1000;

		cr_expect(fabs(got / median_ms[i] - 1) < 0.025,
			  "retry %zu: %g ms for %g", i + 1, got, median_ms[i]);
		cr_expect(schedule.wait[i].high_ns <= 2000000000);
		cr_expect(schedule.wait[i].low_ns >= 5000000);
	}
	rs_schedule_clear(&schedule);
	backoff_policy_unref(policy);
}

Test(policies_schedule, full_jitter_is_uniform_and_adds_up)
{
	/* Exact: the sum of U(0, v) for v = .1 .2 .4 .8 has median .75. */
	struct backoff_policy *policy = small_policy(
		"{\"name\":\"F\",\"max_attempts\":5,\"base_delay\":0.1,"
		"\"max_delay\":5,\"backoff\":\"exponential\","
		"\"jitter\":{\"kind\":\"full\"}}");
	struct rs_schedule schedule;
	double bound = 0.1;

	cr_assert(rs_schedule_make(policy, DRAWS, 1, 32, &schedule) ==
		  BACKOFF_OK);
	cr_assert(schedule.count == 4);
	for (size_t i = 0; i < 4; i++, bound *= 2) {
		const struct rs_wait *wait = &schedule.wait[i];

		cr_expect(wait->low_ns == 0);
		cr_expect(fabs(seconds(wait->high_ns) - bound) < 1e-9);
		cr_expect(wait->nominal_ns == wait->high_ns);
		cr_expect(fabs(seconds(wait->at_ns[RS_SCHEDULE_P1]) -
			       0.01 * bound) < 0.005 * bound);
		cr_expect(fabs(seconds(wait->at_ns[RS_SCHEDULE_P95]) -
			       0.95 * bound) < 0.01 * bound);
		cr_expect(wait->reached == DRAWS);
	}
	cr_expect(fabs(seconds(schedule.wait[3].total_ns) - 0.75) < 0.01);
	rs_schedule_clear(&schedule);
	backoff_policy_unref(policy);
}

Test(policies_schedule, edges)
{
	struct backoff_policy *once =
		small_policy("{\"name\":\"ONCE\",\"max_attempts\":1}");
	struct backoff_policy *endless = small_policy(
		"{\"name\":\"E\",\"max_attempts\":1000000,\"base_delay\":1,"
		"\"max_delay\":60,\"deadline\":\"10s\","
		"\"jitter\":{\"kind\":\"none\"},\"backoff\":\"exponential\"}");
	struct backoff_policy *unlimited = small_policy(
		"{\"name\":\"U\",\"max_attempts\":\"unlimited\","
		"\"base_delay\":1,\"deadline\":100,\"jitter\":{\"kind\":"
		"\"none\"},\"backoff\":\"constant\"}");
	struct rs_schedule schedule;

	cr_assert(rs_schedule_make(once, 10, 1, 32, &schedule) == BACKOFF_OK);
	cr_expect(schedule.count == 0);
	rs_schedule_clear(&schedule);
	cr_assert(rs_schedule_make(endless, 10, 1, 32, &schedule) ==
		  BACKOFF_OK);
	cr_expect(schedule.count == 32 && schedule.left_out == 999999 - 32);
	cr_expect(schedule.wait[2].reached == 10, "1 + 2 + 4 is less than 10");
	cr_expect(schedule.wait[3].reached == 0, "but not with 8 more");
	rs_schedule_clear(&schedule);
	cr_assert(rs_schedule_make(unlimited, 10, 1, 32, &schedule) ==
		  BACKOFF_OK);
	cr_expect(schedule.count == 32 && schedule.left_out == UINT64_MAX);
	rs_schedule_clear(&schedule);
	cr_assert(rs_schedule_make(unlimited, 10, 1, 150, &schedule) ==
		  BACKOFF_OK);
	cr_expect(schedule.left_out == 0 && schedule.wait[98].reached == 10 &&
		  schedule.wait[99].reached == 0);
	rs_schedule_clear(&schedule);
	backoff_policy_unref(once);
	backoff_policy_unref(endless);
	backoff_policy_unref(unlimited);
}

/* Classes that have other delays than the policy. */
Test(policies_schedule, delays_by_class)
{
	static const struct {
		const char *policy;
		enum backoff_class class;
		size_t count;
		double high[4];
		const char *why;
	} row[] = {
		{"AWS_STANDARD_2026",
		 BACKOFF_CLASS_THROTTLE,
		 2,
		 {1, 2},
		 "rule"},
		{"AWS_STANDARD_2026", BACKOFF_CLASS_TIMEOUT, 0, {0}, "no rule"},
		{"AWS_STANDARD_2026", BACKOFF_CLASS_CLIENT, 0, {0}, "no retry"},
		{"STANDARD", BACKOFF_CLASS_THROTTLE, 0, {0}, "no rules at all"},
		{"{\"name\":\"C\",\"max_attempts\":2,\"base_delay\":1,"
		 "\"on\":{\"throttle\":{\"base_delay\":3,\"consume_attempt\":"
		 "false,\"limit\":9}}}",
		 BACKOFF_CLASS_THROTTLE,
		 4,
		 {3, 6, 12, 24},
		 "waits that do not count, up to the limit"},
		{"{\"name\":\"C\",\"max_attempts\":4,\"base_delay\":1,"
		 "\"max_delay\":30,\"on\":{\"server\":{\"max_delay\":2}}}",
		 BACKOFF_CLASS_SERVER,
		 3,
		 {1, 2, 2},
		 "another cap"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct backoff_policy *policy = small_policy(row[i].policy);
		struct backoff_delay law[4];
		size_t count = rs_schedule_class(policy, row[i].class, law, 4);

		cr_expect(count == row[i].count, "%s: %zu", row[i].why, count);
		for (size_t k = 0; k < count && k < row[i].count; k++)
			cr_expect(seconds(law[k].high_ns) == row[i].high[k],
				  "%s: %g", row[i].why,
				  seconds(law[k].high_ns));
		backoff_policy_unref(policy);
	}
}

Test(policies_schedule, a_step_that_is_a_range_is_drawn_from_it)
{
	struct backoff_policy *policy = policy_of(
		"{\"name\":\"R\",\"max_attempts\":4,\"backoff\":\"schedule\","
		"\"schedule\":[[1,3],4],\"jitter\":\"none\"}");
	struct rs_schedule schedule;

	cr_assert(rs_schedule_make(policy, DRAWS, 1, 32, &schedule) ==
		  BACKOFF_OK);
	cr_assert(schedule.count == 3);
	cr_expect(schedule.wait[0].low_ns == 1000000000 &&
		  schedule.wait[0].high_ns == 3000000000);
	cr_expect(fabs(seconds(schedule.wait[0].at_ns[RS_SCHEDULE_P50]) - 2) <
		  0.02);
	cr_expect(schedule.wait[1].nominal_ns == 4000000000);
	cr_expect(schedule.wait[2].low_ns == schedule.wait[2].high_ns);
	rs_schedule_clear(&schedule);
	backoff_policy_unref(policy);
}
