/* All replicas of a call share its failing attempts, and differ only in the
 * number of those that they make. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "replay/alone.h"

struct alone {
	const struct rs_run *run;
	struct rs_tally *tally;
	/** The call with all of its attempts failing. */
	struct rs_sim_call call;
	/** The attempts of the call so far. */
	struct rs_attempt *attempt;
	size_t count, room;
	bool out_of_memory;
};

enum backoff_status
rs_first_tries_init(struct rs_first_tries *first_tries,
		    const struct rs_log *log,
		    const struct rs_operation *operation, uint32_t replicas)
{
	struct tk_samples *durations = &first_tries->durations;
	bool ok;

	*first_tries = (struct rs_first_tries){0};
	ok = tk_samples_add(durations, 0, operation->unlogged_calls * replicas);
	for (size_t i = 0; ok && i < operation->call_count; i++) {
		const struct tk_call *call =
			&log->call[operation->first_call + i];
		uint64_t ns;

		if (!rs_log_replayable(log, call) ||
		    log->attempt[call->first].outcome !=
			    BACKOFF_OUTCOME_SUCCESS)
			continue;
		ns = log->end_ns[call->first] - log->start_ns[call->first];
		if (ns > first_tries->longest_ns)
			first_tries->longest_ns = ns;
		ok = tk_samples_add(durations, ns, replicas);
	}
	if (!ok) {
		rs_first_tries_clear(first_tries);
		return BACKOFF_E_NOMEM;
	}
	tk_samples_sort(durations);
	return BACKOFF_OK;
}

void
rs_first_tries_clear(struct rs_first_tries *first_tries)
{
	tk_samples_clear(&first_tries->durations);
	*first_tries = (struct rs_first_tries){0};
}

static void
begin_call(struct alone *alone, size_t index, uint32_t replica)
{
	alone->count = 0;
	rs_sim_call_begin(&alone->call, alone->run, index, replica,
			  rs_recorded_start_ns(alone->run, index));
}

static bool
push(struct alone *alone, const struct rs_attempt *attempt)
{
	if (alone->count == alone->room) {
		size_t room = alone->room ? alone->room * 2 : 16;
		struct rs_attempt *grown =
			realloc(alone->attempt, room * sizeof(*grown));

		if (grown == NULL) {
			alone->out_of_memory = true;
			return false;
		}
		alone->attempt = grown;
		alone->room = room;
	}
	alone->attempt[alone->count++] = *attempt;
	return true;
}

/* Get attempt @p i of the call, from 0; NULL if the call is over before it, or
 * memory ran out. */
static const struct rs_attempt *
call_attempt(struct alone *alone, size_t i)
{
	struct rs_sim_call *call = &alone->call;

	while (alone->count <= i) {
		uint64_t now_ns = call->outcome.start_ns;

		if (alone->count > 0) {
			if (call->attempt.stop != BACKOFF_STOP_NONE ||
			    call->attempt.known == RS_KNOWN_SUCCEEDS)
				return NULL;
			now_ns = call->decision.not_before_ns;
		}
		rs_sim_call_attempt(call, alone->run, now_ns);
		if (call->attempt.known != RS_KNOWN_SUCCEEDS)
			rs_sim_call_decide(call, alone->run, true);
		if (!push(alone, &call->attempt))
			return NULL;
	}
	return &alone->attempt[i];
}

/* Add the attempts of a replica from attempt @p i on. */
static void
add_attempts(struct alone *alone, size_t i, enum rs_bound bound,
	     struct rs_call_outcome *outcome)
{
	const struct rs_attempt *attempt;

	for (; (attempt = call_attempt(alone, i)); i++) {
		bool failed =
			rs_sim_call_fails(&alone->call, alone->run, attempt,
					  (uint32_t)i + 1, bound);

		rs_call_outcome_add(outcome, attempt, failed);
		if (!failed || alone->out_of_memory)
			return;
	}
}

/* Add an outcome to the tally in @p weight replicas. */
static bool
add_outcome(struct alone *alone, uint32_t replica, uint32_t weight,
	    const struct rs_call_outcome *outcome)
{
	size_t position = alone->call.index - alone->run->operation->first_call;

	for (uint32_t i = 1; i < outcome->attempts; i++)
		rs_tally_add_load(alone->tally, alone->attempt[i].start_ns,
				  weight);
	rs_tally_add(alone->tally, position, replica, weight, outcome);
	return rs_tally_add_duration(alone->tally, outcome, weight);
}

