/* Calls of a world on the kernel, event by event. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "replay/kernel.h"
#include "world/lines.h"
#include "world/meet.h"
#include "world/run.h"

/* Most attempts of a call, whatever its policy allows. */
#define ATTEMPTS_MAX 10000

struct world_run {
	const struct rs_world_run *run;
	struct rs_run_counts *counts;
	struct rs_kernel kernel;
	struct rs_server *server;
	/** By target if the log names it, else one; NULL without guards. */
	struct backoff_guard **guard;
	uint32_t guard_count;
	size_t next;
	uint64_t in_flight;
	/** By host: lines so far. */
	uint64_t *sequence;
	bool io_failed;
};

/* A call under way. */
struct world_call {
	size_t index;
	struct rs_scene_fate fate;
	struct backoff_state state;
	struct backoff_decision decision;
	/** The attempt under way. */
	struct backoff_outcome outcome;
	uint64_t attempt_start_ns, attempt_timeout_ns, end_ns;
	uint64_t in_flight;
	uint32_t attempt;
};

void
rs_recording_clear(struct rs_recording *recording)
{
	free(recording->last);
	free(recording->attempts);
	free(recording->item);
	*recording = (struct rs_recording){0};
}

void
rs_run_counts_clear(struct rs_run_counts *counts)
{
	tk_samples_clear(&counts->success);
	tk_samples_clear(&counts->failure);
	*counts = (struct rs_run_counts){0};
}

static bool
record(struct rs_recording *recording, size_t call, uint64_t now_ns)
{
	if (recording->count == recording->room) {
		size_t room = recording->room ? recording->room * 2 : 1024;
		struct rs_recorded *grown =
			realloc(recording->item, room * sizeof(*grown));

		if (grown == NULL)
			return false;
		recording->item = grown;
		recording->room = room;
	}
	recording->item[recording->count] = (struct rs_recorded){
		.start_ns = now_ns, .before = recording->last[call]};
	recording->last[call] = (uint32_t)++recording->count;
	recording->attempts[call]++;
	return true;
}

/* Whether the recording has that attempt at that time. */
static bool
is_recorded(const struct rs_recording *recording, size_t call, uint32_t attempt,
	    uint64_t now_ns)
{
	uint32_t at;

	if (recording == NULL || attempt > recording->attempts[call])
		return false;
	at = recording->last[call];
	for (uint32_t i = recording->attempts[call]; i > attempt; i--)
		at = recording->item[at - 1].before;
	return recording->item[at - 1].start_ns == now_ns;
}

/* The experiment that the draws of an attempt belong to. */
static uint64_t
experiment(const struct world_run *w, bool is_known)
{
	uint64_t seed = w->run->scene->seed;

	return w->run->noise == 0 || is_known
		       ? seed
		       : bo_mix64(seed + bo_mix64(w->run->noise));
}

static struct backoff_guard *
guard_of(const struct world_run *w, size_t call)
{
	if (w->guard == NULL)
		return NULL;
	return w->guard[w->guard_count > 1 ? w->run->scene->call[call].target
					   : 0];
}

static void
emit(struct world_run *w, const struct backoff_event *event, size_t call)
{
	const struct rs_scene *scene = w->run->scene;
	double loss = scene->world->log.loss;
	uint32_t host = scene->call[call].host;

	w->sequence[host]++;
	if (loss > 0 && (double)backoff_draw(scene->seed, RS_SCENE_LOSS,
					     w->sequence[host], host) *
					0x1p-64 <
				loss)
		return;
	w->counts->lines++;
	if (!w->run->on_event(w->run->user, event)) {
		w->io_failed = true;
		rs_kernel_fail(&w->kernel);
	}
}

/* Log the end of an attempt, or of a call without an attempt. */
static void
log_line(struct world_run *w, const struct world_call *call,
	 const struct backoff_outcome *outcome, uint64_t now_ns)
{
	uint32_t host = w->run->scene->call[call->index].host;
	struct rs_line line = {.scene = w->run->scene,
			       .policy = w->run->policy,
			       .call = call->index,
			       .state = &call->state,
			       .decision = &call->decision,
			       .outcome = outcome,
			       .attempt = call->attempt ? call->attempt : 1,
			       .attempt_timeout_ns = call->attempt_timeout_ns,
			       .attempt_start_ns = call->attempt_start_ns,
			       .in_flight = call->in_flight,
			       .sequence = w->sequence[host] + 1,
			       .guard = guard_of(w, call->index),
			       .now_ns = now_ns};
	struct rs_line_text text;
	struct backoff_event event;

	if (w->run->on_event == NULL)
		return;
	if (call->decision.breaker_changed != BACKOFF_BREAKER_NONE &&
	    w->run->scene->world->log.format == 0) {
		rs_line_transition(&line, &text, &event);
		emit(w, &event, call->index);
		line.sequence++;
	}
	if (rs_line_event(&line, &text, &event))
		emit(w, &event, call->index);
}

static void
end_call(struct world_run *w, struct world_call *call)
{
	bool succeeded = call->decision.stop == BACKOFF_STOP_SUCCESS;
	uint64_t start_ns = w->run->scene->call[call->index].start_ns;

	w->counts->calls++;
	w->counts->succeeded += succeeded;
	if (w->run->first_try_out_ns)
		w->run->first_try_out_ns[call->index] =
			succeeded && call->attempt == 1
				? call->end_ns - start_ns
				: UINT64_MAX;
	if (!tk_samples_add(succeeded ? &w->counts->success
				      : &w->counts->failure,
			    call->end_ns - start_ns, 1))
		rs_kernel_fail(&w->kernel);
	rs_kernel_give_back(&w->kernel, call);
}

static void
set_outcome(struct world_call *call, const struct rs_meeting *meeting)
{
	const struct rs_world_error *error = meeting->error;

	if (error == NULL) {
		backoff_outcome_set(&call->outcome, BACKOFF_OUTCOME_SUCCESS,
				    BACKOFF_CLASS_UNKNOWN, NULL, NULL, NULL);
		return;
	}
	backoff_outcome_set(&call->outcome,
			    error->outcome ? BACKOFF_OUTCOME_TIMEOUT
					   : BACKOFF_OUTCOME_FAILURE,
			    (enum backoff_class)error->failure_class,
			    error->type, error->code[0] ? error->code : NULL,
			    error->text[0] ? error->text : NULL);
	if (meeting->hint_ns != BACKOFF_ABSENT)
		call->outcome.hint =
			(struct backoff_hint){.kind = BACKOFF_HINT_DELAY,
					      .delay_ns = meeting->hint_ns};
}

/* Let the attempt meet its target, and cut it at its time limit. */
static uint64_t
meet(struct world_run *w, struct world_call *call, uint64_t now_ns)
{
	const struct rs_world_run *run = w->run;
	uint32_t target = run->scene->call[call->index].target;
	bool is_known =
		call->attempt == 1 ||
		is_recorded(run->recorded, call->index, call->attempt, now_ns);
	uint64_t key = backoff_draw(experiment(w, is_known), RS_SCENE_OUTCOME,
				    call->index, call->attempt);
	struct rs_meeting meeting;

	if (!rs_meet(run->scene, &w->server[target], call->index, &call->fate,
		     key, now_ns, &meeting))
		rs_kernel_fail(&w->kernel);
	set_outcome(call, &meeting);
	if (meeting.duration_ns > call->attempt_timeout_ns) {
		backoff_outcome_set(&call->outcome, BACKOFF_OUTCOME_TIMEOUT,
				    BACKOFF_CLASS_TIMEOUT, "TimeoutError", NULL,
				    "attempt timed out");
		meeting.duration_ns = call->attempt_timeout_ns;
	}
	return now_ns + meeting.duration_ns;
}

/* Begin the attempt that the engine and the guard allow, or end the call. */
static void
attempt_or_end(struct world_run *w, struct world_call *call, uint64_t now_ns)
{
	if (call->decision.action == BACKOFF_ACTION_DONE) {
		call->end_ns = now_ns;
		log_line(w, call, NULL, now_ns);
		end_call(w, call);
		return;
	}
	call->attempt = call->decision.attempt;
	call->attempt_start_ns = now_ns;
	call->attempt_timeout_ns = call->decision.attempt_timeout_ns;
	call->in_flight = ++w->in_flight;
	w->counts->attempts++;
	if (w->run->recording &&
	    !record(w->run->recording, call->index, now_ns))
		rs_kernel_fail(&w->kernel);
	rs_kernel_schedule(&w->kernel, call, (uint32_t)call->index,
			   meet(w, call, now_ns), RS_EVENT_ATTEMPT_ENDS);
}

static void
end_attempt(void *user, void *record, uint64_t now_ns)
{
	struct world_run *w = user;
	struct world_call *call = record;
	const struct rs_recording *recorded = w->run->recorded;
	bool is_known =
		recorded && call->attempt <= recorded->attempts[call->index];

	backoff_engine_decide(
		w->run->policy, &call->state, &call->outcome, now_ns,
		backoff_draw(experiment(w, is_known), RS_SCENE_DELAY,
			     call->index, call->attempt),
		&call->decision);
	if (call->decision.action != BACKOFF_ACTION_DONE &&
	    call->attempt >= ATTEMPTS_MAX)
		backoff_engine_stop(&call->state, BACKOFF_STOP_MAX_ATTEMPTS,
				    &call->decision);
	call->end_ns = now_ns;
	log_line(w, call, &call->outcome, now_ns);
	w->in_flight--;
	if (call->decision.action == BACKOFF_ACTION_DONE)
		end_call(w, call);
	else
		rs_kernel_schedule(&w->kernel, call, (uint32_t)call->index,
				   call->decision.not_before_ns,
				   RS_EVENT_WAIT_ENDS);
}

