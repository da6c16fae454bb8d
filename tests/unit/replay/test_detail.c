/* Tests of replay/detail: what pictures show agrees with the numbers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "recorded/choice.h"
#include "unit/replay/small_world.h"

#define BEGIN UINT64_C(1700000000000000000)
#define MS UINT64_C(1000000)

/* Delays of 1 s and 2 s. */
#define POLICY(attempts)                                                       \
	"{\"name\":\"P" attempts "\",\"max_attempts\":" attempts               \
	",\"base_delay\":1,\"max_delay\":9,\"backoff\":\"exponential\","       \
	"\"jitter\":\"none\"}"

/* An attempt of 100 ms; it waits after a failure unless that is the last. */
struct line {
	unsigned call, attempt;
	uint64_t start_ms, delay_ms;
	bool fails;
};

static void
add_line(struct tk_trace *trace, const struct line *line, const char *target)
{
	struct backoff_event event;
	char id[24];

	backoff_event_init(&event, sizeof(event));
	snprintf(id, sizeof(id), "%08x", line->call);
	event.ts_ns = BEGIN + (line->start_ms + 100) * MS;
	event.duration_ns = 100 * MS;
	event.operation = "op";
	event.target = target;
	event.call_id = id;
	event.attempt = line->attempt;
	event.outcome =
		line->fails ? BACKOFF_OUTCOME_FAILURE : BACKOFF_OUTCOME_SUCCESS;
	event.type = !line->fails     ? BACKOFF_EVENT_SUCCESS
		     : line->delay_ms ? BACKOFF_EVENT_ATTEMPT
				      : BACKOFF_EVENT_EXHAUSTED;
	if (line->fails)
		event.error_type = "ConnectionError";
	if (line->delay_ms > 0)
		event.delay_ns = line->delay_ms * MS;
	cr_assert(tk_trace_add(trace, &event) == BACKOFF_OK);
}

/* Compare with details; @p policies ends in NULL. */
static void
run(struct small_case *c, const char *const *policies, uint32_t replicas)
{
	cr_assert(tk_trace_stitch(c->trace) == BACKOFF_OK);
	cr_assert(rs_log_init(&c->log, c->trace, 1) == BACKOFF_OK);
	for (size_t i = 0; policies[i]; i++) {
		struct backoff_policy *policy = small_policy(policies[i]);

		cr_assert(rs_policy_set_push(&c->policies, policy));
		backoff_policy_unref(policy);
	}
	c->plan = (struct rs_plan){.log = &c->log,
				   .policies = &c->policies,
				   .shipped = &c->policies,
				   .estimator = &rs_estimator_jump_chain,
				   .seed = 1,
				   .replicas = replicas,
				   .detail = true};
	cr_assert(rs_compare(&c->plan, &c->comparison) == BACKOFF_OK);
}

static const struct line three_calls[] = {
	{1, 1, 0, 0, false},      {2, 1, 1000, 1000, true},
	{2, 2, 2100, 2000, true}, {2, 3, 4200, 0, false},
	{3, 1, 5000, 1000, true}, {3, 2, 6100, 2000, true},
	{3, 3, 8200, 0, true},
};

/* The log lasts from the end of the first attempt, 0.1 s, to that of the last,
 * 8.3 s: bins of 50 ms. */
