/* Measure the cost of an event: as a line of text, and into a sink. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <backoff.h>
#include <cjson/cJSON.h>

#include "bench.h"

static char line[BACKOFF_EVENT_LINE_MAX];

/* A failed attempt that another follows: the longest common event. */
static struct backoff_event
typical(void)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.ts_ns = UINT64_C(1795428930123456789);
	event.type = BACKOFF_EVENT_ATTEMPT;
	event.service = "notifications";
	event.operation = "send_webhook";
	event.policy = "WEBHOOK";
	event.policy_hash = "d248a4c87e7da7aa";
	event.call_id = "0f3a5c7e9b1d2f4a6c8e0b2d4f6a8c0e";
	event.attempt = 2;
	event.max_attempts = 4;
	event.kind = BACKOFF_KIND_RETRY;
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	event.failure_class = BACKOFF_CLASS_SERVER;
	event.error_type = "HTTPError";
	event.code = "http:502";
	event.error = "upstream returned 502 Bad Gateway";
	event.duration_ns = 230123456;
	event.elapsed_ns = 1475321987;
	event.delay_ns = 2123456789;
	event.delay_source = BACKOFF_DELAY_SOURCE_BACKOFF;
	event.delay_law = "proportional";
	event.delay_low_ns = 1500000000;
	event.delay_high_ns = 2500000000;
	event.host = "app-1";
	event.pid = 4711;
	event.seq = 123456;
	return event;
}

static double
run_encode(void *user, size_t count)
{
	struct backoff_event *event = user;
	uint64_t start_ns = bench_cpu_ns();

	for (size_t i = 0; i < count; i++) {
		event->seq = i;
		BENCH_KEEP(backoff_event_encode(event, line, sizeof(line)));
	}
	return (double)(bench_cpu_ns() - start_ns) / (double)count;
}

/* The time, which all three encoders format for each event. */
static void
put_time(char text[32], uint64_t ns)
{
	time_t seconds = (time_t)(ns / 1000000000);
	struct tm tm;
	size_t length;

	gmtime_r(&seconds, &tm);
	length = strftime(text, 24, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + length, 32 - length, ".%06uZ",
		 (unsigned)(ns % 1000000000 / 1000));
}

/* The same line by hand, without escapes, since nothing here needs them. */
static double
run_snprintf(void *user, size_t count)
{
	const struct backoff_event *e = user;
	uint64_t start_ns = bench_cpu_ns();
	char ts[32];

	for (size_t i = 0; i < count; i++) {
		put_time(ts, e->ts_ns);
		BENCH_KEEP(snprintf(
			line, sizeof(line),
			"{\"v\":1,\"ts\":\"%s\",\"event_type\":\"%s\","
			"\"service\":\"%s\",\"operation\":\"%s\","
			"\"policy\":\"%s\",\"policy_hash\":\"%s\","
			"\"call_id\":\"%s\",\"attempt\":%" PRIu64
			",\"max_attempts\":%" PRIu64 ",\"kind\":\"retry\","
			"\"outcome\":\"failure\",\"class\":\"server\","
			"\"error_type\":\"%s\",\"code\":\"%s\","
			"\"error\":\"%s\",\"duration_seconds\":%.9f,"
			"\"elapsed_seconds\":%.9f,\"delay_seconds\":%.9f,"
			"\"delay_source\":\"backoff\",\"delay_law\":\"%s\","
			"\"delay_low_seconds\":%.9f,"
			"\"delay_high_seconds\":%.9f,\"host\":\"%s\","
			"\"pid\":%" PRIu64 ",\"seq\":%zu}\n",
			ts, "retry_attempt", e->service, e->operation,
			e->policy, e->policy_hash, e->call_id, e->attempt,
			e->max_attempts, e->error_type, e->code, e->error,
			(double)e->duration_ns / 1e9,
			(double)e->elapsed_ns / 1e9, (double)e->delay_ns / 1e9,
			e->delay_law, (double)e->delay_low_ns / 1e9,
			(double)e->delay_high_ns / 1e9, e->host, e->pid, i));
	}
	return (double)(bench_cpu_ns() - start_ns) / (double)count;
}

