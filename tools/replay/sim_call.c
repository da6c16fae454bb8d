/* Attempts of a call, recorded or estimated, and the engine's decision after
 * each. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/num.h"
#include "recorded/random.h"
#include "replay/sim_call.h"

/* A simulated attempt is a recorded one if it begins within this. */
#define SAME_TIME_NS 1000

uint64_t
rs_recorded_start_ns(const struct rs_run *run, size_t index)
{
	return run->log->start_ns[run->log->call[index].first];
}

bool
rs_recorded_first_try(const struct rs_run *run, size_t index)
{
	return run->log->attempt[run->log->call[index].first].outcome ==
	       BACKOFF_OUTCOME_SUCCESS;
}

/* The deadline that the caller gave, which holds under every policy: the
 * recorded one, unless the policy that wrote the log explains it. */
static uint64_t
callers_deadline(const struct rs_run *run, const struct tk_call *record)
{
	uint64_t start_ns = run->log->start_ns[record->first], policy_ns;

	if (run->logged_policy == NULL || record->deadline_ns == BACKOFF_ABSENT)
		return BACKOFF_FOREVER;
	policy_ns = backoff_policy_deadline_ns(run->logged_policy);
	return bo_add_sat(record->deadline_ns, 2 * SAME_TIME_NS) <
			       bo_add_sat(start_ns, policy_ns)
		       ? record->deadline_ns
		       : BACKOFF_FOREVER;
}

void
rs_sim_call_begin(struct rs_sim_call *call, const struct rs_run *run,
		  size_t index, uint32_t replica, uint64_t now_ns)
{
	const struct tk_call *record = &run->log->call[index];

	/* Only part of it: the rest is set before it is read, and this is
	 * hot. */
	call->index = index;
	call->replica = replica;
	call->slow = false;
	call->attempt = (struct rs_attempt){0};
	call->outcome = (struct rs_call_outcome){.start_ns = now_ns};
	call->state.size = sizeof(call->state);
	call->decision.size = sizeof(call->decision);
	backoff_engine_begin(run->policy, &call->state, now_ns,
			     callers_deadline(run, record), &call->decision);
	if (record->stop == BACKOFF_STOP_NOT_IDEMPOTENT)
		call->state.idempotent = 0;
	/* A limit of one attempt that the policy does not set: the request
	 * that the call served was itself a retry. */
	if (record->max_attempts == 1 && run->logged_policy &&
	    backoff_policy_max_attempts(run->logged_policy) > 1)
		call->state.inbound_attempt = 2;
}

/* Whether the recorded attempt of that number began at that time. A call that
 * an open breaker refused made none. */
static bool
is_recorded(const struct rs_run *run, const struct tk_call *record,
	    uint32_t number, uint64_t now_ns)
{
	uint64_t start;

	if (number > record->count || rs_log_refused(run->log, record))
		return false;
	start = run->log->start_ns[record->first + number - 1];
	return number == 1 || (start <= bo_add_sat(now_ns, SAME_TIME_NS) &&
			       now_ns <= bo_add_sat(start, SAME_TIME_NS));
}

static void
take_recorded(struct rs_sim_call *call, const struct rs_run *run,
	      const struct tk_call *record, uint32_t number)
{
	struct rs_attempt *attempt = &call->attempt;
	uint64_t index = record->first + number - 1;

	rs_log_outcome(run->log, record, number - 1, &call->failure);
	attempt->known = call->failure.kind == BACKOFF_OUTCOME_SUCCESS
				 ? RS_KNOWN_SUCCEEDS
				 : RS_KNOWN_FAILS;
	attempt->success_ns = run->log->end_ns[index];
	attempt->failure_ns = run->log->end_ns[index];
	attempt->support = RS_SUPPORT_EXACT;
}

/* Fill in a failure that was not recorded from the last one before it in the
 * call, or, if the call made no attempt, from one of a call near it. Returns
 * the type of its error. */
