/* Recovers draws by inverting the laws of recorded delays. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/num.h"
#include "recorded/draws.h"
#include "recorded/random.h"

/* Logs in seconds with six decimals round a delay by half of this. */
#define SLACK_NS 1000

bool
rs_delay_possible(const struct backoff_delay *law, uint64_t delay_ns)
{
	uint64_t high = bo_min(law->high_ns, law->ceiling_ns);

	return delay_ns + SLACK_NS >= law->low_ns &&
	       delay_ns <= bo_add_sat(high, SLACK_NS);
}

bool
rs_draw_of_delay(const struct backoff_delay *law, uint64_t delay_ns,
		 uint64_t other, uint64_t *out)
{
	bo_u128 scaled;
	uint64_t span = law->high_ns - law->low_ns, draw;

	if (!rs_delay_possible(law, delay_ns))
		return false;
	if (delay_ns < law->low_ns)
		delay_ns = law->low_ns;
	if (span == 0) {
		*out = other;
		return true;
	}
	/* The least draw with low + floor(span * draw / 2^64) == delay. */
	scaled = ((bo_u128)(delay_ns - law->low_ns) << 64);
	scaled = (scaled + span - 1) / span;
	draw = scaled > UINT64_MAX ? UINT64_MAX : (uint64_t)scaled;
	/* Any draw beyond the ceiling gives a delay pinned to it. */
	if (law->capped && delay_ns >= law->ceiling_ns)
		draw += bo_mul_frac(UINT64_MAX - draw, other);
	*out = draw;
	return true;
}

/* The law of the delay after an attempt, from the log or its policy. */
static bool
law_of(const struct tk_attempt *attempt, const struct backoff_policy *policy,
       uint32_t number, uint64_t previous, struct backoff_delay *law)
{
	if (attempt->delay_low_ns != BACKOFF_ABSENT &&
	    attempt->delay_high_ns != BACKOFF_ABSENT &&
	    attempt->delay_high_ns >= attempt->delay_low_ns) {
		*law = (struct backoff_delay){
			.law = BACKOFF_JITTER_FULL,
			.low_ns = attempt->delay_low_ns,
			.high_ns = attempt->delay_high_ns,
			.ceiling_ns = BACKOFF_FOREVER,
		};
		return true;
	}
	if (policy == NULL)
		return false;
	backoff_engine_delay(policy, number, previous, law);
	return true;
}

/* Whether the delay after a failure is this one, even with the longest wait
 * that the policy could have drawn. */
static bool
whatever_the_draw(const struct backoff_policy *policy,
		  struct backoff_state state,
		  const struct backoff_outcome *outcome, uint64_t end_ns,
		  uint64_t delay_ns)
{
	struct backoff_decision d = {.size = sizeof(d)};

	backoff_engine_decide(policy, &state, outcome, end_ns, UINT64_MAX, &d);
	return d.action == BACKOFF_ACTION_WAIT && d.delay_ns == delay_ns;
}

/* A delay that a hint replaced is not in the log. If the policy waits the
 * longer of the two, the computed delay was not longer than the hint. */
static void
recover_hinted(const struct rs_log *log, size_t index,
	       const struct backoff_policy *policy, uint64_t seed,
	       uint64_t *draw)
{
	const struct tk_call *call = &log->call[index];
	struct backoff_decision d = {.size = sizeof(d)};
	struct backoff_state state = {.size = sizeof(state)}, before;

	backoff_engine_begin(policy, &state, log->start_ns[call->first],
			     BACKOFF_FOREVER, &d);
	for (uint32_t i = 0; i < call->count; i++) {
		const struct tk_attempt *attempt =
			&log->attempt[call->first + i];
		uint64_t *drawn = &draw[call->first + i], most;
		uint64_t end_ns = log->end_ns[call->first + i];
		struct backoff_outcome outcome = {.size = sizeof(outcome)};
		struct backoff_hint hint;

		rs_log_outcome(log, call, i, &outcome);
		hint = outcome.hint;
		before = state;
		backoff_engine_decide(policy, &state, &outcome, end_ns, *drawn,
				      &d);
		if (rs_log_hinted(attempt) && d.action == BACKOFF_ACTION_WAIT &&
		    (d.delay_ns != attempt->delay_ns ||
		     (*drawn == rs_delay_draw(seed, index, i + 1, 0) &&
		      !whatever_the_draw(policy, before, &outcome, end_ns,
					 attempt->delay_ns)))) {
			outcome.hint.kind = BACKOFF_HINT_NONE;
			state = before;
			backoff_engine_decide(policy, &state, &outcome, end_ns,
					      *drawn, &d);
			if (rs_draw_of_delay(&d.law, attempt->delay_ns, *drawn,
					     &most))
				*drawn = bo_mul_frac(*drawn, most);
			outcome.hint = hint;
			state = before;
			backoff_engine_decide(policy, &state, &outcome, end_ns,
					      *drawn, &d);
		}
		if (d.action != BACKOFF_ACTION_WAIT)
			return;
	}
}

/* A wait that would have reached the deadline was skipped, and has no logged
 * delay: its draw is sampled above the one that just reaches the deadline.
 * Times in the log are whole microseconds, so it reaches a little further. */
static void
recover_skipped(const struct rs_log *log, const struct tk_call *call,
		const struct backoff_policy *policy, uint32_t number,
		uint64_t previous, uint64_t *draw)
{
	uint64_t last = call->first + call->count - 1, left_ns, least;
	struct backoff_delay law;

	if (call->deadline_ns == BACKOFF_ABSENT ||
	    call->deadline_ns < log->end_ns[last])
		return;
	left_ns = call->deadline_ns - log->end_ns[last] + 2 * SLACK_NS;
	backoff_engine_delay(policy, number, previous, &law);
	if (left_ns > law.low_ns && rs_draw_of_delay(&law, left_ns, 0, &least))
		draw[last] =
			least + bo_mul_frac(UINT64_MAX - least, draw[last]);
}

static void
recover_call(const struct rs_log *log, size_t index,
	     const struct backoff_policy *policy, uint64_t seed, uint64_t *draw)
{
	const struct tk_call *call = &log->call[index];
	uint32_t number = call->missing_before;
	uint64_t previous = 0;
	bool any_hint = false;

	for (uint32_t i = 0; i < call->count; i++) {
		const struct tk_attempt *attempt =
			&log->attempt[call->first + i];
		uint64_t keyed = rs_delay_draw(seed, index, ++number, 0);
		struct backoff_delay law;

		draw[call->first + i] = keyed;
		any_hint |= rs_log_hinted(attempt);
		if (attempt->delay_ns == BACKOFF_ABSENT)
			continue;
		if (law_of(attempt, policy, number, previous, &law))
			rs_draw_of_delay(&law, attempt->delay_ns, keyed,
					 &draw[call->first + i]);
		previous = attempt->delay_ns;
	}
	if (call->stop == BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE && policy)
		recover_skipped(log, call, policy, number, previous, draw);
	if (any_hint && policy && call->missing_before == 0)
		recover_hinted(log, index, policy, seed, draw);
}

void
rs_recover_draws(const struct rs_log *log, const struct rs_operation *operation,
		 const struct backoff_policy *policy, uint64_t seed,
		 uint64_t *draw)
{
	for (size_t i = 0; i < operation->call_count; i++)
		recover_call(log, operation->first_call + i, policy, seed,
			     draw);
}