Test(replay_detail, three_calls_by_hand)
{
	static const char *const policies[] = {POLICY("3"), POLICY("2"),
					       POLICY("1"), NULL};
	static const struct {
		double success, failure;
		/* The shortest and the longest. */
		uint64_t success_ms[2], failure_ms[2];
		double attempts[4];
		/* Time of attempts and of calls that fail; 0 ends them. */
		unsigned bin[8], failed[3];
	} expected[] = {
		{2,
		 1,
		 {100, 3300},
		 {3300, 3300},
		 {0, 1, 0, 2},
		 {1, 19, 41, 83, 99, 121, 163},
		 {99}},
		{1,
		 2,
		 {100, 100},
		 {1200, 1200},
		 {0, 1, 2, 0},
		 {1, 19, 41, 99, 121},
		 {19, 99}},
		{1,
		 2,
		 {100, 100},
		 {100, 100},
		 {0, 3, 0, 0},
		 {1, 19, 99},
		 {19, 99}},
	};
	struct small_case c = {.trace = tk_trace_new()};
	const struct rs_subject *subject;

	for (size_t i = 0; i < sizeof(three_calls) / sizeof(*three_calls); i++)
		add_line(c.trace, &three_calls[i], NULL);
	run(&c, policies, 3);
	subject = c.comparison.subject;
	cr_expect(subject->detail_from_ns == BEGIN + 100 * MS);
	cr_expect(subject->detail_bin_ns == 50 * MS);
	cr_expect(subject->detail_bins == 164, "%zu", subject->detail_bins);
	cr_expect(subject->incidents == 0);
	for (size_t p = 0; policies[p]; p++) {
		const struct rs_detail *d = c.comparison.result[p].detail;
		double attempts[RS_DETAIL_BINS] = {0};
		double failed[RS_DETAIL_BINS] = {0};

		cr_assert(d);
		cr_expect(d->success.calls == expected[p].success);
		cr_expect(d->failure.calls == expected[p].failure);
		cr_expect(d->success.ns[0] == expected[p].success_ms[0] * MS);
		cr_expect(d->success.ns[RS_CURVE_POINTS - 1] ==
			  expected[p].success_ms[1] * MS);
		cr_expect(d->failure.ns[0] == expected[p].failure_ms[0] * MS);
		cr_expect(d->failure.ns[RS_CURVE_POINTS - 1] ==
			  expected[p].failure_ms[1] * MS);
		for (size_t i = 0; i < RS_DETAIL_ATTEMPTS; i++)
			cr_expect(d->attempts[i] ==
					  (i < 4 ? expected[p].attempts[i] / 3
						 : 0),
				  "policy %zu, %zu attempts: %g", p, i,
				  d->attempts[i]);
		for (size_t i = 0; expected[p].bin[i]; i++)
			attempts[expected[p].bin[i] - 1]++;
		for (size_t i = 0; expected[p].failed[i]; i++)
			failed[expected[p].failed[i] - 1]++;
		for (size_t i = 0; i < RS_DETAIL_BINS; i++) {
			cr_expect(d->bin_attempts[i] == attempts[i],
				  "policy %zu, bin %zu: %g", p, i,
				  d->bin_attempts[i]);
			cr_expect(d->bin_failed[i] == failed[i],
				  "policy %zu, bin %zu: %g", p, i,
				  d->bin_failed[i]);
		}
	}
	small_case_clear(&c);
}

/* Ten calls a second; the target is down for ten seconds. */
Test(replay_detail, an_incident_has_its_calls)
{
	static const char *const policies[] = {POLICY("1"), POLICY("2"), NULL};
	struct small_case c = {.trace = tk_trace_new()};
	const struct rs_subject_incident *incident;
	uint64_t from_ms, to_ms;

	for (unsigned i = 0; i < 3000; i++)
		add_line(c.trace,
			 &(struct line){.call = i,
					.attempt = 1,
					.start_ms = i * UINT64_C(100),
					.fails = i >= 1000 && i < 1100},
			 "db");
	run(&c, policies, 20);
	cr_assert(c.comparison.subject->incidents == 1);
	incident = c.comparison.subject->incident;
	cr_expect_str_eq(incident->target, "db");
	from_ms = (incident->from_ns - BEGIN) / MS;
	to_ms = (incident->to_ns - BEGIN) / MS;
	cr_expect(from_ms == 100000 && to_ms == 109900, "%ju to %ju",
		  (uintmax_t)from_ms, (uintmax_t)to_ms);
	for (size_t p = 0; policies[p]; p++) {
		const struct rs_detail *d = c.comparison.result[p].detail;

		cr_expect(d->incident_calls[0] == 100, "%g",
			  d->incident_calls[0]);
		if (p == 0)
			cr_expect(d->incident_failed[0] == 100, "%g",
				  d->incident_failed[0]);
		else
			cr_expect(d->incident_failed[0] < 99 &&
					  d->incident_failed[0] > 70,
				  "%g", d->incident_failed[0]);
	}
	small_case_clear(&c);
}

static bool
near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
}

static void
check_curve(const struct rs_curve *curve, const struct rs_latency *latency)
{
	static const size_t point[] = {
		[RS_P50] = 6, [RS_P95] = 9, [RS_P99] = 11};

	cr_expect(curve->calls == latency->calls);
	for (size_t i = 0; i < RS_PERCENTILES; i++)
		cr_expect(curve->ns[point[i]] == latency->at[i].ns, "%zu", i);
	for (size_t i = 1; i < RS_CURVE_POINTS; i++)
		cr_expect(curve->ns[i - 1] <= curve->ns[i], "%zu", i);
}

/* Ten minutes hold few attempts past their end. No attempt of these policies is
 * beyond the last count. */
