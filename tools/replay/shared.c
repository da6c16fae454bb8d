/* Calls under way together around one guard. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>

#include "replay/group.h"
#include "replay/kernel.h"
#include "replay/shared.h"

/* The calls of one group in one replica, and the state kept between them. */
struct shared {
	const struct rs_run *run;
	struct rs_tally *tally;
	const struct rs_group *group;
	struct backoff_guard *guard;
	uint32_t replica;
	enum rs_bound bound;
	/** With a breaker, even a success affects later calls. */
	bool has_breaker;
	bool met_unsupported;
	uint64_t succeeded;
	/** Index of the next logged and of the next unlogged call of the
	 *  group. */
	size_t next;
	uint64_t next_unlogged;
	struct rs_kernel kernel;
};

static size_t
position_of(const struct shared *shared, const struct rs_sim_call *call)
{
	return call->index - shared->run->operation->first_call;
}

/* The duration of the recorded first attempt. */
static uint64_t
first_duration_ns(const struct rs_log *log, size_t index)
{
	uint64_t first = log->call[index].first;

	return log->end_ns[first] - log->start_ns[first];
}

/* Calls that succeed at the recorded first attempt mostly do so in all
 * replicas, which share its duration; the others take it back. */
static bool
add_duration(struct shared *shared, const struct rs_sim_call *call)
{
	const struct rs_call_outcome *outcome = &call->outcome;
	struct rs_tally *tally = shared->tally;

	if (rs_recorded_first_try(shared->run, call->index)) {
		if (outcome->stop == BACKOFF_STOP_SUCCESS &&
		    outcome->attempts == 1)
			return true;
		if (!rs_tally_take_back(
			    tally, shared->replica,
			    first_duration_ns(shared->run->log, call->index)))
			return false;
	}
	return rs_tally_add_duration(tally, shared->replica, outcome);
}

static void
count_call(struct shared *shared, const struct rs_sim_call *call)
{
	const struct rs_call_outcome *outcome = &call->outcome;
	size_t position = position_of(shared, call);

	if (shared->bound != RS_BOUND_NONE)
		return;
	rs_tally_add(shared->tally, position, shared->replica, outcome);
	if (!add_duration(shared, call))
		rs_kernel_fail(&shared->kernel);
}

static void
end_call(struct shared *shared, struct rs_sim_call *call)
{
	shared->succeeded += call->outcome.stop == BACKOFF_STOP_SUCCESS;
	count_call(shared, call);
	rs_kernel_give_back(&shared->kernel, call);
}

static void
schedule(struct shared *shared, struct rs_sim_call *call, uint64_t at_ns,
	 enum rs_event_kind kind)
{
	rs_kernel_schedule(&shared->kernel, call, (uint32_t)call->index, at_ns,
			   kind);
}

static void
begin_attempt(struct shared *shared, struct rs_sim_call *call, uint64_t now_ns)
{
	struct rs_attempt *attempt = &call->attempt;
	uint32_t number = call->decision.attempt;

	if (number > 1 && shared->bound == RS_BOUND_NONE)
		rs_tally_add_load(shared->tally, now_ns, 1);
	rs_sim_call_attempt(call, shared->run, now_ns);
	if (attempt->support == RS_SUPPORT_UNSUPPORTED)
		shared->met_unsupported = true;
	call->fails = rs_sim_call_fails(call, shared->run, attempt, number,
					shared->bound);
	if (call->fails && shared->bound == RS_BOUND_NONE)
		rs_tally_add_failed(shared->tally, now_ns, 1);
	schedule(shared, call,
		 call->fails ? attempt->failure_ns : attempt->success_ns,
		 RS_EVENT_ATTEMPT_ENDS);
}

static void
end_attempt(void *user, void *record, uint64_t now_ns)
{
	struct shared *shared = user;
	struct rs_sim_call *call = record;

	(void)now_ns;
	rs_sim_call_decide(call, shared->run, call->fails);
	if (call->decision.action == BACKOFF_ACTION_DONE)
		end_call(shared, call);
	else
		schedule(shared, call, call->decision.not_before_ns,
			 RS_EVENT_WAIT_ENDS);
}

/* Begin the attempt that the engine and the guard allow, or end the call. */
static void
attempt_or_end(struct shared *shared, struct rs_sim_call *call, uint64_t now_ns)
{
	rs_sim_call_note_breaker(call);
	if (call->decision.action != BACKOFF_ACTION_DONE) {
		begin_attempt(shared, call, now_ns);
		return;
	}
	call->outcome.stop = call->decision.stop;
	call->outcome.end_ns = now_ns;
	end_call(shared, call);
}

static void
resume_call(void *user, void *record, uint64_t now_ns)
{
	struct shared *shared = user;
	struct rs_sim_call *call = record;

	backoff_engine_resume(shared->run->policy, &call->state, now_ns,
			      &call->decision);
	attempt_or_end(shared, call, now_ns);
}

static void
begin_logged(struct shared *shared, uint64_t now_ns)
{
	size_t index = shared->group->call[shared->next++];
	struct rs_sim_call *call = rs_kernel_take(&shared->kernel);

	if (call == NULL)
		return;
	rs_sim_call_begin(call, shared->run, index, shared->replica, now_ns);
	backoff_engine_join(&call->state, shared->guard, now_ns,
			    &call->decision);
	attempt_or_end(shared, call, now_ns);
}

static void
refuse_unlogged(struct shared *shared, uint64_t now_ns)
{
	uint64_t k = shared->group->unlogged_before + shared->next_unlogged;

	shared->succeeded--;
	if (shared->bound == RS_BOUND_NONE &&
	    !rs_tally_refuse_unlogged(shared->tally, k, shared->replica,
				      now_ns))
		rs_kernel_fail(&shared->kernel);
}

