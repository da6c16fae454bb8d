/* A bounded queue with a writer thread, so that callers never wait.
 *
 * The queue is D. Vyukov's bounded MPMC queue (1024cores.net, 2010) with one
 * consumer: each slot has a sequence number, a producer claims a slot with one
 * compare-and-swap, and no thread waits for another. Events are copied with
 * their texts and encoded by the writer thread: copying costs the caller less
 * than encoding. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <backoff/clock.h>

#include "base/process.h"
#include "base/sleep.h"
#include "base/utf8.h"
#include "sink/sink.h"

#define TEXT_BYTES 768
/** Length of an idle writer's first nap, and of its longest. */
#define NAP_FIRST_NS 1000000
#define NAP_LAST_NS 50000000
#define CACHE_LINE 64
/** The part of a slot that a typical event fills. */
#define PREFETCH_BYTES 640
/** A queue that was full takes events again when a 256th of it is free. */
#define FREE_PART 256

struct slot {
	/** Position whose producer may fill the slot; one more when filled. */
	_Alignas(CACHE_LINE) atomic_size_t sequence;
	struct backoff_event event;
	char text[TEXT_BYTES];
};

struct ring {
	struct backoff_sink sink;
	struct backoff_sink *target;
	struct slot *slot;
	size_t mask, wake_mask;
	/** Generation of the process that has the writer thread. */
	uint32_t generation;
	pthread_t thread;
	char host[256];
	/** Written by producers. */
	_Alignas(CACHE_LINE) atomic_size_t tail;
	atomic_uint_fast64_t dropped;
	atomic_bool was_full;
	/** Written by the writer. */
	_Alignas(CACHE_LINE) atomic_size_t head;
	/** 1 while the writer naps; a futex. */
	atomic_uint asleep;
	atomic_bool stop;
};

/* Keep JSON text whole or not at all. */
static void
keep_json(const char **text, char **space, char *end)
{
	size_t length = *text != NULL ? strlen(*text) + 1 : 0;

	if (length == 0)
		return;
	if (length > (size_t)(end - *space)) {
		*text = NULL;
		return;
	}
	*text = memcpy(*space, *text, length);
	*space += length;
}

/* Copy 16 bytes at a time, or less in two steps that may overlap: texts are
 * short, and calling memcpy(3) for each took a third of the time. */
static inline void
copy_bytes(char *out, const char *text, size_t length)
{
	if (length >= 16) {
		for (size_t i = 0; i < length - 16; i += 16)
			memcpy(out + i, text + i, 16);
		memcpy(out + length - 16, text + length - 16, 16);
	} else if (length >= 8) {
		memcpy(out, text, 8);
		memcpy(out + length - 8, text + length - 8, 8);
	} else if (length >= 4) {
		memcpy(out, text, 4);
		memcpy(out + length - 4, text + length - 4, 4);
	} else {
		for (size_t i = 0; i < length; i++)
			out[i] = text[i];
	}
}

/* Copy a text. There is always space for a NUL. */
static char *
keep_text(const char *text, size_t limit, char *space, const char *end)
{
	size_t room = (size_t)(end - space) - 1, length;

	if (limit > room)
		limit = room;
	length = strnlen(text, limit + 1);
	if (length > limit)
		length = bo_utf8_cut(text, length, limit);
	copy_bytes(space, text, length);
	space[length] = '\0';
	return space + length + (space + length + 1 < end);
}

static void
copy_event(struct slot *slot, const struct backoff_event *event)
{
	char *space = slot->text, *end = slot->text + TEXT_BYTES;

	/* Not an assignment, for which GCC uses one slow instruction. */
	copy_bytes((char *)&slot->event, (const char *)event, sizeof(*event));
	slot->event.size = sizeof(slot->event);
	/* In the order in which texts get space. The encoder cuts them at the
	 * same limits, so longer texts need not be queued. */
#define KEEP(member, limit)                                                    \
	if (event->member != NULL) {                                           \
		slot->event.member = space;                                    \
		space = keep_text(event->member, limit, space, end);           \
	}
	KEEP(call_id, 64)
	KEEP(operation, 256)
	KEEP(policy, 256)
	KEEP(policy_hash, 64)
	KEEP(delay_law, 64)
	KEEP(target, 256)
	KEEP(service, 256)
	KEEP(host, 256)
	KEEP(breaker, 64)
	KEEP(parent_call_id, 64)
	KEEP(trace_id, 64)
	KEEP(span_id, 64)
	KEEP(error_type, 256)
	KEEP(code, 256)
	KEEP(error, 512)
#undef KEEP
	keep_json(&slot->event.budget, &space, end);
	keep_json(&slot->event.attrs, &space, end);
	keep_json(&slot->event.extra, &space, end);
}

