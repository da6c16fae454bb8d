/* Recognising the policy that wrote a log. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorded/logged_policy.h"
#include "recorded/random.h"

/* Logs in seconds with six decimals round a delay by half of this. */
#define SLACK_NS 1000

void
rs_outcome_of(const struct rs_log *log, const struct tk_call *call, uint32_t i,
	      struct backoff_outcome *out)
{
	const struct tk_attempt *attempt = &log->attempt[call->first + i];
	bool last = i + 1 == call->count;

	*out = (struct backoff_outcome){
		.kind = (enum backoff_outcome_kind)attempt->outcome,
		.failure_class = (enum backoff_class)attempt->failure_class,
		.error_type = tk_trace_text(log->trace, attempt->error_type),
		.code = tk_trace_text(log->trace, attempt->code),
		.error = tk_trace_text(log->trace, attempt->error),
		.not_replayable =
			last && call->stop == BACKOFF_STOP_NOT_REPLAYABLE,
	};
	if (last && call->stop == BACKOFF_STOP_SERVER_FORBADE)
		out->hint.kind = BACKOFF_HINT_FORBID;
	else if (attempt->hint_ns != BACKOFF_ABSENT)
		out->hint = (struct backoff_hint){BACKOFF_HINT_DELAY,
						  attempt->hint_ns};
}

/* Whether the wait after an attempt was the peer's, not the policy's own. */
static bool
hinted(const struct tk_attempt *attempt)
{
	return attempt->hint_action == BACKOFF_HINT_ACTION_HONOURED ||
	       attempt->hint_action == BACKOFF_HINT_ACTION_CLAMPED;
}

static bool
inside(const struct backoff_delay *law, uint64_t delay_ns)
{
	uint64_t high =
		law->high_ns < law->ceiling_ns ? law->high_ns : law->ceiling_ns;

	return delay_ns + SLACK_NS >= law->low_ns &&
	       delay_ns <=
		       (high > UINT64_MAX - SLACK_NS ? high : high + SLACK_NS);
}

/** How well the waits of a log fit a policy. */
struct fit {
	size_t waits;
	/** Sum of the log-widths of their laws: the tightest has the least. */
	double width;
};

/* Whether one call could have run under a policy. */
static bool
call_fits(const struct rs_log *log, const struct tk_call *call,
	  const struct backoff_policy *policy, struct fit *fit)
{
	uint32_t number = call->missing_before;
	uint64_t previous = 0;

	if (call->max_attempts != 0 &&
	    call->max_attempts != backoff_policy_max_attempts(policy))
		return false;
	for (uint32_t i = 0; i < call->count; i++) {
		const struct tk_attempt *attempt =
			&log->attempt[call->first + i];
		struct backoff_outcome outcome;
		struct backoff_delay law;

		number++;
		if (attempt->delay_ns == BACKOFF_ABSENT || hinted(attempt))
			continue;
		rs_outcome_of(log, call, i, &outcome);
		backoff_engine_delay(policy, number, previous, &law);
		if (!inside(&law, attempt->delay_ns) ||
		    !backoff_engine_retryable(policy, &outcome))
			return false;
		fit->waits++;
		fit->width += log1p((double)(law.high_ns - law.low_ns));
		previous = attempt->delay_ns;
	}
	return true;
}

/* Without a wait there is nothing that could fit. */
static bool
fits(const struct rs_log *log, const struct rs_operation *operation,
     const struct backoff_policy *policy, struct fit *fit)
{
	*fit = (struct fit){0, 0};
	for (size_t i = 0; i < operation->call_count; i++)
		if (!call_fits(log, &log->call[operation->first_call + i],
			       policy, fit))
			return false;
	return fit->waits > 0;
}

/* Whether it retries a failure of a kind that nobody named. */
static bool
retries_anything(const struct backoff_policy *policy)
{
	const struct backoff_outcome unheard = {
		.kind = BACKOFF_OUTCOME_FAILURE,
		.error_type = "a kind that nobody named",
	};

	return backoff_engine_retryable(policy, &unheard) != 0;
}