static void
check_sums(const struct rs_subject *subject, const struct rs_result *result)
{
	const struct rs_detail *d = result->detail;
	double n = (double)result->calls, shares = 0, made = 0, attempts = 0;
	double failed = 0, in_incidents = 0;

	cr_assert(d);
	for (size_t i = 0; i < RS_DETAIL_ATTEMPTS; i++) {
		shares += d->attempts[i];
		made += (double)i * d->attempts[i];
	}
	for (size_t i = 0; i < RS_DETAIL_BINS; i++) {
		cr_expect(i < subject->detail_bins ||
			  (d->bin_attempts[i] == 0 && d->bin_failed[i] == 0));
		cr_expect(d->bin_attempts[i] >= 0);
		attempts += d->bin_attempts[i];
		failed += d->bin_failed[i];
	}
	for (size_t i = 0; i < subject->incidents; i++) {
		cr_expect(d->incident_failed[i] <= d->incident_calls[i]);
		in_incidents += d->incident_failed[i];
	}
	cr_expect(near(shares, 1), "%.17g", shares);
	cr_expect(near(made * n, result->attempts), "%g", made * n);
	cr_expect(near(d->attempts[0] * n, result->refused_calls));
	cr_expect(attempts <= result->attempts + 1e-6);
	cr_expect(attempts >= result->attempts * .99, "few are past the end");
	cr_expect(near(failed, n * (1 - result->success_rate)), "%g of %g",
		  failed, n * (1 - result->success_rate));
	cr_expect(in_incidents <= failed + 1e-6);
	check_curve(&d->success, &result->success_latency);
	check_curve(&d->failure, &result->failure_latency);
}

static const char *const kinds[] = {
	"STANDARD", "QUICK",
	"{\"name\":\"B\",\"max_attempts\":4,\"base_delay\":0.2,\"budget\":"
	"{\"kind\":\"token_bucket\",\"capacity\":50,\"retry_cost\":5}}",
	"{\"name\":\"C\",\"max_attempts\":3,\"base_delay\":0.2,\"breaker\":"
	"{\"window\":20,\"failure_ratio\":0.5,\"cooldown\":\"700ms\"}}",
	NULL};

/* Whether calls share a guard or not, and whether successes are logged. */
Test(replay_detail, sums_equal_those_of_results)
{
	for (int failures_only = 0; failures_only < 2; failures_only++) {
		struct small_world world = small_world_lossy();
		struct rs_comparison plain;
		struct small_case c;

		world.failures_only = failures_only;
		small_case_run(&c, &world, "STANDARD", kinds);
		plain = c.comparison;
		c.plan.detail = true;
		cr_assert(rs_compare(&c.plan, &c.comparison) == BACKOFF_OK);
		cr_expect(plain.subject->incident == NULL);
		cr_expect(c.comparison.subject->incidents > 0);
		cr_expect(c.comparison.result[3].refused_calls > 0);
		for (size_t i = 0; kinds[i]; i++) {
			const struct rs_result *result =
				&c.comparison.result[i];

			check_sums(c.comparison.subject, result);
			cr_expect(plain.result[i].detail == NULL);
			cr_expect(plain.result[i].success_rate ==
					  result->success_rate &&
				  plain.result[i].attempts == result->attempts);
		}
		rs_comparison_clear(&plain);
		small_case_clear(&c);
	}
}

/* A part of the log has bins of its own. */
Test(replay_detail, sums_are_about_the_chosen_part)
{
	for (int failures_only = 0; failures_only < 2; failures_only++) {
		struct small_world world = small_world_lossy();
		const struct rs_operation *about;
		const struct rs_subject *subject;
		struct rs_choice choice;
		struct small_case c;

		world.failures_only = failures_only;
		small_case_run(&c, &world, "STANDARD", kinds);
		rs_comparison_clear(&c.comparison);
		choice = (struct rs_choice){
			.since_ns = c.log.from_ns + 100000 * MS,
			.until_ns = c.log.from_ns + 400000 * MS};
		cr_assert(rs_log_choose(&c.log, &choice, &about) ==
			  RS_CHOICE_OK);
		c.plan.detail = true;
		cr_assert(rs_compare(&c.plan, &c.comparison) == BACKOFF_OK);
		subject = c.comparison.subject;
		cr_expect(subject->detail_from_ns == choice.since_ns);
		cr_expect(subject->detail_bin_ns == 2000 * MS);
		cr_expect(subject->detail_bins == 150, "%zu",
			  subject->detail_bins);
		for (size_t i = 0; kinds[i]; i++)
			check_sums(subject, &c.comparison.result[i]);
		small_case_clear(&c);
	}
}