/* The writer used the next slot last, so its cache lines belong to another
 * processor. Fetching them now saves the next caller that wait, which is most
 * of the cost of an emission. */
static void
prefetch(const struct slot *slot)
{
	const char *at = (const char *)slot;

	for (size_t i = 0; i < PREFETCH_BYTES; i += CACHE_LINE)
		__builtin_prefetch(at + i, 1);
}

static void
drop(struct ring *r)
{
	atomic_fetch_add_explicit(&r->dropped, 1, memory_order_relaxed);
}

/* After a queue was full, it takes events again only when a part of it is free.
 * A producer that took each slot as it became free would wait for cache lines
 * that the writer still holds: this made the slowest hundredth of emissions
 * three times as fast. */
static bool
is_still_full(struct ring *r, size_t position)
{
	size_t part = position + (r->mask + 1) / FREE_PART, sequence;

	if (!atomic_load_explicit(&r->was_full, memory_order_relaxed))
		return false;
	sequence = atomic_load_explicit(&r->slot[part & r->mask].sequence,
					memory_order_relaxed);
	if ((ptrdiff_t)(sequence - part) < 0)
		return true;
	atomic_store_explicit(&r->was_full, false, memory_order_relaxed);
	return false;
}

static void
ring_emit(struct backoff_sink *sink, const struct backoff_event *event)
{
	struct ring *r = (struct ring *)sink;
	size_t position;

	if (bo_process_generation() != r->generation) {
		/* A child of fork(2) has no writer thread. */
		backoff_sink_emit(r->target, event);
		return;
	}
	position = atomic_load_explicit(&r->tail, memory_order_relaxed);
	for (;;) {
		struct slot *slot = &r->slot[position & r->mask];
		size_t sequence = atomic_load_explicit(&slot->sequence,
						       memory_order_acquire);

		if (sequence == position) {
			if (is_still_full(r, position)) {
				drop(r);
				return;
			}
			if (!atomic_compare_exchange_weak_explicit(
				    &r->tail, &position, position + 1,
				    memory_order_relaxed, memory_order_relaxed))
				continue;
			copy_event(slot, event);
			atomic_store_explicit(&slot->sequence, position + 1,
					      memory_order_release);
			prefetch(&r->slot[(position + 1) & r->mask]);
			break;
		}
		if ((ptrdiff_t)(sequence - position) < 0) {
			atomic_store_explicit(&r->was_full, true,
					      memory_order_relaxed);
			drop(r);
			return;
		}
		position = atomic_load_explicit(&r->tail, memory_order_relaxed);
	}
	/* Waking costs a system call, so do it once per quarter of the queue;
	 * the writer's nap also ends by itself. */
	if ((position & r->wake_mask) == 0 &&
	    atomic_load_explicit(&r->asleep, memory_order_relaxed) != 0 &&
	    atomic_exchange(&r->asleep, 0) != 0)
		bo_futex(&r->asleep, FUTEX_WAKE, 1, NULL, 0);
}

/* Write all queued events; false if there were none. */
static bool
drain(struct ring *r)
{
	size_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
	bool any = false;

	for (;;) {
		struct slot *slot = &r->slot[head & r->mask];

		if (atomic_load_explicit(&slot->sequence,
					 memory_order_acquire) != head + 1)
			return any;
		backoff_sink_emit(r->target, &slot->event);
		atomic_store_explicit(&slot->sequence, head + r->mask + 1,
				      memory_order_release);
		atomic_store_explicit(&r->head, ++head, memory_order_release);
		any = true;
	}
}

