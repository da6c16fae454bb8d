/* Attempts of a call, recorded or estimated; and its path of failures, step by
 * step through the engine. */
#include "config.h"

#include <stdlib.h>

#include "recorded/logged_policy.h"
#include "recorded/random.h"
#include "replay/replay.h"

/* A simulated attempt is a recorded one if it begins within this. */
#define SAME_TIME_NS 1000

static uint64_t
add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Whether the recorded attempt of that number began at that time. A call that
 * an open breaker refused made none. */
static bool
recorded(const struct rs_run *run, const struct rs_trial *trial)
{
	const struct tk_call *call = &run->log->call[trial->call];
	uint64_t start;

	if (trial->number > call->count || rs_log_refused(run->log, call))
		return false;
	start = run->log->start_ns[call->first + trial->number - 1];
	return trial->number == 1 ||
	       (start <= add(trial->start_ns, SAME_TIME_NS) &&
		trial->start_ns <= add(start, SAME_TIME_NS));
}

static void
take_recorded(const struct rs_run *run, const struct rs_trial *trial,
	      struct rs_step *step, struct backoff_outcome *failure)
{
	const struct rs_log *log = run->log;
	const struct tk_call *call = &log->call[trial->call];
	uint64_t index = call->first + trial->number - 1;

	rs_log_outcome(log, call, trial->number - 1, failure);
	step->known = failure->kind == BACKOFF_OUTCOME_SUCCESS
			      ? RS_KNOWN_SUCCEEDS
			      : RS_KNOWN_FAILS;
	step->success_ns = log->end_ns[index];
	step->failure_ns = log->end_ns[index];
	step->support = RS_SUPPORT_EXACT;
}

/* A failure that nobody recorded is like the call's last one before it, or,
 * where the call made no attempt, like one of a call beside it. Returns the
 * type of its error. */
static tk_string
model_failure(const struct rs_run *run, const struct rs_trial *trial,
	      struct backoff_outcome *failure)
{
	const struct tk_call *call = &run->log->call[trial->call];
	uint32_t before = trial->number - 1;
	uint32_t i = before < call->count ? before : call->count;
	const struct tk_attempt *attempt = &run->log->attempt[call->first];

	if (rs_log_refused(run->log, call)) {
		call = rs_log_failing_near(run->log, run->operation,
					   trial->call);
		*failure = (struct backoff_outcome){
			.kind = BACKOFF_OUTCOME_FAILURE};
		if (call == NULL)
			return 0;
		rs_log_outcome(run->log, call, 0, failure);
		return run->log->attempt[call->first].error_type;
	}
	while (i > 1 && attempt[i - 1].outcome == BACKOFF_OUTCOME_SUCCESS)
		i--;
	i = i > 0 ? i - 1 : 0;
	rs_log_outcome(run->log, call, i, failure);
	if (failure->kind == BACKOFF_OUTCOME_SUCCESS)
		failure->kind = BACKOFF_OUTCOME_FAILURE;
	return attempt[i].error_type;
}

/* Longer waits than any in the log are beyond it: how long a call's own
 * trouble lasts was never seen. */
static enum rs_support
support_of_wait(const struct rs_run *run, uint64_t wait_ns)
{
	if (wait_ns > add(run->log->longest_delay_ns, SAME_TIME_NS))
		return RS_SUPPORT_UNSUPPORTED;
	if (wait_ns > add(run->operation->longest_delay_ns, SAME_TIME_NS))
		return RS_SUPPORT_MODELLED;
	return RS_SUPPORT_EXACT;
}

static enum rs_support
worse(enum rs_support a, enum rs_support b)
{
	return a > b ? a : b;
}

static void
estimate(const struct rs_run *run, const struct rs_trial *trial,
	 struct rs_step *step, struct backoff_outcome *failure)
{
	const struct rs_question ask = {.call = trial->call,
					.attempt = trial->number,
					.replica = trial->replica,
					.start_ns = trial->start_ns};
	uint64_t luck = rs_draw(run->seed, RS_PURPOSE_DURATION, trial->call,
				trial->number, 0);
	struct rs_answer answer;
	tk_string type;
	uint64_t ns;

