/* Calls under way together, moment by moment, around one guard. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "replay/shared.h"
#include "recorded/random.h"
#include "replay/event_queue.h"
#include "recorded/unlogged.h"

#define NONE UINT32_MAX
/* Estimates that are kept at most, as a power of two: some 40 MB. */
#define ESTIMATES_MAX (UINT32_C(1) << 18)

/* What is made of attempts that the log cannot tell of. */
enum bound {
	AS_DRAWN,
	ALL_FAIL,
	ALL_SUCCEED,
};

/* A call under way. */
struct runner {
	struct backoff_state state;
	struct backoff_decision decision;
	/** The attempt under way. */
	struct rs_step step;
	struct backoff_outcome failure;
	/** Among the operation's calls. */
	uint32_t position;
	/** Of the free ones. */
	uint32_t next_free;
	uint64_t start_ns, backoff_ns;
	uint64_t support[RS_SUPPORT_COUNT];
	bool fails, unsupported;
	/** Whether it was asked for in this replica, and the answer. */
	bool doom_known, doomed;
};

/* The calls of one target, [from, to) of the order, and those without a line
 * that are counted with them. */
struct flock {
	const uint32_t *from, *to;
	struct rs_unlogged unseen;
	/** How many of them other targets have before. */
	uint64_t unseen_first;
};

/* What became of one attempt. Its begin does not depend on the luck of a
 * replica, so in the next one it is mostly asked for again. */
struct estimate {
	uint32_t position, number;
	struct rs_step step;
	struct backoff_outcome failure;
};

struct crowd {
	const struct rs_run *run;
	struct rs_tally *tally;
	const struct flock *flock;
	/** Of this replica. */
	struct backoff_guard *guard;
	uint32_t replica;
	enum bound bound;
	/** Has a breaker, so that even a success changes what comes. */
	bool breaker;
	/** Some attempt was beyond the log. */
	bool met_unsupported;
	uint64_t succeeded;
	struct rs_moments moments;
	struct runner *runner;
	uint32_t runner_count, runner_room, first_free;
	/** By a hash of position and number; NULL where replicas differ. */
	struct estimate *estimate;
	uint32_t estimate_count;
	/** By position: attempts of all replicas; replicas in which the
	 *  recorded first attempt was made, and was all. */
	uint64_t *attempts;
	uint16_t *first_tries;
	bool out_of_memory;
};

static const struct tk_call *
call_at(const struct crowd *crowd, uint32_t position)
{
	return &crowd->run->log
			->call[crowd->run->operation->first_call + position];
}

static size_t
index_of(const struct crowd *crowd, uint32_t position)
{
	return crowd->run->operation->first_call + position;
}

static uint64_t
start_of(const struct crowd *crowd, uint32_t position)
{
	return crowd->run->log->start_ns[call_at(crowd, position)->first];
}

static bool
first_try(const struct crowd *crowd, uint32_t position)
{
	return crowd->run->log->attempt[call_at(crowd, position)->first]
		       .outcome == BACKOFF_OUTCOME_SUCCESS;
}

static uint32_t
take_runner(struct crowd *crowd)
{
	uint32_t at = crowd->first_free;

	if (at != NONE) {
		crowd->first_free = crowd->runner[at].next_free;
		return at;
	}
	if (crowd->runner_count == crowd->runner_room) {
		uint32_t room =
			crowd->runner_room ? crowd->runner_room * 2 : 64;
		struct runner *grown =
			realloc(crowd->runner, room * sizeof(*grown));

		if (grown == NULL) {
			crowd->out_of_memory = true;
			return NONE;
		}
		crowd->runner = grown;
		crowd->runner_room = room;
	}
	return crowd->runner_count++;
}

static void
push(struct crowd *crowd, uint32_t at, uint64_t at_ns, enum rs_moment_kind kind)
{
	const struct rs_moment moment = {.at_ns = at_ns,
					 .kind = kind,
					 .position = crowd->runner[at].position,
					 .runner = at};

	crowd->out_of_memory |= !rs_moments_push(&crowd->moments, &moment);
}

static void
note_breaker(struct crowd *crowd, const struct backoff_decision *decision)
{
	if (crowd->bound == AS_DRAWN &&
	    decision->breaker_changed == BACKOFF_BREAKER_OPEN)
		crowd->tally->opened++;
}

