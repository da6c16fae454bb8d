/* Tests of replay/shared: budgets and breakers in replay. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include <criterion/criterion.h>

#include "unit/replay/shared_world.h"
#include "unit/replay/small_world.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)

/* A policy of these tests: a shipped one, or one with delays from 0.2 s to 2 s
 * and the fields that are not NULL, in JSON. */
struct sample {
	const char *shipped;
	unsigned max_attempts;
	const char *budget, *breaker, *jitter, *hint, *more;
};

static const char bucket[] = "{\"kind\":\"token_bucket\",\"capacity\":50,"
			     "\"retry_cost\":5,\"throttle_cost\":2}";
static const char throttle[] = "{\"kind\":\"throttle\"}";
static const char ratio[] =
	"{\"kind\":\"ratio\",\"ratio\":0.1,\"min_per_second\":1}";
static const char concurrency[] = "{\"kind\":\"concurrency\"}";
static const char breaker[] = "{\"window\":20,\"failure_ratio\":0.5,"
			      "\"cooldown\":\"700ms\",\"probes\":2}";

static const char *
json_of(const struct sample *sample, char *out, size_t size)
{
	const struct {
		const char *name, *value;
	} field[] = {{"budget", sample->budget},
		     {"breaker", sample->breaker},
		     {"jitter", sample->jitter},
		     {"server_hint", sample->hint}};
	int used;

	if (sample->shipped)
		return sample->shipped;
	used = snprintf(out, size,
			"{\"name\":\"SAMPLE\",\"max_attempts\":%u,"
			"\"base_delay\":\"200ms\",\"max_delay\":\"2s\"",
			sample->max_attempts);
	for (size_t i = 0; i < COUNT(field); i++)
		if (field[i].value)
			used += snprintf(out + used, size - (size_t)used,
					 ",\"%s\":%s", field[i].name,
					 field[i].value);
	used += snprintf(out + used, size - (size_t)used, "%s%s}",
			 sample->more ? "," : "",
			 sample->more ? sample->more : "");
	cr_assert((size_t)used < size);
	return out;
}

static struct backoff_policy *
sample_policy(const struct sample *sample)
{
	char text[600];

	return small_policy(json_of(sample, text, sizeof(text)));
}

/* Ten minutes of ten calls a second, with an outage of 12 s a minute. */
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
	 const struct sample *sample, size_t count)
{
	struct backoff_policy *policy = sample_policy(&sample[0]);
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
	for (size_t i = 0; i < count; i++) {
		policy = sample_policy(&sample[i]);
		cr_assert(rs_policy_set_push(&c->policies, policy));
		backoff_policy_unref(policy);
	}
	c->plan = (struct rs_plan){.log = &c->log,
				   .policies = &c->policies,
				   .shipped = &c->policies,
				   .estimator = &rs_estimator_jump_chain,
				   .baseline = 0,
				   .seed = 1,
				   .replicas = 40};
	cr_assert(rs_compare(&c->plan, &c->comparison) == BACKOFF_OK);
	return truth;
}

/* Run the world under a policy to get the true result. */
static struct shared_truth
truth_of(const struct shared_world *world, const struct sample *sample)
{
	struct backoff_policy *policy = sample_policy(sample);
	struct shared_truth truth = shared_world_run(world, policy, NULL);

	backoff_policy_unref(policy);
	return truth;
}

static void
expect_same(const char *why, const struct rs_result *r,
	    const struct shared_truth *truth)
{
	cr_expect(r->calls == truth->calls, "%s: %ju calls of %ju", why,
		  (uintmax_t)r->calls, (uintmax_t)truth->calls);
	cr_expect(r->attempts == (double)truth->attempts,
		  "%s: %.1f attempts for %ju", why, r->attempts,
		  (uintmax_t)truth->attempts);
	cr_expect(fabs(r->success_rate * (double)truth->calls -
		       (double)truth->succeeded) < 1e-6,
		  "%s", why);
	for (int i = 0; i < RS_STOPS; i++)
		cr_expect(r->stop[i] == (double)truth->stop[i],
			  "%s: %s %.1f for %ju", why,
			  backoff_stop_name((enum backoff_stop)i), r->stop[i],
			  (uintmax_t)truth->stop[i]);
	/* Each call makes some of its recorded attempts; since the sums agree,
	 * it makes all of them. */
	cr_expect(r->support[RS_SUPPORT_EXACT] == 1, "%s", why);
	cr_expect(r->outer.low == r->outer.high, "%s", why);
	cr_expect(r->refused_calls == (double)truth->refused, "%s", why);
}