static bool
succeeded(const struct rs_call_outcome *outcome)
{
	return outcome->stop == BACKOFF_STOP_SUCCESS;
}

/* Replay one replica from attempt @p i on; all before it failed as recorded. */
static bool
replay_replica(struct alone *alone, size_t i, uint32_t replica,
	       const struct rs_call_outcome *before)
{
	struct rs_call_outcome outcome = *before, worst;
	bool unsupported, least;

	alone->call.replica = replica;
	add_attempts(alone, i, RS_BOUND_NONE, &outcome);
	unsupported = outcome.support[RS_SUPPORT_UNSUPPORTED] > 0;
	least = succeeded(&outcome);
	if (unsupported && least) {
		worst = *before;
		add_attempts(alone, i, RS_BOUND_ALL_FAIL, &worst);
		least = succeeded(&worst);
	}
	if (alone->out_of_memory)
		return false;
	alone->tally->least += least;
	alone->tally->most += succeeded(&outcome) || unsupported;
	return add_outcome(alone, replica, 1, &outcome);
}

/* Attempts that happen as recorded are the same in all replicas: replay them
 * once. */
static bool
replay_call(struct alone *alone, size_t index)
{
	struct rs_tally *tally = alone->tally;
	const struct rs_attempt *attempt;
	struct rs_call_outcome before;
	size_t exact = 0;

	begin_call(alone, index, 0);
	before = alone->call.outcome;
	while ((attempt = call_attempt(alone, exact)) &&
	       attempt->support == RS_SUPPORT_EXACT &&
	       attempt->known != RS_KNOWN_NOT) {
		rs_call_outcome_add(&before, attempt,
				    attempt->known == RS_KNOWN_FAILS);
		exact++;
	}
	if (alone->out_of_memory)
		return false;
	if (attempt == NULL) {
		uint64_t all = succeeded(&before) ? tally->replicas : 0;

		tally->least += all;
		tally->most += all;
		return add_outcome(alone, 0, tally->replicas, &before);
	}
	for (uint32_t r = 0; r < tally->replicas; r++) {
		if (r > 0)
			begin_call(alone, index, r);
		if (!replay_replica(alone, exact, r, &before))
			return false;
	}
	return true;
}

/* Whether the policy allows the longest recorded first try. */
static bool
keeps_first_tries(const struct rs_run *run,
		  const struct rs_first_tries *first_tries)
{
	const struct backoff_policy *policy = run->policy;
	uint64_t limit_ns = backoff_policy_attempt_timeout_ns(policy, 1);

	if (backoff_policy_deadline_from(policy) == BACKOFF_DEADLINE_FROM_START)
		limit_ns = bo_min(limit_ns, backoff_policy_deadline_ns(policy));
	return limit_ns >= first_tries->longest_ns;
}

enum backoff_status
rs_alone_run(struct rs_tally *tally, const struct rs_run *run,
	     const struct rs_first_tries *first_tries, bool *included)
{
	const struct rs_operation *operation = run->operation;
	uint64_t unlogged = tally->unlogged_calls * tally->replicas;
	struct alone alone = {.run = run, .tally = tally};
	bool ok = true;

	*included = keeps_first_tries(run, first_tries);
	for (size_t i = 0; ok && i < operation->call_count; i++) {
		size_t index = operation->first_call + i;

		if (!rs_log_replayable(run->log, &run->log->call[index]))
			continue;
		tally->calls++;
		if (*included && rs_recorded_first_try(run, index))
			rs_tally_add_first_try(tally, i);
		else
			ok = replay_call(&alone, index);
	}
	tally->calls += tally->unlogged_calls;
	tally->least += unlogged;
	tally->most += unlogged;
	rs_tally_add_unlogged(tally);
	if (ok && !*included)
		ok = rs_tally_add_unlogged_durations(tally);
	free(alone.attempt);
	return ok ? BACKOFF_OK : BACKOFF_E_NOMEM;
}