static double
run_cjson(void *user, size_t count)
{
	const struct backoff_event *e = user;
	uint64_t start_ns = bench_cpu_ns();
	char ts[32];

	for (size_t i = 0; i < count; i++) {
		cJSON *o = cJSON_CreateObject();

#define TEXT(name, value) cJSON_AddStringToObject(o, name, value)
#define NUMBER(name, value) cJSON_AddNumberToObject(o, name, (double)(value))
		put_time(ts, e->ts_ns);
		NUMBER("v", 1);
		TEXT("ts", ts);
		TEXT("event_type", "retry_attempt");
		TEXT("service", e->service);
		TEXT("operation", e->operation);
		TEXT("policy", e->policy);
		TEXT("policy_hash", e->policy_hash);
		TEXT("call_id", e->call_id);
		NUMBER("attempt", e->attempt);
		NUMBER("max_attempts", e->max_attempts);
		TEXT("kind", "retry");
		TEXT("outcome", "failure");
		TEXT("class", "server");
		TEXT("error_type", e->error_type);
		TEXT("code", e->code);
		TEXT("error", e->error);
		NUMBER("duration_seconds", (double)e->duration_ns / 1e9);
		NUMBER("elapsed_seconds", (double)e->elapsed_ns / 1e9);
		NUMBER("delay_seconds", (double)e->delay_ns / 1e9);
		TEXT("delay_source", "backoff");
		TEXT("delay_law", e->delay_law);
		NUMBER("delay_low_seconds", (double)e->delay_low_ns / 1e9);
		NUMBER("delay_high_seconds", (double)e->delay_high_ns / 1e9);
		TEXT("host", e->host);
		NUMBER("pid", e->pid);
		NUMBER("seq", i);
#undef TEXT
#undef NUMBER
		BENCH_KEEP(cJSON_PrintPreallocated(o, line, sizeof(line), 0));
		cJSON_Delete(o);
	}
	return (double)(bench_cpu_ns() - start_ns) / (double)count;
}