static void
resume_call(void *user, void *record, uint64_t now_ns)
{
	struct world_run *w = user;
	struct world_call *call = record;

	backoff_engine_resume(w->run->policy, &call->state, now_ns,
			      &call->decision);
	attempt_or_end(w, call, now_ns);
}

/* Start of the next call that has to be run; the others are counted. */
static uint64_t
next_start_ns(struct world_run *w)
{
	const struct rs_scene *scene = w->run->scene;
	const uint64_t *known = w->run->first_try_ns;

	while (known && w->next < scene->call_count &&
	       known[w->next] != UINT64_MAX &&
	       known[w->next] <= w->run->first_try_limit_ns) {
		w->next++;
		w->counts->calls++;
		w->counts->succeeded++;
		w->counts->attempts++;
	}
	return w->next < scene->call_count ? scene->call[w->next].start_ns
					   : UINT64_MAX;
}

static uint64_t
begin_call(void *user, uint64_t now_ns)
{
	struct world_run *w = user;
	struct world_call *call = rs_kernel_take(&w->kernel);

	if (call == NULL)
		return UINT64_MAX;
	call->index = w->next++;
	call->fate = rs_scene_fate(w->run->scene, call->index);
	call->state.size = sizeof(call->state);
	call->decision.size = sizeof(call->decision);
	call->outcome.size = sizeof(call->outcome);
	call->attempt = 0;
	call->in_flight = w->in_flight;
	call->attempt_timeout_ns = BACKOFF_FOREVER;
	backoff_engine_begin(w->run->policy, &call->state, now_ns,
			     BACKOFF_FOREVER, &call->decision);
	if (w->guard)
		backoff_engine_join(&call->state, guard_of(w, call->index),
				    now_ns, &call->decision);
	attempt_or_end(w, call, now_ns);
	return next_start_ns(w);
}

bool
rs_world_is_open(const struct rs_world *world)
{
	return !world->quota.given && !world->capacity.given;
}

static const struct rs_kernel_ops kernel_ops = {
	.call_size = sizeof(struct world_call),
	.begin = begin_call,
	.end_attempt = end_attempt,
	.resume = resume_call,
};

static bool
make_guards(struct world_run *w, const struct rs_world *world)
{
	const struct backoff_policy *policy = w->run->policy;

	if (!backoff_policy_is_guarded(policy))
		return true;
	w->guard_count = world->targets.given && world->targets.labelled
				 ? world->targets.count
				 : 1;
	w->guard = calloc(w->guard_count, sizeof(*w->guard));
	for (uint32_t i = 0; w->guard && i < w->guard_count; i++)
		if (backoff_guard_new(policy, &w->guard[i]) != BACKOFF_OK)
			return false;
	return w->guard != NULL;
}

static bool
prepare(struct world_run *w, const struct rs_world *world)
{
	struct rs_recording *recording = w->run->recording;
	size_t calls = w->run->scene->call_count + 1;
	bool ok;

	w->sequence = calloc(world->hosts.given ? world->hosts.count : 1,
			     sizeof(*w->sequence));
	w->server = calloc(world->targets.count, sizeof(*w->server));
	ok = w->sequence && w->server && make_guards(w, world);
	for (uint32_t i = 0; ok && i < world->targets.count; i++)
		ok = rs_server_init(&w->server[i], world, RS_SCENE_BEGIN_NS) ==
		     BACKOFF_OK;
	if (ok && recording) {
		recording->last = calloc(calls, sizeof(*recording->last));
		recording->attempts =
			calloc(calls, sizeof(*recording->attempts));
		ok = recording->last && recording->attempts;
	}
	return ok;
}

enum backoff_status
rs_world_play(const struct rs_world_run *run, struct rs_run_counts *counts)
{
	const struct rs_world *world = run->scene->world;
	struct world_run w = {.run = run, .counts = counts};
	bool ok;

	rs_kernel_init(&w.kernel, &kernel_ops, &w);
	ok = prepare(&w, world) && rs_kernel_run(&w.kernel, next_start_ns(&w));
	rs_kernel_clear(&w.kernel);
	for (uint32_t i = 0; w.server && i < world->targets.count; i++)
		rs_server_clear(&w.server[i]);
	for (uint32_t i = 0; w.guard && i < w.guard_count; i++)
		backoff_guard_free(w.guard[i]);
	free(w.server);
	free(w.guard);
	free(w.sequence);
	if (w.io_failed)
		return BACKOFF_E_IO;
	return ok ? BACKOFF_OK : BACKOFF_E_NOMEM;
}
