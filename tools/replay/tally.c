/* All calls of an operation under one policy. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "replay/shared.h"
#include "recorded/random.h"
#include "replay/tally.h"

/* One call under way: the sums that its replicas share. */
struct walk {
	struct rs_tally *tally;
	struct rs_path *path;
	/** Position among the operation's calls. */
	size_t position;
	uint64_t start_ns;
	/** Summed over replicas. */
	uint64_t attempts;
};

/* Where one replica came. */
struct course {
	/** The step it ended at, from 0. */
	size_t step;
	bool succeeded;
	/** The first unsupported step, SIZE_MAX if it met none. */
	size_t unsupported;
};

enum backoff_status
rs_tally_init(struct rs_tally *tally, const struct rs_operation *operation,
	      const struct rs_load *load, uint32_t replicas)
{
	*tally = (struct rs_tally){.replicas = replicas,
				   .unlogged_calls = operation->unlogged_calls,
				   .load = load};
	tally->succeeded = calloc(replicas, sizeof(*tally->succeeded));
	tally->attempts = calloc(replicas, sizeof(*tally->attempts));
	tally->call_succeeded = calloc(operation->call_count + 1,
				       sizeof(*tally->call_succeeded));
	tally->further = calloc(load->bins + 1, sizeof(*tally->further));
	if (tally->succeeded && tally->attempts && tally->call_succeeded &&
	    tally->further)
		return BACKOFF_OK;
	rs_tally_clear(tally);
	return BACKOFF_E_NOMEM;
}

void
rs_tally_clear(struct rs_tally *tally)
{
	free(tally->succeeded);
	free(tally->attempts);
	free(tally->call_succeeded);
	free(tally->once_refused);
	free(tally->further);
	tk_samples_clear(&tally->success);
	tk_samples_clear(&tally->failure);
	*tally = (struct rs_tally){0};
}

void
rs_tally_reset(struct rs_tally *tally, const struct rs_operation *operation)
{
	struct rs_tally kept = *tally;

	free(kept.once_refused);
	*tally = (struct rs_tally){.replicas = kept.replicas,
				   .unlogged_calls = operation->unlogged_calls,
				   .load = kept.load,
				   .further = kept.further,
				   .succeeded = kept.succeeded,
				   .attempts = kept.attempts,
				   .call_succeeded = kept.call_succeeded,
				   .success = kept.success,
				   .failure = kept.failure};
	memset(tally->succeeded, 0,
	       tally->replicas * sizeof(*tally->succeeded));
	memset(tally->attempts, 0, tally->replicas * sizeof(*tally->attempts));
	memset(tally->call_succeeded, 0,
	       operation->call_count * sizeof(*tally->call_succeeded));
	memset(tally->further, 0,
	       (tally->load->bins + 1) * sizeof(*tally->further));
	tk_samples_reset(&tally->success);
	tk_samples_reset(&tally->failure);
}

static bool
first_try(const struct rs_log *log, const struct tk_call *call)
{
	return log->attempt[call->first].outcome == BACKOFF_OUTCOME_SUCCESS;
}

bool
rs_first_tries(const struct rs_log *log, const struct rs_operation *operation,
	       uint32_t replicas, struct tk_samples *out, uint64_t *longest_ns)
{
	bool ok = tk_samples_add(out, 0, operation->unlogged_calls * replicas);

	*longest_ns = 0;
	for (size_t i = 0; ok && i < operation->call_count; i++) {
		const struct tk_call *call =
			&log->call[operation->first_call + i];
		uint64_t ns;

		if (!rs_log_replayable(call) || !first_try(log, call))
			continue;
		ns = log->end_ns[call->first] - log->start_ns[call->first];
		*longest_ns = ns > *longest_ns ? ns : *longest_ns;
		ok = tk_samples_add(out, ns, replicas);
	}
	tk_samples_sort(out);
	return ok;
}

/* The chain of one replica from a step on. With @p pessimist every unsupported
 * attempt fails. */
static struct course
follow(struct rs_path *path, size_t from, uint32_t replica, bool doomed,
       bool pessimist)
{
	struct course course = {.step = from, .unsupported = SIZE_MAX};
	const struct rs_step *step;

	for (size_t i = from; (step = rs_path_step(path, i)); i++) {
		bool unsupported = step->support == RS_SUPPORT_UNSUPPORTED;

		course.step = i;
		if (unsupported && course.unsupported == SIZE_MAX)
			course.unsupported = i;
		if (step->known == RS_KNOWN_SUCCEEDS)
			course.succeeded = true;
		else if (step->known == RS_KNOWN_NOT &&
			 !(unsupported && pessimist))
			course.succeeded = !rs_step_fails(
				path->run, step, path->call, (uint32_t)i + 1,
				replica, doomed);
		if (course.succeeded || path->out_of_memory)
			break;
	}
	return course;
}

