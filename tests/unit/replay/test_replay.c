/* Tests of replay and tally: what was recorded comes back unchanged. */
#include "config.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "unit/replay/small_world.h"

#define SECOND UINT64_C(1000000000)

static struct small_world
lossy(void)
{
	return (struct small_world){.seed = 5,
				    .calls_per_second = 20,
				    .seconds = 600,
				    .up_fails = 0.05,
				    .down_fails = 0.9,
				    .mean_up = 60,
				    .mean_down = 5,
				    .permanent = 0.01,
				    .attempt_ns = 3000000};
}

static double
sum(const double *value, size_t count)
{
	double total = 0;

	for (size_t i = 0; i < count; i++)
		total += value[i];
	return total;
}

Test(replay_replay, a_policy_on_its_own_recording_is_a_fixed_point)
{
	static const char *const policies[] = {
		"QUICK",   "STANDARD",     "PERSISTENT", "WEBHOOK",
		"AI_GROK", "DB_OPERATION", "SNAPSHOT",   NULL};

	for (size_t i = 0; policies[i]; i++) {
		struct small_world world = lossy();
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
	/** Reasons that are there, or the test would say nothing. */
	enum backoff_stop stop[2];
} ending[] = {
	{"waits that would have reached the deadline",
	 LIMITED "}",
	 0,
	 3000000,
	 0,
	 BACKOFF_STOP_NONE,
	 {BACKOFF_STOP_SUCCESS, BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE}},
	/* Four of them and three waits, of which none is of whole microseconds,
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
	{"the shorter of two",
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
	{"shut down in waits, beside a budget",
	 "{\"name\":\"B\",\"max_attempts\":3,\"base_delay\":1,"
	 "\"budget\":{\"kind\":\"token_bucket\","
	 "\"capacity\":1000000}}",
	 0,
	 3000000,
	 0.3,
	 BACKOFF_STOP_SHUTDOWN,
	 {BACKOFF_STOP_SHUTDOWN, BACKOFF_STOP_MAX_ATTEMPTS}},
};

/* Not only how many came through: each call ends for the reason that it had. */
Test(replay_replay, calls_end_as_they_were_recorded)
{
	for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++) {
		struct small_world world = lossy();
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

/* How long an attempt ran decides as it did in production. */
Test(replay_replay, a_healthy_time_begins_a_call_anew)
{
	static const char *const policies[] = {
		"{\"name\":\"ANEW\",\"max_attempts\":3,\"base_delay\":1,"
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

	struct backoff_policy *anew = small_policy(policies[0]);
	struct small_truth truth = small_world_run(&world, anew, NULL);
	const struct rs_result *result;

	small_case_run(&c, &world, policies[0], policies);
	result = c.comparison.result;
	cr_expect(truth.succeeded == truth.calls, "three in a row never count");
	cr_expect(result[0].success_rate == 1);
	cr_expect(fabs(result[0].attempts - (double)truth.attempts) < 1e-6);
	/* Here they do. */
	cr_expect(fabs(result[1].success_rate - 0.875) < 0.05, "%g",
		  result[1].success_rate);
	cr_expect(result[1].attempts < result[0].attempts);
	small_case_clear(&c);
	backoff_policy_unref(anew);
}

/* The same delays and an earlier stop need no model at all. */
Test(replay_replay, nested_policies_are_exact_to_the_last_call)
{
	static const char *const policies[] = {"STANDARD", "WEBHOOK",
					       "DB_OPERATION", NULL};
	struct small_world world = lossy();
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

Test(replay_replay, results_add_up)
{
	static const char *const policies[] = {"QUICK", "STANDARD",
					       "PERSISTENT", "WEBHOOK", NULL};
	struct small_world world = lossy();
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

Test(replay_replay, the_same_seed_gives_the_same_numbers)
{
	static const char *const policies[] = {"QUICK", "PERSISTENT", NULL};
	struct small_world world = lossy();
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

/* A limit of the policy's own on attempts turns longer ones into timeouts. */
Test(replay_replay, a_shorter_attempt_timeout_cuts_recorded_attempts)
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
	struct small_world world = lossy();
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

Test(replay_replay, a_deadline_stops_before_the_wait)
{
	static const char *const policies[] = {
		"STANDARD",
		"{\"name\":\"DEADLINE\",\"max_attempts\":3,\"base_delay\":1,"
		"\"max_delay\":10,\"backoff\":\"exponential\","
		"\"deadline\":\"2s\","
		"\"jitter\":{\"kind\":\"proportional\",\"ratio\":0.25}}",
		NULL};
	struct small_world world = lossy();
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

Test(replay_replay, waits_beyond_the_log_withhold_the_verdict)
{
	static const char *const policies[] = {"QUICK", "PERSISTENT", NULL};
	struct small_world world = lossy();
	const struct rs_result *r;
	struct small_case c;

	/* No wait of QUICK's is longer than 0.625 s. */
	small_case_run(&c, &world, "QUICK", policies);
	r = &c.comparison.result[1];
	cr_expect(r->support[RS_SUPPORT_UNSUPPORTED] > 0.01);
	cr_expect(r->unsupported_calls > 0.01 && r->flagged);
	cr_expect(r->outer.low < r->success_rate);
	cr_expect(r->outer.high > r->success_rate);
	cr_expect(r->difference.verdict == RS_VERDICT_UNSUPPORTED);
	small_case_clear(&c);
}

/* The real log: 17 723 calls of four operations under four policies. */
Test(replay_replay, a_real_log_comes_back_under_its_own_policies)
{
	static const struct {
		const char *operation, *policy;
		uint64_t calls, succeeded, attempts, at_once;
	} truth[] = {
		{"store_event", "DB_OPERATION", 5270, 5270, 5284, 5256},
		{"fetch_snapshot", "SNAPSHOT", 7134, 7123, 7300, 6968},
		{"post_webhook", "WEBHOOK", 3533, 3287, 4349, 3227},
		{"describe_image", "AI_PROVIDER", 1786, 1760, 1946, 1662},
	};
	struct small_case c = {.trace = tk_trace_new()};
	struct tk_dialect *dialect;

	cr_assert(tk_dialect_open("auto", &dialect, NULL) == BACKOFF_OK);
	cr_assert(tk_trace_read(c.trace,
				TEST_SRCDIR "/tests/data/argus-1h/app.log",
				dialect, NULL, NULL) == BACKOFF_OK);
	tk_dialect_free(dialect);
	cr_assert(tk_trace_stitch(c.trace) == BACKOFF_OK);
	cr_assert(rs_log_init(&c.log, c.trace, 1) == BACKOFF_OK);
	for (size_t i = 0; i < 4; i++)
		cr_assert(rs_log_count(
			rs_log_operation(&c.log, truth[i].operation),
			truth[i].calls));
	cr_assert(rs_policy_set_add_shipped(&c.policies) == TK_EXIT_OK);
	c.plan = (struct rs_plan){.log = &c.log,
				  .policies = &c.policies,
				  .shipped = &c.policies,
				  .estimator = &rs_estimator_local,
				  .baseline = SIZE_MAX,
				  .seed = 1,
				  .replicas = 20};
	cr_assert(rs_compare(&c.plan, &c.comparison) == BACKOFF_OK);
	for (size_t i = 0; i < 4; i++) {
		size_t policy =
			rs_policy_set_find(&c.policies, truth[i].policy);
		const struct rs_subject *subject = NULL;
		const struct rs_result *r;

		for (size_t s = 0; s < c.comparison.subject_count; s++) {
			size_t o = c.comparison.subject[s].operation;

			if (!strcmp(rs_log_text(&c.log,
						c.log.operation[o].name),
				    truth[i].operation))
				subject = &c.comparison.subject[s];
		}
		cr_assert(subject);
		r = &c.comparison.result[subject->first_result + policy];
		cr_expect_str_eq(subject->logged_policy.policy->label,
				 truth[i].policy);
		cr_expect(subject->baseline == policy);
		cr_expect(r->calls == truth[i].calls);
		cr_expect(r->support[RS_SUPPORT_EXACT] == 1, "%s",
			  truth[i].operation);
		cr_expect(fabs(r->success_rate * (double)r->calls -
			       (double)truth[i].succeeded) < 1e-6,
			  "%s: %g", truth[i].operation,
			  r->success_rate * (double)r->calls);
		cr_expect(r->attempts == (double)truth[i].attempts, "%s: %g",
			  truth[i].operation, r->attempts);
		cr_expect(fabs(r->first_try_rate * (double)r->calls -
			       (double)truth[i].at_once) < 1e-6,
			  "%s", truth[i].operation);
	}
	small_case_clear(&c);
}
