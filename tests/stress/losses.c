/* Logs that cannot be written for a while, and writers that are killed. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

static void
limit_file(rlim_t bytes)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes;
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		stress_die("setrlimit");
}

static struct backoff_sink *
open_sink(const char *path, size_t ring)
{
	struct backoff_sink *sink, *on;

	if (backoff_sink_file_new(path, &sink) != BACKOFF_OK)
		stress_die(path);
	if (ring == 0)
		return sink;
	if (backoff_sink_ring_new(sink, ring, &on) != BACKOFF_OK)
		stress_die("ring");
	return on;
}

/** One retry object, its sink and the file behind them. */
struct log {
	char *path;
	struct backoff_sink *sink;
	struct backoff_retry *retry;
	uint64_t emitted;
};

static void
open_log(struct log *log, size_t ring)
{
	struct backoff_policy *policy = stress_policy(
		"{\"name\":\"L\",\"max_attempts\":3,\"base_delay\":0}");

	log->path = stress_file();
	log->sink = open_sink(log->path, ring);
	log->emitted = 0;
	if (backoff_retry_new(policy, "work", &log->retry) != BACKOFF_OK)
		stress_die("retry");
	backoff_retry_set_sink(log->retry, log->sink);
	backoff_policy_unref(policy);
}

static void
close_log(struct log *log)
{
	backoff_sink_free(log->sink);
	backoff_retry_free(log->retry);
	unlink(log->path);
	free(log->path);
}

/* One line each. */
static void
emit(struct log *log, int count)
{
	struct backoff_answer answer;
	unsigned until = 1;

	for (int i = 0; i < count; i++)
		if (backoff_retry_run(log->retry, NULL, stress_fail_until,
				      &until, &answer) != BACKOFF_OK)
			stress_die("run");
	log->emitted += (uint64_t)count;
	backoff_sink_flush(log->sink);
}

static off_t
size_of(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? info.st_size : 0;
}

static void
leave_room(const struct log *log, rlim_t bytes)
{
	limit_file((rlim_t)size_of(log->path) + bytes);
}

/* The disk is full in the middle of a line, then has room for one more, then
 * for all. */
static void
check_full(struct tap *tap, const char *what, bool ring, rlim_t room)
{
	struct stress_log seen;
	struct log log;

	open_log(&log, ring ? 4096 : 0);
	for (int round = 0; round < 3; round++) {
		off_t before = size_of(log.path), line;

		emit(&log, 20);
		line = (size_of(log.path) - before) / 20;
		leave_room(&log, room);
		emit(&log, 20);
		/* For a line, but not for the one that reports the losses. */
		leave_room(&log, (rlim_t)line + 60);
		emit(&log, 3);
		limit_file(RLIM_INFINITY);
	}
	emit(&log, 20);
	TAP_MUST(tap, backoff_sink_dropped(log.sink) >= 60);
	stress_read(log.path, &seen);
	TAP_EQUAL(tap, stress_check_numbers(tap, &seen),
		  backoff_sink_dropped(log.sink));
	/* At most two cut lines in each round. */
	TAP_MUST(tap, seen.bad <= 6);
	TAP_MUST(tap, !seen.cut);
	printf("# %llu of %llu lost\n",
	       (unsigned long long)backoff_sink_dropped(log.sink),
	       (unsigned long long)log.emitted);
	tap_result(tap, what);
	free(seen.line);
	close_log(&log);
}

/* A ring loses events, and the line that would report them is lost as well. */
static void
check_unreported(struct tap *tap)
{
	struct stress_log seen;
	struct log log;

	open_log(&log, 2);
	emit(&log, 2);
	leave_room(&log, 0);
	for (int i = 0; i < 200; i++) {
		struct backoff_answer answer;
		unsigned until = 1;

		/* No flush: the ring overflows. */
		(void)backoff_retry_run(log.retry, NULL, stress_fail_until,
					&until, &answer);
	}
	emit(&log, 1);
	limit_file(RLIM_INFINITY);
	emit(&log, 1);
	/* The writer reports before it sleeps, so the next flush sees it. */
	emit(&log, 1);
	backoff_sink_free(log.sink);
	log.sink = NULL;
	stress_read(log.path, &seen);
	TAP_MUST(tap, stress_check_numbers(tap, &seen) >= 190);
	TAP_EQUAL(tap, seen.bad, 0);
	tap_result(tap,
		   "a ring's losses are reported, even if that failed once");
	free(seen.line);
	close_log(&log);
}