static void
report_losses(struct ring *r, uint64_t *reported)
{
	const struct backoff_clock *clock = backoff_clock_system();
	uint64_t dropped = atomic_load(&r->dropped);
	uint64_t below = backoff_sink_dropped(r->target);
	struct backoff_event event;

	if (dropped == *reported)
		return;
	bo_sink_dropped_event(&event, dropped - *reported,
			      clock->wall_ns(clock->user), r->host);
	backoff_sink_emit(r->target, &event);
	/* If the target loses this line too, report again. */
	if (backoff_sink_dropped(r->target) == below)
		*reported = dropped;
}

static void *
writer(void *user)
{
	struct ring *r = user;
	long nap_ns = NAP_FIRST_NS;
	uint64_t reported = 0;

	for (;;) {
		struct timespec nap = {0, nap_ns};
		bool stop = atomic_load(&r->stop);

		if (drain(r))
			nap_ns = NAP_FIRST_NS;
		else if (nap_ns < NAP_LAST_NS)
			nap_ns *= 2;
		report_losses(r, &reported);
		if (stop)
			return NULL;
		atomic_store(&r->asleep, 1);
		if (!atomic_load(&r->stop))
			bo_futex(&r->asleep, FUTEX_WAIT, 1, &nap, 0);
		atomic_store(&r->asleep, 0);
	}
}

static void
wake(struct ring *r)
{
	atomic_store(&r->asleep, 0);
	bo_futex(&r->asleep, FUTEX_WAKE, 1, NULL, 0);
}

static void
ring_flush(struct backoff_sink *sink)
{
	struct ring *r = (struct ring *)sink;
	const struct timespec pause = {0, 100000};
	size_t tail;

	tail = atomic_load(&r->tail);
	/* A child of fork(2) has queued nothing. */
	while (bo_process_generation() == r->generation &&
	       (ptrdiff_t)(atomic_load(&r->head) - tail) < 0) {
		wake(r);
		nanosleep(&pause, NULL);
	}
	backoff_sink_flush(r->target);
}

static uint64_t
ring_dropped(const struct backoff_sink *sink)
{
	const struct ring *r = (const struct ring *)sink;
	uint64_t below = backoff_sink_dropped(r->target);

	/* A child of fork(2) lost nothing here. */
	return bo_process_generation() == r->generation
		       ? atomic_load(&r->dropped) + below
		       : below;
}

static int
ring_error(const struct backoff_sink *sink)
{
	return backoff_sink_rotating_error(((const struct ring *)sink)->target);
}

static void
ring_free(struct backoff_sink *sink)
{
	struct ring *r = (struct ring *)sink;

	if (bo_process_generation() == r->generation) {
		atomic_store(&r->stop, true);
		wake(r);
		pthread_join(r->thread, NULL);
	}
	backoff_sink_free(r->target);
	free(r->slot);
}

/* Signals are blocked: the program's handlers run in its own threads only. */
static int
start_writer(struct ring *r)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&r->thread, NULL, writer, r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

enum backoff_status
backoff_sink_ring_new(struct backoff_sink *target, size_t capacity,
		      struct backoff_sink **out)
{
	static const struct bo_sink_ops ops = {
		ring_emit, ring_flush, ring_dropped, ring_free, ring_error};
	struct ring *r;
	size_t size = 2;

	if (target == NULL || out == NULL || capacity < 2 || capacity > 1048576)
		return BACKOFF_E_ARGUMENT;
	while (size < capacity)
		size *= 2;
	r = aligned_alloc(CACHE_LINE, sizeof(*r));
	if (r == NULL)
		return BACKOFF_E_NOMEM;
	memset(r, 0, sizeof(*r));
	r->slot = aligned_alloc(CACHE_LINE, size * sizeof(*r->slot));
	if (r->slot == NULL || bo_process_init() != BACKOFF_OK) {
		free(r->slot);
		free(r);
		return BACKOFF_E_NOMEM;
	}
	r->sink.ops = &ops;
	r->target = target;
	r->mask = size - 1;
	r->wake_mask = size / 4 > 0 ? size / 4 - 1 : 0;
	r->generation = bo_process_generation();
	gethostname(r->host, sizeof(r->host) - 1);
	for (size_t i = 0; i < size; i++)
		atomic_init(&r->slot[i].sequence, i);
	if (start_writer(r) != 0) {
		free(r->slot);
		free(r);
		return BACKOFF_E_IO;
	}
	*out = &r->sink;
	return BACKOFF_OK;
}
