/* Tests of src/guard/budget: the published figures of each model. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include <backoff/rng.h>

#include "unit/guard/guarded.h"

/* The shipped policies, and the same with more attempts. */
#define AWS_2020 "AWS_STANDARD_2020"
#define AWS_2026 "AWS_STANDARD_2026"
#define MORE(name, attempts)                                                   \
	"{\"name\":\"MORE\",\"extends\":\"" name                               \
	"\",\"max_attempts\":" attempts "}"
#define GRPC(tokens)                                                           \
	AT_ONCE("3",                                                           \
		"\"budget\":{\"kind\":\"throttle\",\"max_tokens\":" tokens     \
		",\"token_ratio\":0.1}")
#define FINAGLE(ratio, reserve)                                                \
	AT_ONCE("100", "\"budget\":{\"kind\":\"ratio\",\"ratio\":" ratio       \
		       ",\"min_per_second\":" reserve "}")

/* The result of many calls, one after another. */
struct run {
	double success, attempts, refused;
};

static struct run
run_calls(const char *policy, double fail, uint64_t calls, uint64_t step_ns)
{
	struct guarded g = guarded_of(policy);
	uint64_t succeeded = 0, attempts = 0, wanted = 0, refused = 0;

	for (uint64_t i = 0; i < calls; i++) {
		uint64_t now_ns = i * step_ns;
		struct guarded_call call;

		cr_assert(guarded_begin(&g, &call, now_ns));
		while (call.d.action != BACKOFF_ACTION_DONE) {
			uint64_t draw = backoff_draw(7, BACKOFF_PURPOSE_USER, i,
						     call.state.attempt);

			attempts++;
			if ((double)draw / 0x1p64 >= fail) {
				guarded_succeed(&g, &call, now_ns);
				succeeded++;
			} else if (guarded_fail(&g, &call, now_ns)) {
				wanted++;
			} else if (call.d.stop == BACKOFF_STOP_BUDGET) {
				wanted++;
				refused++;
			}
		}
	}
	guarded_clear(&g);
	return (struct run){(double)succeeded / (double)calls,
			    (double)attempts / (double)calls,
			    wanted ? (double)refused / (double)wanted : 0};
}

/* Three attempts and independent failures: the success rate, and the share of
 * retries that were refused. In the last model the time until half of the 1000
 * tokens are gone varies by a fifth from run to run, and the figures with it.
 */
#define CLOSE .004, .012
#define WIDE .016, .15

Test(guard_figures, models_differ_as_published)
{
	static const struct {
		const char *policy;
		double fail, success, refused;
		double success_within, refused_within;
	} row[] = {
		{AWS_2020, .05, .9999, 0, CLOSE},
		{AWS_2020, .10, .9990, 0, CLOSE},
		{AWS_2020, .25, .984, 0, CLOSE},
		{AWS_2020, .40, .782, .40, CLOSE},
		{AWS_2026, .05, .9999, 0, CLOSE},
		{AWS_2026, .10, .9990, 0, CLOSE},
		{AWS_2026, .25, .909, .28, CLOSE},
		{AWS_2026, .40, .666, .75, CLOSE},
		{GRPC("10"), .05, .9993, .01, CLOSE},
		{GRPC("10"), .10, .919, .79, CLOSE},
		{GRPC("10"), .25, .749, 1, CLOSE},
		{GRPC("10"), .40, .601, 1, CLOSE},
		{GRPC("1000"), .05, .9999, 0, CLOSE},
		{GRPC("1000"), .10, .918, .81, WIDE},
		{GRPC("1000"), .25, .752, .99, CLOSE},
		{GRPC("1000"), .40, .603, .99, CLOSE},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct run run =
			run_calls(row[i].policy, row[i].fail, 200000, 0);

		cr_expect(fabs(run.success - row[i].success) <
				  row[i].success_within,
			  "%s at %.2f: %.4f", row[i].policy, row[i].fail,
			  run.success);
		cr_expect(fabs(run.refused - row[i].refused) <
				  row[i].refused_within,
			  "%s at %.2f: refused %.3f", row[i].policy,
			  row[i].fail, run.refused);
	}
}

