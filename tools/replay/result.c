/* Computes rates, intervals and verdicts from counts. docs/replay.md has the
 * formulas. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "replay/result.h"

static const unsigned permille[] = {
	[RS_P50] = 500, [RS_P95] = 950, [RS_P99] = 990};
_Static_assert(sizeof(permille) / sizeof(*permille) == RS_PERCENTILES,
	       "each percentile has a value");

const char *
rs_verdict_name(enum rs_verdict verdict)
{
	static const char *const name[] = {
		[RS_VERDICT_BASELINE] = "baseline",
		[RS_VERDICT_BETTER] = "better",
		[RS_VERDICT_WORSE] = "worse",
		[RS_VERDICT_EQUAL] = "equal",
		[RS_VERDICT_CANNOT_TELL] = "cannot_tell",
		[RS_VERDICT_DEPENDS] = "depends",
	};

	_Static_assert(sizeof(name) / sizeof(*name) == RS_VERDICT_COUNT,
		       "each verdict has a name");

	return name[verdict];
}

const char *
rs_condition_name(enum rs_condition_kind kind)
{
	static const char *const name[] = {
		[RS_CONDITION_NONE] = "",
		[RS_CONDITION_LOAD] = "load",
		[RS_CONDITION_COUPLING] = "coupling",
		[RS_CONDITION_FATE] = "fate",
		[RS_CONDITION_WAIT] = "wait",
		[RS_CONDITION_TIMEOUT] = "timeout",
		[RS_CONDITION_LOSS] = "loss",
		[RS_CONDITION_CLOCKS] = "clocks",
		[RS_CONDITION_GUARD] = "guard",
		[RS_CONDITION_HEDGE] = "hedge",
	};

	_Static_assert(sizeof(name) / sizeof(*name) == RS_CONDITION_COUNT,
		       "each kind of condition has a name");

	return name[kind];
}

/* Quantiles over the pool of all replicas; their bounds are order statistics of
 * the number of calls in one replica. */
static void
make_latency(struct rs_latency *out, const struct tk_samples *a,
	     const struct tk_samples *b, uint32_t replicas)
{
	uint64_t total = a->weight + (b ? b->weight : 0);
	uint64_t calls = total / replicas;

	out->calls = (double)total / replicas;
	for (size_t i = 0; i < RS_PERCENTILES; i++) {
		uint64_t rank = tk_quantile_rank(total, permille[i]);
		uint64_t low, high;

		tk_order_ranks(calls, permille[i], &low, &high);
		/* The first draw of the low rank, the last of the high one. */
		low = (low - 1) * replicas + 1;
		high *= replicas;
		out->at[i].ns = tk_samples_rank(a, b, rank);
		out->at[i].low_ns =
			tk_samples_rank(a, b, low < rank ? low : rank);
		out->at[i].high_ns =
			tk_samples_rank(a, b, high > rank ? high : rank);
	}
}

static uint64_t
sum(const uint64_t *value, uint32_t count)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < count; i++)
		total += value[i];
	return total;
}

/* The interval combines the spread of calls and that of replicas. */
static void
make_attempts(struct rs_result *result, const struct rs_tally *tally)
{
	double n = (double)tally->calls, r = tally->replicas;
	uint64_t attempts = sum(tally->attempts, tally->replicas);
	double mean = (double)attempts / r / n;
	double squares = (double)tally->attempts_squared / r / r;
	double variance =
		n > 1 ? fmax(0, squares - n * mean * mean) / (n - 1) : 0;
	double between = tk_deviation(tally->attempts, tally->replicas) / n;
	double half = TK_Z95 * sqrt(variance / n + between * between);

	result->attempts = (double)attempts / r;
	result->attempts_per_call = mean;
	result->refused_calls = (double)tally->refused_calls / r;
	result->retries = result->attempts - (n - result->refused_calls);
	/* Only a breaker keeps a call from its first attempt. */
	result->attempts_interval = (struct tk_interval){
		fmax(tally->refused_calls > 0 ? 0 : 1, mean - half),
		mean + half};
	result->retries_interval =
		tk_clamp((struct tk_interval){result->retries - half * n,
					      result->retries + half * n},
			 0, HUGE_VAL);
}

static void
make_success(struct rs_result *result, const struct rs_tally *tally)
{
	double n = (double)tally->calls, r = tally->replicas;
	double succeeded = (double)sum(tally->succeeded, tally->replicas) / r;
	double between = tk_deviation(tally->succeeded, tally->replicas) / n;
	struct tk_interval wilson = tk_wilson(succeeded, n);

	result->success_rate = succeeded / n;
	result->first_try_rate = (double)tally->first_try / r / n;
	result->first_try = tk_wilson(result->first_try_rate * n, n);
	result->success =
		tk_clamp(tk_widen(wilson, result->success_rate, between), 0, 1);
	result->outer.low = (double)tally->least / r / n;
	result->outer.high = (double)tally->most / r / n;
}

static void
make_support(struct rs_result *result, const struct rs_tally *tally)
{
	double total = 0;

	for (size_t i = 0; i < RS_SUPPORT_COUNT; i++)
		total += (double)tally->support[i];
	for (size_t i = 0; i < RS_SUPPORT_COUNT; i++)
		result->support[i] =
			total > 0 ? (double)tally->support[i] / total : 0;
	for (size_t i = 0; i < RS_STOPS; i++) {
		double calls = (double)tally->calls;
		struct tk_interval wilson;

		result->stop[i] = (double)tally->stop[i] / tally->replicas;
		wilson = tk_wilson(result->stop[i], calls);
		result->stop_interval[i] = (struct tk_interval){
			wilson.low * calls, wilson.high * calls};
	}
	result->unsupported_calls = (double)tally->unsupported_calls /
				    tally->replicas / (double)tally->calls;
	result->flagged = result->unsupported_calls > RS_UNSUPPORTED_MAX;
}

