/* Tests of src/sink/limit: lines per second of each operation, and reports of
 * the lines left out. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events.h"

#define S UINT64_C(1000000000)
#define START_NS (UINT64_C(1795429530) * S)

/** Events that came through. */
struct seen {
	size_t lines, drop_lines;
	uint64_t dropped;
	char last_dropped_of[300];
	enum backoff_event_type last;
};

static void
take(void *user, const struct backoff_event *event)
{
	struct seen *seen = user;

	seen->last = event->type;
	if (event->type != BACKOFF_EVENT_DROPPED) {
		seen->lines++;
		return;
	}
	seen->drop_lines++;
	seen->dropped += event->dropped;
	snprintf(seen->last_dropped_of, sizeof(seen->last_dropped_of), "%s",
		 event->operation != NULL ? event->operation : "-");
	cr_expect(event->seq > 0 && event->pid > 0 && event->host != NULL);
	cr_expect(event->ts_ns != BACKOFF_ABSENT);
}

static struct backoff_sink *
limit_of(struct seen *seen, uint32_t lines_per_second, uint32_t burst)
{
	struct backoff_sink *target, *limit;

	*seen = (struct seen){0};
	cr_assert(backoff_sink_callback_new(take, seen, &target) == BACKOFF_OK);
	cr_assert(backoff_sink_limit_new(target, lines_per_second, burst,
					 &limit) == BACKOFF_OK);
	return limit;
}

static void
emit(struct backoff_sink *sink, const char *operation, uint64_t at_ns)
{
	struct backoff_event event = numbered(1);

	event.operation = operation;
	event.ts_ns = START_NS + at_ns;
	backoff_sink_emit(sink, &event);
}

