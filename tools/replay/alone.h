/* Replays calls that share nothing, each by itself. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_ALONE_H
#define RS_ALONE_H

#include "replay/tally.h"

/** Durations of calls that succeeded at their recorded first attempt and of
 *  unlogged ones: mostly the same under all policies, so sorted once. */
struct rs_first_tries {
	struct tk_samples durations;
	uint64_t longest_ns;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_first_tries_init(struct rs_first_tries *first_tries,
					const struct rs_log *log,
					const struct rs_operation *operation);
void rs_first_tries_clear(struct rs_first_tries *first_tries);

/**
 * Replay all calls of an operation.
 *
 * @param tally     empty
 * @param included  set to whether the durations of @p first_tries belong to the
 *                  result, and were left out of the tally; not if the policy
 *                  would cut some of them short
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status rs_alone_run(struct rs_tally *tally,
				 const struct rs_run *run,
				 const struct rs_first_tries *first_tries,
				 bool *included);

#endif