	run->estimator->ask(run->world, &ask, &answer);
	step->known = RS_KNOWN_NOT;
	step->support =
		worse(answer.support, support_of_wait(run, trial->wait_ns));
	step->fails_below = (uint64_t)(answer.fails * 0x1p64);
	type = model_failure(run, trial, failure);
	ns = rs_log_failure_duration(run->log, run->operation, type, luck);
	step->failure_ns = add(ask.start_ns, ns == BACKOFF_ABSENT ? 0 : ns);
	ns = rs_log_success_duration(run->log, run->operation, luck);
	step->success_ns = add(ask.start_ns, ns == BACKOFF_ABSENT ? 0 : ns);
}

/* The policy's own limit ends a longer attempt; a longer limit than the one
 * that ended a recorded attempt leaves open what would have come. */
static void
limit_attempt(const struct rs_run *run, const struct rs_trial *trial,
	      struct rs_step *step, struct backoff_outcome *failure)
{
	uint64_t end = add(step->start_ns, trial->limit_ns);
	uint64_t limit = BACKOFF_FOREVER;

	if (run->logged_policy) {
		if (backoff_policy_hash(run->logged_policy) ==
		    backoff_policy_hash(run->policy))
			return;
		limit = backoff_policy_attempt_timeout_ns(run->logged_policy,
							  trial->number);
	}
	if (step->known == RS_KNOWN_FAILS && limit < trial->limit_ns &&
	    failure->kind == BACKOFF_OUTCOME_TIMEOUT)
		step->support = RS_SUPPORT_UNSUPPORTED;
	if (step->success_ns > end && step->known != RS_KNOWN_FAILS) {
		step->fails_below = UINT64_MAX;
		step->known = RS_KNOWN_FAILS;
		step->failure_ns = UINT64_MAX;
	}
	if (step->failure_ns <= end)
		return;
	step->failure_ns = end;
	backoff_outcome_set(failure, BACKOFF_OUTCOME_TIMEOUT,
			    BACKOFF_CLASS_TIMEOUT, "TimeoutError", NULL,
			    "attempt timed out");
}

void
rs_try(const struct rs_run *run, const struct rs_trial *trial,
       struct rs_step *step, struct backoff_outcome *failure)
{
	*step = (struct rs_step){.start_ns = trial->start_ns};
	if (recorded(run, trial))
		take_recorded(run, trial, step, failure);
	else
		estimate(run, trial, step, failure);
	limit_attempt(run, trial, step, failure);
}

uint64_t
rs_delay_draw(const struct rs_run *run, size_t call, uint32_t number)
{
	const struct tk_call *record = &run->log->call[call];

	if (number <= record->count)
		return run->draw[record->first + number - 1];
	return backoff_draw(run->seed, BACKOFF_PURPOSE_DELAY, call, number);
}

/* The deadline that the caller gave, whatever the policy: the one that held, if
 * the policy that wrote the log does not explain it. */
static uint64_t
callers_deadline(const struct rs_run *run, const struct tk_call *record)
{
	uint64_t start_ns = run->log->start_ns[record->first], own_ns;

	if (run->logged_policy == NULL || record->deadline_ns == BACKOFF_ABSENT)
		return BACKOFF_FOREVER;
	own_ns = backoff_policy_deadline_ns(run->logged_policy);
	return add(record->deadline_ns, 2 * SAME_TIME_NS) <
			       add(start_ns, own_ns)
		       ? record->deadline_ns
		       : BACKOFF_FOREVER;
}

bool
rs_call_off(const struct rs_run *run, size_t call, struct backoff_state *state,
	    struct backoff_decision *decision)
{
	const struct tk_call *record = &run->log->call[call];

	if (decision->action == BACKOFF_ACTION_DONE ||
	    decision->not_before_ns <= record->called_off_ns)
		return false;
	backoff_engine_stop(state, record->stop, decision);
	return true;
}

void
rs_begin(const struct rs_run *run, size_t call, uint64_t now_ns,
	 struct backoff_state *state, struct backoff_decision *decision)
{
	const struct tk_call *record = &run->log->call[call];

