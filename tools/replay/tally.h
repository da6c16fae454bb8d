/* Counts over all calls and replicas of one policy and operation. */
#ifndef RS_TALLY_H
#define RS_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "recorded/load.h"
#include "base/num.h"
#include "recorded/random.h"
#include "replay/replay.h"
#include "stats/samples.h"

#define RS_REPLICAS_MAX 1000
#define RS_STOPS (BACKOFF_STOP_SLEEP_FAILED + 1)

/** Integers only: the sum does not depend on the order of calls. Every
 * count is over all replicas, so the mean is the count by replicas. */
struct rs_tally {
	uint32_t replicas;
	/** Calls that were replayed; rs_operation.calls with those at once. */
	uint64_t calls;
	/** By replica. */
	uint64_t *succeeded, *attempts;
	/** By replayed call of the operation: replicas that succeeded. */
	uint16_t *call_succeeded;
	/** Calls of the operation that left no line, and succeed at once; by
	 *  such call the replicas in which a breaker refused it, or NULL if it
	 *  refused none. */
	uint64_t unlogged_calls;
	uint16_t *once_refused;
	uint64_t first_try;
	/** Successes if every unsupported attempt failed, and if the first of
	 *  each call succeeded. */
	uint64_t least, most;
	/** Calls with an unsupported attempt. */
	uint64_t unsupported_calls;
	/** The policy has a budget or a breaker; calls that made no attempt,
	 *  since a breaker was open; how often one opened. */
	bool guarded;
	uint64_t refused_calls, opened;
	/** Attempts by bin of the load, first ones apart: those are in it, and
	 *  the ones that were not made count below 0. */
	const struct rs_load *load;
	int64_t *further;
	uint64_t stop[RS_STOPS];
	uint64_t support[RS_SUPPORT_COUNT];
	uint64_t backoff_ns;
	/** Squares of the attempts of a call, summed over its replicas. */
	bo_u128 attempts_squared;
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

/** Count attempts beside the first ones of all calls. */
static inline void
rs_tally_load(struct rs_tally *tally, uint64_t start_ns, int64_t attempts)
{
	if (tally->load->bins > 0)
		tally->further[rs_load_bin(tally->load, start_ns)] += attempts;
}

/**
 * What no policy changes: calls that succeeded at the first attempt, as
 * samples with the weight of all replicas; sorted.
 *
 * @param longest_ns  set to the longest of them
 */
bool rs_first_tries(const struct rs_log *log,
		    const struct rs_operation *operation, uint32_t replicas,
		    struct tk_samples *out, uint64_t *longest_ns);

/**
 * Replay all calls of an operation.
 *
 * @param longest_ns   of rs_first_tries()
 * @param shared       set to whether the samples of rs_first_tries() belong to
 *                     the successes: not if the policy would cut some of them
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status rs_tally_run(struct rs_tally *tally,
				 const struct rs_run *run, uint64_t longest_ns,
				 bool *shared);

#endif