static const struct {
	const char *why;
	struct sample policy;
	enum backoff_stop stop;
} guarded[] = {
	{"shipped, 2020",
	 {.shipped = "AWS_STANDARD_2020"},
	 BACKOFF_STOP_BUDGET},
	{"shipped, 2026",
	 {.shipped = "AWS_STANDARD_2026"},
	 BACKOFF_STOP_BUDGET},
	{"a token bucket",
	 {.max_attempts = 4, .budget = bucket},
	 BACKOFF_STOP_BUDGET},
	{"a throttle",
	 {.max_attempts = 4, .budget = throttle},
	 BACKOFF_STOP_BUDGET},
	{"a ratio", {.max_attempts = 4, .budget = ratio}, BACKOFF_STOP_BUDGET},
	{"a limit of concurrency",
	 {.max_attempts = 4, .budget = concurrency},
	 BACKOFF_STOP_BUDGET},
	{"decorrelated delays",
	 {.max_attempts = 4, .budget = bucket, .jitter = "\"decorrelated\""},
	 BACKOFF_STOP_BUDGET},
	{"a breaker by count",
	 {.max_attempts = 4, .breaker = breaker},
	 BACKOFF_STOP_BREAKER_OPEN},
	{"a breaker by time",
	 {.max_attempts = 4, .breaker = "{\"window_time\":\"5s\"}"},
	 BACKOFF_STOP_BREAKER_OPEN},
	{"both",
	 {.max_attempts = 3, .budget = bucket, .breaker = breaker},
	 BACKOFF_STOP_BREAKER_OPEN},
};

/* Replay reproduces every call of libbackoff's log, refusals included. */
Test(replay_shared, a_guarded_policy_on_its_own_recording_is_a_fixed_point)
{
	for (size_t i = 0; i < COUNT(guarded); i++) {
		for (unsigned targets = 0; targets < 4; targets += 3) {
			struct shared_world world = outages();
			struct shared_truth truth;
			struct small_case c;

			world.targets = targets;
			world.gap_ns /= targets ? targets : 1;
			truth = run_case(&c, &world, &guarded[i].policy, 1);
			cr_expect(truth.stop[guarded[i].stop] > 20, "%s: %ju",
				  guarded[i].why,
				  (uintmax_t)truth.stop[guarded[i].stop]);
			expect_same(guarded[i].why, c.comparison.result,
				    &truth);
			small_case_clear(&c);
		}
	}
}

/* A recorded call that ended for a reason outside its policy ends for it again:
 * the server forbade a retry, or the call could not be sent or happen twice. */
Test(replay_shared, a_call_that_could_not_be_repeated_ends_again)
{
	static const struct {
		const char *why;
		enum backoff_stop stop;
		struct sample policy;
	} row[] = {
		{"forbidden, with a budget",
		 BACKOFF_STOP_SERVER_FORBADE,
		 {.max_attempts = 4, .budget = bucket}},
		{"not replayable, with a budget",
		 BACKOFF_STOP_NOT_REPLAYABLE,
		 {.max_attempts = 4, .budget = bucket}},
		{"not idempotent, with a budget",
		 BACKOFF_STOP_NOT_IDEMPOTENT,
		 {.max_attempts = 4,
		  .budget = bucket,
		  .more = "\"idempotent_only\":true"}},
		{"forbidden, alone",
		 BACKOFF_STOP_SERVER_FORBADE,
		 {.max_attempts = 4, .more = "\"idempotent_only\":false"}},
		{"not replayable, alone",
		 BACKOFF_STOP_NOT_REPLAYABLE,
		 {.max_attempts = 4, .more = "\"idempotent_only\":false"}},
		{"not idempotent, alone",
		 BACKOFF_STOP_NOT_IDEMPOTENT,
		 {.max_attempts = 4, .more = "\"idempotent_only\":true"}},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct shared_world world = outages();
		struct shared_truth truth;
		struct small_case c;

		world.ends = row[i].stop;
		truth = run_case(&c, &world, &row[i].policy, 1);
		cr_expect(truth.stop[row[i].stop] > 20, "%s: %ju", row[i].why,
			  (uintmax_t)truth.stop[row[i].stop]);
		expect_same(row[i].why, c.comparison.result, &truth);
		small_case_clear(&c);
	}
}