static void
measure_encoding(void)
{
	struct backoff_event event = typical();
	const struct bench_row rows[] = {
		{"backoff_event_encode", run_encode, &event, 300000},
		{"snprintf, nothing escaped", run_snprintf, &event, 100000},
		{"cJSON objects, PrintPreallocated", run_cjson, &event, 30000},
	};

	bench_group("A failed attempt as a line", "ns of CPU", rows,
		    sizeof(rows) / sizeof(*rows));
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

struct emission {
	struct backoff_sink *sink;
	struct backoff_event event;
	/** Time between emissions; 0: none. */
	uint64_t gap_ns;
	/** The quantile to report. */
	double quantile;
};

/* Each emission lies between two readings of the processor's counter. */
static double
run_emission(void *user, size_t count)
{
	struct emission *e = user;
	uint64_t *sample = malloc(count * sizeof(*sample)), next;
	uint64_t gap = (uint64_t)((double)e->gap_ns * bench_ticks_per_ns());
	double result;

	if (sample == NULL)
		bench_die("memory");
	next = bench_ticks() + gap;
	for (size_t i = 0; i < count; i++, next += gap) {
		uint64_t start;

		while (gap > 0 && bench_ticks() < next)
			;
		start = bench_ticks();
		if (e->sink != NULL)
			backoff_sink_emit(e->sink, &e->event);
		sample[i] = bench_ticks() - start;
	}
	if (e->sink != NULL)
		backoff_sink_flush(e->sink);
	qsort(sample, count, sizeof(*sample), compare);
	result = (double)sample[(size_t)((double)(count - 1) * e->quantile)] /
		 bench_ticks_per_ns();
	free(sample);
	return result;
}

static struct backoff_sink *
open_sink(size_t ring)
{
	struct backoff_sink *sink, *on;

	if (backoff_sink_file_new("/dev/null", &sink) != BACKOFF_OK)
		bench_die("/dev/null");
	if (ring == 0)
		return sink;
	if (backoff_sink_ring_new(sink, ring, &on) != BACKOFF_OK)
		bench_die("ring");
	return on;
}

static void
measure_hand_over(void)
{
	struct backoff_sink *ring = open_sink(8192), *fd = open_sink(0);
	struct emission empty = {NULL, typical(), 10000, .5};
	struct emission paced = {ring, typical(), 10000, .5};
	struct emission paced99 = {ring, typical(), 10000, .99};
	struct emission burst = {ring, typical(), 0, .5};
	struct emission burst99 = {ring, typical(), 0, .99};
	struct emission direct = {fd, typical(), 10000, .5};
	struct emission direct99 = {fd, typical(), 10000, .99};
	const struct bench_row rows[] = {
		{"nothing between the two readings", run_emission, &empty,
		 10000},
		{"ring, one per 10 us, median", run_emission, &paced, 20000},
		{"ring, one per 10 us, p99", run_emission, &paced99, 20000},
		{"ring, without pause, median", run_emission, &burst, 200000},
		{"ring, without pause, p99", run_emission, &burst99, 200000},
		{"fd sink on /dev/null, one per 10 us, median", run_emission,
		 &direct, 10000},
		{"fd sink on /dev/null, one per 10 us, p99", run_emission,
		 &direct99, 10000},
	};

	bench_group("backoff_sink_emit, the caller's side",
		    "ns, a ring of 8192", rows, sizeof(rows) / sizeof(*rows));
	printf("  (without pause the queue is full and %" PRIu64
	       " events were dropped and counted)\n",
	       backoff_sink_dropped(ring));
	backoff_sink_free(ring);
	backoff_sink_free(fd);
}

struct file {
	/** In the build folder, whose file system is like that of logs. */
	const char *path;
	struct emission emission;
};

static double
run_lines(void *user, size_t count)
{
	const struct backoff_clock *clock = backoff_clock_system();
	struct file *f = user;
	uint64_t start_ns;

	/* Small files, so that the disk is not measured; their first line is
	 * new. */
	if (truncate(f->path, 0) != 0)
		bench_die(f->path);
	f->emission.event.ts_ns = clock->wall_ns(clock->user);
	start_ns = bench_cpu_ns();
	for (size_t i = 0; i < count; i++)
		backoff_sink_emit(f->emission.sink, &f->emission.event);
	return (double)(bench_cpu_ns() - start_ns) / (double)count;
}

static void
open_rotating(struct file *file, uint64_t max_bytes)
{
	const struct backoff_rotation rotation = {
		.size = sizeof(rotation),
		.keep = 1,
		.max_bytes = max_bytes,
		.max_age_ns = UINT64_C(86400000000000)};

	if (backoff_sink_rotating_new(file->path, &rotation,
				      &file->emission.sink) != BACKOFF_OK)
		bench_die(file->path);
}

static void
measure_files(void)
{
	struct file plain = {"bench_plain.log", {NULL, typical(), 0, 0}};
	struct file idle = {"bench_idle.log", {NULL, typical(), 0, 0}};
	struct file busy = {"bench_busy.log", {NULL, typical(), 0, 0}};
	const struct bench_row rows[] = {
		{"a file", run_lines, &plain, 5000},
		{"a rotating file that is not full", run_lines, &idle, 5000},
		{"one that is rotated at 1 MB", run_lines, &busy, 5000},
	};

	if (backoff_sink_file_new(plain.path, &plain.emission.sink) !=
	    BACKOFF_OK)
		bench_die(plain.path);
	open_rotating(&idle, 1 << 30);
	open_rotating(&busy, 1000000);
	bench_group("A line into a file", "ns of CPU, encoding included", rows,
		    sizeof(rows) / sizeof(*rows));
	backoff_sink_free(plain.emission.sink);
	backoff_sink_free(idle.emission.sink);
	backoff_sink_free(busy.emission.sink);
	unlink(plain.path);
	unlink(idle.path);
	unlink(busy.path);
	unlink("bench_busy.log.1");
}

int
main(void)
{
	measure_encoding();
	measure_hand_over();
	measure_files();
	return 0;
}
