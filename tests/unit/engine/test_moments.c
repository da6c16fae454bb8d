/* Tests of the delay laws by their moments: the engine's keyed draws against
 * closed forms and published numbers.
 *
 * All draws are keyed, so a run either always passes or always fails; the
 * bounds of four standard errors allow for the chance of the draws. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include <backoff/engine.h>
#include <backoff/rng.h>

#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define SEED UINT64_C(20261123)

struct sums {
	double n, sum, square;
};

static void
add(struct sums *s, double x)
{
	s->n++;
	s->sum += x;
	s->square += x * x;
}

static double
mean(const struct sums *s)
{
	return s->sum / s->n;
}

static double
variance(const struct sums *s)
{
	return (s->square - s->sum * s->sum / s->n) / (s->n - 1);
}

/* Four standard errors of the mean, and the rounding of the reference. */
static bool
mean_is(const struct sums *s, double want, double rounding)
{
	return fabs(mean(s) - want) <=
	       4 * sqrt(variance(s) / s->n) + rounding + 1e-9;
}

static double
draw_s(const struct backoff_delay *law, uint64_t call, uint32_t attempt)
{
	uint64_t draw =
		backoff_draw(SEED, BACKOFF_PURPOSE_DELAY, call, attempt);

	return (double)backoff_engine_draw(law, draw) / 1e9;
}

Test(engine_moments, mean_and_variance_are_those_of_the_law)
{
	/* v = 8 after attempt 4; j = 2. */
	static const struct {
		const char *jitter;
		double mean, variance;
	} row[] = {
		{"{\"kind\":\"none\"}", 8, 0},
		{"{\"kind\":\"full\"}", 4, 64. / 12},
		{"{\"kind\":\"equal\"}", 6, 64. / 48},
		{"{\"kind\":\"proportional\",\"ratio\":0.25}", 8, 4. / 3},
		{"{\"kind\":\"proportional\",\"ratio\":1}", 8, 64. / 3},
		{"{\"kind\":\"minus\",\"ratio\":0.5}", 6, 16. / 12},
		{"{\"kind\":\"additive\",\"max\":2}", 9, 4. / 12},
	};
	const unsigned n = 300000;

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_policy *policy;
		struct backoff_delay law;
		struct sums s = {0};
		char text[256];

		snprintf(text, sizeof(text),
			 "{\"name\":\"M\",\"max_attempts\":9,\"jitter\":%s}",
			 row[i].jitter);
		policy = policy_of(text);
		backoff_engine_delay(policy, 4, 0, &law);
		for (uint64_t call = 0; call < n; call++)
			add(&s, draw_s(&law, call, (uint32_t)i));
		cr_expect(mean_is(&s, row[i].mean, 0), "%s: mean %g",
			  row[i].jitter, mean(&s));
		/* A uniform law's fourth central moment is 9/5 of its squared
		 * variance. */
		cr_expect(fabs(variance(&s) - row[i].variance) <=
				  4 * row[i].variance * sqrt(0.8 / n) + 1e-9,
			  "%s: variance %g", row[i].jitter, variance(&s));
		backoff_policy_unref(policy);
	}
}

struct decorrelated {
	const char *limits;
	double cap;
	unsigned steps;
	/** 0 if unknown. */
	double mean[10], sd[10], median[10], at_cap[10];
};

static void
check_decorrelated(const struct decorrelated *row)
{
	enum { N = 200000 };
	struct backoff_policy *policy;
	struct sums s[10] = {0};
	unsigned below[10] = {0}, at_cap[10] = {0};
	char text[256];

	snprintf(text, sizeof(text),
		 "{\"name\":\"D\",\"max_attempts\":99,\"jitter\":"
		 "\"decorrelated\",%s}",
		 row->limits);
	policy = policy_of(text);
	for (uint64_t call = 0; call < N; call++) {
		uint64_t previous_ns = 0;

		for (uint32_t k = 0; k < row->steps; k++) {
			struct backoff_delay law;
			double delay;

			backoff_engine_delay(policy, k + 1, previous_ns, &law);
			delay = draw_s(&law, call, k + 1);
			previous_ns = (uint64_t)llround(delay * 1e9);
			add(&s[k], delay);
			below[k] += delay < row->median[k];
			at_cap[k] += delay >= row->cap;
		}
	}
	for (unsigned k = 0; k < row->steps; k++) {
		double p = row->at_cap[k];

		cr_expect(mean_is(&s[k], row->mean[k], 5e-4),
			  "%s k=%u: mean %g", row->limits, k + 1, mean(&s[k]));
		if (row->sd[k] <= 0)
			continue;
		/* The tails are heavy: the deviation has no simple error. */
		cr_expect(fabs(sqrt(variance(&s[k])) / row->sd[k] - 1) < 0.01,
			  "%s k=%u: sd %g", row->limits, k + 1,
			  sqrt(variance(&s[k])));
		cr_expect(fabs((double)below[k] / N - 0.5) < 0.0055,
			  "%s k=%u: median", row->limits, k + 1);
		cr_expect(fabs((double)at_cap[k] / N - p) <=
				  4 * sqrt(p * (1 - p) / N) + 1e-5,
			  "%s k=%u: %u at the cap", row->limits, k + 1,
			  at_cap[k]);
	}
	backoff_policy_unref(policy);
}

