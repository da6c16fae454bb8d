/* Tests of crowd: budgets and breakers in replay. */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include <criterion/criterion.h>

#include "unit/replay/shared_world.h"
#include "unit/replay/small_world.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)

#define SHARED(attempts, fields)                                               \
	"{\"name\":\"SHARED\",\"max_attempts\":" attempts                      \
	",\"base_delay\":\"200ms\",\"max_delay\":\"2s\"," fields "}"
#define BUCKET                                                                 \
	"\"budget\":{\"kind\":\"token_bucket\",\"capacity\":50,"               \
	"\"retry_cost\":5,\"throttle_cost\":2}"
#define BREAKER                                                                \
	"\"breaker\":{\"window\":20,\"failure_ratio\":0.5,\"cooldown\":"       \
	"\"700ms\",\"probes\":2}"

/* Half an hour of outages of 12 s a minute, ten calls a second. */
static struct shared_world
outages(void)
{
	return (struct shared_world){.seed = 3,
				     .calls = 6000,
				     .gap_ns = 100 * MS,
				     .fails = .03,
				     .down_fails = .9,
				     .period_ns = 60 * S,
				     .down_ns = 12 * S};
}

/* Record under the first policy, compare all of them. */
static struct shared_truth
run_case(struct small_case *c, const struct shared_world *world,
	 const char *const *policies)
{
	struct backoff_policy *policy = small_policy(policies[0]);
	struct shared_truth truth;

	*c = (struct small_case){.trace = tk_trace_new()};
	cr_assert(c->trace);
	truth = shared_world_run(world, policy, c->trace);
	backoff_policy_unref(policy);
	cr_assert(tk_trace_stitch(c->trace) == BACKOFF_OK);
	cr_assert(rs_log_init(&c->log, c->trace, 1) == BACKOFF_OK);
	cr_assert(c->log.operation_count == 1);
	if (world->failures_only)
		cr_assert(rs_log_count(&c->log.operation[0], truth.calls));
	for (size_t i = 0; policies[i]; i++) {
		policy = small_policy(policies[i]);
		cr_assert(rs_policy_set_push(&c->policies, policy));
		backoff_policy_unref(policy);
	}
	c->plan = (struct rs_plan){.log = &c->log,
				   .policies = &c->policies,
				   .shipped = &c->policies,
				   .estimator = &rs_estimator_local,
				   .baseline = 0,
				   .seed = 1,
				   .replicas = 5};
	cr_assert(rs_compare(&c->plan, &c->comparison) == BACKOFF_OK);
	return truth;
}

static void
expect_same(const char *what, const struct rs_result *r,
	    const struct shared_truth *truth)
{
	cr_expect(r->calls == truth->calls, "%s: %ju calls of %ju", what,
		  (uintmax_t)r->calls, (uintmax_t)truth->calls);
	cr_expect(r->attempts == (double)truth->attempts,
		  "%s: %.1f attempts for %ju", what, r->attempts,
		  (uintmax_t)truth->attempts);
	cr_expect(fabs(r->success_rate * (double)truth->calls -
		       (double)truth->succeeded) < 1e-6,
		  "%s", what);
	for (int i = 0; i < RS_STOPS; i++)
		cr_expect(r->stop[i] == (double)truth->stop[i],
			  "%s: %s %.1f for %ju", what,
			  backoff_stop_name((enum backoff_stop)i), r->stop[i],
			  (uintmax_t)truth->stop[i]);
	/* So each call makes a part of its recorded attempts; and all of
	 * them, since the sum is the same. */
	cr_expect(r->support[RS_SUPPORT_EXACT] == 1, "%s", what);
	cr_expect(r->outer.low == r->outer.high, "%s", what);
	cr_expect(r->refused_calls == (double)truth->refused, "%s", what);
}

