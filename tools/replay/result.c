/* Computes rates, intervals and verdicts from counts. docs/replay.md has the
 * formulas. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "replay/durations.h"
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
		[RS_CONDITION_BREAKER] = "breaker",
	};

	_Static_assert(sizeof(name) / sizeof(*name) == RS_CONDITION_COUNT,
		       "each kind of condition has a name");

	return name[kind];
}

/* The union of two intervals. */
static struct tk_interval
join(struct tk_interval a, struct tk_interval b)
{
	return (struct tk_interval){fmin(a.low, b.low), fmax(a.high, b.high)};
}

/* A sum of each replica, divided, as one run may have it: with its chance. */
static struct tk_spread
spread_of_runs(const struct rs_tally *tally, rs_sum_fn get, double divisor)
{
	double draw[RS_REPLICAS_MAX];

	for (uint32_t r = 0; r < tally->replicas; r++)
		draw[r] = (double)get(&tally->replica[r]) / divisor;
	return tk_spread_of(draw, tally->replicas);
}

/* The same as a mean over runs. */
static struct tk_spread
spread(const struct rs_tally *tally, rs_sum_fn get, double divisor)
{
	double draw[RS_REPLICAS_MAX];

	for (uint32_t r = 0; r < tally->replicas; r++)
		draw[r] = (double)get(&tally->replica[r]) / divisor;
	return tk_spread_between(draw, tally->replicas, tally->draws);
}

static uint64_t
get_attempts(const struct rs_sums *sums)
{
	return sums->attempts;
}

/* All attempts but the first ones. */
static uint64_t
get_retries(const struct rs_sums *sums)
{
	return sums->attempts + sums->refused;
}

static uint64_t
get_first_try(const struct rs_sums *sums)
{
	return sums->first_try;
}

static uint64_t
get_refused(const struct rs_sums *sums)
{
	return sums->refused;
}

/* The value at a share of sorted ones, between two of them if need be. */
static uint64_t
at_share(const uint64_t *sorted, size_t count, double share)
{
	double place = share * (double)(count - 1);
	size_t below = (size_t)place;
	double rest = place - (double)below;

	if (below + 1 >= count)
		return sorted[count - 1];
	return sorted[below] +
	       (uint64_t)(rest * (double)(sorted[below + 1] - sorted[below]));
}

/* The median of the replicas' percentiles, and how these spread. Calls are the
 * same in all replicas, so their number widens nothing. */
static struct rs_quantile
make_quantile(const struct rs_durations *durations, unsigned thousandths)
{
	uint64_t value[RS_REPLICAS_MAX];
	size_t count =
		rs_durations_quantile(durations, thousandths, 1000, value);

	if (count == 0)
		return (struct rs_quantile){0};
	return (struct rs_quantile){
		.ns = value[count / 2],
		.low_ns = at_share(value, count, 0.025),
		.high_ns = at_share(value, count, 0.975),
	};
}

static void
make_latency(struct rs_latency *out, const struct rs_tally *tally, bool success,
	     const struct tk_samples *first_tries)
{
	struct rs_durations durations;

	rs_durations_of(&durations, tally, success, first_tries);
	out->calls = durations.calls;
	for (size_t i = 0; i < RS_PERCENTILES; i++)
		out->at[i] = make_quantile(&durations, permille[i]);
}

static void
make_attempts(struct rs_result *result, const struct rs_tally *tally)
{
	double n = (double)tally->calls;
	struct tk_spread attempts = spread(tally, get_attempts, 1);
	struct tk_spread retries = spread(tally, get_retries, 1);
	struct tk_spread per_call = spread(tally, get_attempts, n);

	result->refused_calls = spread(tally, get_refused, 1).mean;
	result->attempts = attempts.mean;
	result->attempts_per_call = per_call.mean;
	result->retries = retries.mean - n;
	/* Only a breaker keeps a call from its first attempt. */
	result->attempts_interval =
		tk_clamp(tk_spread_interval(per_call, tally->replicas),
			 result->refused_calls > 0 ? 0 : 1, HUGE_VAL);
	result->retries_interval = tk_spread_interval(retries, tally->replicas);
	result->retries_interval.low -= n;
	result->retries_interval.high -= n;
	result->retries_interval =
		tk_clamp(result->retries_interval, 0, HUGE_VAL);
}

static void
make_success(struct rs_result *result, const struct rs_tally *tally,
	     struct rs_window *window)
{
	double n = (double)tally->calls;
	struct tk_spread success = spread(tally, rs_sum_succeeded, n);
	struct tk_spread first_try = spread(tally, get_first_try, n);
	struct tk_interval failed;

	result->success_rate = success.mean;
	result->success =
		tk_clamp(tk_spread_interval(success, tally->replicas), 0, 1);
	result->first_try_rate = first_try.mean;
	result->first_try =
		tk_clamp(tk_spread_interval(first_try, tally->replicas), 0, 1);
	result->outer = result->success;
	rs_result_admit_family(result, tally);
	failed = rs_window_next(window, tally, success.deviation);
	result->prospective =
		(struct tk_interval){1 - failed.high, 1 - failed.low};
}

void
rs_result_admit_family(struct rs_result *result, const struct rs_tally *tally)
{
	static const rs_sum_fn get[] = {rs_sum_succeeded, rs_sum_least,
					rs_sum_most};
	double n = (double)tally->calls;

	for (size_t i = 0; n > 0 && i < sizeof(get) / sizeof(*get); i++) {
		struct tk_spread one = spread_of_runs(tally, get[i], n);

		result->outer =
			join(result->outer,
			     tk_clamp(tk_spread_interval(one, tally->replicas),
				      0, 1));
	}
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
	result->unsupported_calls = (double)tally->unsupported_calls /
				    tally->replicas / (double)tally->calls;
	result->flagged = result->unsupported_calls > RS_UNSUPPORTED_MAX;
}

static void
make_stops(struct rs_result *result, const struct rs_tally *tally)
{
	double draw[RS_REPLICAS_MAX];

	for (size_t i = 0; i < RS_STOPS; i++) {
		struct tk_spread one;

		for (uint32_t r = 0; r < tally->replicas; r++)
			draw[r] = (double)tally->replica[r].stop[i];
		one = tk_spread_between(draw, tally->replicas, tally->draws);
		result->stop[i] = one.mean;
		result->stop_interval[i] =
			tk_clamp(tk_spread_interval(one, tally->replicas), 0,
				 (double)tally->calls);
	}
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
	       const struct tk_samples *first_tries, struct rs_window *window)
{
	result->calls = tally->calls;
	result->success = result->outer = (struct tk_interval){0, 1};
	result->prospective = result->success;
	if (tally->calls == 0)
		return;
	make_success(result, tally, window);
	make_attempts(result, tally);
	make_support(result, tally);
	make_stops(result, tally);
	make_load(result, tally);
	result->guarded = tally->guarded;
	result->breaker_opened = (double)tally->opened / tally->replicas;
	result->backoff_per_call_ns = (double)tally->backoff_ns /
				      tally->replicas / (double)tally->calls;
	make_latency(&result->success_latency, tally, true, first_tries);
	make_latency(&result->failure_latency, tally, false, NULL);
}

void
rs_result_admit_failures(struct rs_result *result, uint64_t failures)
{
	double n = (double)result->calls, all = n + (double)failures;
	double succeeded = result->success_rate * n;

	if (result->calls == 0 || failures == 0)
		return;
	result->rate_unknown = succeeded / all < result->success.low;
	result->success.low = fmin(result->success.low, succeeded / all);
	result->outer.low =
		fmin(result->outer.low, result->outer.low * n / all);
}

bool
rs_result_doubtful(const struct rs_result *result)
{
	return result->difference.condition.kind != RS_CONDITION_NONE ||
	       result->difference.verdict == RS_VERDICT_CANNOT_TELL ||
	       result->doubt != RS_DOUBT_NONE;
}

double
rs_guard_stops(const struct rs_result *result)
{
	return result->stop[BACKOFF_STOP_BUDGET] +
	       result->stop[BACKOFF_STOP_BREAKER_OPEN];
}