Test(engine_moments, decorrelated_delays_match_the_published_ones)
{
	static const struct decorrelated row[] = {
		{"\"base_delay\":5,\"max_delay\":2000",
		 2000,
		 10,
		 {10, 17.5, 28.75, 45.625, 70.9375, 108.892, 163.592, 231.874,
		  305.882, 379.110},
		 {2.887, 8.780, 20.476, 42.520, 82.904, 155.43, 264.70, 379.14,
		  477.72, 556.17},
		 {10, 15.845, 22.881, 31.327, 41.225, 52.901, 66.650, 82.717,
		  101.40, 122.99},
		 {0, 0, 0, 0, 0, .00007, .00360, .01593, .03577, .05935}},
		{"\"base_delay\":0.1,\"max_delay\":5",
		 5,
		 8,
		 {.2, .35, .575, .91094, 1.32623, 1.70632, 2.00993, 2.24011},
		 {0},
		 {0},
		 {0}},
		{"\"base_delay\":1,\"max_delay\":60",
		 60,
		 8,
		 {2, 3.5, 5.75, 9.12311, 13.61559, 18.06489, 21.80369,
		  24.74239},
		 {0},
		 {0},
		 {0}},
	};

	for (size_t i = 0; i < COUNT(row); i++)
		check_decorrelated(&row[i]);
}

/* Whole calls: each attempt fails with probability q. */
struct world {
	const char *limits;
	double q, success, attempts;
	/** none, equal, full, decorrelated. */
	double backoff[4], backoff_if_good[4];
};

struct tally {
	struct sums success, attempts, backoff, backoff_if_good;
};

static void
run_call(const struct backoff_policy *policy, double q, uint64_t call,
	 struct tally *t)
{
	const uint64_t fails_below = (uint64_t)(q * 0x1p64);
	struct backoff_decision decision;
	struct backoff_state state;
	uint64_t now_ns = 1000;

	backoff_engine_begin(policy, &state, now_ns, BACKOFF_FOREVER,
			     &decision);
	while (decision.action != BACKOFF_ACTION_DONE) {
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_SUCCESS};
		uint64_t draw = backoff_draw(SEED, BACKOFF_PURPOSE_DELAY, call,
					     state.attempt);

		if (backoff_draw(SEED, BACKOFF_PURPOSE_USER, call,
				 state.attempt) < fails_below)
			outcome.kind = BACKOFF_OUTCOME_FAILURE;
		backoff_engine_decide(policy, &state, &outcome, now_ns, draw,
				      &decision);
		if (decision.action == BACKOFF_ACTION_WAIT)
			now_ns = decision.not_before_ns;
	}
	bool good = decision.stop == BACKOFF_STOP_SUCCESS;
	double backoff = (double)state.backoff_ns / 1e9;

	cr_assert(now_ns - 1000 == state.backoff_ns);
	add(&t->success, good);
	add(&t->attempts, state.finished);
	add(&t->backoff, backoff);
	if (good)
		add(&t->backoff_if_good, backoff);
}

static void
check_world(const struct world *w)
{
	static const char *const jitters[] = {"none", "equal", "full",
					      "decorrelated"};

	for (int j = 0; j < 4; j++) {
		struct backoff_policy *policy;
		struct tally t = {0};
		char text[256];

		snprintf(text, sizeof(text),
			 "{\"name\":\"W\",\"jitter\":\"%s\",%s}", jitters[j],
			 w->limits);
		policy = policy_of(text);
		for (uint64_t call = 0; call < 60000; call++)
			run_call(policy, w->q, call, &t);
		/* By the known deviation: failures may be too rare to
		 * measure it. */
		cr_expect(fabs(mean(&t.success) - w->success) <=
				  4 * sqrt(w->success * (1 - w->success) /
					   t.success.n),
			  "%s q=%g: success %g", w->limits, w->q,
			  mean(&t.success));
		cr_expect(mean_is(&t.attempts, w->attempts, 1e-6),
			  "%s q=%g: attempts %g", w->limits, w->q,
			  mean(&t.attempts));
		cr_expect(mean_is(&t.backoff, w->backoff[j], 1e-6),
			  "%s q=%g %s: backoff %g", w->limits, w->q, jitters[j],
			  mean(&t.backoff));
		cr_expect(mean_is(&t.backoff_if_good, w->backoff_if_good[j],
				  1e-6),
			  "%s q=%g %s: backoff of successes %g", w->limits,
			  w->q, jitters[j], mean(&t.backoff_if_good));
		backoff_policy_unref(policy);
	}
}

