/* Tests of src/sink/ring: a queue that never makes its callers wait. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/sink/events.h"

/* A target that keeps its events, and can be made to wait. */
struct target {
	uint64_t seq[20000];
	size_t count;
	uint64_t dropped, drop_lines;
	/** If not 0, every event waits for the semaphore. */
	atomic_int stuck;
	sem_t gate;
	atomic_int inside;
};

static void
take(void *user, const struct backoff_event *event)
{
	struct target *t = user;

	atomic_store(&t->inside, 1);
	if (atomic_load(&t->stuck))
		sem_wait(&t->gate);
	if (event->type == BACKOFF_EVENT_DROPPED) {
		t->dropped += event->dropped;
		t->drop_lines++;
	} else {
		cr_assert(t->count < sizeof(t->seq) / sizeof(*t->seq));
		t->seq[t->count++] = event->seq;
	}
}

static struct backoff_sink *
ring_of(struct target *t, size_t capacity)
{
	struct backoff_sink *target, *ring;

	sem_init(&t->gate, 0, 0);
	cr_assert(backoff_sink_callback_new(take, t, &target) == BACKOFF_OK);
	cr_assert(backoff_sink_ring_new(target, capacity, &ring) == BACKOFF_OK);
	return ring;
}

static void
emit(struct backoff_sink *sink, uint64_t seq)
{
	struct backoff_event event = numbered(seq);

	backoff_sink_emit(sink, &event);
}

Test(sink_ring, events_arrive_in_order, .timeout = 50)
{
	static struct target t;
	struct backoff_sink *ring = ring_of(&t, 16384);

	for (uint64_t seq = 0; seq < 10000; seq++)
		emit(ring, seq);
	backoff_sink_flush(ring);
	cr_expect(t.count == 10000, "%zu behind the flush", t.count);
	for (size_t i = 0; i < t.count; i++)
		cr_assert(t.seq[i] == i);
	cr_expect(backoff_sink_dropped(ring) == 0 && t.drop_lines == 0);
	for (uint64_t seq = 0; seq < 100; seq++)
		emit(ring, seq);
	backoff_sink_free(ring);
	cr_expect(t.count == 10100, "freeing flushes");
}

/* While the target waits, callers continue, and losses are counted. */
Test(sink_ring, a_stuck_target_does_not_stop_callers, .timeout = 50)
{
	static struct target t;
	struct backoff_sink *ring;
	uint64_t dropped;

	atomic_store(&t.stuck, 1);
	ring = ring_of(&t, 8);
	emit(ring, 0);
	while (!atomic_load(&t.inside))
		usleep(1000);
	/* The event being written still has its slot, so seven more fit. */
	for (uint64_t seq = 1; seq < 1000; seq++)
		emit(ring, seq);
	dropped = backoff_sink_dropped(ring);
	cr_expect(dropped == 1000 - 8, "%llu dropped",
		  (unsigned long long)dropped);
	atomic_store(&t.stuck, 0);
	sem_post(&t.gate);
	backoff_sink_flush(ring);
	cr_expect(t.count == 8);
	for (size_t i = 0; i < t.count; i++)
		cr_expect(t.seq[i] == i, "the oldest are kept");
	emit(ring, 1000);
	backoff_sink_free(ring);
	cr_expect(t.count == 9 && t.seq[8] == 1000);
	cr_expect(t.dropped == dropped, "%llu reported",
		  (unsigned long long)t.dropped);
	cr_expect(t.drop_lines >= 1 && t.drop_lines <= 2);
}

Test(sink_ring, a_queue_that_was_full_fills_again, .timeout = 50)
{
	static struct target t;
	struct backoff_sink *ring;
	size_t before;

	atomic_store(&t.stuck, 1);
	ring = ring_of(&t, 1024);
	emit(ring, 0);
	while (!atomic_load(&t.inside))
		usleep(1000);
	for (uint64_t seq = 1; seq < 2000; seq++)
		emit(ring, seq);
	cr_expect(backoff_sink_dropped(ring) == 2000 - 1024);
	atomic_store(&t.stuck, 0);
	sem_post(&t.gate);
	backoff_sink_flush(ring);
	before = t.count;
	for (uint64_t seq = 0; seq < 1024; seq++)
		emit(ring, seq);
	backoff_sink_free(ring);
	cr_expect(t.count == before + 1024, "%zu more", t.count - before);
}