/* Long runs of one client: success and attempts per call. */
Test(guard_figures, aws_quota_holds_attempts_down)
{
	static const struct {
		double fail, success_5, attempts_5, success_14, attempts_14;
	} row[] = {
		{.2, .992, 1.241, .992, 1.241},
		{.3, .97276, 1.3905, .81598, 1.1659},
		{.5, .60079, 1.2009, .53694, 1.0722},
		{.9, .10253, 1.0225, .10107, 1.0081},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct run five = run_calls(AWS_2020, row[i].fail, 400000, 0),
			   fourteen =
				   run_calls(AWS_2026, row[i].fail, 400000, 0);

		cr_expect(fabs(five.success - row[i].success_5) < .003 &&
				  fabs(five.attempts - row[i].attempts_5) <
					  .005,
			  "5 at %.1f: %.5f, %.4f", row[i].fail, five.success,
			  five.attempts);
		cr_expect(fabs(fourteen.success - row[i].success_14) < .003 &&
				  fabs(fourteen.attempts - row[i].attempts_14) <
					  .005,
			  "14 at %.1f: %.5f, %.4f", row[i].fail,
			  fourteen.success, fourteen.attempts);
	}
}

static int
fail_as(struct guarded *g, struct guarded_call *call, enum backoff_class class)
{
	return guarded_end(g, call, 0, BACKOFF_OUTCOME_FAILURE, class);
}

/* The change of tokens by a call that succeeds at attempt k (n + 1: never). */
static double
change_of(const char *policy, enum backoff_class class, unsigned k)
{
	struct guarded g = guarded_of(policy);
	struct guarded_call call;
	double before;

	/* From the middle, far from both limits. */
	while (guarded_tokens(&g, 0) > 300) {
		guarded_begin(&g, &call, 0);
		while (fail_as(&g, &call, class))
			;
	}
	before = guarded_tokens(&g, 0);
	guarded_begin(&g, &call, 0);
	for (unsigned attempt = 1; attempt < k; attempt++)
		if (!fail_as(&g, &call, class))
			break;
	if (call.d.action != BACKOFF_ACTION_DONE)
		guarded_succeed(&g, &call, 0);
	before = guarded_tokens(&g, 0) - before;
	guarded_clear(&g);
	return before;
}

static double
drift(const double *change, unsigned n, double fail)
{
	double sum = 0, made = 1;

	for (unsigned k = 1; k <= n; k++, made *= fail)
		sum += made * (1 - fail) * change[k];
	return sum + made * change[n + 1];
}

/* The failure rate at which tokens break even. It is exact, since the change by
 * each run of a call is exact. */
Test(guard_figures, aws_breaks_even_where_published)
{
	static const struct {
		const char *policy;
		unsigned n;
		enum backoff_class class;
		double rate, within;
	} row[] = {
		{AWS_2020, 3, BACKOFF_CLASS_TRANSIENT, .320724, 1e-6},
		{AWS_2020, 3, BACKOFF_CLASS_THROTTLE, .320724, 1e-6},
		{AWS_2020, 3, BACKOFF_CLASS_TIMEOUT, .246, 5e-4},
		{AWS_2026, 3, BACKOFF_CLASS_TRANSIENT, .214856, 1e-6},
		{AWS_2026, 3, BACKOFF_CLASS_TIMEOUT, .214856, 1e-6},
		{AWS_2026, 3, BACKOFF_CLASS_THROTTLE, .320724, 1e-6},
		{MORE(AWS_2020, "4"), 4, BACKOFF_CLASS_TRANSIENT, .312330,
		 1e-6},
		{MORE(AWS_2026, "4"), 4, BACKOFF_CLASS_TRANSIENT, .211691,
		 1e-6},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		double change[6], low = 0, high = 1;

		for (unsigned k = 1; k <= row[i].n + 1; k++)
			change[k] = change_of(row[i].policy, row[i].class, k);
		cr_expect(change[1] == 1);
		cr_expect(change[2] == 0, "the cost comes back");
		while (high - low > 1e-9) {
			double middle = (low + high) / 2;

			*(drift(change, row[i].n, middle) > 0 ? &low : &high) =
				middle;
		}
		cr_expect(fabs(low - row[i].rate) < row[i].within, "%s: %.6f",
			  row[i].policy, low);
		cr_expect(drift(change, row[i].n, row[i].rate - .001) > 0);
		cr_expect(drift(change, row[i].n, row[i].rate + .001) < 0);
	}
}

