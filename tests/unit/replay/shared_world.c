/* Runs many calls at once through libbackoff's loop by steps. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "replay/event_queue.h"
#include "unit/replay/shared_world.h"

#define WALL UINT64_C(1700000000000000000)
#define TARGETS 8

struct shared_call {
	struct backoff_call *call;
	struct backoff_call_options options;
	uint32_t attempt;
	uint64_t start_ns;
	char id[24];
};

struct shared_run {
	const struct shared_world *world;
	struct tk_trace *trace;
	struct backoff_clock *clock;
	uint64_t now_ns;
	struct backoff_retry *retry[TARGETS];
	struct rs_event_queue queue;
	struct shared_call *call;
	struct shared_truth truth;
};

static double
chance(const struct shared_run *run, uint32_t purpose, uint64_t call,
       uint32_t attempt)
{
	return (double)backoff_draw(run->world->seed, 900 + purpose, call,
				    attempt) *
	       0x1p-64;
}

static void
record(void *user, const struct backoff_event *event)
{
	struct shared_run *run = user;
	struct backoff_event copy = *event;

	if (run->trace == NULL)
		return;
	if (run->world->failures_only) {
		if (event->type == BACKOFF_EVENT_SUCCESS)
			return;
		copy.trace_id = event->call_id;
		copy.call_id = NULL;
	}
	cr_assert(tk_trace_add(run->trace, &copy) == BACKOFF_OK);
}

static struct backoff_retry *
retry_of(struct shared_run *run, uint32_t position)
{
	unsigned targets = run->world->targets;

	return run->retry[targets ? position % targets : 0];
}

static void
set_up(struct shared_run *run, const struct backoff_policy *policy)
{
	for (unsigned i = 0; i == 0 || i < run->world->targets; i++) {
		char target[16];

		cr_assert(backoff_retry_new(policy, "op", &run->retry[i]) ==
			  BACKOFF_OK);
		snprintf(target, sizeof(target), "t%u", i);
		if (run->world->targets)
			cr_assert(backoff_retry_set_target(
					  run->retry[i], target) == BACKOFF_OK);
		backoff_retry_set_clock(run->retry[i], run->clock);
		backoff_retry_set_seed(run->retry[i], run->world->seed + i);
		backoff_retry_set_on_event(run->retry[i], record, run);
	}
}

/* Get the call's next action, and schedule its end. */
static void
ask(struct shared_run *run, uint32_t position)
{
	struct shared_call *c = &run->call[position];
	struct rs_event event = {.order = position};
	const struct backoff_answer *answer;
	struct backoff_step step;

	cr_assert(backoff_call_next(c->call, &step) == BACKOFF_OK);
	switch (step.action) {
	case BACKOFF_ACTION_ATTEMPT:
		c->attempt = step.attempt.number;
		c->start_ns = run->now_ns;
		event.at_ns =
			run->now_ns + 2000000 +
			(uint64_t)(chance(run, 1, position, c->attempt) * 5e6);
		break;
	case BACKOFF_ACTION_WAIT:
		event.kind = RS_EVENT_WAIT_ENDS;
		event.at_ns = step.wait_until_ns;
		break;
	case BACKOFF_ACTION_DONE:
		answer = backoff_call_answer(c->call);
		run->truth.calls++;
		run->truth.attempts += answer->attempts;
		run->truth.refused += answer->attempts == 0;
		run->truth.succeeded += step.stop == BACKOFF_STOP_SUCCESS;
		run->truth.stop[step.stop]++;
		backoff_call_free(c->call);
		c->call = NULL;
		return;
	}
	cr_assert(rs_event_queue_push(&run->queue, &event));
}

static void
report(struct shared_run *run, uint32_t position)
{
	const struct shared_world *world = run->world;
	struct shared_call *c = &run->call[position];
	bool down = world->period_ns > 0 &&
		    c->start_ns % world->period_ns >=
			    world->period_ns - world->down_ns;
	struct backoff_outcome outcome = {.kind = BACKOFF_OUTCOME_SUCCESS};

	if (chance(run, 0, position, c->attempt) <
	    (down ? world->down_fails : world->fails))
		backoff_outcome_set(&outcome, BACKOFF_OUTCOME_FAILURE,
				    BACKOFF_CLASS_TRANSIENT, "ConnectionError",
				    NULL, NULL);
	if (outcome.kind == BACKOFF_OUTCOME_FAILURE &&
	    chance(run, 2, position, c->attempt) < world->hints) {
		outcome.failure_class = BACKOFF_CLASS_THROTTLE;
		outcome.hint = (struct backoff_hint){
			.kind = BACKOFF_HINT_DELAY,
			.delay_ns = (uint64_t)(chance(run, 3, position,
						      c->attempt) *
					       8e9)};
	}
	if (outcome.kind == BACKOFF_OUTCOME_FAILURE && position % 5 == 0) {
		if (world->ends == BACKOFF_STOP_SERVER_FORBADE)
			outcome.hint.kind = BACKOFF_HINT_FORBID;
		outcome.not_replayable =
			world->ends == BACKOFF_STOP_NOT_REPLAYABLE;
	}
	cr_assert(backoff_call_report(c->call, &outcome) == BACKOFF_OK);
	ask(run, position);
}

static void
begin(struct shared_run *run, uint32_t position)
{
	struct shared_call *c = &run->call[position];

	snprintf(c->id, sizeof(c->id), "%016x", position);
	c->options.size = sizeof(c->options);
	c->options.call_id = c->id;
	c->options.idempotent = position % 5 != 0;
	if (run->world->serves_retries)
		c->options.inbound_attempt = position % 7 == 0 ? 2 : 1;
	cr_assert(backoff_call_new(retry_of(run, position), &c->options,
				   &c->call) == BACKOFF_OK);
	ask(run, position);
}

static void
go_to(struct shared_run *run, uint64_t when_ns)
{
	if (when_ns <= run->now_ns)
		return;
	backoff_clock_virtual_advance(run->clock, when_ns - run->now_ns);
	run->now_ns = when_ns;
}

struct shared_truth
shared_world_run(const struct shared_world *world,
		 const struct backoff_policy *policy, struct tk_trace *trace)
{
	struct shared_run run = {.world = world, .trace = trace};
	uint32_t next = 0;

	cr_assert(world->targets <= TARGETS);
	cr_assert(backoff_clock_virtual_new(0, WALL, &run.clock) == BACKOFF_OK);
	run.call = calloc(world->calls, sizeof(*run.call));
	cr_assert(run.call);
	set_up(&run, policy);
	while (next < world->calls || run.queue.count > 0) {
		/* A call never begins at the very time of another event. */
		uint64_t start = next < world->calls
					 ? next * world->gap_ns + 500
					 : UINT64_MAX;

		if (start < rs_event_queue_next(&run.queue)) {
			go_to(&run, start);
			begin(&run, next++);
		} else {
			struct rs_event e = rs_event_queue_pop(&run.queue);

			go_to(&run, e.at_ns);
			if (e.kind == RS_EVENT_ATTEMPT_ENDS)
				report(&run, e.order);
			else
				ask(&run, e.order);
		}
	}
	for (unsigned i = 0; i < TARGETS; i++)
		backoff_retry_free(run.retry[i]);
	rs_event_queue_clear(&run.queue);
	free(run.call);
	backoff_clock_virtual_free(run.clock);
	return run.truth;
}
