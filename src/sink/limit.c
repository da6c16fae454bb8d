/* A sink that lets so many lines of each operation pass. */
#include "config.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/process.h"
#include "base/text.h"
#include "sink/sink.h"

#define PLACES 1024
/** An operation looks at so many for its own; then it shares the last. */
#define PROBES 8

/** What one operation may still write. */
struct place {
	/** Hash of its name; 0: free. Never given back. */
	atomic_uint_fast64_t owner;
	/** When its next line would be due if they came evenly. */
	atomic_uint_fast64_t due_ns;
	/** Left out, and not told yet. */
	atomic_uint_fast64_t untold;
};

struct limit {
	struct backoff_sink sink;
	struct backoff_sink *target;
	/** A line in interval_ns, and so much earlier at most. */
	uint64_t interval_ns, early_ns;
	atomic_uint_fast64_t left_out;
	char host[256];
	struct place place[PLACES];
};

static struct place *
place_of(struct limit *l, const char *operation)
{
	uint64_t hash = bo_mix64(bo_fnv1a(BO_FNV1A_BEGIN, operation,
					  strlen(operation))) |
			1;
	struct place *place = NULL;

	for (uint64_t i = 0; i < PROBES; i++) {
		uint_fast64_t owner;

		place = &l->place[((hash >> 32) + i) % PLACES];
		owner = atomic_load_explicit(&place->owner,
					     memory_order_relaxed);
		if (owner == 0 &&
		    atomic_compare_exchange_strong_explicit(
			    &place->owner, &owner, hash, memory_order_relaxed,
			    memory_order_relaxed))
			break;
		if (owner == hash)
			break;
	}
	return place;
}

/* The generic cell rate algorithm (ITU-T I.371, annex A), on the time of the
 * events. What is due later than any line can make it was due before the clock
 * was set back. */
static bool
admits(const struct limit *l, struct place *place, uint64_t now_ns)
{
	uint64_t most = bo_add_sat(now_ns, l->early_ns + l->interval_ns);
	uint_fast64_t due =
		atomic_load_explicit(&place->due_ns, memory_order_relaxed);
	uint64_t from;

	do {
		from = due > now_ns && due <= most ? due : now_ns;
		if (from - now_ns > l->early_ns)
			return false;
	} while (!atomic_compare_exchange_weak_explicit(
		&place->due_ns, &due, bo_add_sat(from, l->interval_ns),
		memory_order_relaxed, memory_order_relaxed));
	return true;
}

/* Say in the log what is not in it. */
static void
tell(struct limit *l, struct place *place, const char *operation,
     uint64_t ts_ns)
{
	struct backoff_event event;
	uint64_t count =
		atomic_load_explicit(&place->untold, memory_order_relaxed);

	if (count != 0)
		count = atomic_exchange_explicit(&place->untold, 0,
						 memory_order_relaxed);
	if (count == 0)
		return;
	bo_sink_dropped_event(&event, count, ts_ns, l->host);
	event.operation = operation;
	backoff_sink_emit(l->target, &event);
}

static void
limit_emit(struct backoff_sink *sink, const struct backoff_event *event)
{
	struct limit *l = (struct limit *)sink;
	struct place *place;

	/* What a breaker did, or a sink lost, is rare, and the reason of much
	 * else. */
	if (event->operation == NULL || event->ts_ns == BACKOFF_ABSENT ||
	    event->type == BACKOFF_EVENT_BREAKER_TRANSITION ||
	    event->type == BACKOFF_EVENT_DROPPED) {
		backoff_sink_emit(l->target, event);
		return;
	}
	place = place_of(l, event->operation);
	if (!admits(l, place, event->ts_ns)) {
		atomic_fetch_add_explicit(&place->untold, 1,
					  memory_order_relaxed);
		atomic_fetch_add_explicit(&l->left_out, 1,
					  memory_order_relaxed);
		return;
	}
	backoff_sink_emit(l->target, event);
	tell(l, place, event->operation, event->ts_ns);
}

static void
limit_flush(struct backoff_sink *sink)
{
	struct limit *l = (struct limit *)sink;
	const struct backoff_clock *clock = backoff_clock_system();

	for (size_t i = 0; i < PLACES; i++)
		tell(l, &l->place[i], NULL, clock->wall_ns(clock->user));
	backoff_sink_flush(l->target);
}

static uint64_t
limit_dropped(const struct backoff_sink *sink)
{
	const struct limit *l = (const struct limit *)sink;

	return atomic_load(&l->left_out) + backoff_sink_dropped(l->target);
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
					       limit_dropped, limit_free};
	struct limit *l;

	if (target == NULL || lines_per_second == 0 || burst == 0)
		return BACKOFF_E_ARGUMENT;
	l = calloc(1, sizeof(*l));
	if (l == NULL || bo_process_init() != BACKOFF_OK) {
		free(l);
		return BACKOFF_E_NOMEM;
	}
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