/* The number of lines that pass when they come evenly for a while. */
Test(sink_limit, rate_and_burst_decide_how_many_pass)
{
	static const struct {
		uint32_t rate, burst;
		uint64_t every_ns;
		unsigned emitted, pass;
		const char *why;
	} row[] = {
		{10, 1, S / 10, 50, 50, "at the rate"},
		{10, 1, S, 50, 50, "slower"},
		{10, 1, S / 20, 100, 50, "twice the rate"},
		{10, 5, 0, 100, 5, "all at once: the burst"},
		{10, 5, S / 20, 100, 54, "the burst, then the rate"},
		{1, 1, 0, 3, 1, "the least"},
		{1, UINT32_MAX, 0, 1000, 1000, "a burst without end"},
		{UINT32_MAX, 1, 1, 1000, 1000, "a rate without end"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct seen seen;
		struct backoff_sink *sink =
			limit_of(&seen, row[i].rate, row[i].burst);

		for (unsigned n = 0; n < row[i].emitted; n++)
			emit(sink, "op", n * row[i].every_ns);
		cr_expect(seen.lines == row[i].pass, "%s: %zu", row[i].why,
			  seen.lines);
		cr_expect(backoff_sink_dropped(sink) ==
				  row[i].emitted - row[i].pass,
			  "%s", row[i].why);
		backoff_sink_flush(sink);
		cr_expect(seen.dropped == row[i].emitted - row[i].pass,
			  "%s: all are reported", row[i].why);
		backoff_sink_free(sink);
	}
}

Test(sink_limit, the_next_line_reports_what_was_left_out)
{
	struct seen seen;
	struct backoff_sink *sink = limit_of(&seen, 1, 2);

	for (int i = 0; i < 7; i++)
		emit(sink, "op", 0);
	cr_expect(seen.lines == 2 && seen.drop_lines == 0);
	emit(sink, "op", 2 * S);
	cr_expect(seen.lines == 3 && seen.drop_lines == 1);
	cr_expect(seen.dropped == 5, "%llu", (unsigned long long)seen.dropped);
	cr_expect_str_eq(seen.last_dropped_of, "op");
	cr_expect(seen.last == BACKOFF_EVENT_DROPPED, "after the line");
	emit(sink, "op", 20 * S);
	cr_expect(seen.drop_lines == 1, "reported once");
	backoff_sink_free(sink);
	cr_expect(seen.drop_lines == 1);
}

Test(sink_limit, an_operation_does_not_silence_another)
{
	struct seen seen;
	struct backoff_sink *sink = limit_of(&seen, 1, 1);

	for (int i = 0; i < 100; i++)
		emit(sink, "loud", 0);
	for (int i = 0; i < 50; i++) {
		char name[16];

		snprintf(name, sizeof(name), "quiet %d", i);
		emit(sink, name, 0);
	}
	cr_expect(seen.lines == 51, "%zu", seen.lines);
	backoff_sink_free(sink);
	cr_expect(seen.dropped == 99 && seen.drop_lines == 1);
	cr_expect_str_eq(seen.last_dropped_of, "-");
}

/* More operations than slots: some share one, and no line is lost without being
 * counted. */
Test(sink_limit, ten_thousand_operations_are_counted)
{
	struct seen seen;
	struct backoff_sink *sink = limit_of(&seen, 1, 1);

	for (int i = 0; i < 10000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d", i);
		emit(sink, name, 0);
	}
	cr_expect(seen.lines >= 900 && seen.lines <= 1024, "%zu", seen.lines);
	backoff_sink_free(sink);
	cr_expect(seen.lines + seen.dropped == 10000);
}

Test(sink_limit, some_events_always_pass)
{
	struct backoff_event event = numbered(1);
	struct seen seen;
	struct backoff_sink *sink = limit_of(&seen, 1, 1);

	emit(sink, "op", 0);
	event.operation = "op";
	event.ts_ns = START_NS;
	event.type = BACKOFF_EVENT_BREAKER_TRANSITION;
	backoff_sink_emit(sink, &event);
	cr_expect(seen.lines == 2);
	event.type = BACKOFF_EVENT_DROPPED;
	event.dropped = 7;
	backoff_sink_emit(sink, &event);
	cr_expect(seen.dropped == 7);
	event = numbered(1);
	event.operation = NULL;
	backoff_sink_emit(sink, &event);
	event.operation = "op";
	event.ts_ns = BACKOFF_ABSENT;
	backoff_sink_emit(sink, &event);
	cr_expect(seen.lines == 4);
	backoff_sink_free(sink);
}

/* Setting the clock back by a day does not silence an operation for a day. */
Test(sink_limit, a_clock_that_is_set_back_resets_the_limit)
{
	struct seen seen;
	struct backoff_sink *sink = limit_of(&seen, 1, 1);

	emit(sink, "op", 86400 * S);
	emit(sink, "op", 0);
	emit(sink, "op", 0);
	cr_expect(seen.lines == 2, "%zu", seen.lines);
	backoff_sink_free(sink);
}

Test(sink_limit, nonsense_is_refused)
{
	struct backoff_sink *target, *out = NULL;
	struct seen seen;

	cr_assert(backoff_sink_callback_new(take, &seen, &target) ==
		  BACKOFF_OK);
	cr_expect(backoff_sink_limit_new(NULL, 1, 1, &out) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_sink_limit_new(target, 0, 1, &out) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_sink_limit_new(target, 1, 0, &out) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(out == NULL);
	backoff_sink_free(target);
}

static void *
storm(void *user)
{
	for (int i = 0; i < 20000; i++)
		emit(user, i % 2 == 0 ? "a" : "b", 0);
	return NULL;
}

static void
count(void *user, const struct backoff_event *event)
{
	atomic_uint_fast64_t *seen = user;

	atomic_fetch_add(&seen[event->type == BACKOFF_EVENT_DROPPED],
			 event->type == BACKOFF_EVENT_DROPPED ? event->dropped
							      : 1);
}

/* Concurrent threads pass no more lines than the limit, and lose no count. */
Test(sink_limit, threads_share_the_limit)
{
	static atomic_uint_fast64_t seen[2];
	struct backoff_sink *target, *sink;
	pthread_t thread[4];

	cr_assert(backoff_sink_callback_new(count, seen, &target) ==
		  BACKOFF_OK);
	cr_assert(backoff_sink_limit_new(target, 10, 300, &sink) == BACKOFF_OK);
	for (int i = 0; i < 4; i++)
		cr_assert(pthread_create(&thread[i], NULL, storm, sink) == 0);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	backoff_sink_free(sink);
	cr_expect(seen[0] == 600, "%llu", (unsigned long long)seen[0]);
	cr_expect(seen[1] == 80000 - 600);
}

/* Each line that was left out is reported by one process. */
Test(sink_limit, a_child_leaves_its_parents_lines_to_the_parent)
{
	struct seen seen;
	struct backoff_sink *limit = limit_of(&seen, 1, 1);
	int status;
	pid_t child;

	for (int i = 0; i < 10; i++)
		emit(limit, "op", 0);
	cr_assert(backoff_sink_dropped(limit) == 9);
	child = fork();
	if (child == 0) {
		status = backoff_sink_dropped(limit) != 0;
		backoff_sink_flush(limit);
		status |= seen.drop_lines != 0;
		emit(limit, "op", 0);
		backoff_sink_free(limit);
		_exit(status | (seen.dropped != 1));
	}
	cr_assert(waitpid(child, &status, 0) == child && status == 0);
	backoff_sink_free(limit);
	cr_expect(seen.dropped == 9);
}
