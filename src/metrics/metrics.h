/* Counters by operation and policy, and watched guards and sinks. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_METRICS_H
#define BO_METRICS_H

#include <stdatomic.h>
#include <stdbool.h>

#include <backoff/metrics.h>

#include "base/num.h"
#include "base/process.h"

/** Numbers of label values. Index 0 or the last one is for unknown values. */
#define BO_RESULTS (BACKOFF_EVENT_ABORTED - BACKOFF_EVENT_SUCCESS + 1)
#define BO_STOPS BACKOFF_STOP_COUNT
#define BO_KINDS BACKOFF_KIND_COUNT
#define BO_CLASS_LABELS (BACKOFF_CLASS_COUNT + 1)
#define BO_OUTCOMES BACKOFF_OUTCOME_COUNT
#define BO_DELAY_SOURCES BACKOFF_DELAY_SOURCE_COUNT
#define BO_HINT_ACTIONS BACKOFF_HINT_ACTION_COUNT
#define BO_BREAKERS BACKOFF_BREAKER_COUNT

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

/** A bucket counts values above the previous bound and not above its own; the
 *  last one has no bound. */
struct bo_histogram {
	bo_counter bucket[BO_BUCKETS_MAX];
	bo_counter sum;
};

/** The upper bounds of buckets. */
struct bo_bounds {
	unsigned count;
	/** Values are nanoseconds, written as seconds. */
	bool seconds;
	const struct bo_bound {
		uint64_t most;
		/** The bound as the metrics text shows it. */
		const char *text;
	} * at;
};

extern const struct bo_bounds bo_time_bounds, bo_retry_bounds;

/** Only counters: a child of fork(2) clears the struct as an array of them. */
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
	/** Attempts and waits under way; known if starts of attempts are
	 *  logged. */
	bo_counter running, waiting, starts;
	/** Events of hedges, which run at the same time as other attempts. */
	bo_counter hedges;
};

_Static_assert(sizeof(struct bo_counts) % sizeof(bo_counter) == 0,
	       "only counters");

/** The counters of one operation under one policy, for one target if that is
 *  not "". Freed with the metrics. */
struct bo_series {
	struct bo_counts counts;
	uint32_t hash;
	/** All point into `text`. The labels are op="...",policy="..." and
	 *  perhaps ,target="...". */
	const char *operation, *policy, *target, *labels;
	char text[];
};

/** Changed by one store, so that a child of fork(2) finds a valid list even if
 *  another thread was changing it. */
typedef _Atomic(struct bo_watch *) bo_watch_link;

/** A guard with a name, or a sink, whose name is NULL. */
struct bo_watch {
	bo_watch_link next;
	const struct backoff_guard *guard;
	const struct backoff_sink *sink;
	/** Escaped for a label's value. */
	char *name;
};

typedef _Atomic(struct bo_series *) bo_slot;

struct backoff_metrics {
	/** Generation of the process whose events are counted. */
	atomic_uint generation;
	/** 0: free; else 1 + the generation of the process that holds it. Held
	 *  by the parent at a fork, it is free for the child. */
	atomic_uint lock;
	uint32_t limit, watched;
	/** How many series have a target, besides those for targets above that
	 *  limit; 0: none, there is no such label. */
	uint32_t targets;
	/** Series that count towards the limit, and towards that of targets. */
	atomic_uint used, used_targets;
	/** The series for events above the limit; also in the table. */
	struct bo_series *other;
	bo_counter dropped, unknown, folded, folded_targets;
	bo_watch_link watches;
	/** Open addressing; entries are never removed. */
	size_t slot_mask;
	bo_slot *slot;
};

/** The series of an operation, a policy and a target (NULL means ""), made if
 *  needed. Above the limit or without memory the common one, which is counted.
 */
struct bo_series *bo_series_find(struct backoff_metrics *metrics,
				 const char *operation, const char *policy,
				 const char *target);

/** Make a series with its labels from clean names; NULL without memory. */
struct bo_series *bo_series_new(const char *operation, const char *policy,
				const char *target);
void bo_series_add(struct backoff_metrics *metrics, struct bo_series *series);

/** Make a name valid for a label: one line of UTF-8, cut at BO_LABEL_MAX. */
void bo_label_clean(const char *text, char out[BO_LABEL_MAX + 1]);

/** Write a clean name with escapes and NUL. Returns its length, at most twice
 *  the name's. */
size_t bo_label_escape(const char *text, char *out);

/** Protects the watch list, and the reset in a child of fork(2). */
void bo_metrics_lock(struct backoff_metrics *metrics);
void bo_metrics_unlock(struct backoff_metrics *metrics);

/** Reset the counters in a child of fork(2). */
void bo_metrics_forked(struct backoff_metrics *metrics);

static inline void
bo_metrics_enter(struct backoff_metrics *metrics)
{
	if (atomic_load_explicit(&metrics->generation, memory_order_acquire) !=
	    bo_process_generation())
		bo_metrics_forked(metrics);
}

/** Saturates, since a sum takes any number that an event may have. */
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
