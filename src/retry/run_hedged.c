/* The blocking loop with several attempts at once, each in a thread. */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>

#include "clock/cancel.h"
#include "retry/retry.h"

struct race;

/** An attempt and its thread. */
struct runner {
	struct race *race;
	/** number 0: nobody runs here. */
	struct backoff_attempt attempt;
	struct backoff_outcome outcome;
	pthread_t thread;
	/** The attempt has no thread: it was made in the caller's. */
	bool is_inline;
	/** Set by the thread when it has nothing left to do. */
	atomic_bool is_done;
};

struct race {
	struct backoff_call call;
	struct backoff_hedges hedges;
	backoff_attempt_fn fn;
	void *user;
	/** What the attempts look at: the race is over, or the caller's switch
	 *  is on. */
	struct backoff_cancel over;
	/** What the calling thread sleeps on: an attempt ended, or the same. */
	struct backoff_cancel wake;
	/** Stands for the caller's switch where there is none. */
	struct backoff_cancel none;
	struct runner runner[BACKOFF_HEDGES_MAX + 1];
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
	struct runner *runner = argument;
	struct race *race = runner->race;

	race->fn(race->user, &runner->attempt, &runner->outcome);
	atomic_store_explicit(&runner->is_done, true, memory_order_release);
	backoff_cancel_request(&race->wake);
	return NULL;
}

/* Handlers are for the program's own threads. */
static bool
make_thread(struct runner *runner)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&runner->thread, NULL, run_attempt, runner);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error == 0;
}

/* Begin the attempt; there is a free place for each that the policy allows. */
static void
launch(struct race *race, const struct backoff_attempt *attempt)
{
	struct runner *runner = race->runner;

	while (runner->attempt.number != 0)
		runner++;
	runner->race = race;
	runner->attempt = *attempt;
	runner->attempt.cancel = &race->over;
	runner->outcome =
		(struct backoff_outcome){.kind = BACKOFF_OUTCOME_SUCCESS};
	atomic_store_explicit(&runner->is_done, false, memory_order_relaxed);
	runner->is_inline = !make_thread(runner);
	if (runner->is_inline)
		run_attempt(runner);
}

static void
join(struct runner *runner)
{
	if (!runner->is_inline)
		pthread_join(runner->thread, NULL);
	runner->attempt.number = 0;
}

/* Report what has ended; false if nothing has. */
static bool
collect(struct race *race)
{
	bool any = false;

	for (int i = 0; i <= BACKOFF_HEDGES_MAX; i++) {
		struct runner *runner = &race->runner[i];
		uint32_t number = runner->attempt.number;

		if (race->call.phase != BO_PHASE_RUNNING || number == 0 ||
		    !atomic_load_explicit(&runner->is_done,
					  memory_order_acquire))
			continue;
		join(runner);
		/* It is under way: nobody else reports. */
		(void)bo_hedge_report(&race->call, number, &runner->outcome,
				      now(race));
		any = true;
	}
	return any;
}

/* Sleep until an attempt ends or the decision's time comes. With nothing but
 * ends to wait for, no clock is asked: one that tests wind would wind to the
 * end of time. */
static enum backoff_status
doze(struct race *race)
{
	const struct backoff_clock *clock = race->call.retry->clock;
	uint64_t until_ns = race->call.decision.not_before_ns;

	if (until_ns == BACKOFF_FOREVER)
		return bo_cancel_wait(&race->wake, until_ns);
	return clock->sleep_until(clock->user, until_ns, &race->wake);
}

/* With attempts under way: report one, begin one, or sleep until either may
 * be. */
static void
go_on(struct race *race)
{
	struct backoff_attempt attempt;

	/* Reset before looking: what ends after the look wakes the sleep. */
	bo_cancel_reset(&race->wake);
	if (collect(race))
		return;
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

/* Wait for those that lost. */
static void
finish(struct race *race)
{
	const struct backoff_retry *r = race->call.retry;

	backoff_cancel_request(&race->over);
	for (int i = 0; i <= BACKOFF_HEDGES_MAX; i++) {
		struct runner *runner = &race->runner[i];

		if (runner->attempt.number == 0)
			continue;
		join(runner);
		if (runner->outcome.result != NULL && r->discard != NULL)
			r->discard(r->discard_user, runner->outcome.result);
	}
}

enum backoff_status
backoff_retry_run_hedged(struct backoff_retry *retry,
			 const struct backoff_call_options *options,
			 backoff_attempt_fn fn, void *user,
			 struct backoff_answer *answer)
{
	struct race race = {.fn = fn, .user = user};
	const struct backoff_cancel *root;

	options = bo_call_options(options);
	if (retry == NULL || fn == NULL || answer == NULL || options == NULL)
		return BACKOFF_E_ARGUMENT;
	if (!bo_hedge_is_on(retry))
		return backoff_retry_run(retry, options, fn, user, answer);
	bo_cancel_init(&race.none, NULL);
	root = options->cancel != NULL ? options->cancel : &race.none;
	bo_cancel_init(&race.over, root);
	bo_cancel_init(&race.wake, root);
	race.call.hedges = &race.hedges;
	bo_call_begin(&race.call, retry, options,
		      retry->clock->now_ns(retry->clock->user), answer);
	run(&race, options->cancel);
	finish(&race);
	return bo_call_status(&race.call);
}
