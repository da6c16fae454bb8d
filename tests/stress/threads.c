/* Many threads share one retry object and one sink. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "stress.h"

#define THREADS 8
#define CALLS 600

struct worker {
	pthread_t thread;
	struct backoff_retry *retry;
	unsigned number;
	uint64_t attempts;
	unsigned wrong;
};

static void *
work(void *user)
{
	struct worker *w = user;
	struct backoff_answer answer;

	for (unsigned i = 0; i < CALLS; i++) {
		/* Calls that succeed at the first, second or third attempt, or
		 * never. */
		unsigned until = 1 + (i + w->number) % 4;
		enum backoff_status status = backoff_retry_run(
			w->retry, NULL, stress_fail_until, &until, &answer);

		w->attempts += answer.attempts;
		w->wrong += (status == BACKOFF_OK) != (until <= 3);
		w->wrong += answer.attempts != (until <= 3 ? until : 3);
	}
	return NULL;
}

/* Run all threads at once. Returns the number of attempts. */
static uint64_t
run(struct tap *tap, struct backoff_sink *sink)
{
	struct backoff_policy *policy =
		stress_policy("{\"name\":\"T\",\"max_attempts\":3,"
			      "\"base_delay\":0}");
	struct worker worker[THREADS];
	struct backoff_retry *retry;
	uint64_t attempts = 0;

	if (backoff_retry_new(policy, "work", &retry) != BACKOFF_OK)
		stress_die("retry");
	backoff_retry_set_sink(retry, sink);
	for (unsigned i = 0; i < THREADS; i++) {
		worker[i] = (struct worker){.retry = retry, .number = i};
		if (pthread_create(&worker[i].thread, NULL, work, &worker[i]))
			stress_die("thread");
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(worker[i].thread, NULL);
		attempts += worker[i].attempts;
		TAP_EQUAL(tap, worker[i].wrong, 0);
	}
	backoff_retry_free(retry);
	backoff_policy_unref(policy);
	return attempts;
}

static size_t
count_lines(const struct stress_log *log)
{
	size_t dropped = 0;

	for (size_t i = 0; i < log->count; i++)
		dropped += log->line[i].type == BACKOFF_EVENT_DROPPED;
	return log->count - dropped;
}

static void
check(struct tap *tap, const char *what, size_t capacity, bool may_drop)
{
	char *path = stress_file();
	struct backoff_sink *sink, *ring;
	struct stress_log log;
	uint64_t attempts, dropped, reported;

	if (backoff_sink_file_new(path, &sink) != BACKOFF_OK)
		stress_die(path);
	if (capacity > 0) {
		if (backoff_sink_ring_new(sink, capacity, &ring) != BACKOFF_OK)
			stress_die("ring");
		sink = ring;
	}
	attempts = run(tap, sink);
	backoff_sink_flush(sink);
	dropped = backoff_sink_dropped(sink);
	backoff_sink_free(sink);
	stress_read(path, &log);
	TAP_EQUAL(tap, log.bad, 0);
	TAP_MUST(tap, !log.cut);
	reported = stress_check_numbers(tap, &log);
	TAP_EQUAL(tap, reported, dropped);
	TAP_EQUAL(tap, count_lines(&log) + dropped, attempts);
	if (!may_drop) {
		TAP_EQUAL(tap, dropped, 0);
		TAP_EQUAL(tap, stress_check_calls(tap, &log), THREADS * CALLS);
	}
	printf("# %llu attempts, %llu dropped\n", (unsigned long long)attempts,
	       (unsigned long long)dropped);
	tap_result(tap, what);
	unlink(path);
	free(path);
	free(log.line);
}

int
main(void)
{
	static const struct {
		const char *what;
		size_t capacity;
		bool may_drop;
	} rows[] = {
		{"a file that all threads write: every line is whole", 0,
		 false},
		{"a ring with enough room: nothing is lost", 1 << 16, false},
		{"a ring that is too small: every loss is reported", 16, true},
		{"the smallest ring", 2, true},
	};
	struct tap tap = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check(&tap, rows[i].what, rows[i].capacity, rows[i].may_drop);
	return tap_finish(&tap);
}