static struct rs_incumbent
best_fit(const struct rs_log *log, const struct rs_operation *operation,
	 const struct rs_policy_set *set)
{
	struct rs_incumbent best = {.evidence = RS_EVIDENCE_NONE};
	double least = 0;
	bool wide = false;

	for (size_t i = 0; i < set->count; i++) {
		const struct rs_policy *item = &set->item[i];
		bool any = retries_anything(item->policy);
		struct fit fit;

		if (!fits(log, operation, item->policy, &fit))
			continue;
		if (best.policy == NULL || fit.width < least ||
		    (fit.width <= least && wide && !any)) {
			best.tie = best.policy && fit.width >= least
					   ? best.policy
					   : NULL;
			best.policy = item;
			best.evidence = RS_EVIDENCE_FIT;
			least = fit.width;
			wide = any;
		} else if (fit.width <= least && best.tie == NULL) {
			best.tie = item;
		}
	}
	return best;
}

static const struct rs_policy *
with_hash(const struct rs_policy_set *set, const char *hash)
{
	for (size_t i = 0; i < set->count; i++) {
		char text[24];

		snprintf(text, sizeof(text), "%016" PRIx64,
			 backoff_policy_hash(set->item[i].policy));
		if (!strcmp(text, hash))
			return &set->item[i];
	}
	return NULL;
}

static const struct rs_policy *
with_name(const struct rs_policy_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (!strcmp(backoff_policy_name(set->item[i].policy), name))
			return &set->item[i];
	return NULL;
}

/* What the lines name. Of one name and another hash the settings differ: that
 * policy did not write the log, nor did one that happens to fit. */
static struct rs_incumbent
look_up(const struct rs_policy_set *const set[2], const char *name,
	const char *hash)
{
	struct rs_incumbent found = {.evidence = RS_EVIDENCE_NONE};

	for (size_t i = 0; i < 2 && found.policy == NULL; i++)
		found.policy = hash[0] ? with_hash(set[i], hash)
				       : with_name(set[i], name);
	if (found.policy) {
		found.evidence = hash[0] ? RS_EVIDENCE_HASH : RS_EVIDENCE_NAME;
		return found;
	}
	found.missing_name = name;
	found.missing_hash = hash;
	for (size_t i = 0; name[0] && i < 2 && found.namesake == NULL; i++)
		found.namesake = with_name(set[i], name);
	return found;
}

struct rs_incumbent
rs_incumbent_find(const struct rs_log *log,
		  const struct rs_operation *operation,
		  const struct rs_policy_set *given,
		  const struct rs_policy_set *shipped)
{
	const struct tk_call *call = &log->call[operation->first_call];
	const struct rs_policy_set *const set[] = {given, shipped};
	struct rs_incumbent found = {.evidence = RS_EVIDENCE_NONE};

	/* The last call that tells: it is what is in force now. */
	for (size_t i = operation->call_count; i-- > 0;) {
		const char *name = rs_log_text(log, call[i].policy);
		const char *hash = rs_log_text(log, call[i].policy_hash);

		if (name[0] || hash[0])
			return look_up(set, name, hash);
	}
	for (size_t i = 0; i < 2 && found.policy == NULL; i++)
		found = best_fit(log, operation, set[i]);
	return found;
}

