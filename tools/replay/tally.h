/* Counts over all calls and replicas of one policy and operation. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_TALLY_H
#define RS_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/num.h"
#include "recorded/load.h"
#include "replay/sim_call.h"
#include "stats/samples.h"

#define RS_REPLICAS_MAX 1000
#define RS_STOPS BACKOFF_STOP_COUNT

/** Integers only, so that sums do not depend on the order of calls. Counts are
 *  over all replicas: means are counts divided by replicas. */
struct rs_tally {
	uint32_t replicas;
	/** Replayed and unlogged calls: rs_operation.calls. */
	uint64_t calls;
	/** By replica. */
	uint64_t *succeeded, *attempts;
	/** By call of the operation: replicas in which it succeeded; its
	 *  attempts in all replicas. */
	uint16_t *call_succeeded;
	uint32_t *call_attempts;
	/** Calls that left no line: they succeed at the first attempt. By such
	 *  call, replicas in which a breaker refused it; NULL if none was. */
	uint64_t unlogged_calls;
	uint16_t *unlogged_refused;
	/** Successes at the first attempt. */
	uint64_t first_try;
	/** Calls of rs_tally_add_first_try(); in other sums after
	 *  rs_tally_finish() only. */
	uint64_t first_tries;
	/** Successes if every unsupported attempt failed, and if the first one
	 *  of each call succeeded. */
	uint64_t least, most;
	/** Calls with an unsupported attempt. */
	uint64_t unsupported_calls;
	/** The policy has a budget or a breaker; number of calls that made no
	 *  attempt because a breaker was open; number of times one opened. */
	bool guarded;
	uint64_t refused_calls, opened;
	/** Attempts by bin of the load, other than first ones, which are in the
	 *  load; a first attempt that was not made counts -1. */
	const struct rs_load *load;
	int64_t *further;
	uint64_t stop[RS_STOPS];
	uint64_t support[RS_SUPPORT_COUNT];
	uint64_t backoff_ns;
	/** Sum over calls of the squares of their attempts in all replicas. */
	bo_u128 attempts_squared;
	/** Durations of calls that succeeded, and of those that failed. */
	struct tk_samples success, failure;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. The load must outlive the tally. */
enum backoff_status rs_tally_init(struct rs_tally *tally,
				  const struct rs_operation *operation,
				  const struct rs_load *load,
				  uint32_t replicas);
void rs_tally_clear(struct rs_tally *tally);

/** Empty it for another policy of the same operation. */
void rs_tally_reset(struct rs_tally *tally,
		    const struct rs_operation *operation);

/** Add attempts, other than first ones, to the load. */
static inline void
rs_tally_add_load(struct rs_tally *tally, uint64_t start_ns, int64_t attempts)
{
	if (tally->load->bins > 0)
		tally->further[rs_load_bin(tally->load, start_ns)] += attempts;
}

/**
 * Add the outcome of a call, except its duration and the load of its attempts.
 *
 * @param position  of the call in the operation
 * @param replica   first of @p weight replicas that have this outcome
 */
void rs_tally_add(struct rs_tally *tally, size_t position, uint32_t replica,
		  uint32_t weight, const struct rs_call_outcome *outcome);

/** Add the duration of a call in @p weight replicas. False if memory ran out.
 */
bool rs_tally_add_duration(struct rs_tally *tally,
			   const struct rs_call_outcome *outcome,
			   uint32_t weight);

/** Add a call that succeeds at its recorded first attempt in all replicas,
 *  except its duration. */
static inline void
rs_tally_add_first_try(struct rs_tally *tally, size_t position)
{
	tally->call_succeeded[position] = (uint16_t)tally->replicas;
	tally->call_attempts[position] = tally->replicas;
	tally->first_tries++;
}

/** Add all unlogged calls as successes, except to bounds and durations. */
void rs_tally_add_unlogged(struct rs_tally *tally);

/**
 * Turn the success of an unlogged call into a refusal by a breaker.
 *
 * @param k  its number among unlogged calls, from 0
 * @return false if memory ran out
 */
bool rs_tally_refuse_unlogged(struct rs_tally *tally, uint64_t k,
			      uint32_t replica, uint64_t now_ns);

/** Add the durations of unlogged calls that were not refused, which are 0.
 * False if memory ran out. */
bool rs_tally_add_unlogged_durations(struct rs_tally *tally);

/** Complete the sums when all calls have been added. */
void rs_tally_finish(struct rs_tally *tally,
		     const struct rs_operation *operation);

#endif