/* The call is over, at a time and for a reason. */
static void
end_call(struct crowd *crowd, uint32_t at, enum backoff_stop stop,
	 uint64_t end_ns)
{
	struct rs_tally *tally = crowd->tally;
	struct runner *r = &crowd->runner[at];
	uint32_t attempts = r->state.finished;
	bool success = stop == BACKOFF_STOP_SUCCESS;

	r->next_free = crowd->first_free;
	crowd->first_free = at;
	crowd->succeeded += success;
	if (crowd->bound != AS_DRAWN)
		return;
	for (size_t i = 0; i < RS_SUPPORT_COUNT; i++)
		tally->support[i] += r->support[i];
	tally->backoff_ns += r->backoff_ns;
	tally->attempts[crowd->replica] += attempts;
	tally->succeeded[crowd->replica] += success;
	tally->unsupported_calls += r->unsupported;
	if (attempts == 0) {
		tally->refused_calls++;
		rs_tally_load(tally, r->start_ns, -1);
	}
	tally->stop[stop]++;
	tally->first_try += success && attempts == 1;
	tally->call_succeeded[r->position] += success;
	crowd->attempts[r->position] += attempts;
	/* Most samples are the same in all replicas. */
	if (success && attempts == 1 && first_try(crowd, r->position))
		crowd->first_tries[r->position]++;
	else
		crowd->out_of_memory |= !tk_samples_add(
			success ? &tally->success : &tally->failure,
			end_ns - r->start_ns, 1);
}

static bool
draw_failure(struct crowd *crowd, struct runner *r, uint32_t number)
{
	size_t call = index_of(crowd, r->position);

	if (r->step.support == RS_SUPPORT_UNSUPPORTED) {
		r->unsupported = true;
		crowd->met_unsupported = true;
		if (r->step.known == RS_KNOWN_NOT && crowd->bound != AS_DRAWN)
			return crowd->bound == ALL_FAIL;
	}
	if (r->step.known != RS_KNOWN_NOT)
		return r->step.known == RS_KNOWN_FAILS &&
		       !(r->step.support == RS_SUPPORT_UNSUPPORTED &&
			 crowd->bound == ALL_SUCCEED);
	if (!r->doom_known) {
		r->doom_known = true;
		r->doomed = rs_call_permanent(crowd->run, call, crowd->replica);
	}
	return rs_step_fails(crowd->run, &r->step, call, number, crowd->replica,
			     r->doomed);
}

static void
try_attempt(struct crowd *crowd, struct runner *r, const struct rs_trial *trial)
{
	struct estimate *kept;

	/* Those were recorded, all but a few. */
	if (crowd->estimate == NULL || trial->number == 1) {
		rs_try(crowd->run, trial, &r->step, &r->failure);
		return;
	}
	kept = &crowd->estimate[(r->position * UINT32_C(2654435761) +
				 trial->number) &
				(crowd->estimate_count - 1)];
	if (kept->number != trial->number || kept->position != r->position ||
	    kept->step.start_ns != trial->start_ns) {
		kept->number = trial->number;
		kept->position = r->position;
		rs_try(crowd->run, trial, &kept->step, &kept->failure);
	}
	r->step = kept->step;
	r->failure = kept->failure;
}

static void
start_attempt(struct crowd *crowd, uint32_t at, uint64_t now_ns)
{
	struct runner *r = &crowd->runner[at];
	const struct rs_trial trial = {
		.call = index_of(crowd, r->position),
		.number = r->decision.attempt,
		.replica = crowd->replica,
		.start_ns = now_ns,
		.limit_ns = r->decision.attempt_timeout_ns,
		.wait_ns = r->step.delay_ns,
	};

	if (trial.number > 1 && crowd->bound == AS_DRAWN)
		rs_tally_load(crowd->tally, now_ns, 1);
	try_attempt(crowd, r, &trial);
	r->support[r->step.support]++;
	r->fails = draw_failure(crowd, r, trial.number);
	push(crowd, at, r->fails ? r->step.failure_ns : r->step.success_ns,
	     RS_MOMENT_END);
}

