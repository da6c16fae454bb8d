/* Tests of replay/alone: recorded calls are reproduced unchanged. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "unit/replay/small_world.h"

#define SECOND UINT64_C(1000000000)

Test(replay_alone, a_policy_on_its_own_recording_is_a_fixed_point)
{
	static const char *const policies[] = {
		"QUICK",   "STANDARD",     "PERSISTENT", "WEBHOOK",
		"AI_GROK", "DB_OPERATION", "SNAPSHOT",   NULL};

	for (size_t i = 0; policies[i]; i++) {
		struct small_world world = small_world_lossy();
		struct backoff_policy *policy = small_policy(policies[i]);
		struct small_truth truth =
			small_world_run(&world, policy, NULL);
		struct small_case c;
		const struct rs_result *result;

		small_case_run(&c, &world, policies[i], policies);
		result = &c.comparison.result[i];
		cr_expect(result->calls == truth.calls, "%s", policies[i]);
		cr_expect(fabs(result->success_rate * (double)truth.calls -
			       (double)truth.succeeded) < 1e-6,
			  "%s: %g for %ju", policies[i],
			  result->success_rate * (double)truth.calls,
			  (uintmax_t)truth.succeeded);
		cr_expect(fabs(result->attempts - (double)truth.attempts) <
				  1e-6,
			  "%s", policies[i]);
		cr_expect(result->support[RS_SUPPORT_EXACT] == 1);
		cr_expect(result->outer.low == result->outer.high);
		cr_expect(c.comparison.subject[0].baseline == i);
		backoff_policy_unref(policy);
		small_case_clear(&c);
	}
}

#define LIMITED                                                                \
	"{\"name\":\"L\",\"max_attempts\":9,\"base_delay\":0.5,"               \
	"\"max_delay\":4,\"deadline\":4"
static const struct {
	const char *why, *policy;
	uint64_t deadline_ns, attempt_ns;
	double called_off;
	enum backoff_stop how;
	/** Reasons that must occur for the test to mean something. */
	enum backoff_stop stop[2];
} ending[] = {
	{"waits that would have reached the deadline",
	 LIMITED "}",
	 0,
	 3000000,
	 0,
	 BACKOFF_STOP_NONE,
	 {BACKOFF_STOP_SUCCESS, BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE}},
	/* Four attempts and three waits, none a whole number of microseconds,
	 * take 4 s to the nanosecond. */
	{"attempts that end at the deadline",
	 "{\"name\":\"L\",\"max_attempts\":9,\"base_delay\":0.4999997,"
	 "\"deadline\":4,\"jitter\":\"none\"}",
	 0,
	 125000525,
	 0,
	 BACKOFF_STOP_NONE,
	 {BACKOFF_STOP_DEADLINE, BACKOFF_STOP_SUCCESS}},
	{"the callers' deadline",
	 "PERSISTENT",
	 2 * SECOND,
	 3000000,
	 0,
	 BACKOFF_STOP_NONE,
	 {BACKOFF_STOP_SUCCESS, BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE}},
	{"the shorter of two deadlines",
	 LIMITED "}",
	 2 * SECOND,
	 3000000,
	 0,
	 BACKOFF_STOP_NONE,
	 {BACKOFF_STOP_SUCCESS, BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE}},
	{"cancelled in waits",
	 "STANDARD",
	 0,
	 3000000,
	 0.3,
	 BACKOFF_STOP_CANCELLED,
	 {BACKOFF_STOP_CANCELLED, BACKOFF_STOP_MAX_ATTEMPTS}},
	{"shut down in waits, with a budget",
	 "{\"name\":\"B\",\"max_attempts\":3,\"base_delay\":1,"
	 "\"budget\":{\"kind\":\"token_bucket\","
	 "\"capacity\":1000000}}",
	 0,
	 3000000,
	 0.3,
	 BACKOFF_STOP_SHUTDOWN,
	 {BACKOFF_STOP_SHUTDOWN, BACKOFF_STOP_MAX_ATTEMPTS}},
};