/* An unlogged call succeeds at once unless it is refused. If that leaves the
 * guard as it was, so do all others before @p until_ns: skip them. */
static void
pass_unlogged(struct shared *shared, uint64_t now_ns, uint64_t until_ns)
{
	static const struct backoff_outcome success = {
		.kind = BACKOFF_OUTCOME_SUCCESS};
	uint64_t tokens = backoff_guard_tokens_milli(shared->guard, now_ns);
	struct backoff_decision decision = {.size = sizeof(decision)};
	struct backoff_state state = {.size = sizeof(state)};
	uint64_t next;

	backoff_engine_begin(shared->run->policy, &state, now_ns,
			     BACKOFF_FOREVER, &decision);
	backoff_engine_join(&state, shared->guard, now_ns, &decision);
	if (decision.action == BACKOFF_ACTION_DONE) {
		refuse_unlogged(shared, now_ns);
		shared->next_unlogged++;
		return;
	}
	backoff_engine_decide(shared->run->policy, &state, &success, now_ns, 0,
			      &decision);
	shared->next_unlogged++;
	if (shared->has_breaker ||
	    backoff_guard_tokens_milli(shared->guard, now_ns) != tokens)
		return;
	next = rs_unlogged_from(&shared->group->unlogged, until_ns);
	if (next > shared->next_unlogged)
		shared->next_unlogged = next;
}

static uint64_t
next_logged_ns(const struct shared *shared)
{
	const struct rs_group *group = shared->group;

	return shared->next < group->count
		       ? rs_recorded_start_ns(shared->run,
					      group->call[shared->next])
		       : UINT64_MAX;
}

static uint64_t
next_begin_ns(const struct shared *shared)
{
	return bo_min(next_logged_ns(shared),
		      rs_unlogged_at(&shared->group->unlogged,
				     shared->next_unlogged));
}

/* At equal times, logged calls begin before unlogged ones. */
static uint64_t
begin_call(void *user, uint64_t now_ns)
{
	struct shared *shared = user;
	uint64_t logged_ns = next_logged_ns(shared);

	if (logged_ns == now_ns)
		begin_logged(shared, now_ns);
	else
		pass_unlogged(
			shared, now_ns,
			bo_min(rs_kernel_due_ns(&shared->kernel), logged_ns));
	return next_begin_ns(shared);
}

static const struct rs_kernel_ops kernel_ops = {
	.call_size = sizeof(struct rs_sim_call),
	.begin = begin_call,
	.end_attempt = end_attempt,
	.resume = resume_call,
};

/* Replay all calls of a group in one replica. */
static bool
run_once(struct shared *shared, uint32_t replica, enum rs_bound bound)
{
	bool ok;

	if (backoff_guard_new(shared->run->policy, &shared->guard) !=
	    BACKOFF_OK)
		return false;
	shared->has_breaker =
		backoff_guard_breaker(shared->guard, 0) != BACKOFF_BREAKER_NONE;
	shared->replica = replica;
	shared->bound = bound;
	shared->succeeded = shared->group->unlogged.count;
	shared->next = 0;
	shared->next_unlogged = 0;
	ok = rs_kernel_run(&shared->kernel, next_begin_ns(shared));
	backoff_guard_free(shared->guard);
	return ok;
}

/* Replay once as drawn; if that met unsupported attempts, again with all of
 * them failing and with all of them succeeding. */
static bool
run_replica(struct shared *shared, uint32_t replica)
{
	uint64_t least, most;

	shared->met_unsupported = false;
	if (!run_once(shared, replica, RS_BOUND_NONE))
		return false;
	least = most = shared->succeeded;
	if (shared->met_unsupported) {
		if (!run_once(shared, replica, RS_BOUND_ALL_FAIL))
			return false;
		least = shared->succeeded;
		if (!run_once(shared, replica, RS_BOUND_ALL_SUCCEED))
			return false;
		most = shared->succeeded;
	}
	rs_tally_add_bounds(shared->tally, replica, least, most);
	return true;
}

static bool
run_groups(struct shared *shared, const struct rs_groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		shared->group = &groups->item[i];
		for (uint32_t r = 0; r < shared->tally->replicas; r++)
			if (!run_replica(shared, r))
				return false;
	}
	return true;
}

static bool
add_first_tries(struct shared *shared, const struct rs_groups *groups)
{
	struct tk_samples *durations = &shared->tally->success;

	for (size_t i = 0; i < groups->call_count; i++) {
		uint32_t call = groups->call[i];

		if (rs_recorded_first_try(shared->run, call) &&
		    !tk_samples_add(durations,
				    first_duration_ns(shared->run->log, call),
				    1))
			return false;
	}
	return tk_samples_add(durations, 0, shared->tally->unlogged_calls);
}

enum backoff_status
rs_shared_run(struct rs_tally *tally, const struct rs_run *run)
{
	struct shared shared = {.run = run, .tally = tally};
	struct rs_groups groups = {0};
	bool ok;

	rs_kernel_init(&shared.kernel, &kernel_ops, &shared);
	ok = rs_groups_init(&groups, run->log, run->operation) == BACKOFF_OK;
	if (ok) {
		tally->guarded = true;
		tally->calls = groups.call_count + tally->unlogged_calls;
		rs_tally_add_unlogged(tally);
		ok = run_groups(&shared, &groups) &&
		     add_first_tries(&shared, &groups);
	}
	rs_groups_clear(&groups);
	rs_kernel_clear(&shared.kernel);
	return ok ? BACKOFF_OK : BACKOFF_E_NOMEM;
}