/* The parent reports its losses, the child does not. */
static void
check_forked(struct tap *tap)
{
	struct stress_log seen;
	struct log log;
	int status = -1;
	pid_t child;

	open_log(&log, 0);
	emit(&log, 5);
	leave_room(&log, 0);
	emit(&log, 7);
	limit_file(RLIM_INFINITY);
	child = fork();
	if (child == 0) {
		emit(&log, 5);
		_exit(backoff_sink_dropped(log.sink) != 0);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(tap, status, 0);
	emit(&log, 5);
	stress_read(log.path, &seen);
	TAP_EQUAL(tap, stress_check_numbers(tap, &seen), 7);
	TAP_EQUAL(tap, seen.count, 16);
	tap_result(tap, "a child does not report its parent's losses");
	free(seen.line);
	close_log(&log);
}

static void
write_until_killed(const char *path, bool ring)
{
	struct backoff_policy *policy =
		stress_policy("{\"name\":\"K\",\"max_attempts\":3,"
			      "\"base_delay\":0}");
	struct backoff_sink *sink = open_sink(path, ring ? 4096 : 0);
	struct backoff_retry *retry;
	struct backoff_answer answer;
	unsigned until = 2;

	if (backoff_retry_new(policy, "work", &retry) != BACKOFF_OK)
		_exit(1);
	backoff_retry_set_sink(retry, sink);
	for (;;)
		if (backoff_retry_run(retry, NULL, stress_fail_until, &until,
				      &answer) != BACKOFF_OK)
			_exit(1);
}

/* Two processes write; one is killed, the other a little later. */
static void
check_killed(struct tap *tap, const char *what, bool ring)
{
	size_t lines = 0;

	for (int round = 0; round < 5; round++) {
		const struct timespec moment = {0, 3000000 * (round + 1)};
		char *path = stress_file();
		struct stress_log log;
		pid_t child[2];

		for (int i = 0; i < 2; i++) {
			child[i] = fork();
			if (child[i] == 0)
				write_until_killed(path, ring);
			if (child[i] < 0)
				stress_die("fork");
		}
		for (int i = 0; i < 2; i++) {
			off_t before = size_of(path);
			int status = 0;

			while (size_of(path) < before + 20000)
				nanosleep(&moment, NULL);
			kill(child[i], SIGKILL);
			waitpid(child[i], &status, 0);
			TAP_MUST(tap, WIFSIGNALED(status));
		}
		stress_read(path, &log);
		/* Half a line of the first writer may precede a line of the
		 * second. */
		TAP_MUST(tap, log.bad <= 1);
		TAP_MUST(tap, log.count > 50);
		if (!ring)
			TAP_EQUAL(tap, stress_check_numbers(tap, &log), 0);
		lines += log.count;
		free(log.line);
		unlink(path);
		free(path);
	}
	printf("# %zu lines\n", lines);
	tap_result(tap, what);
}

int
main(void)
{
	struct tap tap = {0};

	signal(SIGXFSZ, SIG_IGN);
	/* Room for half a line, for none, and for one and a half. */
	check_full(&tap, "a full disk, a file", false, 30);
	check_full(&tap, "a full disk between two lines, a file", false, 0);
	check_full(&tap, "a full disk, a ring", true, 150);
	check_unreported(&tap);
	check_forked(&tap);
	check_killed(&tap, "killed writers leave whole lines, a file", false);
	check_killed(&tap, "killed writers leave whole lines, a ring", true);
	return tap_finish(&tap);
}