/* Not only the numbers agree: each call ends for its recorded reason. */
Test(replay_alone, calls_end_as_they_were_recorded)
{
	for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++) {
		struct small_world world = small_world_lossy();
		const char *const policies[] = {ending[i].policy, NULL};
		struct backoff_policy *policy = small_policy(ending[i].policy);
		const struct rs_result *result;
		struct small_truth truth;
		struct small_case c;

		world.deadline_ns = ending[i].deadline_ns;
		world.attempt_ns = ending[i].attempt_ns;
		world.called_off = ending[i].called_off;
		world.how = ending[i].how;
		truth = small_world_run(&world, policy, NULL);
		for (size_t k = 0; k < 2; k++)
			cr_expect(truth.stop[ending[i].stop[k]] > 0, "%s: %s",
				  ending[i].why,
				  backoff_stop_name(ending[i].stop[k]));
		small_case_run(&c, &world, ending[i].policy, policies);
		result = &c.comparison.result[0];
		cr_expect(fabs(result->attempts - (double)truth.attempts) <
				  1e-6,
			  "%s: %g attempts, not %ju", ending[i].why,
			  result->attempts, (uintmax_t)truth.attempts);
		/* Logged times are whole microseconds. */
		cr_expect(
			fabs(result->backoff_per_call_ns * (double)truth.calls /
				     (double)truth.backoff_ns -
			     1) < 1e-4,
			"%s: waits of %g ns, not %ju", ending[i].why,
			result->backoff_per_call_ns * (double)truth.calls,
			(uintmax_t)truth.backoff_ns);
		for (int k = 0; k <= BACKOFF_STOP_SLEEP_FAILED; k++)
			cr_expect(k == BACKOFF_STOP_SUCCESS ||
					  fabs(result->stop[k] -
					       (double)truth.stop[k]) < 1e-6,
				  "%s: %g %s, not %ju", ending[i].why,
				  result->stop[k],
				  backoff_stop_name((enum backoff_stop)k),
				  (uintmax_t)truth.stop[k]);
		cr_expect(fabs(result->success_rate * (double)truth.calls -
			       (double)truth.succeeded) < 1e-6,
			  "%s", ending[i].why);
		backoff_policy_unref(policy);
		small_case_clear(&c);
	}
}

/* The duration of an attempt has the same effect as in production. */
Test(replay_alone, an_attempt_of_that_length_resets_its_call)
{
	static const char *const policies[] = {
		"{\"name\":\"RESET\",\"max_attempts\":3,\"base_delay\":1,"
		"\"jitter\":{\"kind\":\"proportional\"},\"reset_after\":2}",
		"{\"name\":\"NOT_YET\",\"max_attempts\":3,\"base_delay\":1,"
		"\"jitter\":{\"kind\":\"proportional\"},\"reset_after\":3}",
		NULL};
	struct small_world world = {.seed = 5,
				    .calls_per_second = 1,
				    .seconds = 600,
				    .up_fails = 0.5,
				    .attempt_ns = 2 * SECOND};
	struct small_case c;

	struct backoff_policy *reset = small_policy(policies[0]);
	struct small_truth truth = small_world_run(&world, reset, NULL);
	const struct rs_result *result;

	small_case_run(&c, &world, policies[0], policies);
	result = c.comparison.result;
	cr_expect(truth.succeeded == truth.calls,
		  "three failures in a row never count");
	cr_expect(result[0].success_rate == 1);
	cr_expect(fabs(result[0].attempts - (double)truth.attempts) < 1e-6);
	/* Under the second policy, three failures in a row count. */
	cr_expect(fabs(result[1].success_rate - 0.875) < 0.05, "%g",
		  result[1].success_rate);
	cr_expect(result[1].attempts < result[0].attempts);
	small_case_clear(&c);
	backoff_policy_unref(reset);
}

/* The same delays and an earlier stop need no estimate. */
Test(replay_alone, nested_policies_are_exact_to_the_last_call)
{
	static const char *const policies[] = {"STANDARD", "WEBHOOK",
					       "DB_OPERATION", NULL};
	struct small_world world = small_world_lossy();
	struct small_case c;

	small_case_run(&c, &world, "DB_OPERATION", policies);
	for (size_t i = 0; policies[i]; i++) {
		struct backoff_policy *policy = small_policy(policies[i]);
		struct small_truth truth =
			small_world_run(&world, policy, NULL);
		const struct rs_result *result = &c.comparison.result[i];

		cr_expect(result->support[RS_SUPPORT_EXACT] == 1, "%s",
			  policies[i]);
		cr_expect(fabs(result->success_rate * (double)truth.calls -
			       (double)truth.succeeded) < 1e-6,
			  "%s", policies[i]);
		cr_expect(fabs(result->attempts - (double)truth.attempts) <
				  1e-6,
			  "%s", policies[i]);
		backoff_policy_unref(policy);
	}
	small_case_clear(&c);
}

/* The policy's limit turns longer attempts into timeouts. */
Test(replay_alone, a_shorter_attempt_timeout_cuts_recorded_attempts)
{
	static const char *const policies[] = {
		"STANDARD",
		"{\"name\":\"CUT\",\"max_attempts\":3,\"base_delay\":1,"
		"\"max_delay\":10,\"backoff\":\"exponential\","
		"\"attempt_timeout\":\"1ms\","
		"\"jitter\":{\"kind\":\"proportional\",\"ratio\":0.25}}",
		"{\"name\":\"ROOM\",\"max_attempts\":3,\"base_delay\":1,"
		"\"max_delay\":10,\"backoff\":\"exponential\","
		"\"attempt_timeout\":\"1s\","
		"\"jitter\":{\"kind\":\"proportional\",\"ratio\":0.25}}",
		NULL};
	struct small_world world = small_world_lossy();
	const struct rs_result *r;
	struct small_case c;

	small_case_run(&c, &world, "STANDARD", policies);
	r = c.comparison.result;
	cr_expect(r[1].success_rate == 0, "every attempt takes 3 ms");
	cr_expect(r[1].first_try_rate == 0);
	cr_expect(r[1].attempts_per_call == 3);
	cr_expect(r[1].difference.verdict == RS_VERDICT_WORSE);
	cr_expect(r[2].success_rate == r[0].success_rate, "1 s is enough");
	cr_expect(r[2].attempts == r[0].attempts);
	small_case_clear(&c);
}

