/* The guard at each stage of a call. The engine sees only this; the parts of a
 * guard are in state.h. Time is an argument. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_GUARD_H
#define BO_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include <backoff/guard.h>
#include <backoff/outcome.h>

#include "base/process.h"

/**
 * To be called before all other functions: in a child of fork(2), forget what
 * the calls of the parent hold.
 *
 * @return a number of this process, from 1, that neither its parent nor its
 *         children have: a call that began under another number holds nothing
 *         of this guard
 */
uint32_t bo_guard_process(struct backoff_guard *guard);

/** Whether bo_guard_process() returned that number in this process. */
static inline bool
bo_guard_is_of_process(uint32_t number)
{
	return number == bo_process_generation() + 1;
}

/** The policy that the guard was made for. */
const struct backoff_policy *bo_guard_policy(const struct backoff_guard *guard);

/**
 * An attempt is about to begin; false if the breaker does not let it.
 *
 * @param probe    the number of the half-open time that the attempt probes, 0
 *                 for none; if it is not 0 before, the attempt was let through
 *                 already and still is, unless that time has ended
 * @param changed  set to the state that the breaker changes to, if it does
 */
bool bo_guard_admit(struct backoff_guard *guard, uint64_t now_ns,
		    uint32_t *probe, enum backoff_breaker *changed);

/** A call begins if its first attempt may: as bo_guard_admit(). Returns
 *  bo_guard_process(), or 0 if it may not begin. */
uint32_t bo_guard_begin(struct backoff_guard *guard, uint64_t now_ns,
			uint32_t *probe, enum backoff_breaker *changed);

/** A call that began in another process continues here. Returns
 *  bo_guard_process(). */
uint32_t bo_guard_rejoin(struct backoff_guard *guard);

/** A call that began or continued here is over. */
void bo_guard_end(struct backoff_guard *guard);

/**
 * An attempt ended that was not cancelled.
 *
 * @param retryable   whether its failure is the target's rather than the
 *                    request's
 * @param held_milli  the cost that was reserved for it, 0 for a first attempt
 * @return the state that the breaker changes to, or NONE
 */
enum backoff_breaker bo_guard_report(struct backoff_guard *guard,
				     const struct backoff_outcome *outcome,
				     bool retryable, int64_t held_milli,
				     bool is_hedge, uint32_t probe,
				     uint64_t now_ns);

/** Reserve the cost of a retry after this failure; false if the budget refuses
 *  it. Sets *cost_milli in either case, in thousandths of a token. */
bool bo_guard_reserve(struct backoff_guard *guard,
		      const struct backoff_outcome *outcome, uint64_t now_ns,
		      int64_t *cost_milli);

/** Whether a child of fork(2) has a copy of what the budget took for retries of
 *  its parent, so that a retry that it continues is paid for. */
bool bo_guard_inherits_costs(const struct backoff_guard *guard);

/** The same for a retry for which another process reserved *cost_milli, more
 *  than 0; it may cost less here. */
bool bo_guard_reserve_again(struct backoff_guard *guard, uint64_t now_ns,
			    int64_t *cost_milli);

/** An attempt will not be made or does not count: give back what it holds, and
 *  the cost that was reserved for it at since_ns. */
void bo_guard_give_back(struct backoff_guard *guard, int64_t held_milli,
			uint64_t since_ns, uint32_t probe);

/** An attempt was sent and will not be reported: what it holds is free again,
 *  but its cost is spent. */
void bo_guard_spend(struct backoff_guard *guard, int64_t held_milli,
		    uint32_t probe);

#endif
