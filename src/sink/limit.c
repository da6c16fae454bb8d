/* A sink that limits the lines per second of each operation. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/process.h"
#include "sink/sink.h"

#define SLOTS 1024
/** Number of slots that an operation searches for its own or a free one; if
 *  there is neither, it shares the last of them. */
#define PROBES 8

/** The limit of one operation. */
struct slot {
	/** Hash of its name; 0: free. A slot never becomes free again. */
	atomic_uint_fast64_t owner;
	/** Time at which its next line would be due if lines came evenly. */
	atomic_uint_fast64_t due_ns;
	/** Lines left out and not yet reported. */
	atomic_uint_fast64_t unreported;
};

struct limit {
	struct backoff_sink sink;
	struct backoff_sink *target;
	/** One line per interval_ns; a line may come early_ns early. */
	uint64_t interval_ns, early_ns;
	atomic_uint_fast64_t left_out;
	/** Whether the lines above are this process's: see bo_fork_claim(). */
	atomic_uint seen;
	char host[256];
	struct slot slot[SLOTS];
};

static struct slot *
slot_of(struct limit *l, const char *operation)
{
	uint64_t hash = bo_hash(0, operation, strlen(operation)) | 1;
	struct slot *slot = NULL;

	for (uint64_t i = 0; i < PROBES; i++) {
		uint_fast64_t owner;

		slot = &l->slot[((hash >> 32) + i) % SLOTS];
		owner = atomic_load_explicit(&slot->owner,
					     memory_order_relaxed);
		if (owner == 0 &&
		    atomic_compare_exchange_strong_explicit(
			    &slot->owner, &owner, hash, memory_order_relaxed,
			    memory_order_relaxed))
			break;
		if (owner == hash)
			break;
	}
	return slot;
}

/* The generic cell rate algorithm (ITU-T I.371, annex A), by the events' time.
 * A due time further in the future than lines can move it comes from before the
 * clock was set back, and is ignored. */
static bool
admits(const struct limit *l, struct slot *slot, uint64_t now_ns)
{
	uint64_t most = bo_add_sat(now_ns, l->early_ns + l->interval_ns);
	uint_fast64_t due =
		atomic_load_explicit(&slot->due_ns, memory_order_relaxed);
	uint64_t from;

	do {
		from = due > now_ns && due <= most ? due : now_ns;
		if (from - now_ns > l->early_ns)
			return false;
	} while (!atomic_compare_exchange_weak_explicit(
		&slot->due_ns, &due, bo_add_sat(from, l->interval_ns),
		memory_order_relaxed, memory_order_relaxed));
	return true;
}

/* Log how many lines of an operation were left out. */
static void
report(struct limit *l, struct slot *slot, const char *operation,
       uint64_t ts_ns)
{
	struct backoff_event event;
	uint64_t count =
		atomic_load_explicit(&slot->unreported, memory_order_relaxed);

	if (count != 0)
		count = atomic_exchange_explicit(&slot->unreported, 0,
						 memory_order_relaxed);
	if (count == 0)
		return;
	bo_sink_dropped_event(&event, count, ts_ns, l->host);
	event.operation = operation;
	backoff_sink_emit(l->target, &event);
}

/* A child of fork(2) leaves the lines that its parent left out for the parent
 * to report. */
static void
forget_parent(struct limit *l)
{
	if (bo_fork_is_seen(&l->seen) || !bo_fork_claim(&l->seen))
		return;
	for (size_t i = 0; i < SLOTS; i++)
		atomic_store(&l->slot[i].unreported, 0);
	atomic_store(&l->left_out, 0);
	bo_fork_done(&l->seen);
}

static void
limit_emit(struct backoff_sink *sink, const struct backoff_event *event)
{
	struct limit *l = (struct limit *)sink;
	struct slot *slot;

	forget_parent(l);
	/* Breaker transitions and losses are rare and explain much. */
	if (event->operation == NULL || event->ts_ns == BACKOFF_ABSENT ||
	    event->type == BACKOFF_EVENT_BREAKER_TRANSITION ||
	    event->type == BACKOFF_EVENT_DROPPED) {
		backoff_sink_emit(l->target, event);
		return;
	}
	slot = slot_of(l, event->operation);
	if (!admits(l, slot, event->ts_ns)) {
		atomic_fetch_add_explicit(&slot->unreported, 1,
					  memory_order_relaxed);
		atomic_fetch_add_explicit(&l->left_out, 1,
					  memory_order_relaxed);
		return;
	}
	backoff_sink_emit(l->target, event);
	report(l, slot, event->operation, event->ts_ns);
}

static void
limit_flush(struct backoff_sink *sink)
{
	struct limit *l = (struct limit *)sink;
	const struct backoff_clock *clock = backoff_clock_system();

	forget_parent(l);
	for (size_t i = 0; i < SLOTS; i++)
		report(l, &l->slot[i], NULL, clock->wall_ns(clock->user));
	backoff_sink_flush(l->target);
}

static uint64_t
limit_dropped(const struct backoff_sink *sink)
{
	/* Memory of a sink is never constant. */
	struct limit *l = (struct limit *)(uintptr_t)sink;

	forget_parent(l);
	return atomic_load(&l->left_out) + backoff_sink_dropped(l->target);
}

static int
limit_error(const struct backoff_sink *sink)
{
	return backoff_sink_rotating_error(
		((const struct limit *)sink)->target);
}

static void
limit_free(struct backoff_sink *sink)
{
	backoff_sink_free(((struct limit *)sink)->target);
}

enum backoff_status
backoff_sink_limit_new(struct backoff_sink *target, uint32_t lines_per_second,
		       uint32_t burst, struct backoff_sink **out)
{
	static const struct bo_sink_ops ops = {limit_emit, limit_flush,
					       limit_dropped, limit_free,
					       limit_error};
	struct limit *l;

	if (target == NULL || out == NULL || lines_per_second == 0 ||
	    burst == 0)
		return BACKOFF_E_ARGUMENT;
	l = calloc(1, sizeof(*l));
	if (l == NULL || bo_process_init() != BACKOFF_OK) {
		free(l);
		return BACKOFF_E_NOMEM;
	}
	bo_fork_init(&l->seen);
	l->sink.ops = &ops;
	l->target = target;
	l->interval_ns = BO_NS_PER_S / lines_per_second;
	if (l->interval_ns == 0)
		l->interval_ns = 1;
	l->early_ns = (burst - 1) * l->interval_ns;
	gethostname(l->host, sizeof(l->host) - 1);
	*out = &l->sink;
	return BACKOFF_OK;
}
