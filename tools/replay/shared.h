/* Calls that share a budget or a breaker: all of an operation in the order of
 * time, through the guards that production has. */
#ifndef RS_SHARED_H
#define RS_SHARED_H

#include "replay/tally.h"

/**
 * Replay all calls of an operation under a policy whose calls share: one guard
 * for each target, full and closed at the begin of the log, in each replica.
 *
 * @param tally  empty
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status rs_crowd_run(struct rs_tally *tally,
				 const struct rs_run *run);

#endif