/* A call that had one attempt because its request was a retry has one again,
 * but not under a policy without that rule. */
Test(replay_shared, calls_for_requests_that_are_retries)
{
	static const struct sample row[][2] = {
		{{.max_attempts = 4, .more = "\"retry_inbound_retries\":false"},
		 {.max_attempts = 4, .more = "\"retry_on\":[\"*\"]"}},
		{{.max_attempts = 4,
		  .budget = bucket,
		  .more = "\"retry_inbound_retries\":false"},
		 {.max_attempts = 4, .more = "\"retry_on\":[\"*\"]"}}};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct shared_world world = outages();
		struct shared_truth truth;
		struct small_case c;

		world.serves_retries = true;
		truth = run_case(&c, &world, row[i], 2);
		cr_expect(truth.stop[BACKOFF_STOP_MAX_ATTEMPTS] > 20);
		expect_same(i ? "with a budget" : "alone",
			    &c.comparison.result[0], &truth);
		cr_expect(c.comparison.result[1].attempts >
			  (double)truth.attempts);
		small_case_clear(&c);
	}
}

/* Hints and rules by class are reproduced, with and without a budget. */
Test(replay_shared, hints_of_the_log_are_followed_again)
{
	static const struct {
		const char *why;
		struct sample policy;
	} row[] = {
		{"with a budget", {.shipped = "AWS_STANDARD_2026"}},
		{"up to 3 s", {.max_attempts = 4, .hint = "{\"max\":3}"}},
		{"clamped, instead of the delay",
		 {.max_attempts = 4,
		  .hint = "{\"max\":3,\"too_long\":\"clamp\",\"combine\":"
			  "\"replace\",\"jitter\":0.3,\"restart\":true}"}},
		{"ignored if too long, with a rule by class",
		 {.max_attempts = 4,
		  .hint = "{\"max\":3,\"too_long\":\"ignore\"}",
		  .more = "\"on\":{\"throttle\":{\"base_delay\":\"1s\","
			  "\"consume_attempt\":false,\"limit\":2}}"}},
		{"not used", {.max_attempts = 4, .hint = "{\"use\":false}"}},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct shared_world world = outages();
		struct shared_truth truth;
		struct small_case c;

		world.hints = .4;
		truth = run_case(&c, &world, &row[i].policy, 1);
		expect_same(row[i].why, c.comparison.result, &truth);
		small_case_clear(&c);
	}
}

/* With the same delays and an earlier stop, attempts that a budget would have
 * refused need no estimate. */
Test(replay_shared, a_budget_on_recorded_delays_is_exact)
{
	static const struct sample sample[] = {
		{.max_attempts = 4, .more = "\"retry_on\":[\"*\"]"},
		{.max_attempts = 4, .budget = bucket},
		{.max_attempts = 3, .budget = throttle}};
	static const char *const why[] = {"", "a token bucket", "a throttle"};
	struct shared_world world = outages();
	struct small_case c;

	run_case(&c, &world, sample, COUNT(sample));
	for (size_t i = 1; i < COUNT(sample); i++) {
		struct shared_truth truth = truth_of(&world, &sample[i]);

		cr_expect(truth.stop[BACKOFF_STOP_BUDGET] > 20);
		expect_same(why[i], &c.comparison.result[i], &truth);
		/* The world's outages come in step with its calls, which looks
		 * like failures that follow load: that is a condition. */
		cr_expect(c.comparison.result[i].difference.interval.high < 0);
		cr_expect(c.comparison.result[i].difference.interval.low ==
			  c.comparison.result[i].difference.interval.high);
	}
	cr_expect(!c.comparison.result[0].guarded);
	cr_expect(c.comparison.result[1].guarded);
	small_case_clear(&c);
}

static void
expect_close(const char *why, const struct rs_result *r,
	     const struct shared_truth *truth, double points, double attempts)
{
	double calls = (double)truth->calls;
	double success = (double)truth->succeeded / calls;
	double per_call = (double)truth->attempts / calls;

	cr_expect(fabs(r->success_rate - success) < points / 100,
		  "%s: success %.4f for %.4f", why, r->success_rate, success);
	cr_expect(fabs(r->attempts_per_call - per_call) < attempts,
		  "%s: attempts per call %.4f for %.4f", why,
		  r->attempts_per_call, per_call);
}

