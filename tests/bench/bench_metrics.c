/* Measure the cost of counting an event, and of the text. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <backoff.h>

#include "bench.h"

#define PAIRS 100

struct counting {
	struct backoff_metrics *metrics;
	struct backoff_event event;
	/** Operations in turn. */
	unsigned names;
};

static char names[PAIRS][16];

static struct backoff_event
event_of(enum backoff_event_type type)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.type = type;
	event.operation = names[0];
	event.policy = "WEBHOOK";
	event.attempt = 2;
	event.kind = BACKOFF_KIND_RETRY;
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	event.failure_class = BACKOFF_CLASS_SERVER;
	event.duration_ns = 230123456;
	event.elapsed_ns = 1475321987;
	if (type == BACKOFF_EVENT_ATTEMPT) {
		event.delay_ns = 2123456789;
		event.delay_source = BACKOFF_DELAY_SOURCE_BACKOFF;
		return event;
	}
	event.kind = BACKOFF_KIND_FIRST;
	event.outcome = BACKOFF_OUTCOME_SUCCESS;
	event.failure_class = -1;
	event.stop = BACKOFF_STOP_SUCCESS;
	event.attempts = 1;
	event.retries = 0;
	event.backoff_ns = 0;
	return event;
}

static void
count_many(const struct counting *c, size_t count)
{
	struct backoff_event event = c->event;

	for (size_t i = 0; i < count; i++) {
		event.operation = names[i % c->names];
		backoff_metrics_count(c->metrics, &event);
	}
}

static double
run_alone(void *user, size_t count)
{
	uint64_t start_ns = bench_cpu_ns();

	count_many(user, count);
	return (double)(bench_cpu_ns() - start_ns) / (double)count;
}

struct half {
	pthread_t thread;
	const struct counting *counting;
	size_t count;
	double ns;
};

static void *
run_half(void *user)
{
	struct half *h = user;
	uint64_t start_ns = bench_cpu_ns();

	count_many(h->counting, h->count);
	h->ns = (double)(bench_cpu_ns() - start_ns) / (double)h->count;
	return NULL;
}

/* Two threads that contend for the same cache lines all the time. */
static double
run_together(void *user, size_t count)
{
	struct half half[2];

	for (int i = 0; i < 2; i++) {
		half[i] = (struct half){.counting = user, .count = count};
		if (pthread_create(&half[i].thread, NULL, run_half, &half[i]))
			bench_die("thread");
	}
	for (int i = 0; i < 2; i++)
		pthread_join(half[i].thread, NULL);
	return (half[0].ns + half[1].ns) / 2;
}

static double
run_write(void *user, size_t count)
{
	static char text[4 << 20];
	const struct counting *c = user;
	uint64_t start_ns = bench_cpu_ns();

	for (size_t i = 0; i < count; i++)
		BENCH_KEEP(backoff_metrics_write(c->metrics,
						 BACKOFF_METRICS_OPENMETRICS, 0,
						 text, sizeof(text)));
	return (double)(bench_cpu_ns() - start_ns) / (double)count / 1000;
}

int
main(void)
{
	struct backoff_metrics *metrics;

	for (unsigned i = 0; i < PAIRS; i++)
		snprintf(names[i], sizeof(names[i]), "send_webhook%02u", i);
	if (backoff_metrics_new(PAIRS, &metrics) != BACKOFF_OK)
		bench_die("metrics");
	struct counting first = {metrics, event_of(BACKOFF_EVENT_SUCCESS), 1};
	struct counting again = {metrics, event_of(BACKOFF_EVENT_ATTEMPT), 1};
	struct counting many = {metrics, event_of(BACKOFF_EVENT_ATTEMPT),
				PAIRS};
	const struct bench_row rows[] = {
		{"a failed attempt and its wait", run_alone, &again, 500000},
		{"a first try that succeeds", run_alone, &first, 500000},
		{"a failed attempt, 100 operations in turn", run_alone, &many,
		 500000},
		{"a failed attempt, 2 threads, the same operation",
		 run_together, &again, 300000},
	};
	const struct bench_row texts[] = {
		{"100 operations, into memory", run_write, &many, 20}};

	bench_group("backoff_metrics_count", "ns of CPU", rows,
		    sizeof(rows) / sizeof(*rows));
	bench_group("backoff_metrics_write", "us of CPU", texts, 1);
	printf("  (a text of %zu bytes)\n",
	       backoff_metrics_write(metrics, BACKOFF_METRICS_OPENMETRICS, 0,
				     NULL, 0));
	backoff_metrics_free(metrics);
	return 0;
}