static void
end_attempt(struct crowd *crowd, uint32_t at, uint64_t now_ns)
{
	static const struct backoff_outcome success = {
		.kind = BACKOFF_OUTCOME_SUCCESS};
	struct runner *r = &crowd->runner[at];
	uint32_t number = r->state.attempt;
	size_t call = index_of(crowd, r->position);

	backoff_engine_decide(crowd->run->policy, &r->state,
			      r->fails ? &r->failure : &success, now_ns,
			      rs_delay_draw(crowd->run, call, number),
			      &r->decision);
	note_breaker(crowd, &r->decision);
	if (rs_call_off(crowd->run, call, &r->state, &r->decision))
		now_ns = crowd->run->log->call[call].called_off_ns;
	if (r->decision.action != BACKOFF_ACTION_DONE &&
	    number >= RS_ATTEMPTS_MAX)
		backoff_engine_stop(&r->state, BACKOFF_STOP_MAX_ATTEMPTS,
				    &r->decision);
	if (r->decision.action == BACKOFF_ACTION_DONE) {
		end_call(crowd, at, r->decision.stop, now_ns);
		return;
	}
	r->step.delay_ns = r->decision.delay_ns;
	r->backoff_ns += r->decision.delay_ns;
	push(crowd, at, r->decision.not_before_ns, RS_MOMENT_RESUME);
}

static void
begin_call(struct crowd *crowd, uint32_t position, uint64_t now_ns)
{
	uint32_t at = take_runner(crowd);
	struct runner *r;

	if (at == NONE)
		return;
	r = &crowd->runner[at];
	*r = (struct runner){.position = position, .start_ns = now_ns};
	rs_begin(crowd->run, index_of(crowd, position), now_ns, &r->state,
		 &r->decision);
	backoff_engine_join(&r->state, crowd->guard, now_ns, &r->decision);
	note_breaker(crowd, &r->decision);
	if (r->decision.action == BACKOFF_ACTION_DONE)
		end_call(crowd, at, r->decision.stop, now_ns);
	else
		start_attempt(crowd, at, now_ns);
}

static void
resume_call(struct crowd *crowd, uint32_t at, uint64_t now_ns)
{
	struct runner *r = &crowd->runner[at];

	backoff_engine_resume(crowd->run->policy, &r->state, now_ns,
			      &r->decision);
	note_breaker(crowd, &r->decision);
	if (r->decision.action == BACKOFF_ACTION_DONE)
		end_call(crowd, at, r->decision.stop, now_ns);
	else
		start_attempt(crowd, at, now_ns);
}

static bool
refuse_once(struct crowd *crowd, uint64_t k)
{
	struct rs_tally *tally = crowd->tally;

	if (tally->once_refused == NULL)
		tally->once_refused = calloc(tally->unlogged_calls,
					     sizeof(*tally->once_refused));
	if (tally->once_refused == NULL)
		return false;
	tally->once_refused[crowd->flock->unseen_first + k]++;
	tally->refused_calls++;
	rs_tally_load(tally, rs_unlogged_at(&crowd->flock->unseen, k), -1);
	tally->stop[BACKOFF_STOP_BREAKER_OPEN]++;
	tally->succeeded[crowd->replica]--;
	tally->attempts[crowd->replica]--;
	return tk_samples_add(&tally->failure, 0, 1);
}

/* One call without a line: it succeeds at once, unless it is refused. Returns
 * the next one that matters before a time; what a success leaves as it was,
 * the next one leaves too. */
static uint64_t
pass_once(struct crowd *crowd, uint64_t k, uint64_t until_ns)
{
	static const struct backoff_outcome success = {
		.kind = BACKOFF_OUTCOME_SUCCESS};
	uint64_t now_ns = rs_unlogged_at(&crowd->flock->unseen, k), before,
		 next;
	struct backoff_state state;
	struct backoff_decision d;

	before = backoff_guard_tokens_milli(crowd->guard, now_ns);
	backoff_engine_begin(crowd->run->policy, &state, now_ns,
			     BACKOFF_FOREVER, &d);
	backoff_engine_join(&state, crowd->guard, now_ns, &d);
	if (d.action == BACKOFF_ACTION_DONE) {
		crowd->succeeded--;
		if (crowd->bound == AS_DRAWN)
			crowd->out_of_memory |= !refuse_once(crowd, k);
		return k + 1;
	}
	backoff_engine_decide(crowd->run->policy, &state, &success, now_ns, 0,
			      &d);
	if (crowd->breaker ||
	    backoff_guard_tokens_milli(crowd->guard, now_ns) != before)
		return k + 1;
	next = rs_unlogged_from(&crowd->flock->unseen, until_ns);
	return next > k ? next : k + 1;
}

