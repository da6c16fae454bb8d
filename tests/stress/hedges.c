/* Many calls that make several attempts at once, in many threads with one
 * guard, under cancellations and signals. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "stress.h"

#define THREADS 6
#define CALLS 60

static const char policy[] =
	"{\"name\":\"H\",\"max_attempts\":4,\"base_delay\":0.0005,"
	"\"max_delay\":0.0005,\"hedge\":{\"delay\":0.0003,\"max\":2},"
	"\"budget\":{\"kind\":\"token_bucket\",\"capacity\":50,"
	"\"retry_cost\":1},\"breaker\":{\"window\":100,\"failure_ratio\":1}}";

static struct backoff_retry *retry;
static atomic_uint made, freed, kept, attempts;

struct racer {
	pthread_t thread;
	unsigned seed;
	struct backoff_cancel *cancel;
	unsigned ended[3];
};

/* Each attempt makes a result, to check that all results are freed. */
static void
attempt(void *user, const struct backoff_attempt *a,
	struct backoff_outcome *outcome)
{
	const struct backoff_clock *clock = backoff_clock_system();
	const struct racer *racer = user;
	unsigned what = (a->number * 7919u + racer->seed * 31u +
			 (unsigned)a->start_ns) %
			8;

	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	outcome->result = malloc(1);
	atomic_fetch_add(&made, 1);
	if (what < 4 &&
	    clock->sleep_until(clock->user, a->start_ns + what * 400000,
			       a->cancel) == BACKOFF_E_CANCELLED)
		return;
	if (what % 2 == 1)
		backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE,
				    BACKOFF_CLASS_TRANSIENT, NULL, "http:503",
				    "busy");
}

static void
discard(void *user, void *result)
{
	(void)user;
	free(result);
	atomic_fetch_add(&freed, 1);
}

static void *
race(void *user)
{
	struct racer *racer = user;
	struct backoff_call_options options = {.size = sizeof(options),
					       .cancel = racer->cancel};

	for (unsigned i = 0; i < CALLS; i++) {
		struct backoff_answer answer;
		enum backoff_status status = backoff_retry_run_hedged(
			retry, &options, attempt, racer, &answer);

		racer->seed++;
		atomic_fetch_add(&attempts, answer.attempts);
		racer->ended[status == BACKOFF_OK            ? 0
			     : status == BACKOFF_E_CANCELLED ? 1
							     : 2]++;
		if (answer.result != NULL) {
			free(answer.result);
			atomic_fetch_add(&kept, 1);
		}
		/* The last third is cancelled during its run. */
		if (racer->cancel != NULL && i == CALLS * 2 / 3)
			backoff_cancel_request(racer->cancel);
	}
	return NULL;
}

static void
nothing(int number)
{
	(void)number;
}

int
main(void)
{
	struct tap tap = {0};
	struct racer racers[THREADS] = {0};
	struct sigaction action = {.sa_handler = nothing};
	struct itimerval timer = {{0, 700}, {0, 700}};
	struct backoff_policy *p = stress_policy(policy);
	char *path = stress_file();
	struct backoff_sink *sink;
	struct stress_log log;
	unsigned cancelled = 0, all = 0;

	if (backoff_retry_new(p, "race", &retry) != BACKOFF_OK ||
	    backoff_sink_file_new(path, &sink) != BACKOFF_OK)
		stress_die("retry");
	backoff_policy_unref(p);
	backoff_retry_set_sink(retry, sink);
	backoff_retry_set_discard(retry, discard, NULL);
	sigaction(SIGALRM, &action, NULL);
	if (!STRESS_TSAN)
		setitimer(ITIMER_REAL, &timer, NULL);
	for (unsigned i = 0; i < THREADS; i++) {
		racers[i].seed = i * 1000;
		if (i % 2 == 0 &&
		    backoff_cancel_new(&racers[i].cancel) != BACKOFF_OK)
			stress_die("cancel");
		if (pthread_create(&racers[i].thread, NULL, race, &racers[i]))
			stress_die("thread");
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(racers[i].thread, NULL);
		cancelled += racers[i].ended[1];
		all += racers[i].ended[0] + racers[i].ended[1] +
		       racers[i].ended[2];
		backoff_cancel_free(racers[i].cancel);
	}
	timer = (struct itimerval){{0, 0}, {0, 0}};
	setitimer(ITIMER_REAL, &timer, NULL);

	TAP_EQUAL(&tap, all, THREADS * CALLS);
	TAP_MUST(&tap, cancelled >= THREADS / 2 * (CALLS / 3 - 1));
	tap_result(&tap, "every call ends, cancelled or not");
	TAP_EQUAL(&tap, made, freed + kept);
	tap_result(&tap, "each result is freed once or returned");
	TAP_MUST(&tap, backoff_guard_tokens_milli(backoff_retry_guard(retry),
						  0) <= 50000);
	tap_result(&tap, "no tokens appear from nowhere");
	backoff_retry_free(retry);
	backoff_sink_free(sink);
	stress_read(path, &log);
	stress_check_numbers(&tap, &log);
	TAP_MUST(&tap, log.count >= attempts);
	TAP_EQUAL(&tap, log.bad, 0);
	TAP_MUST(&tap, !log.cut);
	tap_result(&tap, "each attempt has its line");
	free(log.line);
	unlink(path);
	free(path);
	return tap_finish(&tap);
}
