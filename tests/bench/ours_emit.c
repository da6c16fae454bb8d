/* Measure an event once, for comparison with peers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <backoff.h>
#include <cjson/cJSON.h>

#include "bench.h"
#include "ours.h"
#include "stream.h"

#define WRITES 200000
#define BURST 200000
#define PACED 10000
#define GAP_NS 10000

static struct stream_event stream[STREAM_EVENTS];
static struct backoff_event event[STREAM_EVENTS];
static char line[BACKOFF_EVENT_LINE_MAX];

static void
prepare(void)
{
	stream_fill(stream, STREAM_EVENTS);
	for (size_t i = 0; i < STREAM_EVENTS; i++) {
		const struct stream_event *s = &stream[i];
		struct backoff_event *e = &event[i];

		backoff_event_init(e, sizeof(*e));
		e->type = (enum backoff_event_type)backoff_event_type_number(
			s->event_type);
		e->service = s->service;
		e->operation = s->operation;
		e->policy = s->policy;
		e->call_id = s->call_id;
		e->attempt = s->attempt;
		e->max_attempts = s->max_attempts;
		e->outcome = s->error != NULL;
		e->error_type = s->error_type;
		e->error = s->error;
		e->code = s->error != NULL ? "http:503" : "http:200";
		e->duration_ns = s->duration_us * 1000;
		e->delay_ns = s->delay_ms * 1000000;
	}
}

static uint64_t
clock_alone(size_t i)
{
	const struct backoff_clock *clock = backoff_clock_system();

	(void)i;
	return clock->wall_ns(clock->user);
}

static uint64_t
write_event(size_t i)
{
	event[i].ts_ns = clock_alone(i);
	return backoff_event_encode(&event[i], line, sizeof(line));
}

static uint64_t
write_cjson(size_t i)
{
	const struct stream_event *s = &stream[i];
	uint64_t now_ns = clock_alone(i);
	time_t seconds = (time_t)(now_ns / 1000000000);
	cJSON *o = cJSON_CreateObject();
	char ts[40];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	snprintf(ts + strftime(ts, 24, "%Y-%m-%dT%H:%M:%S", &tm), 16, ".%06uZ",
		 (unsigned)(now_ns % 1000000000 / 1000));
	cJSON_AddStringToObject(o, "ts", ts);
	cJSON_AddStringToObject(o, "event_type", s->event_type);
	cJSON_AddStringToObject(o, "service", s->service);
	cJSON_AddStringToObject(o, "operation", s->operation);
	cJSON_AddStringToObject(o, "policy", s->policy);
	cJSON_AddStringToObject(o, "call_id", s->call_id);
	cJSON_AddNumberToObject(o, "attempt", s->attempt);
	cJSON_AddNumberToObject(o, "max_attempts", s->max_attempts);
	cJSON_AddStringToObject(o, "outcome", s->outcome);
	if (s->error != NULL) {
		cJSON_AddStringToObject(o, "error_type", s->error_type);
		cJSON_AddStringToObject(o, "error", s->error);
	}
	cJSON_AddNumberToObject(o, "status", s->status);
	cJSON_AddNumberToObject(o, "duration_seconds",
				(double)s->duration_us / 1e6);
	cJSON_AddNumberToObject(o, "delay_seconds", (double)s->delay_ms / 1e3);
	if (!cJSON_PrintPreallocated(o, line, sizeof(line), 0))
		bench_die("cJSON");
	cJSON_Delete(o);
	return 0;
}

static void
measure_writing(const char *name, uint64_t (*write)(size_t i), size_t count)
{
	uint64_t start_ns = bench_cpu_ns(), bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += write(i % STREAM_EVENTS);
	ours_row(name, (double)(bench_cpu_ns() - start_ns) / (double)count);
	BENCH_KEEP(bytes);
}

static struct backoff_sink *
open_ring(void)
{
	struct backoff_sink *file, *ring;

	if (backoff_sink_file_new("/dev/null", &file) != BACKOFF_OK ||
	    backoff_sink_ring_new(file, 8192, &ring) != BACKOFF_OK)
		bench_die("ring");
	return ring;
}

/* Each emission lies between two readings of the processor's counter. The first
 * tenth warms up and does not count. */
static void
emit(struct backoff_sink *sink, size_t count, uint64_t gap_ns, double sample[2])
{
	uint64_t *taken = malloc(count * sizeof(*taken));
	size_t skip = count / 10;

	if (taken == NULL)
		bench_die("memory");
	ours_pace(0);
	for (size_t i = 0; i < count; i++) {
		uint64_t start = ours_pace(gap_ns);

		if (sink != NULL)
			backoff_sink_emit(sink, &event[i % STREAM_EVENTS]);
		taken[i] = bench_ticks() - start;
	}
	sample[0] = ours_quantile(taken + skip, count - skip, .5);
	sample[1] = ours_quantile(taken + skip, count - skip, .99);
	free(taken);
}

static void
measure_hand_over(void)
{
	struct backoff_sink *ring = open_ring();
	double nothing[2], paced[2], burst[2];

	emit(NULL, PACED, GAP_NS, nothing);
	emit(ring, 8192, 0, paced);
	backoff_sink_flush(ring);
	emit(ring, PACED, GAP_NS, paced);
	emit(ring, BURST, 0, burst);
	backoff_sink_free(ring);
	ours_row("hand over: two readings of the counter", nothing[0]);
	ours_row("hand over: ring, one per 10 us, median", paced[0]);
	ours_row("hand over: ring, one per 10 us, p99", paced[1]);
	ours_row("hand over: ring, saturated, median", burst[0]);
	ours_row("hand over: ring, saturated, p99", burst[1]);
}

int
main(void)
{
	prepare();
	for (size_t i = 0; i < STREAM_EVENTS; i++)
		BENCH_KEEP(write_event(i));
	measure_writing("write: the clock alone", clock_alone, WRITES);
	measure_writing("write: libbackoff", write_event, WRITES);
	measure_writing("write: cJSON, preallocated", write_cjson, WRITES / 8);
	measure_hand_over();
	return 0;
}