/* What libbackoff wrote, with its refusals, comes back to the last call. */
Test(replay_shared, a_guarded_policy_on_its_own_recording_is_a_fixed_point)
{
	static const struct {
		const char *policy;
		enum backoff_stop reason;
	} row[] = {
		{"AWS_STANDARD_2020", BACKOFF_STOP_BUDGET},
		{"AWS_STANDARD_2026", BACKOFF_STOP_BUDGET},
		{SHARED("4", BUCKET), BACKOFF_STOP_BUDGET},
		{SHARED("4", "\"budget\":{\"kind\":\"throttle\"}"),
		 BACKOFF_STOP_BUDGET},
		{SHARED("4", "\"budget\":{\"kind\":\"ratio\",\"ratio\":0.1,"
			     "\"min_per_second\":1}"),
		 BACKOFF_STOP_BUDGET},
		{SHARED("4", "\"budget\":{\"kind\":\"concurrency\"}"),
		 BACKOFF_STOP_BUDGET},
		{SHARED("4", "\"jitter\":\"decorrelated\"," BUCKET),
		 BACKOFF_STOP_BUDGET},
		{SHARED("4", BREAKER), BACKOFF_STOP_BREAKER_OPEN},
		{SHARED("4", "\"breaker\":{\"window_time\":\"5s\"}"),
		 BACKOFF_STOP_BREAKER_OPEN},
		{SHARED("3", BUCKET "," BREAKER), BACKOFF_STOP_BREAKER_OPEN},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		for (unsigned targets = 0; targets < 4; targets += 3) {
			const char *const policies[] = {row[i].policy, NULL};
			struct shared_world world = outages();
			struct shared_truth truth;
			struct small_case c;

			world.targets = targets;
			world.gap_ns /= targets ? targets : 1;
			truth = run_case(&c, &world, policies);
			cr_expect(truth.stop[row[i].reason] > 20, "%s: %ju",
				  row[i].policy,
				  (uintmax_t)truth.stop[row[i].reason]);
			expect_same(row[i].policy, c.comparison.result, &truth);
			small_case_clear(&c);
		}
	}
}

/* What ended a recorded call and is no property of the policy ends it again:
 * the peer forbade it, it could not be sent again, or happen twice. */
Test(replay_shared, what_only_the_end_of_a_call_tells)
{
	static const struct {
		enum backoff_stop stop;
		const char *fields;
	} row[] = {
		{BACKOFF_STOP_SERVER_FORBADE, BUCKET},
		{BACKOFF_STOP_NOT_REPLAYABLE, BUCKET},
		{BACKOFF_STOP_NOT_IDEMPOTENT,
		 "\"idempotent_only\":true," BUCKET},
		{BACKOFF_STOP_SERVER_FORBADE, "\"idempotent_only\":false"},
		{BACKOFF_STOP_NOT_REPLAYABLE, "\"idempotent_only\":false"},
		{BACKOFF_STOP_NOT_IDEMPOTENT, "\"idempotent_only\":true"},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char policy[400];
		const char *const policies[] = {policy, NULL};
		struct shared_world world = outages();
		struct shared_truth truth;
		struct small_case c;

		snprintf(policy, sizeof(policy), SHARED("4", "%s"),
			 row[i].fields);
		world.ends = row[i].stop;
		truth = run_case(&c, &world, policies);
		cr_expect(truth.stop[row[i].stop] > 20, "%s: %ju", policy,
			  (uintmax_t)truth.stop[row[i].stop]);
		expect_same(policy, c.comparison.result, &truth);
		small_case_clear(&c);
	}
}

/* A call that was made once because its request was a retry is made once
 * again, and under a policy that does not care, it is not. */
Test(replay_shared, calls_for_requests_that_are_retries)
{
	static const char *const row[] = {
		"\"retry_inbound_retries\":false",
		"\"retry_inbound_retries\":false," BUCKET};

	for (size_t i = 0; i < COUNT(row); i++) {
		char policy[400];
		const char *const policies[] = {
			policy, SHARED("4", "\"retry_on\":[\"*\"]"), NULL};
		struct shared_world world = outages();
		struct shared_truth truth;
		struct small_case c;

		snprintf(policy, sizeof(policy), SHARED("4", "%s"), row[i]);
		world.serves_retries = true;
		truth = run_case(&c, &world, policies);
		cr_expect(truth.stop[BACKOFF_STOP_MAX_ATTEMPTS] > 20);
		expect_same(policy, &c.comparison.result[0], &truth);
		cr_expect(c.comparison.result[1].attempts >
			  (double)truth.attempts);
		small_case_clear(&c);
	}
}

/* Hints and rules by class are part of what was recorded, with and without a
 * budget. */
