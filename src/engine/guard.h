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

/** Sums over the last window of time, slice by slice. */
struct bo_slices {
	struct {
		/** Number of the slice since time 0, and its sum. */
		atomic_uint_fast64_t number;
		atomic_int_fast64_t sum;
	} slice[BO_SLICES];
};

/** The sum over the window that ends at now_ns. */
int64_t bo_slices_sum(const struct bo_slices *slices, uint64_t window_ns,
		      uint64_t now_ns);
void bo_slices_add(struct bo_slices *slices, uint64_t window_ns,
		   uint64_t now_ns, int64_t amount);

struct bo_budget {
	/** Thousandths: of a token bucket or throttle. */
	atomic_int_fast64_t tokens_milli;
	/** Concurrency: calls, and retries decided or under way. */
	atomic_int_fast64_t calls, retries;
	/** Ratio: deposits less withdrawals, in thousandths of a retry. */
	struct bo_slices balance;
};

struct bo_breaker {
	/** The state's two bits below the time it was entered. */
	atomic_uint_fast64_t state;
	/** Half open: attempts let through, and how many came back well. */
	atomic_uint probes, successes;
	/** The last outcomes (1 success, 2 failure), by count... */
	atomic_uint_fast64_t position;
	atomic_int failures;
	atomic_uchar *outcome;
	/** ...or by time. */
	struct bo_slices all, failed;
};

struct backoff_guard {
	const struct backoff_policy *policy;
	struct bo_budget budget;
	struct bo_breaker breaker;
	/** In a table: which target, how many hold it, when it was taken. */
	char *target;
	uint32_t holders;
	uint64_t used;
	struct backoff_guard *next;
};

/** Whether its policy has a breaker. */
bool bo_guard_has_breaker(const struct backoff_guard *guard);

/** A call begins: may it? Sets what the state holds of the guard. */
enum backoff_stop bo_guard_begin(struct backoff_guard *guard,
				 struct backoff_state *state, uint64_t now_ns,
				 struct backoff_decision *out);

/** The attempt after a wait begins: may it still? */
enum backoff_stop bo_guard_resume(struct backoff_guard *guard,
				  struct backoff_state *state, uint64_t now_ns,
				  struct backoff_decision *out);

/** An attempt ended. */
void bo_guard_report(struct backoff_guard *guard, struct backoff_state *state,
		     const struct backoff_outcome *outcome, bool retryable,
		     uint64_t now_ns, struct backoff_decision *out);

/** A retry was decided: reserve its cost, or say BACKOFF_STOP_BUDGET. */
enum backoff_stop bo_guard_reserve(struct backoff_guard *guard,
				   struct backoff_state *state,
				   const struct backoff_outcome *outcome,
				   uint64_t now_ns,
				   struct backoff_decision *out);

/** The call is over: give back what it holds. */
void bo_guard_end(struct backoff_guard *guard, struct backoff_state *state,
		  uint64_t now_ns);

#endif
