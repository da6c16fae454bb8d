/* Calls whose retries meet what their first attempt met: a test of a fit. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_STUCK_H
#define RS_STUCK_H

#include <stdbool.h>

#include "estimate/posterior.h"

/**
 * Whether the retries of an operation fail more often than a fit says.
 *
 * First attempts of other calls on the target show what it does at the time of
 * a retry. If retries fail more often than those, the calls that failed have
 * something in common with themselves that others do not have: a host, a shard,
 * a lock. Fates that the fit knows explain some of it.
 *
 * @param found  set
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status rs_stuck_find(const struct rs_suspects *suspects,
				  const struct rs_posterior *posterior,
				  size_t operation, bool *found);

#endif
