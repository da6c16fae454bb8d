/* Draws many schedules: the same way for every law, decorrelated jitter
 * included. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "base/num.h"
#include "policies/schedule.h"

static const unsigned permille[] = {[RS_SCHEDULE_P1] = 10,
				    [RS_SCHEDULE_P50] = 500,
				    [RS_SCHEDULE_P95] = 950,
				    [RS_SCHEDULE_P99] = 990};
_Static_assert(sizeof(permille) / sizeof(*permille) == RS_SCHEDULE_PERCENTILES,
	       "each percentile has a value");

/* The draws so far. */
struct collect {
	const struct backoff_policy *policy;
	struct rs_schedule *schedule;
	struct tk_samples *delay, *total;
};

/* The engine only computes delays, so that `retry_on` does not end the
 * schedule. */
static uint64_t
delay_of(const struct backoff_policy *policy, uint32_t failed,
	 uint64_t previous_ns, uint64_t draw, struct backoff_delay *law)
{
	backoff_engine_delay(policy, failed, previous_ns, law);
	return backoff_engine_draw(law, draw);
}

static bool
collect_delay(struct collect *collect, size_t i,
	      const struct backoff_delay *law, uint64_t delay_ns,
	      uint64_t total_ns)
{
	struct rs_wait *wait = &collect->schedule->wait[i];
	uint64_t high = bo_min(law->high_ns, law->ceiling_ns);
	uint64_t low = bo_min(law->low_ns, high);

	if (wait->reached == 0 || low < wait->low_ns)
		wait->low_ns = low;
	if (wait->reached == 0 || high > wait->high_ns)
		wait->high_ns = high;
	wait->law = law->law;
	wait->reached++;
	return tk_samples_add(&collect->delay[i], delay_ns, 1) &&
	       tk_samples_add(&collect->total[i], total_ns, 1);
}

/* One call. Attempts take no time: only waits count against the deadline. */
static bool
collect_call(struct collect *collect, uint64_t seed, uint64_t call)
{
	uint64_t deadline = backoff_policy_deadline_ns(collect->policy);
	uint64_t previous = 0, total = 0;

	for (size_t i = 0; i < collect->schedule->count; i++) {
		uint32_t failed = (uint32_t)i + 1;
		struct backoff_delay law;
		uint64_t delay = delay_of(
			collect->policy, failed, previous,
			backoff_draw(seed, BACKOFF_PURPOSE_DELAY, call, failed),
			&law);

		total = bo_add_sat(total, delay);
		if (deadline != BACKOFF_FOREVER && total >= deadline)
			break;
		if (!collect_delay(collect, i, &law, delay, total))
			return false;
		previous = delay;
	}
	return true;
}

/* The delay before jitter. */
static uint64_t
nominal(const struct rs_wait *wait)
{
	switch (wait->law) {
	case BACKOFF_JITTER_NONE:
	case BACKOFF_JITTER_ADDITIVE:
		return wait->low_ns;
	case BACKOFF_JITTER_FULL:
	case BACKOFF_JITTER_EQUAL:
	case BACKOFF_JITTER_MINUS:
		return wait->high_ns;
	case BACKOFF_JITTER_PROPORTIONAL:
		return wait->low_ns + (wait->high_ns - wait->low_ns) / 2;
	case BACKOFF_JITTER_DECORRELATED:
		break;
	}
	/* This law has no delay before jitter; take the median. */
	return wait->at_ns[RS_SCHEDULE_P50];
}

static void
finish(struct collect *collect)
{
	for (size_t i = 0; i < collect->schedule->count; i++) {
		struct rs_wait *wait = &collect->schedule->wait[i];
		struct tk_samples *delay = &collect->delay[i];
		struct tk_samples *total = &collect->total[i];

		tk_samples_sort(delay);
		tk_samples_sort(total);
		for (size_t p = 0; p < RS_SCHEDULE_PERCENTILES; p++)
			wait->at_ns[p] = tk_samples_rank(
				delay, NULL,
				tk_quantile_rank(delay->weight, permille[p]));
		wait->total_ns = tk_samples_rank(
			total, NULL, tk_quantile_rank(total->weight, 500));
		wait->nominal_ns = nominal(wait);
	}
}

static bool
run(struct collect *collect, uint64_t draws, uint64_t seed)
{
	size_t count = collect->schedule->count;
	bool ok = true;

	collect->schedule->wait =
		calloc(count + 1, sizeof(*collect->schedule->wait));
	collect->delay = calloc(count + 1, sizeof(*collect->delay));
	collect->total = calloc(count + 1, sizeof(*collect->total));
	ok = collect->schedule->wait && collect->delay && collect->total;
	for (uint64_t i = 0; ok && i < draws; i++)
		ok = collect_call(collect, seed, i);
	if (ok)
		finish(collect);
	for (size_t i = 0; i < count; i++) {
		if (collect->delay)
			tk_samples_clear(&collect->delay[i]);
		if (collect->total)
			tk_samples_clear(&collect->total[i]);
	}
	free(collect->delay);
	free(collect->total);
	return ok;
}

size_t
rs_schedule_class(const struct backoff_policy *policy,
		  enum backoff_class failure_class, struct backoff_delay *law,
		  size_t limit)
{
	const struct backoff_outcome outcome = {
		.kind = BACKOFF_OUTCOME_FAILURE,
		.failure_class = failure_class,
	};
	const uint64_t middle = UINT64_C(1) << 63;
	struct backoff_decision d = {.size = sizeof(d)};
	struct backoff_state state = {.size = sizeof(state)};
	uint64_t previous = 0;
	bool differs = false;
	size_t count = 0;

	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	while (count < limit) {
		struct backoff_delay usual;

		backoff_engine_decide(policy, &state, &outcome, 0, middle, &d);
		if (d.action != BACKOFF_ACTION_WAIT)
			break;
		backoff_engine_delay(policy, (uint32_t)count + 1, previous,
				     &usual);
		previous = d.delay_ns;
		law[count++] = d.law;
		differs |= usual.low_ns != d.law.low_ns ||
			   usual.high_ns != d.law.high_ns ||
			   usual.ceiling_ns != d.law.ceiling_ns;
	}
	return differs ? count : 0;
}

enum backoff_status
rs_schedule_make(const struct backoff_policy *policy, uint64_t draws,
		 uint64_t seed, size_t limit, struct rs_schedule *out)
{
	struct collect collect = {.policy = policy, .schedule = out};
	uint64_t retries = backoff_policy_max_attempts(policy) - 1;

	*out = (struct rs_schedule){0};
	out->count = retries < limit ? (size_t)retries : limit;
	out->left_out = retries - out->count;
	if (run(&collect, draws, seed)) {
		if (backoff_policy_max_attempts(policy) == BACKOFF_UNLIMITED)
			out->left_out = out->wait[out->count - 1].reached > 0
						? UINT64_MAX
						: 0;
		return BACKOFF_OK;
	}
	rs_schedule_clear(out);
	return BACKOFF_E_NOMEM;
}

void
rs_schedule_clear(struct rs_schedule *schedule)
{
	free(schedule->wait);
	*schedule = (struct rs_schedule){0};
}