Test(replay_shared, hints_of_the_log_are_followed_again)
{
	static const char *const row[] = {
		"AWS_STANDARD_2026",
		SHARED("4", "\"server_hint\":{\"max\":3}"),
		SHARED("4", "\"server_hint\":{\"max\":3,\"too_long\":\"clamp\","
			    "\"combine\":\"replace\",\"jitter\":0.3,"
			    "\"restart\":true}"),
		SHARED("4", "\"server_hint\":{\"max\":3,\"too_long\":"
			    "\"ignore\"},\"on\":{\"throttle\":{\"base_delay\":"
			    "\"1s\",\"consume_attempt\":false,\"limit\":2}}"),
		SHARED("4", "\"server_hint\":{\"use\":false}"),
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		const char *const policies[] = {row[i], NULL};
		struct shared_world world = outages();
		struct shared_truth truth;
		struct small_case c;

		world.hints = .4;
		truth = run_case(&c, &world, policies);
		expect_same(row[i], c.comparison.result, &truth);
		small_case_clear(&c);
	}
}

/* The same delays and an earlier stop: what a budget would have refused needs
 * no model, and comes out as it does in the same world. */
Test(replay_shared, a_budget_on_recorded_delays_is_exact)
{
	static const char *const policies[] = {
		SHARED("4", "\"retry_on\":[\"*\"]"), SHARED("4", BUCKET),
		SHARED("3", "\"budget\":{\"kind\":\"throttle\"}"), NULL};
	struct shared_world world = outages();
	struct small_case c;

	run_case(&c, &world, policies);
	for (size_t i = 1; policies[i]; i++) {
		struct backoff_policy *policy = small_policy(policies[i]);
		struct shared_truth truth =
			shared_world_run(&world, policy, NULL);

		cr_expect(truth.stop[BACKOFF_STOP_BUDGET] > 20);
		expect_same(policies[i], &c.comparison.result[i], &truth);
		cr_expect(c.comparison.result[i].difference.verdict ==
			  RS_VERDICT_WORSE);
		backoff_policy_unref(policy);
	}
	cr_expect(!c.comparison.result[0].guarded);
	cr_expect(c.comparison.result[1].guarded);
	small_case_clear(&c);
}

static void
expect_close(const char *what, const struct rs_result *r,
	     const struct shared_truth *truth, double points, double attempts)
{
	double calls = (double)truth->calls;
	double success = (double)truth->succeeded / calls;
	double per_call = (double)truth->attempts / calls;

	cr_expect(fabs(r->success_rate - success) < points / 100,
		  "%s: success %.4f for %.4f", what, r->success_rate, success);
	cr_expect(fabs(r->attempts_per_call - per_call) < attempts,
		  "%s: attempts per call %.4f for %.4f", what,
		  r->attempts_per_call, per_call);
}

/* The other way round: what was refused has to be estimated, the first attempt
 * of calls that met an open breaker too. */
Test(replay_shared, what_was_refused_is_estimated)
{
	static const char *const recorded[] = {SHARED("4", BUCKET),
					       SHARED("4", BREAKER),
					       SHARED("4", BUCKET "," BREAKER)};
	static const char *const without = SHARED("4", "\"retry_on\":[\"*\"]");

	for (size_t i = 0; i < COUNT(recorded); i++) {
		const char *const policies[] = {recorded[i], without, NULL};
		struct backoff_policy *policy = small_policy(without);
		struct shared_world world = outages();
		struct shared_truth truth =
			shared_world_run(&world, policy, NULL);
		const struct rs_result *r;
		struct small_case c;

		run_case(&c, &world, policies);
		r = &c.comparison.result[1];
		cr_expect(r->refused_calls == 0);
		cr_expect(r->stop[BACKOFF_STOP_BUDGET] == 0 &&
			  r->stop[BACKOFF_STOP_BREAKER_OPEN] == 0 &&
			  r->stop[BACKOFF_STOP_CANCELLED] == 0);
		cr_expect(r->support[RS_SUPPORT_EXACT] < 1);
		expect_close(recorded[i], r, &truth, 1.5, .05);
		backoff_policy_unref(policy);
		small_case_clear(&c);
	}
}

/* A log of failures: the successes that a count tells of fill the bucket, and
 * are refused by an open breaker like the others. */
