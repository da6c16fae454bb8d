/* Waits that threads and signals end, and waits that signals must not end. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

#define THREADS 8

static struct backoff_cancel *on_signal;
static volatile sig_atomic_t signals;

static void
handle(int number)
{
	(void)number;
	signals++;
	if (on_signal != NULL)
		backoff_cancel_request(on_signal);
}

/* Signals every half millisecond, and no SA_RESTART. */
static void
storm(bool on)
{
	struct sigaction action = {.sa_handler = handle};
	struct itimerval timer = {{0, 0}, {0, 0}};

	sigaction(SIGALRM, &action, NULL);
	if (on)
		timer.it_interval.tv_usec = timer.it_value.tv_usec = 500;
	setitimer(ITIMER_REAL, &timer, NULL);
}

static struct backoff_retry *
make_retry(const char *text)
{
	struct backoff_policy *policy = stress_policy(text);
	struct backoff_retry *retry;

	if (backoff_retry_new(policy, "work", &retry) != BACKOFF_OK)
		stress_die("retry");
	backoff_policy_unref(policy);
	return retry;
}

static struct backoff_cancel *
make_cancel(void)
{
	struct backoff_cancel *cancel;

	if (backoff_cancel_new(&cancel) != BACKOFF_OK)
		stress_die("cancel");
	return cancel;
}

struct waiter {
	pthread_t thread;
	struct backoff_retry *retry;
	const struct backoff_cancel *cancel;
	enum backoff_status status;
	struct backoff_answer answer;
};

static void *
wait_long(void *user)
{
	struct waiter *w = user;
	const struct backoff_call_options options = {.size = sizeof(options),
						     .cancel = w->cancel};
	unsigned until = 9;

	w->status = backoff_retry_run(w->retry, &options, stress_fail_until,
				      &until, &w->answer);
	return NULL;
}

/* One switch ends all waits at once, from another thread. */
static void
check_threads(struct tap *tap)
{
	struct backoff_retry *retry =
		make_retry("{\"name\":\"C\",\"max_attempts\":9,"
			   "\"base_delay\":30,\"jitter\":\"none\"}");
	struct backoff_cancel *cancel = make_cancel();
	const struct timespec moment = {0, 50000000};
	struct waiter waiter[THREADS];
	uint64_t start_ms = stress_now_ms();

	for (int i = 0; i < THREADS; i++) {
		waiter[i] = (struct waiter){.retry = retry, .cancel = cancel};
		if (pthread_create(&waiter[i].thread, NULL, wait_long,
				   &waiter[i]) != 0)
			stress_die("thread");
	}
	nanosleep(&moment, NULL);
	backoff_cancel_request(cancel);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(waiter[i].thread, NULL);
		TAP_EQUAL(tap, waiter[i].status, BACKOFF_E_CANCELLED);
		TAP_EQUAL(tap, waiter[i].answer.stop, BACKOFF_STOP_CANCELLED);
	}
	TAP_MUST(tap, stress_now_ms() - start_ms < 20000);
	tap_result(tap, "one switch ends the waits of all threads");
	backoff_cancel_free(cancel);
	backoff_retry_free(retry);
}

static void *
request_now(void *user)
{
	backoff_cancel_request(user);
	return NULL;
}

/* The switch is turned on while the wait begins: no wait misses it. */
static void
check_race(struct tap *tap)
{
	struct backoff_retry *retry =
		make_retry("{\"name\":\"C\",\"max_attempts\":9,"
			   "\"base_delay\":30,\"jitter\":\"none\"}");
	uint64_t start_ms = stress_now_ms();

	for (int i = 0; i < 200; i++) {
		struct backoff_cancel *cancel = make_cancel();
		struct waiter waiter = {.retry = retry, .cancel = cancel};
		pthread_t thread;

		if (pthread_create(&thread, NULL, request_now, cancel) != 0)
			stress_die("thread");
		wait_long(&waiter);
		pthread_join(thread, NULL);
		TAP_EQUAL(tap, waiter.status, BACKOFF_E_CANCELLED);
		backoff_cancel_free(cancel);
	}
	TAP_MUST(tap, stress_now_ms() - start_ms < 25000);
	tap_result(tap, "no wait misses a switch that is turned on meanwhile");
	backoff_retry_free(retry);
}

/* Three waits of 50 ms take 150 ms despite signals. Repeat until enough signals
 * have arrived: a busy machine delivers them late. */
