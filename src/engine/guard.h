/* Budget and breaker: their state, and the moments of a call at which they are
 * asked or told. Everything is atomic; time is an argument. */
#ifndef BO_GUARD_H
#define BO_GUARD_H

#include <stdatomic.h>
#include <stdbool.h>

#include <backoff/engine.h>
#include <backoff/guard.h>

#include "policy/policy.h"

/** A sliding window is so many slices. */
#define BO_SLICES 10

/** Sums over the last window of time, slice by slice; a slice of zero is empty.
 *  What is added in a slice counts for the window that it begins, and is gone
 *  when the slice is. */
struct bo_slices {
	atomic_uint_fast64_t slice[BO_SLICES];
};

/** The sum over the window that ends at now_ns. */
int64_t bo_slices_sum(const struct bo_slices *slices, uint64_t window_ns,
		      uint64_t now_ns);
void bo_slices_add(struct bo_slices *slices, uint64_t window_ns,
		   uint64_t now_ns, int64_t amount);

/** Undo an addition that was made at then_ns, if it still counts. */
void bo_slices_take_back(struct bo_slices *slices, uint64_t window_ns,
			 uint64_t then_ns, int64_t amount);
void bo_slices_clear(struct bo_slices *slices);

struct bo_budget {
	/** Thousandths: of a token bucket or throttle. */
	atomic_int_fast64_t tokens_milli;
	/** Concurrency: calls, and retries decided or under way. */
	atomic_int_fast64_t calls, retries;
	/** Ratio: deposits less withdrawals, in thousandths of a retry. */
	struct bo_slices balance;
};

struct bo_breaker {
	/** The state: see breaker.c. */
	atomic_uint_fast64_t word;
	/** When it opened last. */
	atomic_uint_fast64_t since_ns;
	/** The last outcomes, by count: how many there were ever, and before
	 *  the window began; the generation above the failures in it... */
	atomic_uint_fast64_t position, first, failures;
	atomic_ushort *outcome;
	/** ...or by time. */
	struct bo_slices all, failed;
};

struct backoff_guard {
	const struct backoff_policy *policy;
	/** In a table: which target, how many hold it, when it was taken. */
	char *target;
	uint32_t holders;
	uint64_t used;
	struct backoff_guard *next;
	/** What all threads write, apart from what they only read and from each
	 *  other: a line of cache that another thread writes has to be fetched
	 *  for every look at it. */
	_Alignas(64) struct bo_budget budget;
	_Alignas(64) struct bo_breaker breaker;
};

/** Whether its policy has a breaker. */
bool bo_guard_has_breaker(const struct backoff_guard *guard);

/** A call begins: may it? Sets what the state holds of the guard. */
enum backoff_stop bo_guard_begin(struct backoff_guard *guard,
				 struct backoff_state *state, uint64_t now_ns,
				 struct backoff_decision *out);

/** A call that began elsewhere goes on here: it is counted, and the breaker is
 *  asked when its wait is over. */
void bo_guard_rejoin(struct backoff_guard *guard, struct backoff_state *state);

/** The attempt after a wait begins: may it still? */
enum backoff_stop bo_guard_resume(struct backoff_guard *guard,
				  struct backoff_state *state, uint64_t now_ns,
				  struct backoff_decision *out);

/** An attempt ended. A failure is retryable if it is one of the target, not of
 *  the request. */
void bo_guard_report(struct backoff_guard *guard, struct backoff_state *state,
		     const struct backoff_outcome *outcome, bool retryable,
		     uint64_t now_ns, struct backoff_decision *out);

/** A retry was decided: reserve its cost, or say BACKOFF_STOP_BUDGET. */
enum backoff_stop bo_guard_reserve(struct backoff_guard *guard,
				   struct backoff_state *state,
				   const struct backoff_outcome *outcome,
				   uint64_t now_ns,
				   struct backoff_decision *out);

/** A retry that was decided elsewhere is to be made here: reserve its cost as
 *  the policy at hand has it, or say BACKOFF_STOP_BUDGET. */
enum backoff_stop bo_guard_reserve_again(struct backoff_guard *guard,
					 struct backoff_state *state,
					 int64_t cost_milli, uint64_t now_ns);

/** Give back what the state holds for an attempt that will not be made, or does
 *  not count. */
void bo_guard_give_back(struct backoff_guard *guard,
			struct backoff_state *state);

/** An attempt that was sent will not be reported: the place that it took is
 *  free again, its price is not. */
void bo_guard_spend(struct backoff_guard *guard, struct backoff_state *state);

/** The call is over: give back what it holds. */
void bo_guard_end(struct backoff_guard *guard, struct backoff_state *state);

#endif