struct producer {
	struct backoff_sink *ring;
	uint64_t first;
};

static void *
produce(void *user)
{
	const struct producer *p = user;

	for (uint64_t i = 0; i < 4000; i++)
		emit(p->ring, p->first + i);
	return NULL;
}

Test(sink_ring, nothing_is_lost_without_being_counted, .timeout = 50)
{
	static struct target t;
	static unsigned char seen[4][4000];
	struct backoff_sink *ring = ring_of(&t, 64);
	struct producer producer[4];
	pthread_t thread[4];
	uint64_t last[4] = {0}, dropped;

	for (uint64_t i = 0; i < 4; i++) {
		producer[i] = (struct producer){ring, i << 32};
		cr_assert(pthread_create(&thread[i], NULL, produce,
					 &producer[i]) == 0);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	backoff_sink_flush(ring);
	dropped = backoff_sink_dropped(ring);
	backoff_sink_free(ring);
	cr_expect(t.count + dropped == 16000, "%zu and %llu", t.count,
		  (unsigned long long)dropped);
	cr_expect(t.dropped == dropped);
	for (size_t i = 0; i < t.count; i++) {
		uint64_t who = t.seq[i] >> 32, what = t.seq[i] & UINT32_MAX;

		cr_assert(who < 4 && what < 4000);
		cr_assert(!seen[who][what]++, "twice");
		cr_assert(what >= last[who], "out of its thread's order");
		last[who] = what;
	}
}

/* The target's last event, as a line. */
static void
keep_line(void *user, const struct backoff_event *event)
{
	char *line = user;
	size_t n = backoff_event_encode(event, line, BACKOFF_EVENT_LINE_MAX);

	cr_assert(n > 0);
	line[n] = '\0';
}

static void
through_ring(const struct backoff_event *event, char *line)
{
	struct backoff_sink *target, *ring;

	cr_assert(backoff_sink_callback_new(keep_line, line, &target) ==
		  BACKOFF_OK);
	cr_assert(backoff_sink_ring_new(target, 2, &ring) == BACKOFF_OK);
	backoff_sink_emit(ring, event);
	backoff_sink_free(ring);
}

Test(sink_ring, a_queued_event_is_a_copy, .timeout = 50)
{
	static char line[BACKOFF_EVENT_LINE_MAX], want[BACKOFF_EVENT_LINE_MAX];
	struct backoff_event event = numbered(7);
	struct backoff_sink *ring, *target;
	char error[] = "gone soon";

	event.error = error;
	event.service = "svc";
	event.target = "peer";
	event.policy = "P";
	event.policy_hash = "0123456789abcdef";
	event.parent_call_id = "parent";
	event.error_type = "T";
	event.code = "c:1";
	event.delay_law = "full";
	event.breaker = "open";
	event.trace_id = "t";
	event.span_id = "s";
	event.attrs = "{\"a\":1}";
	event.extra = "\"b\":2";
	event.delay_ns = 5;
	event.outcome = 1;
	event.failure_class = 2;
	event.kind = BACKOFF_KIND_RETRY;
	event.stop = BACKOFF_STOP_SHUTDOWN;
	event.delay_source = BACKOFF_DELAY_SOURCE_BACKOFF;
	keep_line(want, &event);
	through_ring(&event, line);
	cr_expect(strcmp(line, want) == 0, "%s", line);

	/* The caller's memory may change after the call. */
	cr_assert(backoff_sink_callback_new(keep_line, line, &target) ==
		  BACKOFF_OK);
	cr_assert(backoff_sink_ring_new(target, 4, &ring) == BACKOFF_OK);
	backoff_sink_emit(ring, &event);
	memset(error, '#', sizeof(error));
	memset(&event, 0x55, sizeof(event));
	backoff_sink_flush(ring);
	cr_expect(strcmp(line, want) == 0, "%s", line);
	backoff_sink_free(ring);
}

/* Texts are copied in steps that depend on their length. */
Test(sink_ring, texts_of_every_length_arrive, .timeout = 50)
{
	static const char all[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	static char line[BACKOFF_EVENT_LINE_MAX], want[BACKOFF_EVENT_LINE_MAX];

	for (size_t length = 0; length < 70; length++) {
		struct backoff_event event = numbered(7);

		event.service = all + sizeof(all) - 1 - length;
		event.error = event.service;
		keep_line(want, &event);
		through_ring(&event, line);
		cr_assert(strcmp(line, want) == 0, "%zu: %s", length, line);
	}
}

Test(sink_ring, large_events_lose_error_and_attrs_first, .timeout = 50)
{
	static char line[BACKOFF_EVENT_LINE_MAX], long_text[2000], attrs[800];
	struct backoff_event event = numbered(7), back;
	struct backoff_event_decoder *decoder;
	size_t text_bytes;

	for (size_t i = 0; i + 2 < sizeof(long_text); i += 2)
		memcpy(long_text + i, "\xc3\xa9", 3);
	memset(attrs, 'x', sizeof(attrs) - 1);
	memcpy(attrs, "{\"k\":\"", 6);
	memcpy(attrs + sizeof(attrs) - 3, "\"}", 3);
	event.operation = "operation";
	event.service = "service";
	event.target = "target";
	event.policy = "POLICY";
	event.delay_law = "full";
	event.error_type = "ConnectionError";
	event.code = "http:503";
	event.error = long_text;
	event.attrs = attrs;
	cr_assert(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	through_ring(&event, line);
	back = event_of_line(decoder, line, strlen(line));
	cr_expect(strcmp(back.operation, "operation") == 0);
	cr_expect(strcmp(back.service, "service") == 0);
	cr_expect(strcmp(back.target, "target") == 0);
	cr_expect(strcmp(back.policy, "POLICY") == 0);
	cr_expect(strcmp(back.delay_law, "full") == 0);
	cr_expect(strcmp(back.error_type, "ConnectionError") == 0);
	cr_expect(strcmp(back.code, "http:503") == 0);
	cr_expect(strcmp(back.call_id, "call") == 0);
	cr_expect(strcmp(back.host, "host") == 0);
	cr_expect(back.attrs == NULL, "JSON is whole or not there");
	cr_expect(strlen(back.error) >= 500 && strlen(back.error) <= 512);
	cr_expect(strncmp(back.error, long_text, strlen(back.error)) == 0,
		  "cut between characters");

	/* Even if every text is too long, no field loses its meaning. */
	event.error_type = event.code = event.service = long_text;
	event.target = event.host = event.parent_call_id = long_text;
	through_ring(&event, line);
	back = event_of_line(decoder, line, strlen(line));
	text_bytes = strlen(back.operation) + strlen(back.service) +
		     strlen(back.target) + strlen(back.host);
	cr_expect(text_bytes <= 768);
	cr_expect(strcmp(back.operation, "operation") == 0);
	cr_expect(strcmp(back.call_id, "call") == 0);
	cr_expect(strcmp(back.policy, "POLICY") == 0);
	cr_expect(strcmp(back.delay_law, "full") == 0);
	cr_expect(strncmp(back.service, long_text, strlen(back.service)) == 0);
	backoff_event_decoder_free(decoder);
}

Test(sink_ring, sizes_have_bounds, .timeout = 50)
{
	static struct target t;
	struct backoff_sink *target, *ring = NULL;

	cr_assert(backoff_sink_callback_new(take, &t, &target) == BACKOFF_OK);
	cr_expect(backoff_sink_ring_new(NULL, 8, &ring) == BACKOFF_E_ARGUMENT);
	cr_expect(backoff_sink_ring_new(target, 0, &ring) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_sink_ring_new(target, 1, &ring) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_sink_ring_new(target, 1048577, &ring) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_sink_ring_new(target, SIZE_MAX, &ring) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(ring == NULL);
	/* The target is still the caller's. */
	emit(target, 5);
	cr_expect(t.count == 1);
	cr_assert(backoff_sink_ring_new(target, 2, &ring) == BACKOFF_OK);
	for (uint64_t i = 0; i < 50; i++) {
		emit(ring, i);
		backoff_sink_flush(ring);
	}
	cr_expect(t.count == 51);
	backoff_sink_free(ring);
}

/* Capacity is rounded up: five is eight. */
Test(sink_ring, capacity_is_a_power_of_two, .timeout = 50)
{
	static struct target t;
	struct backoff_sink *ring;

	atomic_store(&t.stuck, 1);
	ring = ring_of(&t, 5);
	emit(ring, 0);
	while (!atomic_load(&t.inside))
		usleep(1000);
	for (uint64_t seq = 1; seq < 20; seq++)
		emit(ring, seq);
	cr_expect(backoff_sink_dropped(ring) == 12);
	atomic_store(&t.stuck, 0);
	sem_post(&t.gate);
	backoff_sink_free(ring);
}

/* Both the ring and its pipe lose events; the sum is reported. */
Test(sink_ring, losses_of_the_target_are_counted_too, .timeout = 50)
{
	static char all[1 << 20];
	struct backoff_sink *file, *ring;
	struct backoff_event_decoder *decoder;
	uint64_t written = 0, reported = 0, emitted = 0;
	size_t have = 0;
	ssize_t n;
	int end[2];

	cr_assert(pipe2(end, O_NONBLOCK) == 0);
	cr_assert(backoff_sink_fd_new(end[1], 1, &file) == BACKOFF_OK);
	cr_assert(backoff_sink_ring_new(file, 4, &ring) == BACKOFF_OK);
	/* Until the pipe is full and both have lost some. */
	for (int i = 0; i < 2000; i++)
		emit(ring, ++emitted);
	while (backoff_sink_dropped(file) == 0) {
		emit(ring, ++emitted);
		backoff_sink_flush(ring);
	}
	while ((n = read(end[0], all + have, sizeof(all) - 1 - have)) > 0)
		have += (size_t)n;
	for (int i = 0; i < 3; i++) {
		emit(ring, ++emitted);
		backoff_sink_flush(ring);
	}
	/* The ring reports its losses when its writer wakes up. */
	emitted++;
	emit(ring, emitted);
	uint64_t dropped = backoff_sink_dropped(ring);

	cr_expect(dropped >= backoff_sink_dropped(file));
	backoff_sink_free(ring);
	while ((n = read(end[0], all + have, sizeof(all) - 1 - have)) > 0)
		have += (size_t)n;
	all[have] = '\0';
	cr_assert(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	for (const char *p = all; *p != '\0'; p += strcspn(p, "\n") + 1) {
		struct backoff_event event =
			event_of_line(decoder, p, strcspn(p, "\n"));

		if (event.type == BACKOFF_EVENT_DROPPED)
			reported += event.dropped;
		else
			written++;
	}
	backoff_event_decoder_free(decoder);
	cr_expect(written + dropped >= emitted,
		  "%llu written, %llu dropped of %llu",
		  (unsigned long long)written, (unsigned long long)dropped,
		  (unsigned long long)emitted);
	cr_expect(written + reported >= emitted,
		  "%llu written, %llu reported of %llu",
		  (unsigned long long)written, (unsigned long long)reported,
		  (unsigned long long)emitted);
	close(end[0]);
}

/* The child has neither the writer nor the queue: it writes at once, reports no
 * losses of its parent, and has nothing to wait for. */
Test(sink_ring, a_child_of_a_full_ring_is_free, .timeout = 50)
{
	static struct target t;
	struct backoff_sink *ring;
	int status;
	pid_t child;

	atomic_store(&t.stuck, 1);
	ring = ring_of(&t, 8);
	for (uint64_t seq = 0; seq < 100; seq++)
		emit(ring, seq);
	while (!atomic_load(&t.inside))
		usleep(1000);
	cr_assert(backoff_sink_dropped(ring) > 0);
	child = fork();
	if (child == 0) {
		size_t before = t.count;

		atomic_store(&t.stuck, 0);
		for (uint64_t seq = 0; seq < 100; seq++)
			emit(ring, seq);
		backoff_sink_flush(ring);
		status = backoff_sink_dropped(ring) != 0 ||
			 t.count != before + 100 || t.drop_lines != 0;
		backoff_sink_free(ring);
		_exit(status);
	}
	cr_assert(waitpid(child, &status, 0) == child && status == 0);
	atomic_store(&t.stuck, 0);
	sem_post(&t.gate);
	backoff_sink_free(ring);
	cr_expect(t.dropped > 0 && t.count + t.dropped == 100,
		  "the parent wrote or reported each once");
}
