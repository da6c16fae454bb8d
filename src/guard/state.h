/* The parts of a guard: atomic, for any number of threads. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_GUARD_STATE_H
#define BO_GUARD_STATE_H

#include <backoff/guard.h>

#include "guard/breaker.h"
#include "guard/budget.h"

/** Members that all threads write have cache lines of their own, apart from
 *  members that are only read: a line that another thread writes has to be
 *  fetched again for each read. */
struct backoff_guard {
	const struct backoff_policy *policy;
	/** Whether a fork(2) was noticed: see bo_fork_claim(). */
	atomic_uint seen;
	_Alignas(64) struct bo_budget budget;
	_Alignas(64) struct bo_breaker breaker;
};

/** A full budget and a closed breaker, in the caller's memory. BACKOFF_OK;
 *  BACKOFF_E_NOMEM, after which there is nothing to clear. */
enum backoff_status bo_guard_init(struct backoff_guard *guard,
				  const struct backoff_policy *policy);

/** In a child of fork(2), forget what the calls of the parent hold. */
void bo_guard_notice_fork(const struct backoff_guard *guard);
void bo_guard_clear(struct backoff_guard *guard);

#endif