static void
check_storm(struct tap *tap, const char *what, struct backoff_cancel *cancel)
{
	struct backoff_retry *retry =
		make_retry("{\"name\":\"C\",\"max_attempts\":4,"
			   "\"backoff\":\"constant\",\"base_delay\":\"50ms\","
			   "\"jitter\":\"none\"}");
	const struct backoff_call_options options = {.size = sizeof(options),
						     .cancel = cancel};
	const int enough = STRESS_TSAN ? 1 : 21;
	struct backoff_answer answer;
	unsigned until = 4;
	uint64_t start_ms, took_ms;

	signals = 0;
	storm(true);
	for (int calls = 0; calls < 100 && signals < enough; calls++) {
		start_ms = stress_now_ms();
		TAP_EQUAL(tap,
			  backoff_retry_run(retry, &options, stress_fail_until,
					    &until, &answer),
			  BACKOFF_OK);
		took_ms = stress_now_ms() - start_ms;
		printf("# %d signals, %llu ms\n", (int)signals,
		       (unsigned long long)took_ms);
		TAP_MUST(tap, took_ms >= 149 && took_ms < 5000);
		TAP_EQUAL(tap, answer.attempts, 4);
	}
	storm(false);
	TAP_MUST(tap, signals >= enough);
	tap_result(tap, what);
	backoff_retry_free(retry);
}

static void
check_handler(struct tap *tap)
{
	struct backoff_retry *retry =
		make_retry("{\"name\":\"C\",\"max_attempts\":9,"
			   "\"base_delay\":30,\"jitter\":\"none\"}");
	struct waiter waiter = {.retry = retry};
	uint64_t start_ms = stress_now_ms();

	on_signal = make_cancel();
	waiter.cancel = on_signal;
	storm(true);
	wait_long(&waiter);
	storm(false);
	TAP_EQUAL(tap, waiter.status, BACKOFF_E_CANCELLED);
	TAP_MUST(tap, stress_now_ms() - start_ms < 20000);
	tap_result(tap, "a signal handler ends a wait");
	backoff_cancel_free(on_signal);
	on_signal = NULL;
	backoff_retry_free(retry);
}

/* A pipe that is mostly full: writes block, and signals interrupt them. */
struct reader {
	int fd;
	size_t lines, bytes;
};

static void *
read_slowly(void *user)
{
	struct reader *r = user;
	const struct timespec moment = {0, 300000};
	char buffer[700];
	ssize_t n;
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	while ((n = read(r->fd, buffer, sizeof(buffer))) > 0) {
		for (ssize_t i = 0; i < n; i++)
			r->lines += buffer[i] == '\n';
		r->bytes += (size_t)n;
		nanosleep(&moment, NULL);
	}
	return NULL;
}

static void
check_pipe(struct tap *tap)
{
	struct backoff_retry *retry =
		make_retry("{\"name\":\"C\",\"max_attempts\":3,"
			   "\"base_delay\":0}");
	struct reader reader = {0};
	struct backoff_sink *sink;
	struct backoff_answer answer;
	unsigned until = 2;
	pthread_t thread;
	int end[2];

	if (pipe(end) != 0 ||
	    backoff_sink_fd_new(end[1], 1, &sink) != BACKOFF_OK)
		stress_die("pipe");
	reader.fd = end[0];
	if (pthread_create(&thread, NULL, read_slowly, &reader) != 0)
		stress_die("thread");
	backoff_retry_set_sink(retry, sink);
	signals = 0;
	storm(true);
	for (int i = 0; i < 200; i++)
		TAP_EQUAL(tap,
			  backoff_retry_run(retry, NULL, stress_fail_until,
					    &until, &answer),
			  BACKOFF_OK);
	storm(false);
	TAP_EQUAL(tap, backoff_sink_dropped(sink), 0);
	backoff_sink_free(sink);
	pthread_join(thread, NULL);
	close(end[0]);
	TAP_EQUAL(tap, reader.lines, 400);
	printf("# %d signals, %zu bytes\n", (int)signals, reader.bytes);
	tap_result(tap, "signals lose no line that waits for a full pipe");
	backoff_retry_free(retry);
}

int
main(void)
{
	struct backoff_cancel *cancel = make_cancel();
	struct tap tap = {0};

	check_threads(&tap);
	check_race(&tap);
	check_storm(&tap, "a storm of signals changes no wait", NULL);
	check_storm(&tap, "nor a wait with a switch", cancel);
	check_handler(&tap);
	check_pipe(&tap);
	backoff_cancel_free(cancel);
	return tap_finish(&tap);
}
