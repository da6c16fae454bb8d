/* A call's path of failures, step by step through the engine. */
#include "config.h"

#include <stdlib.h>

#include "retrysim/incumbent.h"
#include "retrysim/luck.h"
#include "retrysim/replay.h"

/* A simulated attempt is a recorded one if it begins within this. */
#define SAME_TIME_NS 1000

/* What is being found out about the step that is added. */
struct draft {
	struct rs_step step;
	/** From 1. */
	uint32_t number;
	/** Limit of the attempt; BACKOFF_FOREVER. */
	uint64_t limit_ns;
	/** What it would report if it fails. */
	struct backoff_outcome failure;
};

static uint64_t
add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static const struct tk_call *
call_of(const struct rs_path *path)
{
	return &path->run->log->call[path->call];
}

/* Whether the recorded attempt of that number began at that time. */
static bool
recorded(const struct rs_path *path, const struct draft *draft)
{
	const struct tk_call *call = call_of(path);
	uint64_t start;

	if (draft->number > call->count)
		return false;
	start = path->run->log->start_ns[call->first + draft->number - 1];
	return start <= add(draft->step.start_ns, SAME_TIME_NS) &&
	       draft->step.start_ns <= add(start, SAME_TIME_NS);
}

static void
take_recorded(const struct rs_path *path, struct draft *draft)
{
	const struct rs_log *log = path->run->log;
	uint64_t index = call_of(path)->first + draft->number - 1;
	const struct tk_attempt *attempt = &log->attempt[index];

	rs_outcome_of(log, attempt, &draft->failure);
	draft->step.known = attempt->outcome == BACKOFF_OUTCOME_SUCCESS
				    ? RS_KNOWN_SUCCEEDS
				    : RS_KNOWN_FAILS;
	draft->step.success_ns = log->end_ns[index];
	draft->step.failure_ns = log->end_ns[index];
	draft->step.support = RS_SUPPORT_EXACT;
}

