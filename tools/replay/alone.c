/* All replicas of a call share its failing attempts, and differ only in the
 * number of those that they make. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "replay/alone.h"

struct alone {
	const struct rs_run *run;
	struct rs_tally *tally;
	/** The call after all that is the same in all replicas, and after it
	 *  went on in one of them. */
	struct rs_sim_call shared, call;
	/** The last attempt of @ref shared has failed, and what follows is to
	 *  be decided in each replica. */
	bool undecided;
};

enum backoff_status
rs_first_tries_init(struct rs_first_tries *first_tries,
		    const struct rs_log *log,
		    const struct rs_operation *operation)
{
	struct tk_samples *durations = &first_tries->durations;
	bool ok;

	*first_tries = (struct rs_first_tries){0};
	ok = tk_samples_add(durations, 0, operation->unlogged_calls);
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
		ok = tk_samples_add(durations, ns, 1);
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

static bool
succeeded(const struct rs_sim_call *call)
{
	return call->outcome.stop == BACKOFF_STOP_SUCCESS;
}

/* Count an attempt in the load of as many replicas. */
static void
count_load(struct rs_tally *tally, const struct rs_sim_call *call,
	   uint32_t replicas, bool failed)
{
	uint64_t start_ns = call->attempt.start_ns;

	if (call->decision.attempt > 1)
		rs_tally_add_load(tally, start_ns, replicas);
	if (failed)
		rs_tally_add_failed(tally, start_ns, replicas);
}

/* Make the attempts that happen as recorded, up to a wait that is drawn, or
 * begin the one after. False if there is none. */
static bool
share_attempts(struct alone *alone, size_t index)
{
	const struct rs_run *run = alone->run;
	struct rs_sim_call *call = &alone->shared;
	uint64_t now_ns = rs_recorded_start_ns(run, index);

	alone->undecided = false;
	rs_sim_call_begin(call, run, index, 0, now_ns);
	for (;;) {
		struct rs_sim_call before;
		bool failed;

		rs_sim_call_attempt(call, run, now_ns);
		if (call->attempt.support != RS_SUPPORT_EXACT ||
		    call->attempt.known == RS_KNOWN_NOT)
			return true;
		failed = call->attempt.known == RS_KNOWN_FAILS;
		count_load(alone->tally, call, alone->tally->replicas, failed);
		before = *call;
		rs_sim_call_decide(call, run, failed);
		if (failed && rs_sim_call_drew(call, run)) {
			*call = before;
			alone->undecided = true;
			return true;
		}
		if (call->decision.action == BACKOFF_ACTION_DONE)
			return false;
		now_ns = call->decision.not_before_ns;
	}
}

/* Go on from the attempts that all replicas share. Returns whether an attempt
 * was open. */
static bool
go_on(struct alone *alone, uint32_t replica, enum rs_bound bound)
{
	const struct rs_run *run = alone->run;
	struct rs_sim_call *call = &alone->call;
	uint64_t now_ns = alone->shared.attempt.start_ns;
	bool open = false;

	*call = alone->shared;
	call->replica = replica;
	if (alone->undecided) {
		rs_sim_call_decide(call, run, true);
		now_ns = call->decision.not_before_ns;
		if (call->decision.action == BACKOFF_ACTION_DONE)
			return false;
	}
	for (;;) {
		uint32_t number = call->decision.attempt;
		bool failed;

		rs_sim_call_attempt(call, run, now_ns);
		open |= call->attempt.open != RS_OPEN_NOTHING;
		failed = rs_sim_call_fails(call, run, &call->attempt, number,
					   bound);
		if (bound == RS_BOUND_NONE)
			count_load(alone->tally, call, 1, failed);
		rs_sim_call_decide(call, run, failed);
		if (call->decision.action == BACKOFF_ACTION_DONE)
			return open;
		now_ns = call->decision.not_before_ns;
	}
}

static bool
replay_replica(struct alone *alone, uint32_t replica)
{
	struct rs_tally *tally = alone->tally;
	bool open = go_on(alone, replica, RS_BOUND_NONE), least, most;
	size_t position = alone->call.index - alone->run->operation->first_call;

	least = most = succeeded(&alone->call);
	rs_tally_add(tally, position, replica, &alone->call.outcome);
	if (!rs_tally_add_duration(tally, replica, &alone->call.outcome))
		return false;
	if (open && least) {
		go_on(alone, replica, RS_BOUND_ALL_FAIL);
		least = succeeded(&alone->call);
	} else if (open) {
		go_on(alone, replica, RS_BOUND_ALL_SUCCEED);
		most = succeeded(&alone->call);
	}
	rs_tally_add_bounds(tally, replica, least, most);
	return true;
}

/* Attempts that happen as recorded are the same in all replicas: replay them
 * once. */
static bool
replay_call(struct alone *alone, size_t index)
{
	struct rs_tally *tally = alone->tally;
	const struct rs_call_outcome *outcome = &alone->shared.outcome;

	if (!share_attempts(alone, index)) {
		bool success = succeeded(&alone->shared);

		rs_tally_add(tally, index - alone->run->operation->first_call,
			     RS_ALL_REPLICAS, outcome);
		rs_tally_add_bounds(tally, RS_ALL_REPLICAS, success, success);
		return rs_tally_add_duration(tally, RS_ALL_REPLICAS, outcome);
	}
	for (uint32_t r = 0; r < tally->replicas; r++)
		if (!replay_replica(alone, r))
			return false;
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
	const struct rs_log *log = run->log;
	struct alone alone = {.run = run, .tally = tally};
	bool ok = true;

	*included = keeps_first_tries(run, first_tries);
	for (size_t i = 0; ok && i < operation->call_count; i++) {
		size_t index = operation->first_call + i;
		uint64_t first = log->call[index].first;

		if (!rs_log_replayable(log, &log->call[index]))
			continue;
		tally->calls++;
		if (*included && rs_recorded_first_try(run, index))
			rs_tally_add_first_try(tally, i, log->start_ns[first],
					       log->end_ns[first]);
		else
			ok = replay_call(&alone, index);
	}
	tally->calls += tally->unlogged_calls;
	rs_tally_add_unlogged(tally);
	rs_tally_add_bounds(tally, RS_ALL_REPLICAS, tally->unlogged_calls,
			    tally->unlogged_calls);
	if (ok && !*included)
		ok = tk_samples_add(&tally->success, 0, tally->unlogged_calls);
	return ok ? BACKOFF_OK : BACKOFF_E_NOMEM;
}
