/* The lock of a metrics object, which survives fork(2). */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <sched.h>

#include "metrics/metrics.h"

/* Not a pthread_mutex_t, which would stay locked forever in a child if another
 * thread of the parent held it at the fork. It is held rarely and briefly. */
void
bo_metrics_lock(struct backoff_metrics *metrics)
{
	unsigned mine = bo_process_generation() + 1;
	unsigned seen;

	for (;;) {
		seen = atomic_load_explicit(&metrics->lock,
					    memory_order_relaxed);
		if (seen != mine &&
		    atomic_compare_exchange_weak_explicit(
			    &metrics->lock, &seen, mine, memory_order_acquire,
			    memory_order_relaxed))
			return;
		sched_yield();
	}
}

void
bo_metrics_unlock(struct backoff_metrics *metrics)
{
	atomic_store_explicit(&metrics->lock, 0, memory_order_release);
}