Test(replay_shared, calls_without_a_line_take_part)
{
	static const char *const policies[] = {
		SHARED("4", "\"retry_on\":[\"*\"]"), SHARED("4", BUCKET),
		SHARED("4", BREAKER), NULL};
	struct shared_world world = outages();
	struct small_case c;

	world.failures_only = true;
	run_case(&c, &world, policies);
	cr_assert(c.log.operation[0].unlogged_calls > 4000);
	for (size_t i = 1; policies[i]; i++) {
		struct backoff_policy *policy = small_policy(policies[i]);
		struct shared_truth truth =
			shared_world_run(&world, policy, NULL);
		const struct rs_result *r = &c.comparison.result[i];

		expect_close(policies[i], r, &truth, 1.5, .06);
		cr_expect(fabs(r->stop[BACKOFF_STOP_SUCCESS] -
			       r->success_rate * (double)r->calls) < 1e-6);
		cr_expect(fabs(r->success_latency.calls +
			       r->failure_latency.calls - (double)r->calls) <
			  1e-6);
		cr_expect(r->difference.value < 0 &&
				  fabs(r->difference.value -
				       (r->success_rate -
					c.comparison.result[0].success_rate)) <
					  1e-9,
			  "calls without a line count in it");
		backoff_policy_unref(policy);
	}
	cr_expect(c.comparison.result[1].stop[BACKOFF_STOP_BUDGET] > 20);
	cr_expect(c.comparison.result[2].refused_calls > 100);
	cr_expect(c.comparison.result[2].attempts_interval.low <=
		  c.comparison.result[2].attempts_per_call);
	small_case_clear(&c);
}

/* What the log cannot tell of: all of it failing and all of it succeeding are
 * worlds of their own, since each changes what the budget has left. */
Test(replay_shared, bounds_hold_the_result_and_the_truth)
{
	static const char *const policies[] = {
		"QUICK",
		"{\"name\":\"LONG\",\"max_attempts\":4,\"base_delay\":2,"
		"\"max_delay\":30," BUCKET "}",
		NULL};
	struct backoff_policy *policy = small_policy(policies[1]);
	struct shared_world world = outages();
	struct shared_truth truth = shared_world_run(&world, policy, NULL);
	double success = (double)truth.succeeded / (double)truth.calls;
	const struct rs_result *r;
	struct small_case c;

	run_case(&c, &world, policies);
	r = &c.comparison.result[1];
	cr_expect(r->flagged);
	cr_expect(r->outer.low < r->success_rate &&
		  r->success_rate < r->outer.high);
	cr_expect(r->outer.low <= success && success <= r->outer.high,
		  "%.4f in %.4f-%.4f", success, r->outer.low, r->outer.high);
	backoff_policy_unref(policy);
	small_case_clear(&c);
}

/* Replay cannot know how a target takes far more than it ever got. */
Test(replay_shared, more_load_than_was_recorded_has_no_verdict)
{
	static const char *const policies[] = {
		SHARED("3", BUCKET), SHARED("3", "\"retry_on\":[\"*\"]"),
		SHARED("3", "\"budget\":{\"kind\":\"token_bucket\","
			    "\"capacity\":60}"),
		NULL};
	struct shared_world world = outages();
	const struct rs_result *r;
	struct small_case c;

	world.gap_ns = 10 * MS;
	world.period_ns = 20 * S;
	world.down_ns = 5 * S;
	run_case(&c, &world, policies);
	r = c.comparison.result;
	cr_expect(r[0].load == RS_LOAD_USUAL);
	cr_expect(r[0].load_peak == r[0].recorded_load_peak, "%.1f of %.1f",
		  r[0].load_peak, r[0].recorded_load_peak);
	cr_expect(r[1].load == RS_LOAD_EXTRAPOLATED, "%.1f of %.1f",
		  r[1].load_peak, r[1].recorded_load_peak);
	cr_expect(r[1].difference.verdict == RS_VERDICT_UNSUPPORTED);
	cr_expect(r[2].load == RS_LOAD_USUAL, "%.1f of %.1f", r[2].load_peak,
		  r[2].recorded_load_peak);
	cr_expect(r[2].difference.verdict != RS_VERDICT_UNSUPPORTED);
	small_case_clear(&c);
}

Test(replay_shared, a_breaker_takes_load_away)
{
	static const char *const policies[] = {
		SHARED("1", "\"retry_on\":[\"*\"]"), SHARED("1", BREAKER),
		NULL};
	struct shared_world world = outages();
	const struct rs_result *r;
	struct small_case c;

	/* All of the time down: calls come, and are refused. */
	world.fails = 1;
	world.period_ns = 0;
	world.failures_only = true;
	run_case(&c, &world, policies);
	r = c.comparison.result;
	cr_expect(r[0].load_peak == 10 && r[0].recorded_load_peak == 10,
		  "%.1f of %.1f", r[0].load_peak, r[0].recorded_load_peak);
	cr_expect(r[1].load_peak == 10, "until it opens");
	cr_expect(r[1].attempts_per_call < .4);
	small_case_clear(&c);
}