static double
rate_of(const struct shared_truth *truth)
{
	return (double)truth->succeeded / (double)truth->calls;
}

/* The other way round: refused attempts have to be estimated, including the
 * first attempt of calls that met an open breaker. */
Test(replay_shared, what_was_refused_is_estimated)
{
	static const struct {
		const char *why;
		struct sample policy[2];
	} row[] = {
		{"a budget",
		 {{.max_attempts = 4, .budget = bucket},
		  {.max_attempts = 4, .more = "\"retry_on\":[\"*\"]"}}},
		{"a breaker",
		 {{.max_attempts = 4, .breaker = breaker},
		  {.max_attempts = 4, .more = "\"retry_on\":[\"*\"]"}}},
		{"both",
		 {{.max_attempts = 4, .budget = bucket, .breaker = breaker},
		  {.max_attempts = 4, .more = "\"retry_on\":[\"*\"]"}}},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct shared_world world = outages();
		struct shared_truth truth = truth_of(&world, &row[i].policy[1]);
		const struct rs_result *r;
		struct small_case c;

		run_case(&c, &world, row[i].policy, 2);
		r = &c.comparison.result[1];
		cr_expect(r->refused_calls == 0);
		cr_expect(r->stop[BACKOFF_STOP_BUDGET] == 0 &&
			  r->stop[BACKOFF_STOP_BREAKER_OPEN] == 0 &&
			  r->stop[BACKOFF_STOP_CANCELLED] == 0);
		cr_expect(r->support[RS_SUPPORT_EXACT] < 1);
		/* A log of both shows the least. */
		expect_close(row[i].why, r, &truth, i < 2 ? 1.5 : 3, .05);
		cr_expect(r->success.low <= rate_of(&truth) &&
				  rate_of(&truth) <= r->success.high,
			  "%s: [%.4f, %.4f] for %.4f", row[i].why,
			  r->success.low, r->success.high, rate_of(&truth));
		small_case_clear(&c);
	}
}

static void
expect_sums(const struct rs_result *r, const struct rs_result *baseline)
{
	cr_expect(fabs(r->stop[BACKOFF_STOP_SUCCESS] -
		       r->success_rate * (double)r->calls) < 1e-6);
	cr_expect(fabs(r->success_latency.calls + r->failure_latency.calls -
		       (double)r->calls) < 1e-6);
	cr_expect(r->difference.value < 0 &&
			  fabs(r->difference.value -
			       (r->success_rate - baseline->success_rate)) <
				  1e-9,
		  "unlogged calls count in the difference");
}

/* In a log of failures, the successes that only a count shows fill the bucket,
 * and an open breaker refuses them like others. */
Test(replay_shared, unlogged_calls_take_part)
{
	static const struct sample sample[] = {
		{.max_attempts = 4, .more = "\"retry_on\":[\"*\"]"},
		{.max_attempts = 4, .budget = bucket},
		{.max_attempts = 4, .breaker = breaker}};
	static const char *const why[] = {"", "a budget", "a breaker"};
	struct shared_world world = outages();
	const struct rs_result *r;
	struct small_case c;

	world.failures_only = true;
	run_case(&c, &world, sample, COUNT(sample));
	r = c.comparison.result;
	cr_assert(c.log.operation[0].unlogged_calls > 4000);
	for (size_t i = 1; i < COUNT(sample); i++) {
		struct shared_truth truth = truth_of(&world, &sample[i]);

		expect_close(why[i], &r[i], &truth, 1.5, .06);
		expect_sums(&r[i], &r[0]);
	}
	cr_expect(r[1].stop[BACKOFF_STOP_BUDGET] > 20);
	cr_expect(r[2].refused_calls > 100);
	cr_expect(r[2].attempts_interval.low <= r[2].attempts_per_call);
	small_case_clear(&c);
}