/* A limit that cuts a recorded success may meet a slow attempt, or a call that
 * is always slow: the bounds hold both. */
Test(replay_alone, a_shorter_attempt_timeout_may_cut_a_call_each_time)
{
	static const char *const policies[] = {
		"STANDARD",
		"{\"name\":\"CUT\",\"max_attempts\":3,\"base_delay\":1,"
		"\"max_delay\":10,\"backoff\":\"exponential\","
		"\"attempt_timeout\":\"50ms\"}",
		NULL};
	const struct small_world world = {.seed = 3,
					  .calls_per_second = 5,
					  .seconds = 400,
					  .up_fails = 0.01,
					  .attempt_ns = 3000000,
					  .slow = 0.1,
					  .slow_ns = 100000000};
	const struct rs_result *r;
	struct small_case c;

	small_case_run(&c, &world, "STANDARD", policies);
	r = &c.comparison.result[1];
	cr_expect(r->outer.low < 0.92, "%.4f", r->outer.low);
	cr_expect(r->outer.high > 0.97, "%.4f", r->outer.high);
	cr_expect(r->difference.condition.kind == RS_CONDITION_TIMEOUT);
	small_case_clear(&c);
}

Test(replay_alone, a_deadline_stops_before_the_wait)
{
	static const char *const policies[] = {
		"STANDARD",
		"{\"name\":\"DEADLINE\",\"max_attempts\":3,\"base_delay\":1,"
		"\"max_delay\":10,\"backoff\":\"exponential\","
		"\"deadline\":\"2s\","
		"\"jitter\":{\"kind\":\"proportional\",\"ratio\":0.25}}",
		NULL};
	struct small_world world = small_world_lossy();
	const struct rs_result *r;
	struct small_case c;

	small_case_run(&c, &world, "STANDARD", policies);
	r = &c.comparison.result[1];
	cr_expect(r->support[RS_SUPPORT_EXACT] == 1, "an earlier stop");
	cr_expect(r->stop[BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE] > 0);
	cr_expect(r->stop[BACKOFF_STOP_MAX_ATTEMPTS] == 0,
		  "two waits never fit into 2 s");
	cr_expect(r->failure_latency.at[RS_P99].ns < 2 * SECOND);
	small_case_clear(&c);
}

/* Calls that fail permanently would go on for ever. */
Test(replay_alone, attempts_of_a_call_are_limited)
{
	static const char *const recorded[] = {"QUICK", NULL};
	static const char *const endless[] = {
		"{\"name\":\"ALONE\",\"max_attempts\":1000000,"
		"\"base_delay\":0.001,\"max_delay\":0.001}",
		"{\"name\":\"SHARED\",\"max_attempts\":1000000,"
		"\"base_delay\":0.001,\"max_delay\":0.001,\"budget\":"
		"{\"kind\":\"token_bucket\",\"capacity\":1000000,"
		"\"retry_cost\":1,\"throttle_cost\":1}}"};
	struct small_world world = {.seed = 1,
				    .calls_per_second = 5,
				    .seconds = 20,
				    .up_fails = 0.02,
				    .permanent = 0.3,
				    .attempt_ns = 3000000};
	struct rs_comparison other;
	struct small_case c;

	small_case_run(&c, &world, "QUICK", recorded);
	for (size_t i = 0; i < 2; i++) {
		struct backoff_policy *policy = small_policy(endless[i]);

		cr_assert(rs_policy_set_push(&c.policies, policy));
		backoff_policy_unref(policy);
	}
	c.plan.replicas = 1;
	cr_assert(rs_compare(&c.plan, &other) == BACKOFF_OK);
	for (size_t i = 1; i <= 2; i++) {
		const struct rs_result *r = &other.result[i];
		double most = r->stop[BACKOFF_STOP_MAX_ATTEMPTS];

		cr_expect(most > (double)r->calls * 0.2, "%s: %g calls of %ju",
			  r->policy->label, most, (uintmax_t)r->calls);
		cr_expect(fabs(r->attempts - most * RS_ATTEMPTS_MAX) <
				  (double)r->calls * 2,
			  "%s: %g attempts", r->policy->label, r->attempts);
	}
	rs_comparison_clear(&other);
	small_case_clear(&c);
}