bool
rs_invert(const struct backoff_delay *law, uint64_t delay_ns, uint64_t other,
	  uint64_t *out)
{
	rs_wide scaled;
	uint64_t span = law->high_ns - law->low_ns, draw;

	if (!inside(law, delay_ns))
		return false;
	if (delay_ns < law->low_ns)
		delay_ns = law->low_ns;
	if (span == 0) {
		*out = other;
		return true;
	}
	/* The least draw with low + floor(span * draw / 2^64) == delay. */
	scaled = ((rs_wide)(delay_ns - law->low_ns) << 64);
	scaled = (scaled + span - 1) / span;
	draw = scaled > UINT64_MAX ? UINT64_MAX : (uint64_t)scaled;
	/* A delay pinned to its ceiling came from any draw beyond it. */
	if (law->capped && delay_ns >= law->ceiling_ns)
		draw += (uint64_t)((rs_wide)(UINT64_MAX - draw) * other >> 64);
	*out = draw;
	return true;
}

/* The law of the delay after an attempt, from the log or the incumbent. */
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

/* The luck behind waits that a peer's hint took over: all that is known of it
 * is that the own delay was not longer, if the policy waits the longer one. */
static void
recover_hinted(const struct rs_log *log, const struct tk_call *call,
	       const struct backoff_policy *policy, uint64_t *draw)
{
	struct backoff_decision d;
	struct backoff_state state, before;

	backoff_engine_begin(policy, &state, log->start_ns[call->first],
			     BACKOFF_FOREVER, &d);
	for (uint32_t i = 0; i < call->count; i++) {
		const struct tk_attempt *attempt =
			&log->attempt[call->first + i];
		uint64_t *luck = &draw[call->first + i], most;
		uint64_t end_ns = log->end_ns[call->first + i];
		struct backoff_outcome outcome;
		struct backoff_hint hint;

		rs_outcome_of(log, call, i, &outcome);
		hint = outcome.hint;
		before = state;
		backoff_engine_decide(policy, &state, &outcome, end_ns, *luck,
				      &d);
		if (hinted(attempt) && d.delay_ns != attempt->delay_ns &&
		    d.action == BACKOFF_ACTION_WAIT) {
			outcome.hint.kind = BACKOFF_HINT_NONE;
			state = before;
			backoff_engine_decide(policy, &state, &outcome, end_ns,
					      *luck, &d);
			if (rs_invert(&d.law, attempt->delay_ns, *luck, &most))
				*luck = (uint64_t)((rs_wide)*luck * most >> 64);
			outcome.hint = hint;
			state = before;
			backoff_engine_decide(policy, &state, &outcome, end_ns,
					      *luck, &d);
		}
		if (d.action != BACKOFF_ACTION_WAIT)
			return;
	}
}

/* The luck behind a wait that nobody began because it would have reached the
 * deadline: all that is known of it is that. Moments in the log are whole
 * microseconds, so it reaches a little further. */
static void
recover_too_long(const struct rs_log *log, const struct tk_call *call,
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
	if (left_ns > law.low_ns && rs_invert(&law, left_ns, 0, &least))
		draw[last] = least + (uint64_t)((rs_wide)(UINT64_MAX - least) *
							draw[last] >>
						64);
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
		uint64_t keyed = backoff_draw(seed, BACKOFF_PURPOSE_DELAY,
					      index, ++number);
		struct backoff_delay law;

		draw[call->first + i] = keyed;
		any_hint |= hinted(attempt);
		if (attempt->delay_ns == BACKOFF_ABSENT)
			continue;
		if (law_of(attempt, policy, number, previous, &law))
			rs_invert(&law, attempt->delay_ns, keyed,
				  &draw[call->first + i]);
		previous = attempt->delay_ns;
	}
	if (call->stop == BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE && policy)
		recover_too_long(log, call, policy, number, previous, draw);
	if (any_hint && policy && call->missing_before == 0)
		recover_hinted(log, call, policy, draw);
}

void
rs_recover_draws(const struct rs_log *log, const struct rs_operation *operation,
		 const struct rs_incumbent *incumbent, uint64_t seed,
		 uint64_t *draw)
{
	const struct backoff_policy *policy =
		incumbent->policy ? incumbent->policy->policy : NULL;

	for (size_t i = 0; i < operation->call_count; i++)
		recover_call(log, operation->first_call + i, policy, seed,
			     draw);
}