static void
make_load(struct rs_result *result, const struct rs_tally *tally)
{
	const struct rs_load *load = tally->load;

	if (load->bins == 0)
		return;
	result->load_peak = rs_load_peak(load, tally->further, tally->replicas);
	result->recorded_load_peak = load->recorded_peak;
	result->load = rs_load_judge(result->load_peak, load->recorded_peak);
}

void
rs_result_make(struct rs_result *result, const struct rs_tally *tally,
	       const struct tk_samples *first_tries)
{
	result->calls = tally->calls;
	result->success = result->outer = (struct tk_interval){0, 1};
	if (tally->calls == 0)
		return;
	make_success(result, tally);
	make_attempts(result, tally);
	make_support(result, tally);
	make_load(result, tally);
	result->guarded = tally->guarded;
	result->breaker_opened = (double)tally->opened / tally->replicas;
	result->backoff_per_call_ns = (double)tally->backoff_ns /
				      tally->replicas / (double)tally->calls;
	make_latency(&result->success_latency, &tally->success, first_tries,
		     tally->replicas);
	make_latency(&result->failure_latency, &tally->failure, NULL,
		     tally->replicas);
}

void
rs_result_admit_failures(struct rs_result *result, uint64_t failures)
{
	double n = (double)result->calls, all = n + (double)failures;
	double succeeded = result->success_rate * n;

	if (result->calls == 0 || failures == 0)
		return;
	result->rate_unknown = succeeded / all < result->success.low;
	result->success.low =
		fmin(result->success.low, tk_wilson(succeeded, all).low);
	result->outer.low =
		fmin(result->outer.low, result->outer.low * n / all);
}

bool
rs_result_doubtful(const struct rs_result *result)
{
	return result->flagged || result->guard_unknown || result->hedges ||
	       result->load == RS_LOAD_EXTRAPOLATED ||
	       result->doubt != RS_DOUBT_NONE;
}

double
rs_guard_stops(const struct rs_result *result)
{
	return result->stop[BACKOFF_STOP_BUDGET] +
	       result->stop[BACKOFF_STOP_BREAKER_OPEN];
}

/* With unsupported attempts, the verdict must hold whatever their outcomes. */
static enum rs_verdict
judge(const struct rs_result *a, const struct rs_result *b,
      const struct rs_difference *difference)
{
	double low = difference->interval.low;
	double high = difference->interval.high;

	if (a->guard_unknown || b->guard_unknown || a->hedges || b->hedges ||
	    a->load == RS_LOAD_EXTRAPOLATED ||
	    b->load == RS_LOAD_EXTRAPOLATED || a->doubt != RS_DOUBT_NONE ||
	    b->doubt != RS_DOUBT_NONE)
		return RS_VERDICT_DEPENDS;
	if (a->flagged || b->flagged) {
		double worst = a->outer.low - b->outer.high;
		double best = a->outer.high - b->outer.low;

		low = fmin(low, worst - (difference->value - low));
		high = fmax(high, best + (high - difference->value));
	}
	if (low > 0)
		return RS_VERDICT_BETTER;
	if (high < 0)
		return RS_VERDICT_WORSE;
	return a->flagged || b->flagged ? RS_VERDICT_DEPENDS : RS_VERDICT_EQUAL;
}

/* Replicas in which an unlogged call was refused. */
static uint16_t
refused(const struct rs_tally *tally, uint64_t k)
{
	return tally->unlogged_refused ? tally->unlogged_refused[k] : 0;
}

void
rs_result_compare(struct rs_result *result, const struct rs_tally *tally,
		  const struct rs_result *baseline,
		  const struct rs_tally *baseline_tally, size_t call_count)
{
	struct rs_difference *difference = &result->difference;
	double r = tally->replicas, n = (double)tally->calls, between;
	uint64_t gained = 0, lost = 0;

	for (size_t i = 0; i < call_count; i++) {
		uint16_t a = tally->call_succeeded[i];
		uint16_t b = baseline_tally->call_succeeded[i];

		gained += a > b ? (uint64_t)(a - b) : 0;
		lost += b > a ? (uint64_t)(b - a) : 0;
	}
	for (uint64_t k = 0; k < tally->unlogged_calls; k++) {
		uint16_t a = refused(tally, k);
		uint16_t b = refused(baseline_tally, k);

		if (tally->unlogged_refused == NULL &&
		    baseline_tally->unlogged_refused == NULL)
			break;
		gained += b > a ? (uint64_t)(b - a) : 0;
		lost += a > b ? (uint64_t)(a - b) : 0;
	}
	difference->interval = tk_paired((double)gained / r, (double)lost / r,
					 n, &difference->value);
	if (tally->calls == 0) {
		difference->verdict = result->doubt == RS_DOUBT_NONE
					      ? RS_VERDICT_EQUAL
					      : RS_VERDICT_DEPENDS;
		return;
	}
	between = tk_deviation_between(tally->succeeded,
				       baseline_tally->succeeded,
				       tally->replicas) /
		  n;
	difference->interval = tk_clamp(
		tk_widen(difference->interval, difference->value, between), -1,
		1);
	difference->verdict = judge(result, baseline, difference);
}
