/* fork(2) in the middle of work: children write to the same log. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress.h"

#define CHILDREN 4
#define CALLS 100

static void
make_calls(struct backoff_retry *retry, unsigned count)
{
	struct backoff_answer answer;
	unsigned until = 2;

	for (unsigned i = 0; i < count; i++)
		if (backoff_retry_run(retry, NULL, stress_fail_until, &until,
				      &answer) != BACKOFF_OK)
			_exit(1);
}

/* A child makes calls and has a child that makes calls. */
static void
be_child(struct backoff_retry *retry)
{
	pid_t grandchild;
	int status = 0;

	make_calls(retry, CALLS / 2);
	grandchild = fork();
	if (grandchild < 0)
		_exit(1);
	make_calls(retry, CALLS / 2);
	if (grandchild > 0)
		waitpid(grandchild, &status, 0);
	_exit(status != 0);
}

struct background {
	struct backoff_retry *retry;
	atomic_bool stop;
	unsigned calls;
};

/* Keeps the sink busy while the others fork. */
static void *
keep_busy(void *user)
{
	struct background *b = user;

	while (!atomic_load(&b->stop) && b->calls < 5000) {
		make_calls(b->retry, 1);
		b->calls++;
	}
	return NULL;
}

/* Each process makes different random draws: no delay after the fork occurs
 * twice. */
static void
check_draws(struct tap *tap, struct stress_log *log)
{
	size_t delays = 0, same = 0;
	uint64_t *delay = calloc(log->count, sizeof(*delay));

	if (delay == NULL)
		stress_die("memory");
	for (size_t i = 0; i < log->count; i++)
		if (log->line[i].type == BACKOFF_EVENT_ATTEMPT)
			delay[delays++] = log->line[i].delay_ns;
	for (size_t i = 0; i < delays; i++)
		for (size_t k = 0; k < i; k++)
			same += delay[i] == delay[k];
	/* Among a million values, a few pairs are equal by chance. */
	printf("# %zu delays, %zu pairs of equal ones\n", delays, same);
	TAP_MUST(tap, same < 5 + delays / 20);
	free(delay);
}

static struct backoff_sink *
make_sink(const char *path, size_t capacity)
{
	struct backoff_sink *sink, *ring;

	if (backoff_sink_file_new(path, &sink) != BACKOFF_OK)
		stress_die(path);
	if (capacity == 0)
		return sink;
	if (backoff_sink_ring_new(sink, capacity, &ring) != BACKOFF_OK)
		stress_die("ring");
	return ring;
}

static void
check_log(struct tap *tap, const char *path, size_t calls)
{
	struct stress_log log;

	stress_read(path, &log);
	TAP_EQUAL(tap, log.bad, 0);
	TAP_MUST(tap, !log.cut);
	TAP_EQUAL(tap, stress_check_numbers(tap, &log), 0);
	TAP_EQUAL(tap, log.count, 2 * calls);
	TAP_EQUAL(tap, stress_check_calls(tap, &log), calls);
	check_draws(tap, &log);
	free(log.line);
}

static void
check(struct tap *tap, const char *what, size_t capacity, bool busy)
{
	/* At most one millisecond, drawn in nanoseconds. */
	struct backoff_policy *policy = stress_policy(
		"{\"name\":\"F\",\"max_attempts\":3,\"base_delay\":\"1ms\"}");
	char *path = stress_file();
	struct backoff_sink *sink = make_sink(path, capacity);
	struct background background = {0};
	pthread_t thread;
	size_t calls = 10 + CALLS + CHILDREN * (CALLS + CALLS / 2);
	pid_t child[CHILDREN];

	if (backoff_retry_new(policy, "work", &background.retry) != BACKOFF_OK)
		stress_die("retry");
	backoff_retry_set_sink(background.retry, sink);
	make_calls(background.retry, 10);
	if (busy && pthread_create(&thread, NULL, keep_busy, &background) != 0)
		stress_die("thread");
	for (int i = 0; i < CHILDREN; i++) {
		child[i] = fork();
		if (child[i] == 0)
			be_child(background.retry);
		if (child[i] < 0)
			stress_die("fork");
	}
	make_calls(background.retry, CALLS);
	for (int i = 0; i < CHILDREN; i++) {
		int status = -1;

		waitpid(child[i], &status, 0);
		TAP_EQUAL(tap, status, 0);
	}
	if (busy) {
		atomic_store(&background.stop, true);
		pthread_join(thread, NULL);
	}
	backoff_sink_free(sink);
	check_log(tap, path, calls + background.calls);
	tap_result(tap, what);
	backoff_retry_free(background.retry);
	backoff_policy_unref(policy);
	unlink(path);
	free(path);
}

/* A child that frees the sink that it inherited neither hangs nor writes the
 * parent's queue again. */
static void
check_free_in_child(struct tap *tap)
{
	struct backoff_policy *policy =
		stress_policy("{\"name\":\"F\",\"max_attempts\":3,"
			      "\"base_delay\":0}");
	char *path = stress_file();
	struct backoff_sink *sink = make_sink(path, 1024);
	struct backoff_retry *retry;
	struct stress_log log;
	int status = -1;
	pid_t child;

	if (backoff_retry_new(policy, "work", &retry) != BACKOFF_OK)
		stress_die("retry");
	backoff_retry_set_sink(retry, sink);
	make_calls(retry, 50);
	child = fork();
	if (child == 0) {
		make_calls(retry, 5);
		backoff_sink_flush(sink);
		backoff_sink_free(sink);
		backoff_retry_free(retry);
		backoff_policy_unref(policy);
		_exit(0);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(tap, status, 0);
	backoff_sink_free(sink);
	stress_read(path, &log);
	TAP_EQUAL(tap, log.bad, 0);
	TAP_EQUAL(tap, log.count, 110);
	stress_check_numbers(tap, &log);
	tap_result(
		tap,
		"a child that frees the ring neither hangs nor repeats lines");
	backoff_retry_free(retry);
	backoff_policy_unref(policy);
	free(log.line);
	unlink(path);
	free(path);
}

int
main(void)
{
	struct tap tap = {0};

	check(&tap, "children of one parent share a file", 0, false);
	check(&tap, "children of one parent share a ring", 1 << 16, false);
	check(&tap, "fork with a busy thread, a file", 0, true);
	check(&tap, "fork with a busy thread, a ring", 1 << 16, true);
	check_free_in_child(&tap);
	return tap_finish(&tap);
}