/* All successes are unlogged: they are replayed without logged calls. */
Test(replay_shared, a_log_without_replayable_calls_has_unlogged_ones)
{
	static const struct sample sample[] = {
		{.max_attempts = 4, .more = "\"retry_on\":[\"*\"]"},
		{.max_attempts = 4, .budget = bucket}};
	struct backoff_policy *policy = sample_policy(&sample[0]);
	struct rs_operation *operation;
	struct backoff_event event;
	const struct rs_result *r;
	struct small_case c = {.trace = tk_trace_new()};

	/* The only call began before the log. */
	backoff_event_init(&event, sizeof(event));
	event.ts_ns = 1700000000 * S;
	event.type = BACKOFF_EVENT_EXHAUSTED;
	event.operation = "op";
	event.trace_id = "c";
	event.attempt = event.attempts = 2;
	event.max_attempts = 4;
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	event.error_type = "ConnectionError";
	cr_assert(tk_trace_add(c.trace, &event) == BACKOFF_OK);
	cr_assert(tk_trace_stitch(c.trace) == BACKOFF_OK);
	cr_assert(rs_log_init(&c.log, c.trace, 1) == BACKOFF_OK);
	operation = &c.log.operation[0];
	cr_assert(operation->calls == 0 && operation->calls_before_log == 1);
	cr_assert(rs_log_count(operation, 101));
	cr_assert(operation->unlogged_calls == 100);
	cr_assert(rs_policy_set_push(&c.policies, policy));
	backoff_policy_unref(policy);
	policy = sample_policy(&sample[1]);
	cr_assert(rs_policy_set_push(&c.policies, policy));
	backoff_policy_unref(policy);
	c.plan = (struct rs_plan){.log = &c.log,
				  .policies = &c.policies,
				  .shipped = &c.policies,
				  .estimator = &rs_estimator_jump_chain,
				  .seed = 1,
				  .replicas = 5};
	cr_assert(rs_compare(&c.plan, &c.comparison) == BACKOFF_OK);
	r = c.comparison.result;
	for (size_t i = 0; i < 2; i++)
		cr_expect(r[i].calls == 100 && r[i].success_rate == 1 &&
			  r[i].attempts == 100);
	cr_expect(!r[0].guarded && r[1].guarded);
	small_case_clear(&c);
}

/* The log does not show how a target handles far more load than recorded: at
 * one end, it serves no more attempts. Four times is far. */
Test(replay_shared, more_load_than_was_recorded_is_a_condition)
{
	static const struct sample sample[] = {
		{.max_attempts = 3, .budget = bucket},
		{.max_attempts = 6, .more = "\"retry_on\":[\"*\"]"},
		{.max_attempts = 3,
		 .budget = "{\"kind\":\"token_bucket\",\"capacity\":60}"}};
	struct shared_world world = outages();
	const struct rs_result *r;
	struct small_case c;

	world.gap_ns = 10 * MS;
	world.period_ns = 20 * S;
	world.down_ns = 5 * S;
	run_case(&c, &world, sample, COUNT(sample));
	r = c.comparison.result;
	cr_expect(r[0].load == RS_LOAD_USUAL);
	cr_expect(r[0].load_peak == r[0].recorded_load_peak, "%.1f of %.1f",
		  r[0].load_peak, r[0].recorded_load_peak);
	cr_expect(r[1].load == RS_LOAD_EXTRAPOLATED, "%.1f of %.1f",
		  r[1].load_peak, r[1].recorded_load_peak);
	cr_expect(r[1].difference.condition.kind == RS_CONDITION_LOAD);
	cr_expect(r[1].difference.condition.low <
		  r[1].difference.value - RS_CONDITION_MATTERS);
	cr_expect(r[1].difference.condition.high == r[1].difference.value);
	cr_expect(r[2].load == RS_LOAD_USUAL, "%.1f of %.1f", r[2].load_peak,
		  r[2].recorded_load_peak);
	cr_expect(r[2].difference.verdict != RS_VERDICT_DEPENDS);
	small_case_clear(&c);
}

Test(replay_shared, a_breaker_takes_load_away)
{
	static const struct sample sample[] = {
		{.max_attempts = 1, .more = "\"retry_on\":[\"*\"]"},
		{.max_attempts = 1, .breaker = breaker}};
	struct shared_world world = outages();
	const struct rs_result *r;
	struct small_case c;

	/* Down all the time: calls are refused. */
	world.fails = 1;
	world.period_ns = 0;
	world.failures_only = true;
	run_case(&c, &world, sample, COUNT(sample));
	r = c.comparison.result;
	cr_expect(r[0].load_peak == 10 && r[0].recorded_load_peak == 10,
		  "%.1f of %.1f", r[0].load_peak, r[0].recorded_load_peak);
	cr_expect(r[1].load_peak == 10, "until it opens");
	cr_expect(r[1].attempts_per_call < .4);
	small_case_clear(&c);
}
