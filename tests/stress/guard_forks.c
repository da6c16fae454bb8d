/* fork(2) and signals in the middle of guarded calls. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress.h"

#define CHILDREN 40
#define CALLS 200

static const char policy_text[] =
	"{\"name\":\"F\",\"max_attempts\":3,\"base_delay\":\"2ms\","
	"\"jitter\":\"none\",\"backoff\":\"constant\","
	"\"budget\":{\"kind\":\"token_bucket\",\"capacity\":1000000,"
	"\"success_reward\":0}}";

struct background {
	struct backoff_guards *table;
	atomic_bool stop;
	atomic_uint takes;
};

/* Holds the table's lock as often as it can. */
static void *
keep_taking(void *user)
{
	struct background *b = user;
	char target[2] = "a";

	while (!atomic_load(&b->stop)) {
		target[0] = (char)('a' + atomic_fetch_add(&b->takes, 1) % 26);
		backoff_guards_release(b->table,
				       backoff_guards_take(b->table, target));
	}
	return NULL;
}

/* A worker first makes a retry object on the table that it inherited. */
static void
be_child(struct backoff_policy *policy, struct backoff_guards *table)
{
	struct backoff_answer answer;
	struct backoff_retry *retry;
	unsigned until = 2;

	/* The alarm ends the test if a lock is never released. */
	alarm(30);
	if (backoff_retry_new(policy, "work", &retry) != BACKOFF_OK ||
	    backoff_retry_set_guards(retry, table) != BACKOFF_OK ||
	    backoff_retry_run(retry, NULL, stress_fail_until, &until,
			      &answer) != BACKOFF_OK)
		_exit(1);
	backoff_retry_free(retry);
	_exit(0);
}

static void
check_table(struct tap *tap)
{
	struct backoff_policy *policy = stress_policy(policy_text);
	struct background b = {0};
	pthread_t thread[2];

	if (backoff_guards_new(policy, 8, &b.table) != BACKOFF_OK)
		stress_die("table");
	for (int i = 0; i < 2; i++)
		if (pthread_create(&thread[i], NULL, keep_taking, &b) != 0)
			stress_die("thread");
	for (int i = 0; i < CHILDREN && tap->complaints == 0; i++) {
		int status = -1;
		pid_t child = fork();

		if (child == 0)
			be_child(policy, b.table);
		if (child < 0)
			stress_die("fork");
		waitpid(child, &status, 0);
		TAP_EQUAL(tap, status, 0);
	}
	atomic_store(&b.stop, true);
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	printf("# %u takes meanwhile\n", atomic_load(&b.takes));
	backoff_guards_free(b.table);
	backoff_policy_unref(policy);
	tap_result(tap, "a child takes guards that others were taking");
}

static atomic_uint signals;

static void
handle(int number)
{
	(void)number;
	atomic_fetch_add(&signals, 1);
}

static struct backoff_cancel *stop_switch;

static void
handle_and_stop(int number)
{
	(void)number;
	backoff_cancel_request(stop_switch);
}

static void
storm(void (*handler)(int), unsigned every_us)
{
	struct sigaction action = {.sa_handler = handler};
	struct itimerval timer = {{0, (suseconds_t)every_us},
				  {0, (suseconds_t)every_us}};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Signals cost no tokens: only retries that were answered are missing at the
 * end. */
static void
check_storm(struct tap *tap)
{
	struct backoff_policy *policy = stress_policy(policy_text);
	struct backoff_retry *retry;
	struct backoff_answer answer;
	uint64_t kept = 0;

	if (backoff_retry_new(policy, "work", &retry) != BACKOFF_OK)
		stress_die("retry");
	storm(handle, 500);
	for (unsigned i = 0; i < CALLS; i++) {
		unsigned until = 1 + i % 4;

		backoff_retry_run(retry, NULL, stress_fail_until, &until,
				  &answer);
		TAP_EQUAL(tap, answer.attempts, until > 3 ? 3 : until);
		kept += until > 3 ? 2 : until > 1 ? until - 2 : 0;
	}
	storm(SIG_IGN, 0);
	TAP_EQUAL(tap,
		  backoff_guard_tokens_milli(backoff_retry_guard(retry), 0),
		  1000000000 - 5000 * kept);
	printf("# %u signals\n", atomic_load(&signals));
	backoff_retry_free(retry);
	backoff_policy_unref(policy);
	tap_result(tap, "a storm of signals costs no token");
}

/* Calls that a signal handler ends in their wait return everything to the
 * guard. */
static void
check_stops(struct tap *tap)
{
	struct backoff_policy *policy = stress_policy(
		"{\"name\":\"F\",\"max_attempts\":3,\"base_delay\":600,"
		"\"max_delay\":600,\"jitter\":\"none\",\"budget\":{\"kind\":"
		"\"concurrency\"}}");
	struct backoff_retry *retry;
	struct backoff_answer answer;
	unsigned until = 9;

	if (backoff_retry_new(policy, "work", &retry) != BACKOFF_OK)
		stress_die("retry");
	for (unsigned i = 0; i < 20; i++) {
		struct backoff_call_options options = {.size = sizeof(options)};

		if (backoff_cancel_new(&stop_switch) != BACKOFF_OK)
			stress_die("cancel");
		options.cancel = stop_switch;
		storm(handle_and_stop, 1000);
		TAP_EQUAL(tap,
			  backoff_retry_run(retry, &options, stress_fail_until,
					    &until, &answer),
			  BACKOFF_E_CANCELLED);
		storm(SIG_IGN, 0);
		backoff_cancel_free(stop_switch);
		TAP_EQUAL(tap,
			  backoff_guard_tokens_milli(backoff_retry_guard(retry),
						     0),
			  3000);
	}
	backoff_retry_free(retry);
	backoff_policy_unref(policy);
	tap_result(tap, "waits that a signal ends release their retry");
}

int
main(void)
{
	struct tap tap = {0};

	check_table(&tap);
	check_storm(&tap);
	check_stops(&tap);
	return tap_finish(&tap);
}