static tk_string
model_failure(struct rs_sim_call *call, const struct rs_run *run,
	      const struct tk_call *record, uint32_t number)
{
	uint32_t before = number - 1;
	uint32_t i = before < record->count ? before : record->count;
	const struct tk_attempt *attempt = &run->log->attempt[record->first];

	if (rs_log_refused(run->log, record)) {
		record = rs_log_failing_near(run->log, run->operation,
					     call->index);
		backoff_outcome_set(&call->failure, BACKOFF_OUTCOME_FAILURE,
				    BACKOFF_CLASS_UNKNOWN, NULL, NULL, NULL);
		if (record == NULL)
			return 0;
		rs_log_outcome(run->log, record, 0, &call->failure);
		return run->log->attempt[record->first].error_type;
	}
	while (i > 1 && attempt[i - 1].outcome == BACKOFF_OUTCOME_SUCCESS)
		i--;
	i = i > 0 ? i - 1 : 0;
	rs_log_outcome(run->log, record, i, &call->failure);
	if (call->failure.kind == BACKOFF_OUTCOME_SUCCESS)
		call->failure.kind = BACKOFF_OUTCOME_FAILURE;
	return attempt[i].error_type;
}

/* End of an attempt with a given duration; its start if none is known. */
static uint64_t
end_after(uint64_t start_ns, uint64_t duration_ns)
{
	return bo_add_sat(start_ns,
			  duration_ns == BACKOFF_ABSENT ? 0 : duration_ns);
}

/* A probability below which a draw lies. */
static uint64_t
threshold(double chance)
{
	return chance < 1 ? (uint64_t)(chance * 0x1p64) : UINT64_MAX;
}

/* What leaves the outcome open if an estimator has no support for it. */
static enum rs_open
open_by(const struct rs_run *run, uint64_t start_ns)
{
	return tk_cover_has(run->log->cover, start_ns) ? RS_OPEN_FATE
						       : RS_OPEN_TIME;
}

static bool
drawn_below(const struct rs_sim_call *call, const struct rs_run *run,
	    enum rs_purpose purpose, uint32_t number, uint64_t threshold)
{
	return threshold > 0 && rs_draw(run->seed, purpose, call->index, number,
					call->replica) < threshold;
}

/* Choose what the attempt is like if it fails: if the target makes it fail, a
 * failure near in time; if the fate of its call does, an earlier one of the
 * call. Returns how long it takes. */
static uint64_t
failure_duration(struct rs_sim_call *call, const struct rs_run *run,
		 const struct tk_call *record, uint32_t number, uint64_t draw)
{
	const struct rs_attempt *attempt = &call->attempt;
	tk_string type;

	if (!drawn_below(call, run, RS_PURPOSE_FATE, number,
			 attempt->fate_fails_below))
		call->like = rs_near_failure(run->near, call->index,
					     attempt->start_ns, draw);
	if (call->like) {
		uint64_t ns = rs_near_duration(run->near, call->like);
		const struct tk_call *like = &run->log->call[call->like->call];

		if (ns != BACKOFF_ABSENT)
			return ns;
		type = run->log->attempt[like->first + call->like->place]
			       .error_type;
	} else {
		type = model_failure(call, run, record, number);
	}
	return rs_log_failure_duration(run->log, run->operation, type, draw);
}

static void
estimate(struct rs_sim_call *call, const struct rs_run *run,
	 const struct tk_call *record, uint32_t number)
{
	struct rs_attempt *attempt = &call->attempt;
	const struct rs_question question = {.call = call->index,
					     .attempt = number,
					     .replica = call->replica,
					     .family = run->family,
					     .start_ns = attempt->start_ns};
	uint64_t draw = rs_draw(run->seed, RS_PURPOSE_DURATION, call->index,
				number, call->replica);
	const struct rs_near_item *success;
	struct rs_answer answer;

	run->estimator->ask(run->estimate, &question, &answer);
	attempt->known = RS_KNOWN_NOT;
	attempt->support = answer.support;
	if (answer.support == RS_SUPPORT_UNSUPPORTED)
		attempt->open = open_by(run, attempt->start_ns);
	attempt->target_fails_below = threshold(answer.environment);
	attempt->fate_fails_below = threshold(answer.own);
	attempt->failure_ns =
		end_after(attempt->start_ns,
			  failure_duration(call, run, record, number, draw));
	success = rs_near_success(run->near, call->index, attempt->start_ns,
				  draw);
	attempt->success_ns =
		end_after(attempt->start_ns,
			  success ? rs_near_duration(run->near, success)
				  : BACKOFF_ABSENT);
}