/* A client just below that rate fills a bucket that is half empty, and one just
 * above it empties the bucket. */
Test(guard_figures, aws_drifts_as_the_rate_says)
{
	static const struct {
		const char *policy;
		double rate;
	} row[] = {
		{AWS_2020, .320724},
		{AWS_2026, .214856},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct run below = run_calls(row[i].policy, row[i].rate - .02,
					     200000, 0),
			   above = run_calls(row[i].policy, row[i].rate + .02,
					     200000, 0);

		cr_expect(below.refused < .02, "%s: %.4f", row[i].policy,
			  below.refused);
		cr_expect(above.refused > .05, "%s: %.4f", row[i].policy,
			  above.refused);
	}
}

Test(guard_figures, aws_2026_gives_35_retries_without_a_success)
{
	static const struct {
		const char *policy;
		enum backoff_class class;
		unsigned retries;
	} row[] = {
		{MORE(AWS_2026, "1000"), BACKOFF_CLASS_TRANSIENT, 35},
		{MORE(AWS_2026, "1000"), BACKOFF_CLASS_THROTTLE, 100},
		{MORE(AWS_2020, "1000"), BACKOFF_CLASS_TRANSIENT, 100},
		{MORE(AWS_2020, "1000"), BACKOFF_CLASS_TIMEOUT, 50},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct guarded g = guarded_of(row[i].policy);
		struct guarded_call call;
		unsigned retries = 0;

		guarded_begin(&g, &call, 0);
		while (guarded_end(&g, &call, 0, BACKOFF_OUTCOME_FAILURE,
				   row[i].class))
			retries++;
		cr_expect(retries == row[i].retries, "%s: %u", row[i].policy,
			  retries);
		cr_expect(call.d.stop == BACKOFF_STOP_BUDGET);
		guarded_clear(&g);
	}
}

/* -1 for a failure, +ratio for a success: it breaks even at ratio / (1 +
 * ratio). */
Test(guard_figures, grpc_breaks_even_at_a_ninth_part)
{
	struct guarded g = guarded_of(GRPC("1000"));
	struct guarded_call call;
	double change, even = .1 / 1.1;

	guarded_begin(&g, &call, 0);
	guarded_fail(&g, &call, 0);
	cr_expect(guarded_tokens(&g, 0) == 999, "a failure takes 1");
	change = guarded_tokens(&g, 0);
	guarded_succeed(&g, &call, 0);
	change = guarded_tokens(&g, 0) - change;
	cr_expect(fabs(change - .1) < 1e-9, "a success gives the ratio");
	cr_expect(fabs((1 - even) * change - even) < 1e-9);
	guarded_clear(&g);
	cr_expect(run_calls(GRPC("1000"), even - .01, 100000, 0).refused < .01);
	cr_expect(run_calls(GRPC("1000"), even + .02, 100000, 0).refused > .5);
}