/* A failure that nobody recorded is like the call's last one before it. */
static const struct tk_attempt *
model_failure(const struct rs_path *path, uint32_t number)
{
	const struct tk_call *call = call_of(path);
	uint32_t i = number - 1 < call->count ? number - 1 : call->count;
	const struct tk_attempt *attempt =
		&path->run->log->attempt[call->first];

	while (i > 1 && attempt[i - 1].outcome == BACKOFF_OUTCOME_SUCCESS)
		i--;
	return &attempt[i > 0 ? i - 1 : 0];
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
estimate(const struct rs_path *path, struct draft *draft)
{
	const struct rs_run *run = path->run;
	const struct rs_ask ask = {.call = path->call,
				   .attempt = draft->number,
				   .replica = path->replica,
				   .start_ns = draft->step.start_ns};
	const struct tk_attempt *like = model_failure(path, draft->number);
	uint64_t luck = rs_draw(run->seed, RS_PURPOSE_DURATION, path->call,
				draft->number, 0);
	struct rs_answer answer;
	uint64_t ns;

	run->estimator->ask(run->world, &ask, &answer);
	draft->step.known = RS_KNOWN_NOT;
	draft->step.support = worse(
		answer.support,
		support_of_wait(run, path->step[path->count - 1].delay_ns));
	draft->step.fails_below = (uint64_t)(answer.fails * 0x1p64);
	rs_outcome_of(run->log, like, &draft->failure);
	if (draft->failure.kind == BACKOFF_OUTCOME_SUCCESS)
		draft->failure.kind = BACKOFF_OUTCOME_FAILURE;
	ns = rs_log_failure_duration(run->log, run->operation, like->error_type,
				     luck);
	draft->step.failure_ns =
		add(ask.start_ns, ns == BACKOFF_ABSENT ? 0 : ns);
	ns = rs_log_success_duration(run->log, run->operation, luck);
	draft->step.success_ns =
		add(ask.start_ns, ns == BACKOFF_ABSENT ? 0 : ns);
}

/* The policy's own limit ends a longer attempt; a longer limit than the one
 * that ended a recorded attempt leaves open what would have come. */
static void
limit_attempt(const struct rs_run *run, struct draft *draft)
{
	struct rs_step *step = &draft->step;
	uint64_t end = add(step->start_ns, draft->limit_ns);
	uint64_t limit = BACKOFF_FOREVER;

	if (run->incumbent) {
		if (backoff_policy_hash(run->incumbent) ==
		    backoff_policy_hash(run->policy))
			return;
		limit = backoff_policy_attempt_timeout_ns(run->incumbent,
							  draft->number);
	}
	if (step->known == RS_KNOWN_FAILS && limit < draft->limit_ns &&
	    draft->failure.kind == BACKOFF_OUTCOME_TIMEOUT)
		step->support = RS_SUPPORT_UNSUPPORTED;
	if (step->success_ns > end && step->known != RS_KNOWN_FAILS) {
		step->fails_below = UINT64_MAX;
		step->known = RS_KNOWN_FAILS;
		step->failure_ns = UINT64_MAX;
	}
	if (step->failure_ns <= end)
		return;
	step->failure_ns = end;
	backoff_outcome_set(&draft->failure, BACKOFF_OUTCOME_TIMEOUT,
			    BACKOFF_CLASS_TIMEOUT, "TimeoutError", NULL,
			    "attempt timed out");
}

static uint64_t
delay_draw(const struct rs_path *path, uint32_t number)
{
	const struct tk_call *call = call_of(path);

	if (number <= call->count)
		return path->run->draw[call->first + number - 1];
	return backoff_draw(path->run->seed, BACKOFF_PURPOSE_DELAY, path->call,
			    number);
}

static void
decide(struct rs_path *path, struct draft *draft)
{
	struct rs_step *step = &draft->step;

	step->stop = BACKOFF_STOP_NONE;
	step->delay_ns = 0;
	if (step->known == RS_KNOWN_SUCCEEDS)
		return;
	backoff_engine_decide(path->run->policy, &path->state, &draft->failure,
			      step->failure_ns, delay_draw(path, draft->number),
			      &path->decision);
	if (path->decision.action == BACKOFF_ACTION_DONE)
		step->stop = path->decision.stop;
	else if (draft->number >= RS_ATTEMPTS_MAX)
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
	struct draft draft = {.number = (uint32_t)path->count + 1};
	const struct tk_call *call = call_of(path);

	draft.limit_ns = path->decision.attempt_timeout_ns;
	draft.step.start_ns = path->count == 0
				      ? path->run->log->start_ns[call->first]
				      : path->decision.not_before_ns;
	if (path->count == 0 || recorded(path, &draft))
		take_recorded(path, &draft);
	else
		estimate(path, &draft);
	limit_attempt(path->run, &draft);
	decide(path, &draft);
	return push(path, &draft.step);
}

void
rs_path_begin(struct rs_path *path, const struct rs_run *run, size_t call,
	      uint32_t replica)
{
	path->run = run;
	path->call = call;
	path->replica = replica;
	path->count = 0;
	backoff_engine_begin(run->policy, &path->state,
			     run->log->start_ns[run->log->call[call].first],
			     BACKOFF_FOREVER, &path->decision);
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
rs_step_fails(const struct rs_path *path, const struct rs_step *step,
	      uint32_t attempt, uint32_t replica, bool doomed)
{
	return doomed ||
	       rs_draw(path->run->seed, RS_PURPOSE_OUTCOME, path->call, attempt,
		       replica) < step->fails_below;
}

bool
rs_call_doomed(const struct rs_run *run, size_t call, uint32_t replica)
{
	double chance = run->estimator->doom(run->world, call, replica);

	return chance > 0 && rs_draw(run->seed, RS_PURPOSE_DOOM, call, 0,
				     replica) < (uint64_t)(chance * 0x1p64);
}