static enum backoff_outcome_kind
kind_of_failure(const struct rs_sim_call *call, const struct rs_run *run)
{
	const struct tk_call *like;

	if (call->like == NULL)
		return call->failure.kind;
	like = &run->log->call[call->like->call];
	return (enum backoff_outcome_kind)run->log
		->attempt[like->first + call->like->place]
		.outcome;
}

/* A longer attempt ends at the policy's limit. If a shorter limit cut the
 * recorded attempt, its outcome under a longer one is not known. */
static void
limit_attempt(struct rs_sim_call *call, const struct rs_run *run,
	      uint32_t number)
{
	uint64_t limit_ns = call->decision.attempt_timeout_ns;
	struct rs_attempt *attempt = &call->attempt;
	uint64_t end_ns = bo_add_sat(attempt->start_ns, limit_ns);
	uint64_t logged_ns = BACKOFF_FOREVER;

	if (run->logged_policy) {
		if (backoff_policy_hash(run->logged_policy) ==
		    backoff_policy_hash(run->policy))
			return;
		logged_ns = backoff_policy_attempt_timeout_ns(
			run->logged_policy, number);
	}
	if (attempt->known != RS_KNOWN_SUCCEEDS && logged_ns < limit_ns &&
	    kind_of_failure(call, run) == BACKOFF_OUTCOME_TIMEOUT) {
		/* It would have ended some time later, or at the limit. */
		attempt->support = RS_SUPPORT_UNSUPPORTED;
		attempt->open = RS_OPEN_TIMEOUT;
		if (limit_ns != BACKOFF_FOREVER)
			attempt->failure_ns = end_ns;
	}
	/* Perhaps this attempt was slow, perhaps its call always is. */
	if (attempt->known == RS_KNOWN_NOT && call->slow &&
	    attempt->open == RS_OPEN_NOTHING) {
		attempt->support = RS_SUPPORT_UNSUPPORTED;
		attempt->open = RS_OPEN_SLOW;
	}
	if (attempt->known == RS_KNOWN_SUCCEEDS && attempt->success_ns > end_ns)
		call->slow = true;
	/* A success that takes longer is a timeout. */
	if (attempt->success_ns > end_ns && attempt->known != RS_KNOWN_FAILS) {
		if (!rs_sim_call_fails(call, run, attempt, number,
				       RS_BOUND_NONE))
			attempt->failure_ns = UINT64_MAX;
		attempt->known = RS_KNOWN_FAILS;
	}
	if (attempt->failure_ns <= end_ns)
		return;
	attempt->failure_ns = end_ns;
	call->like = NULL;
	backoff_outcome_set(&call->failure, BACKOFF_OUTCOME_TIMEOUT,
			    BACKOFF_CLASS_TIMEOUT, "TimeoutError", NULL,
			    "attempt timed out");
}

void
rs_sim_call_attempt(struct rs_sim_call *call, const struct rs_run *run,
		    uint64_t now_ns)
{
	const struct tk_call *record = &run->log->call[call->index];
	uint32_t number = call->decision.attempt;

	call->attempt = (struct rs_attempt){.start_ns = now_ns};
	call->like = NULL;
	if (is_recorded(run, record, number, now_ns))
		take_recorded(call, run, record, number);
	else
		estimate(call, run, record, number);
	limit_attempt(call, run, number);
}

bool
rs_sim_call_fails(struct rs_sim_call *call, const struct rs_run *run,
		  const struct rs_attempt *attempt, uint32_t number,
		  enum rs_bound bound)
{
	uint64_t fate = attempt->fate_fails_below;

	if (attempt->known == RS_KNOWN_SUCCEEDS)
		return false;
	if (attempt->open != RS_OPEN_NOTHING && bound != RS_BOUND_NONE) {
		if (attempt->open == RS_OPEN_TIME)
			return bound == RS_BOUND_ALL_FAIL;
		if (attempt->open == RS_OPEN_SLOW && bound == RS_BOUND_ALL_FAIL)
			return true;
		if (bound == RS_BOUND_ALL_SUCCEED &&
		    attempt->open == RS_OPEN_TIMEOUT)
			return false;
		if (bound == RS_BOUND_ALL_FAIL && fate > 0)
			return true;
		if (bound == RS_BOUND_ALL_SUCCEED &&
		    attempt->open != RS_OPEN_SLOW)
			fate = 0;
	}
	if (attempt->known == RS_KNOWN_FAILS)
		return true;
	return drawn_below(call, run, RS_PURPOSE_FATE, number, fate) ||
	       drawn_below(call, run, RS_PURPOSE_OUTCOME, number,
			   attempt->target_fails_below);
}