#define TENTH "\"base_delay\":0.1,\"max_delay\":5,\"max_attempts\":5"
#define TWENTIETH "\"base_delay\":0.05,\"max_delay\":1,\"max_attempts\":3"
#define ONE "\"base_delay\":1,\"max_delay\":60,\"max_attempts\":8"

Test(engine_moments, whole_calls_match_the_closed_forms)
{
	static const struct world world[] = {
		{TENTH,
		 .1,
		 .99999,
		 1.11110,
		 {.01248, .00936, .00624, .024166},
		 {.01246512, .00934884, .00623256, .024146}},
		{TENTH,
		 .3,
		 .99757,
		 1.42510,
		 {.06528, .04896, .03264, .114404},
		 {.06178514, .04633885, .03089257, .109723}},
		{TENTH,
		 .5,
		 .96875,
		 1.93750,
		 {.2, .15, .1, .316308},
		 {.15806452, .11854839, .07903226, .260837}},
		{TENTH,
		 .9,
		 .40951,
		 4.09510,
		 {1.06848, .80136, .53424, 1.480340},
		 {.44625284, .33468963, .22312642, .679202}},
		{TWENTIETH,
		 .3,
		 .973,
		 1.39,
		 {.024, .018, .012, .045750},
		 {.02050360, .01537770, .01025180, .039388}},
		{TWENTIETH,
		 .5,
		 .875,
		 1.75,
		 {.05, .0375, .025, .093750},
		 {.03571429, .02678571, .01785714, .067857}},
		{ONE,
		 .3,
		 .9999343900,
		 1.42847770,
		 {.72813, .5460975, .364065, 1.195171},
		 {.72010722, .54008041, .36005361, 1.190403}},
		{ONE,
		 .5,
		 .99609375,
		 1.9921875,
		 {3.46875, 2.6015625, 1.734375, 4.042037},
		 {3, 2.25, 1.5, 3.768252}},
		{ONE,
		 .9,
		 .56953279,
		 5.69532790,
		 {65.836566, 49.3774245, 32.918283, 42.881357},
		 {22.63100456, 16.97325342, 11.31550228, 19.468970}},
	};

	for (size_t i = 0; i < COUNT(world); i++)
		check_world(&world[i]);
}

Test(engine_moments, full_jitter_spans_have_their_percentiles)
{
	enum { N = 100000 };
	static const struct {
		const char *limits;
		uint32_t waits;
		double mean, sd;
		struct {
			double p, value;
		} at[3];
	} row[] = {
		{TWENTIETH,
		 2,
		 .075,
		 0,
		 {{.01, .010000}, {.5, .075}, {.95, .127639}}},
		{TENTH,
		 4,
		 .75,
		 .266145,
		 {{.01, .201275}, {.95, 1.183167}, {.99, 1.298725}}},
		{ONE,
		 7,
		 61.5,
		 20.3408,
		 {{.01, 19.183817}, {.95, 94.710014}, {.99, 103.816183}}},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_policy *policy;
		unsigned below[3] = {0};
		struct sums s = {0};
		char text[256];

		snprintf(text, sizeof(text), "{\"name\":\"F\",%s}",
			 row[i].limits);
		policy = policy_of(text);
		for (uint64_t call = 0; call < N; call++) {
			double span = 0;

			for (uint32_t k = 1; k <= row[i].waits; k++) {
				struct backoff_delay law;

				backoff_engine_delay(policy, k, 0, &law);
				span += draw_s(&law, call, k);
			}
			add(&s, span);
			for (int a = 0; a < 3; a++)
				below[a] += span <= row[i].at[a].value;
		}
		cr_expect(mean_is(&s, row[i].mean, 0), "row %zu: %g", i,
			  mean(&s));
		if (row[i].sd > 0)
			cr_expect(fabs(sqrt(variance(&s)) / row[i].sd - 1) <
					  4 / sqrt(2. * N),
				  "row %zu: sd %g", i, sqrt(variance(&s)));
		for (int a = 0; a < 3; a++) {
			double p = row[i].at[a].p;

			cr_expect(fabs((double)below[a] / N - p) <=
					  4 * sqrt(p * (1 - p) / N) + 1e-5,
				  "row %zu: p%g", i, 100 * p);
		}
		backoff_policy_unref(policy);
	}
}