/* Count one end of the call with the weight of some replicas. */
static bool
end_call(struct walk *walk, const struct course *course, uint32_t replica,
	 uint64_t weight)
{
	struct rs_tally *tally = walk->tally;
	const struct rs_step *step = &walk->path->step[course->step];
	uint64_t attempts = course->step + 1;

	for (size_t i = 0; i <= course->step; i++) {
		tally->support[walk->path->step[i].support] += weight;
		if (i > 0)
			rs_tally_load(tally, walk->path->step[i].start_ns,
				      (int64_t)weight);
		if (i < course->step)
			tally->backoff_ns +=
				walk->path->step[i].delay_ns * weight;
	}
	for (uint32_t r = replica; r < replica + weight; r++) {
		tally->attempts[r] += attempts;
		tally->succeeded[r] += course->succeeded;
	}
	walk->attempts += attempts * weight;
	tally->unsupported_calls +=
		course->unsupported == SIZE_MAX ? 0 : weight;
	if (course->succeeded) {
		tally->first_try += attempts == 1 ? weight : 0;
		tally->stop[BACKOFF_STOP_SUCCESS] += weight;
		tally->call_succeeded[walk->position] += (uint16_t)weight;
		return tk_samples_add(&tally->success,
				      step->success_ns - walk->start_ns,
				      weight);
	}
	tally->stop[step->stop] += weight;
	return tk_samples_add(&tally->failure,
			      step->failure_ns - walk->start_ns, weight);
}

static bool
walk_replica(struct walk *walk, size_t known, uint32_t replica)
{
	struct rs_path *path = walk->path;
	bool doomed = rs_call_permanent(path->run, path->call, replica);
	struct course course = follow(path, known, replica, doomed, false);
	bool met = course.unsupported != SIZE_MAX;
	bool least = course.succeeded;

	if (met && course.succeeded)
		least = follow(path, known, replica, doomed, true).succeeded;
	if (path->out_of_memory)
		return false;
	walk->tally->least += least;
	walk->tally->most += course.succeeded || met;
	return end_call(walk, &course, replica, 1);
}

/* Steps that were recorded are the same for all replicas: walk them once. */
static bool
walk_call(struct walk *walk)
{
	struct rs_tally *tally = walk->tally;
	struct rs_path *path = walk->path;
	struct course course = {.unsupported = SIZE_MAX};
	const struct rs_step *step;
	size_t known = 0;

	while ((step = rs_path_step(path, known)) &&
	       step->support == RS_SUPPORT_EXACT &&
	       step->known != RS_KNOWN_NOT) {
		course.step = known++;
		course.succeeded = step->known == RS_KNOWN_SUCCEEDS;
	}
	if (path->out_of_memory)
		return false;
	if (step == NULL) {
		uint64_t all = course.succeeded ? tally->replicas : 0;

		tally->least += all;
		tally->most += all;
		return end_call(walk, &course, 0, tally->replicas);
	}
	for (uint32_t r = 0; r < tally->replicas; r++) {
		if (path->run->estimator->per_replica && r > 0)
			rs_path_begin(path, path->run, path->call, r);
		if (!walk_replica(walk, known, r))
			return false;
	}
	return true;
}

/* What a call that succeeded at the first attempt adds, but for its time. */
static void
add_first_tries(struct rs_tally *tally, uint64_t calls)
{
	uint64_t all = calls * tally->replicas;

	for (uint32_t r = 0; r < tally->replicas; r++) {
		tally->succeeded[r] += calls;
		tally->attempts[r] += calls;
	}
	tally->least += all;
	tally->most += all;
	tally->stop[BACKOFF_STOP_SUCCESS] += all;
	tally->support[RS_SUPPORT_EXACT] += all;
	tally->attempts_squared +=
		(bo_u128)calls * tally->replicas * tally->replicas;
}

static bool
replay_call(struct rs_tally *tally, struct rs_path *path,
	    const struct rs_run *run, size_t position)
{
	size_t index = run->operation->first_call + position;
	struct walk walk = {.tally = tally, .path = path, .position = position};
	const struct rs_step *first;

	rs_path_begin(path, run, index, 0);
	first = rs_path_step(path, 0);
	if (first == NULL)
		return false;
	walk.start_ns = first->start_ns;
	if (!walk_call(&walk))
		return false;
	tally->attempts_squared += (bo_u128)walk.attempts * walk.attempts;
	return true;
}

/* Each call for itself. */
static enum backoff_status
run_alone(struct rs_tally *tally, const struct rs_run *run, uint64_t longest_ns,
	  bool *shared)
{
	const struct rs_operation *operation = run->operation;
	struct rs_path path = {0};
	struct backoff_state state;
	struct backoff_decision begin;
	uint64_t known = operation->unlogged_calls;
	bool ok = true;

	backoff_engine_begin(run->policy, &state, 0, BACKOFF_FOREVER, &begin);
	*shared = begin.attempt_timeout_ns >= longest_ns;
	for (size_t i = 0; ok && i < operation->call_count; i++) {
		const struct tk_call *call =
			&run->log->call[operation->first_call + i];

		if (!rs_log_replayable(call))
			continue;
		tally->calls++;
		if (*shared && first_try(run->log, call)) {
			tally->call_succeeded[i] = (uint16_t)tally->replicas;
			known++;
		} else {
			ok = replay_call(tally, &path, run, i);
		}
	}
	tally->calls += operation->unlogged_calls;
	tally->first_try += known * tally->replicas;
	add_first_tries(tally, known);
	if (ok && !*shared)
		ok = tk_samples_add(&tally->success, 0,
				    operation->unlogged_calls *
					    tally->replicas);
	rs_path_clear(&path);
	return ok ? BACKOFF_OK : BACKOFF_E_NOMEM;
}

enum backoff_status
rs_tally_run(struct rs_tally *tally, const struct rs_run *run,
	     uint64_t longest_ns, bool *shared)
{
	enum backoff_status status;

	*shared = false;
	status = backoff_policy_is_guarded(run->policy)
			 ? rs_crowd_run(tally, run)
			 : run_alone(tally, run, longest_ns, shared);
	tk_samples_sort(&tally->success);
	tk_samples_sort(&tally->failure);
	return status;
}