static void
pass_moment(struct crowd *crowd)
{
	struct rs_moment moment = rs_moments_pop(&crowd->moments);

	if (moment.kind == RS_MOMENT_END)
		end_attempt(crowd, moment.runner, moment.at_ns);
	else
		resume_call(crowd, moment.runner, moment.at_ns);
}

/* All calls of a flock in one replica. */
static bool
pass(struct crowd *crowd, uint32_t replica, enum bound bound)
{
	const uint32_t *next = crowd->flock->from;
	uint64_t k = 0;

	if (backoff_guard_new(crowd->run->policy, &crowd->guard) != BACKOFF_OK)
		return false;
	crowd->breaker =
		backoff_guard_breaker(crowd->guard, 0) != BACKOFF_BREAKER_NONE;
	crowd->replica = replica;
	crowd->bound = bound;
	crowd->succeeded = crowd->flock->unseen.count;
	while (!crowd->out_of_memory) {
		uint64_t due = rs_moments_next(&crowd->moments);
		uint64_t start = next < crowd->flock->to
					 ? start_of(crowd, *next)
					 : UINT64_MAX;
		uint64_t once = rs_unlogged_at(&crowd->flock->unseen, k);
		uint64_t first = due < start ? due : start;

		if (once < first)
			k = pass_once(crowd, k, first);
		else if (crowd->moments.count > 0 && due <= start)
			pass_moment(crowd);
		else if (next < crowd->flock->to)
			begin_call(crowd, *next++, start);
		else
			break;
	}
	backoff_guard_free(crowd->guard);
	return !crowd->out_of_memory;
}

/* Once as drawn; and where that met what the log cannot tell, with all of it
 * failing and all of it succeeding. */
static bool
pass_replica(struct crowd *crowd, uint32_t replica)
{
	struct rs_tally *tally = crowd->tally;

	crowd->met_unsupported = false;
	if (!pass(crowd, replica, AS_DRAWN))
		return false;
	if (!crowd->met_unsupported) {
		tally->least += crowd->succeeded;
		tally->most += crowd->succeeded;
		return true;
	}
	if (!pass(crowd, replica, ALL_FAIL))
		return false;
	tally->least += crowd->succeeded;
	if (!pass(crowd, replica, ALL_SUCCEED))
		return false;
	tally->most += crowd->succeeded;
	return true;
}

struct by_target {
	const struct rs_log *log;
	const struct rs_operation *operation;
};

static int
compare_calls(const void *a, const void *b, void *user)
{
	const struct by_target *by = user;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const struct tk_call *c = &by->log->call[by->operation->first_call];
	uint64_t s = by->log->start_ns[c[x].first];
	uint64_t t = by->log->start_ns[c[y].first];

	if (c[x].target != c[y].target)
		return c[x].target < c[y].target ? -1 : 1;
	if (s != t)
		return s < t ? -1 : 1;
	return (x > y) - (x < y);
}

/* Positions of the calls that are replayed, by target and then by time. */
static size_t
order_calls(const struct rs_run *run, uint32_t *order)
{
	struct by_target by = {run->log, run->operation};
	size_t count = 0;

	for (size_t i = 0; i < run->operation->call_count; i++)
		if (rs_log_replayable(
			    &run->log->call[run->operation->first_call + i]))
			order[count++] = (uint32_t)i;
	qsort_r(order, count, sizeof(*order), compare_calls, &by);
	return count;
}

/* All replicas of a flock. */
static bool
pass_flock(struct crowd *crowd, struct flock *flock, uint64_t unseen,
	   uint64_t *start)
{
	const struct rs_log *log = crowd->run->log;
	size_t count = (size_t)(flock->to - flock->from);
	bool ok = true;

	crowd->flock = flock;
	for (size_t i = 0; i < count; i++)
		start[i] = start_of(crowd, flock->from[i]);
	if (!rs_unlogged_init(&flock->unseen, log->from_ns, log->to_ns, unseen,
			      start, count))
		return false;
	for (uint32_t r = 0; ok && r < crowd->tally->replicas; r++)
		ok = pass_replica(crowd, r);
	rs_unlogged_clear(&flock->unseen);
	return ok;
}

