/* The blocking loop with several attempts at once, each in a thread. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>

#include "base/process.h"
#include "clock/cancel.h"
#include "outcome/outcome.h"
#include "retry/hedge.h"
#include "retry/lifecycle.h"

struct race;

/** An attempt and its thread. */
struct racer {
	struct race *race;
	/** number 0: free. */
	struct backoff_attempt attempt;
	struct backoff_outcome outcome;
	pthread_t thread;
	/** The process that has the thread. */
	uint32_t generation;
	/** No thread could be made: the attempt ran in the calling one. */
	bool is_inline;
	/** Set by the thread when the attempt has ended. */
	atomic_bool is_done;
};

struct race {
	struct backoff_call call;
	struct backoff_hedges hedges;
	backoff_attempt_fn fn;
	void *user;
	/** On for the attempts when the race is over, or the caller cancels. */
	struct backoff_cancel over;
	/** Wakes the calling thread: an attempt ended or the caller cancels. */
	struct backoff_cancel wake;
	/** Used instead of the caller's switch if there is none. */
	struct backoff_cancel none;
	struct racer racer[BACKOFF_HEDGES_MAX + 1];
};

static uint64_t
now(const struct race *race)
{
	const struct backoff_clock *clock = race->call.retry->clock;

	return clock->now_ns(clock->user);
}

static void *
run_attempt(void *argument)
{
	struct racer *racer = argument;
	struct race *race = racer->race;

	race->fn(race->user, &racer->attempt, &racer->outcome);
	atomic_store_explicit(&racer->is_done, true, memory_order_release);
	backoff_cancel_request(&race->wake);
	return NULL;
}

/* Signals are blocked: the program's handlers run in its own threads only. */
static bool
make_thread(struct racer *racer)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&racer->thread, NULL, run_attempt, racer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error == 0;
}

/* Begin the attempt; the policy allows no more than there are threads. */
static void
launch(struct race *race, const struct backoff_attempt *attempt)
{
	struct racer *racer = race->racer;

	while (racer->attempt.number != 0)
		racer++;
	racer->race = race;
	racer->attempt = *attempt;
	racer->attempt.cancel = &race->over;
	bo_outcome_init(&racer->outcome);
	atomic_store_explicit(&racer->is_done, false, memory_order_relaxed);
	racer->generation = bo_process_generation();
	racer->is_inline = !make_thread(racer);
	if (racer->is_inline)
		run_attempt(racer);
}

/* Whether the attempt has ended or can end: if a callback of the calling thread
 * made a child by fork(2), the child does not have the threads of attempts. */
static bool
can_end(const struct racer *racer)
{
	return racer->is_inline ||
	       racer->generation == bo_process_generation() ||
	       atomic_load_explicit(&racer->is_done, memory_order_acquire);
}

static bool
can_all_end(const struct race *race)
{
	for (int i = 0; i <= BACKOFF_HEDGES_MAX; i++)
		if (race->racer[i].attempt.number != 0 &&
		    !can_end(&race->racer[i]))
			return false;
	return true;
}

static void
join(struct racer *racer)
{
	if (!racer->is_inline && racer->generation == bo_process_generation())
		pthread_join(racer->thread, NULL);
	racer->attempt.number = 0;
}

/* Report the attempts that have ended; false if none has. */
static bool
collect(struct race *race)
{
	bool any = false;

	for (int i = 0; i <= BACKOFF_HEDGES_MAX; i++) {
		struct racer *racer = &race->racer[i];
		uint32_t number = racer->attempt.number;

		if (race->call.phase != BO_PHASE_RUNNING || number == 0 ||
		    !atomic_load_explicit(&racer->is_done,
					  memory_order_acquire))
			continue;
		join(racer);
		/* Cannot fail: only this function reports. */
		(void)bo_hedge_report(&race->call, number, &racer->outcome,
				      now(race));
		any = true;
	}
	return any;
}

/* Sleep until an attempt ends or the decision's time comes. Without such a
 * time, the retry's clock is not used: a virtual clock would jump to the end of
 * time. */
static enum backoff_status
doze(struct race *race)
{
	const struct backoff_clock *clock = race->call.retry->clock;
	uint64_t until_ns = race->call.decision.not_before_ns;

	if (until_ns == BACKOFF_FOREVER)
		return bo_cancel_wait(&race->wake, until_ns);
	return clock->sleep_until(clock->user, until_ns, &race->wake);
}

/* With attempts under way: report those that ended, begin another, or sleep
 * until one of these is possible. */
static void
go_on(struct race *race)
{
	struct backoff_attempt attempt;

	/* Reset first: an attempt that ends after collect() wakes the sleep. */
	bo_cancel_reset(&race->wake);
	if (collect(race))
		return;
	if (!can_all_end(race)) {
		bo_call_stop(&race->call, BACKOFF_STOP_SHUTDOWN, now(race));
		return;
	}
	if (bo_hedge_next(&race->call, now(race), &attempt))
		launch(race, &attempt);
	else if (doze(race) == BACKOFF_E_IO)
		bo_call_stop(&race->call, BACKOFF_STOP_SLEEP_FAILED, now(race));
}

static void
run(struct race *race, const struct backoff_cancel *cancel)
{
	struct backoff_call *call = &race->call;
	struct backoff_attempt attempt;

	while (call->phase != BO_PHASE_OVER) {
		if (cancel != NULL && backoff_cancel_requested(cancel)) {
			bo_call_stop(call, BACKOFF_STOP_CANCELLED, now(race));
		} else if (call->phase == BO_PHASE_READY) {
			bo_hedge_start(call, call->decision.not_before_ns,
				       &attempt);
			launch(race, &attempt);
		} else if (call->phase == BO_PHASE_RUNNING) {
			go_on(race);
		} else {
			bo_call_wait(call);
		}
	}
}

/* Wait for the attempts that lost. */
static void
finish(struct race *race)
{
	const struct backoff_retry *r = race->call.retry;

	backoff_cancel_request(&race->over);
	for (int i = 0; i <= BACKOFF_HEDGES_MAX; i++) {
		struct racer *racer = &race->racer[i];

		if (racer->attempt.number == 0)
			continue;
		if (!can_end(racer))
			continue;
		join(racer);
		if (racer->outcome.result != NULL && r->discard != NULL)
			r->discard(bo_call_user(race->call.options,
						r->discard_user),
				   racer->outcome.result);
	}
}

enum backoff_status
backoff_retry_run_hedged(struct backoff_retry *retry,
			 const struct backoff_call_options *options,
			 backoff_attempt_fn fn, void *user,
			 struct backoff_answer *answer)
{
	struct race race = {
		.hedges.size = sizeof(race.hedges), .fn = fn, .user = user};
	const struct backoff_cancel *root;
	struct backoff_call_options whole;
	enum backoff_status status;

	options = bo_call_options(options, &whole);
	if (retry == NULL || fn == NULL || answer == NULL || options == NULL)
		return BACKOFF_E_ARGUMENT;
	if (!retry->allows_hedges)
		return backoff_retry_run(retry, options, fn, user, answer);
	bo_cancel_init(&race.none, NULL);
	root = options->cancel != NULL ? options->cancel : &race.none;
	bo_cancel_init(&race.over, root);
	bo_cancel_init(&race.wake, root);
	race.call.hedges = &race.hedges;
	status =
		bo_call_begin(&race.call, retry, options,
			      retry->clock->now_ns(retry->clock->user), answer);
	if (status != BACKOFF_OK)
		return status;
	run(&race, options->cancel);
	finish(&race);
	bo_call_release_guard(&race.call);
	return bo_call_status(&race.call);
}
