/* Counts over all calls and replicas of one policy and operation. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_TALLY_H
#define RS_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/num.h"
#include "recorded/load.h"
#include "replay/sim_call.h"
#include "replay/timeline.h"
#include "stats/samples.h"

#define RS_REPLICAS_MAX 1000
#define RS_STOPS BACKOFF_STOP_COUNT
#define RS_ALL_REPLICAS UINT32_MAX
/** Calls are counted by number of attempts up to one less; the last count is of
 *  those that make more, too. */
#define RS_MADE 16

/** Sums over the calls of one replica. */
struct rs_sums {
	uint64_t succeeded, attempts, first_try;
	/** Calls that made no attempt because a breaker was open. */
	uint64_t refused;
	/** Successes at both ends of what the log does not show: see
	 *  enum rs_bound. */
	uint64_t least, most;
	uint64_t stop[RS_STOPS];
};

typedef uint64_t (*rs_sum_fn)(const struct rs_sums *);

static inline uint64_t
rs_sum_succeeded(const struct rs_sums *sums)
{
	return sums->succeeded;
}

static inline uint64_t
rs_sum_least(const struct rs_sums *sums)
{
	return sums->least;
}

static inline uint64_t
rs_sum_most(const struct rs_sums *sums)
{
	return sums->most;
}

/** Integers only, so that sums do not depend on the order of calls. Counts are
 *  over all replicas: means are counts divided by replicas. */
struct rs_tally {
	uint32_t replicas;
	/** Posterior draws: replicas with the same remainder share one. */
	size_t draws;
	/** Replayed and unlogged calls: rs_operation.calls. */
	uint64_t calls;
	/** By replica; and of calls that are the same in all replicas, which
	 *  rs_tally_finish() adds to each. */
	struct rs_sums *replica, all;
	/** By call of the operation: replicas in which it succeeded; its
	 *  attempts in all replicas. */
	uint16_t *call_succeeded;
	uint32_t *call_attempts;
	/** Calls that left no line: they succeed at the first attempt. By such
	 *  call, replicas in which a breaker refused it; NULL if none was. */
	uint64_t unlogged_calls;
	uint16_t *unlogged_refused;
	/** A hash of what each call does in each replica: its attempts, their
	 *  outcomes, and the reason why it ends. And the sum of the factors of
	 *  replicas in it. */
	uint64_t hash, factors;
	/** Calls with an unsupported attempt. */
	uint64_t unsupported_calls;
	/** Attempts that are open, by kind: see enum rs_open. */
	uint64_t open[RS_OPEN_COUNT];
	/** The policy has a budget or a breaker; number of times one opened. */
	bool guarded;
	uint64_t opened;
	/** Calls by number of attempts. */
	uint64_t made[RS_MADE];
	/** Attempts by bin of the load, other than first ones, which are in the
	 *  load; a first attempt that was not made counts -1. */
	const struct rs_load *load;
	int64_t *further;
	/** The same by bin of a time-line; NULL without details. */
	const struct rs_timeline *timeline;
	int64_t *timeline_further;
	/** By bin: attempts that fail, first ones included. */
	uint64_t *failed;
	uint64_t support[RS_SUPPORT_COUNT];
	uint64_t backoff_ns;
	/** Durations of calls that succeeded, and of those that failed: what
	 *  all replicas share, and by replica. A replica may take back a shared
	 *  one: then its weight is -1. */
	struct tk_samples success, failure;
	struct tk_samples *success_in, *failure_in;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. The load must outlive the tally. */
enum backoff_status rs_tally_init(struct rs_tally *tally,
				  const struct rs_operation *operation,
				  const struct rs_load *load, uint32_t replicas,
				  size_t draws);
void rs_tally_clear(struct rs_tally *tally);

/** Count attempts by bin of a time-line, too, which must outlive the tally.
 *  BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_tally_follow(struct rs_tally *tally,
				    const struct rs_timeline *timeline);

/** Empty it for another policy of the same operation. */
void rs_tally_reset(struct rs_tally *tally,
		    const struct rs_operation *operation);

/** Add attempts, other than first ones, to the load. */
static inline void
rs_tally_add_load(struct rs_tally *tally, uint64_t start_ns, int64_t attempts)
{
	if (tally->load->bins > 0)
		tally->further[rs_load_bin(tally->load, start_ns)] += attempts;
	if (tally->timeline)
		tally->timeline_further[rs_timeline_bin(tally->timeline,
							start_ns)] += attempts;
}

/** Add failed attempts to the bin in which they began. */
static inline void
rs_tally_add_failed(struct rs_tally *tally, uint64_t start_ns,
		    uint32_t attempts)
{
	if (tally->load->bins > 0)
		tally->failed[rs_load_bin(tally->load, start_ns)] += attempts;
}

/**
 * Add the outcome of a call, except its duration, the load of its attempts and
 * the bounds.
 *
 * @param position  of the call in the operation
 * @param replica   which; RS_ALL_REPLICAS: the same in all of them
 */
void rs_tally_add(struct rs_tally *tally, size_t position, uint32_t replica,
		  const struct rs_call_outcome *outcome);

/** Add whether a call succeeds at both ends of what the log does not show. */
void rs_tally_add_bounds(struct rs_tally *tally, uint32_t replica,
			 uint64_t least, uint64_t most);

/** Add the duration of a call. False if memory ran out. */
bool rs_tally_add_duration(struct rs_tally *tally, uint32_t replica,
			   const struct rs_call_outcome *outcome);

/** Take a duration of a success back that all replicas share. False if memory
 *  ran out. */
bool rs_tally_take_back(struct rs_tally *tally, uint32_t replica, uint64_t ns);

/** Add a call that succeeds at its recorded first attempt in all replicas,
 *  except its duration. */
void rs_tally_add_first_try(struct rs_tally *tally, size_t position,
			    uint64_t start_ns, uint64_t end_ns);

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

/** Complete the sums when all calls have been added. */
void rs_tally_finish(struct rs_tally *tally);

/** Whether a call did the same in all replicas as was recorded: as many
 *  attempts, and the same end. */
bool rs_tally_as_recorded(const struct rs_tally *tally,
			  const struct rs_log *log,
			  const struct rs_operation *operation,
			  size_t position);

#endif