/* Calls without a line go to the targets that the recorded ones went to. */
static bool
pass_flocks(struct crowd *crowd, const uint32_t *order, size_t count)
{
	uint64_t unlogged_calls = crowd->tally->unlogged_calls, until = 0;
	uint64_t *start = calloc(count + 1, sizeof(*start));
	const uint32_t *end = order + count;
	struct flock flock = {.from = order, .to = order};
	bool ok = start != NULL;

	while (ok && (flock.to < end || until < unlogged_calls)) {
		flock.from = flock.to;
		while (flock.to < end &&
		       call_at(crowd, *flock.to)->target ==
			       call_at(crowd, *flock.from)->target)
			flock.to++;
		flock.unseen_first = until;
		until = flock.to == end
				? unlogged_calls
				: (uint64_t)((bo_u128)unlogged_calls *
					     (uint64_t)(flock.to - order) /
					     count);
		ok = pass_flock(crowd, &flock, until - flock.unseen_first,
				start);
	}
	free(start);
	return ok;
}

/* Sums that need a call in all of its replicas. */
static bool
sum_up(struct crowd *crowd, const uint32_t *order, size_t count)
{
	struct rs_tally *tally = crowd->tally;
	const struct rs_log *log = crowd->run->log;
	uint64_t once = tally->unlogged_calls * tally->replicas;

	for (size_t i = 0; i < count; i++) {
		uint64_t attempts = crowd->attempts[order[i]];
		uint64_t first = call_at(crowd, order[i])->first;

		tally->attempts_squared += (bo_u128)attempts * attempts;
		if (!tk_samples_add(&tally->success,
				    log->end_ns[first] - log->start_ns[first],
				    crowd->first_tries[order[i]]))
			return false;
	}
	if (tally->once_refused == NULL)
		tally->attempts_squared += (bo_u128)once * tally->replicas;
	for (uint64_t k = 0; tally->once_refused && k < tally->unlogged_calls;
	     k++) {
		uint64_t made = tally->replicas - tally->once_refused[k];

		once -= tally->once_refused[k];
		tally->attempts_squared += (bo_u128)made * made;
	}
	tally->first_try += once;
	tally->stop[BACKOFF_STOP_SUCCESS] += once;
	tally->support[RS_SUPPORT_EXACT] += once;
	return tk_samples_add(&tally->success, 0, once);
}

static bool
allocate(struct crowd *crowd)
{
	const struct rs_operation *operation = crowd->run->operation;
	size_t room = operation->call_count + 1, count = 64;

	crowd->attempts = calloc(room, sizeof(*crowd->attempts));
	crowd->first_tries = calloc(room, sizeof(*crowd->first_tries));
	if (!crowd->attempts || !crowd->first_tries)
		return false;
	if (crowd->run->estimator->per_replica)
		return true;
	while (count < 2 * operation->failure_count && count < ESTIMATES_MAX)
		count *= 2;
	crowd->estimate_count = (uint32_t)count;
	crowd->estimate = calloc(count, sizeof(*crowd->estimate));
	return crowd->estimate != NULL;
}

enum backoff_status
rs_crowd_run(struct rs_tally *tally, const struct rs_run *run)
{
	size_t count = 0;
	struct crowd crowd = {.run = run, .tally = tally, .first_free = NONE};
	uint32_t *order =
		calloc(run->operation->call_count + 1, sizeof(*order));
	bool ok = order && allocate(&crowd);

	if (ok) {
		tally->guarded = true;
		count = order_calls(run, order);
		tally->calls = count + tally->unlogged_calls;
		/* As if none of them were refused. */
		for (uint32_t r = 0; r < tally->replicas; r++) {
			tally->succeeded[r] = tally->unlogged_calls;
			tally->attempts[r] = tally->unlogged_calls;
		}
	}
	ok = ok && pass_flocks(&crowd, order, count) &&
	     sum_up(&crowd, order, count);
	rs_moments_clear(&crowd.moments);
	free(crowd.runner);
	free(crowd.estimate);
	free(crowd.attempts);
	free(crowd.first_tries);
	free(order);
	return ok ? BACKOFF_OK : BACKOFF_E_NOMEM;
}