/* gRPC A6: 10 tokens; no retry at 5 or less. */
Test(guard_figures, grpc_refuses_at_half)
{
	struct guarded g = guarded_of(GRPC("10"));
	struct guarded_call call;
	unsigned calls = 0;

	for (; guarded_tokens(&g, 0) > 6; calls++) {
		guarded_begin(&g, &call, 0);
		cr_expect(guarded_fail(&g, &call, 0), "above half");
	}
	cr_expect(calls == 4);
	guarded_begin(&g, &call, 0);
	cr_expect(!guarded_fail(&g, &call, 0));
	cr_expect(call.d.stop == BACKOFF_STOP_BUDGET);
	cr_expect(guarded_tokens(&g, 0) == 5);
	/* After one success, the next failure is below half again. */
	guarded_begin(&g, &call, 0);
	guarded_succeed(&g, &call, 0);
	guarded_begin(&g, &call, 0);
	cr_expect(!guarded_fail(&g, &call, 0));
	for (unsigned i = 0; i < 20; i++) {
		guarded_begin(&g, &call, 0);
		cr_expect(!guarded_fail(&g, &call, 0));
	}
	cr_expect(guarded_tokens(&g, 0) == 0, "never below 0");
	guarded_clear(&g);
}

/* With deposits alone there are 1 + r attempts per call, of which (1 + r)(1 -
 * f) succeed. */
Test(guard_figures, ratio_when_exhausted)
{
	static const struct {
		const char *policy;
		double r, fail;
	} row[] = {
		{FINAGLE("0.1", "0"), .1, .2}, {FINAGLE("0.1", "0"), .1, .5},
		{FINAGLE("0.1", "0"), .1, .9}, {FINAGLE("0.2", "0"), .2, .5},
		{FINAGLE("0.5", "0"), .5, .9},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct run run =
			run_calls(row[i].policy, row[i].fail, 200000, MS);

		cr_expect(fabs(run.attempts - (1 + row[i].r)) < .002,
			  "%s at %.1f: %.4f", row[i].policy, row[i].fail,
			  run.attempts);
		cr_expect(fabs(run.success -
			       (1 + row[i].r) * (1 - row[i].fail)) < .005,
			  "%s at %.1f: %.4f", row[i].policy, row[i].fail,
			  run.success);
	}
}

/* The default reserve, used at once: 10 retries per second for 10 s. */
Test(guard_figures, finagle_allows_100_retries_at_once)
{
	struct guarded g =
		guarded_of(AT_ONCE("1000", "\"budget\":{\"kind\":\"ratio\"}"));
	struct guarded_call call;
	unsigned retries = 0;

	guarded_begin(&g, &call, 0);
	while (guarded_fail(&g, &call, 0))
		retries++;
	cr_expect(retries == 100, "%u", retries);
	/* Five calls allow one more. */
	for (unsigned i = 0; i < 5; i++)
		guarded_begin(&g, &call, S);
	cr_expect(guarded_fail(&g, &call, S));
	cr_expect(!guarded_fail(&g, &call, S));
	/* Withdrawals expire like deposits. */
	guarded_begin(&g, &call, 20 * S);
	for (retries = 0; guarded_fail(&g, &call, 20 * S);)
		retries++;
	cr_expect(retries == 100, "%u", retries);
	guarded_clear(&g);
}

/* Envoy: the number of concurrent failures, and of those that are retried. */
Test(guard_figures, envoy_allows_a_fifth_and_at_least_three)
{
	static const struct {
		unsigned calls, retries;
	} row[] = {{1, 1},  {2, 2},  {3, 3},  {4, 3},    {15, 3},  {19, 3},
		   {20, 4}, {24, 4}, {25, 5}, {100, 20}, {199, 39}};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct guarded g = guarded_of(
			AT_ONCE("3", "\"budget\":{\"kind\":\"concurrency\"}"));
		static struct guarded_call call[200];
		unsigned retries = 0;

		for (unsigned k = 0; k < row[i].calls; k++)
			guarded_begin(&g, &call[k], 0);
		/* A refused call is over, which would lower the limit. */
		for (unsigned k = 0; k < row[i].calls; k++) {
			if (!guarded_fail(&g, &call[k], 0))
				break;
			retries++;
		}
		cr_expect(retries == row[i].retries, "%u of %u", retries,
			  row[i].calls);
		guarded_clear(&g);
	}
}