/* The draw that the log shows for the delay after an attempt. False if it shows
 * none: any other number than the one drawn for replica 0 is recovered. */
static bool
recovered_draw(const struct rs_sim_call *call, const struct rs_run *run,
	       uint32_t number, uint64_t *draw)
{
	const struct tk_call *record = &run->log->call[call->index];

	if (number > record->count)
		return false;
	*draw = run->draw[record->first + number - 1];
	return *draw != rs_delay_draw(run->seed, call->index, number, 0);
}

static uint64_t
delay_draw(const struct rs_sim_call *call, const struct rs_run *run,
	   uint32_t number)
{
	uint64_t draw;

	return recovered_draw(call, run, number, &draw)
		       ? draw
		       : rs_delay_draw(run->seed, call->index, number,
				       call->replica);
}

bool
rs_sim_call_drew(const struct rs_sim_call *call, const struct rs_run *run)
{
	const struct backoff_decision *decision = &call->decision;
	uint64_t draw;

	if (recovered_draw(call, run, call->outcome.attempts, &draw))
		return false;
	if (decision->action != BACKOFF_ACTION_DONE)
		return decision->law.low_ns < decision->law.high_ns;
	return decision->stop == BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE ||
	       run->log->call[call->index].called_off_ns != BACKOFF_ABSENT;
}

/* Stop a call in its wait if the recorded one was stopped in a wait, as early
 * or earlier. Returns the part of the wait that was waited. */
static uint64_t
call_off(struct rs_sim_call *call, const struct rs_run *run)
{
	const struct tk_call *record = &run->log->call[call->index];
	uint64_t waited_ns;

	if (call->decision.action == BACKOFF_ACTION_DONE ||
	    call->decision.not_before_ns <= record->called_off_ns)
		return 0;
	waited_ns = bo_sub_sat(record->called_off_ns, call->attempt.failure_ns);
	backoff_engine_stop(&call->state, record->stop, &call->decision);
	call->attempt.failure_ns = record->called_off_ns;
	return waited_ns;
}

/* Fill in the failure from a recorded one. */
static void
take_like(struct rs_sim_call *call, const struct rs_run *run)
{
	const struct rs_near_item *like = call->like;
	struct backoff_hint *hint = &call->failure.hint;

	rs_log_outcome(run->log, &run->log->call[like->call], like->place,
		       &call->failure);
	if (hint->kind == BACKOFF_HINT_DELAY)
		hint->delay_ns =
			rs_near_hint(run->near, like, call->attempt.failure_ns);
}

void
rs_sim_call_decide(struct rs_sim_call *call, const struct rs_run *run,
		   bool failed)
{
	static const struct backoff_outcome success = {
		.kind = BACKOFF_OUTCOME_SUCCESS};
	struct rs_attempt *attempt = &call->attempt;
	uint32_t number = call->state.attempt;
	uint64_t waited_ns = 0;

	if (failed) {
		if (call->like)
			take_like(call, run);
		backoff_engine_decide(run->policy, &call->state, &call->failure,
				      attempt->failure_ns,
				      delay_draw(call, run, number),
				      &call->decision);
		rs_sim_call_note_breaker(call);
		waited_ns = call_off(call, run);
		if (call->decision.action != BACKOFF_ACTION_DONE &&
		    number >= RS_ATTEMPTS_MAX)
			backoff_engine_stop(&call->state,
					    BACKOFF_STOP_MAX_ATTEMPTS,
					    &call->decision);
	} else {
		backoff_engine_decide(run->policy, &call->state, &success,
				      attempt->success_ns, 0, &call->decision);
		rs_sim_call_note_breaker(call);
	}
	if (call->decision.action == BACKOFF_ACTION_DONE) {
		attempt->delay_ns = waited_ns;
		attempt->stop = call->decision.stop;
	} else {
		attempt->delay_ns = call->decision.delay_ns;
		attempt->stop = BACKOFF_STOP_NONE;
	}
	rs_call_outcome_add(&call->outcome, attempt, failed);
}
