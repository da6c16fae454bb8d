/* The inside of metrics: counters by operation and policy, and what is
 * watched. */
#ifndef BO_METRICS_H
#define BO_METRICS_H

#include <stdatomic.h>
#include <stdbool.h>

#include <backoff/metrics.h>

#include "base/num.h"
#include "base/process.h"

/** Sizes of the vocabularies, with a place 0 or last for what is in none. */
#define BO_RESULTS 3
#define BO_STOPS (BACKOFF_STOP_SLEEP_FAILED + 1)
#define BO_KINDS (BACKOFF_KIND_HEDGE + 1)
#define BO_CLASS_LABELS (BACKOFF_CLASS_FATAL + 2)
#define BO_OUTCOMES (BACKOFF_OUTCOME_CANCELLED + 2)
#define BO_DELAY_SOURCES (BACKOFF_DELAY_SOURCE_ZERO + 1)
#define BO_HINT_ACTIONS (BACKOFF_HINT_ACTION_GAVE_UP + 1)
#define BO_BREAKERS (BACKOFF_BREAKER_HALF_OPEN + 1)

#define BO_BUCKETS_MAX 16
#define BO_LABEL_MAX 256

enum bo_reason {
	BO_REASON_NONE,
	BO_REASON_BUDGET,
	BO_REASON_BREAKER,
	BO_REASON_DEADLINE,
	BO_REASON_HINT,
	BO_REASON_IDEMPOTENCY,
	BO_REASON_LIMIT,
	BO_REASONS,
};

typedef atomic_uint_fast64_t bo_counter;

/** A bucket counts what is above the bound before and not above its own; the
 *  last one has no bound. */
struct bo_histogram {
	bo_counter bucket[BO_BUCKETS_MAX];
	bo_counter sum;
};

/** Upper bounds, and how the text has them. */
struct bo_bounds {
	unsigned count;
	/** Whether it measures nanoseconds, written as seconds. */
	bool seconds;
	struct {
		uint64_t most;
		const char *text;
	} at[BO_BUCKETS_MAX - 1];
};

extern const struct bo_bounds bo_time_bounds, bo_retry_bounds;

/** Counters and nothing else: a child of fork(2) clears them all. */
struct bo_counts {
	/** By result, reason and whether there were retries. */
	bo_counter operations[BO_RESULTS][BO_STOPS][2];
	bo_counter attempts[BO_KINDS][BO_CLASS_LABELS][BO_OUTCOMES];
	bo_counter suppressed[BO_REASONS];
	bo_counter hints[BO_HINT_ACTIONS];
	bo_counter transitions[BO_BREAKERS];
	struct bo_histogram attempt_duration, operation_duration;
	struct bo_histogram retries, backoff;
	struct bo_histogram delay[BO_DELAY_SOURCES];
	/** Attempts and waits under way; known once an attempt's begin was
	 *  told. */
	bo_counter running, waiting, starts;
	/** Events of hedges, whose calls have attempts beside others. */
	bo_counter hedges;
};

/** One operation under one policy. Never freed before the metrics. */
struct bo_series {
	struct bo_counts counts;
	uint32_t hash;
	/** Both point into `text`, as do the labels: op="...",policy="...". */
	const char *operation, *policy, *labels;
	char text[];
};

/** Changed by one store, so that a child of fork(2) finds a whole list whatever
 *  another thread was at. */
typedef _Atomic(struct bo_watch *) bo_watch_link;

/** A guard by its name, or a sink, whose name is NULL. */
struct bo_watch {
	bo_watch_link next;
	const struct backoff_guard *guard;
	const struct backoff_sink *sink;
	/** As a label's value, escaped. */
	char *name;
};

typedef _Atomic(struct bo_series *) bo_slot;

struct backoff_metrics {
	/** Of the process that the counts belong to. */
	atomic_uint generation;
	/** 0, or the generation that holds it, plus one: what another process
	 *  held at a fork is free. */
	atomic_uint lock;
	uint32_t limit, watched;
	/** Series that are taken of the limit. */
	atomic_uint used;
	/** Where events above the limit go; in the table too. */
	struct bo_series *other;
	bo_counter dropped, unknown, folded;
	bo_watch_link watches;
	/** Open addressing; entries are only ever added. */
	size_t slot_mask;
	bo_slot *slot;
};

/** The series of an operation and a policy (NULL is ""), made if need be; the
 *  other one above the limit or without memory, which is counted. */
struct bo_series *bo_series_find(struct backoff_metrics *metrics,
				 const char *operation, const char *policy);

/** A series with its labels; NULL without memory. The names are clean. */
struct bo_series *bo_series_new(const char *operation, const char *policy);
void bo_series_add(struct backoff_metrics *metrics, struct bo_series *series);

/** A name as a label's value has it, cut at BO_LABEL_MAX: one line of UTF-8. */
void bo_label_clean(const char *text, char out[BO_LABEL_MAX + 1]);

/** Write a clean label's value with its escapes, and NUL; returns its length,
 *  at most twice that of the text. */
size_t bo_label_escape(const char *text, char *out);

/** For what is watched, and for a child's first look. */
void bo_metrics_lock(struct backoff_metrics *metrics);
void bo_metrics_unlock(struct backoff_metrics *metrics);

/** Begin anew in a child of fork(2). */
void bo_metrics_forked(struct backoff_metrics *metrics);

static inline void
bo_metrics_enter(struct backoff_metrics *metrics)
{
	if (atomic_load_explicit(&metrics->generation, memory_order_acquire) !=
	    bo_process_generation())
		bo_metrics_forked(metrics);
}

/** Stays at the end rather than begin anew: sums take any number that an event
 *  may have. */
static inline void
bo_counter_add(bo_counter *counter, uint64_t amount)
{
	uint_fast64_t have =
		atomic_load_explicit(counter, memory_order_relaxed);

	while (!atomic_compare_exchange_weak_explicit(
		counter, &have, bo_add_sat(have, amount), memory_order_relaxed,
		memory_order_relaxed))
		;
}

static inline uint64_t
bo_counter_read(const bo_counter *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif
