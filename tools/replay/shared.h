/* Replays calls that share a budget or a breaker, together and in order of
 * time, through the library's guards. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SHARED_H
#define RS_SHARED_H

#include "replay/tally.h"

/**
 * Replay all calls of an operation. Each target and replica has a guard, full
 * and closed when the log begins.
 *
 * @param tally  empty
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status rs_shared_run(struct rs_tally *tally,
				  const struct rs_run *run);

#endif