	backoff_engine_begin(run->policy, state, now_ns,
			     callers_deadline(run, record), decision);
	if (record->stop == BACKOFF_STOP_NOT_IDEMPOTENT)
		state->idempotent = 0;
	/* It was told that it may make one attempt: it served a retry. */
	if (record->max_attempts == 1 && run->logged_policy &&
	    backoff_policy_max_attempts(run->logged_policy) > 1)
		state->inbound_attempt = 2;
}

static void
decide(struct rs_path *path, const struct backoff_outcome *failure,
       struct rs_step *step)
{
	uint32_t number = (uint32_t)path->count + 1;

	step->stop = BACKOFF_STOP_NONE;
	step->delay_ns = 0;
	if (step->known == RS_KNOWN_SUCCEEDS)
		return;
	backoff_engine_decide(
		path->run->policy, &path->state, failure, step->failure_ns,
		rs_delay_draw(path->run, path->call, number), &path->decision);
	if (rs_call_off(path->run, path->call, &path->state, &path->decision))
		step->failure_ns =
			path->run->log->call[path->call].called_off_ns;
	if (path->decision.action == BACKOFF_ACTION_DONE)
		step->stop = path->decision.stop;
	else if (number >= RS_ATTEMPTS_MAX)
		step->stop = BACKOFF_STOP_MAX_ATTEMPTS;
	else
		step->delay_ns = path->decision.delay_ns;
}

static bool
push(struct rs_path *path, const struct rs_step *step)
{
	if (path->count == path->room) {
		size_t room = path->room ? path->room * 2 : 16;
		struct rs_step *grown =
			realloc(path->step, room * sizeof(*grown));

		if (grown == NULL) {
			path->out_of_memory = true;
			return false;
		}
		path->step = grown;
		path->room = room;
	}
	path->step[path->count++] = *step;
	return true;
}

static bool
extend(struct rs_path *path)
{
	const struct rs_run *run = path->run;
	bool first = path->count == 0;
	const struct rs_trial trial = {
		.call = path->call,
		.number = (uint32_t)path->count + 1,
		.replica = path->replica,
		.start_ns =
			first ? run->log->start_ns[run->log->call[path->call]
							   .first]
			      : path->decision.not_before_ns,
		.limit_ns = path->decision.attempt_timeout_ns,
		.wait_ns = first ? 0 : path->step[path->count - 1].delay_ns,
	};
	struct backoff_outcome failure;
	struct rs_step step;

	rs_try(run, &trial, &step, &failure);
	decide(path, &failure, &step);
	return push(path, &step);
}

void
rs_path_begin(struct rs_path *path, const struct rs_run *run, size_t call,
	      uint32_t replica)
{
	path->run = run;
	path->call = call;
	path->replica = replica;
	path->count = 0;
	rs_begin(run, call, run->log->start_ns[run->log->call[call].first],
		 &path->state, &path->decision);
}

const struct rs_step *
rs_path_step(struct rs_path *path, size_t index)
{
	while (path->count <= index) {
		const struct rs_step *last =
			path->count ? &path->step[path->count - 1] : NULL;

		if (last && (last->stop != BACKOFF_STOP_NONE ||
			     last->known == RS_KNOWN_SUCCEEDS))
			return NULL;
		if (!extend(path))
			return NULL;
	}
	return &path->step[index];
}

void
rs_path_clear(struct rs_path *path)
{
	free(path->step);
	*path = (struct rs_path){0};
}

bool
rs_step_fails(const struct rs_run *run, const struct rs_step *step, size_t call,
	      uint32_t attempt, uint32_t replica, bool doomed)
{
	return doomed || rs_draw(run->seed, RS_PURPOSE_OUTCOME, call, attempt,
				 replica) < step->fails_below;
}

bool
rs_call_permanent(const struct rs_run *run, size_t call, uint32_t replica)
{
	double chance = run->estimator->permanent(run->world, call, replica);

	return chance > 0 && rs_draw(run->seed, RS_PURPOSE_PERMANENT, call, 0,
				     replica) < (uint64_t)(chance * 0x1p64);
}
