/* Rounds of several attempts of one call at once. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_RETRY_HEDGE_H
#define BO_RETRY_HEDGE_H

#include "retry/call.h"

/** Begin the first attempt of a round. */
void bo_hedge_start(struct backoff_call *call, uint64_t now_ns,
		    struct backoff_attempt *attempt);

/** With attempts under way: begin another (true), or set the time at which to
 *  ask again in the decision. */
bool bo_hedge_next(struct backoff_call *call, uint64_t now_ns,
		   struct backoff_attempt *attempt);

/** The number of an attempt under way. */
uint32_t bo_hedge_running(const struct backoff_hedges *hedges);

/** Attempt @p number ended. BACKOFF_E_STATE if it is not under way. */
enum backoff_status bo_hedge_report(struct backoff_call *call, uint32_t number,
				    struct backoff_outcome *outcome,
				    uint64_t now_ns);

/** The call is over: log the attempts under way as lost, except the newest,
 *  which becomes the call's attempt, as if it were alone. */
void bo_hedge_abandon(struct backoff_call *call, uint64_t now_ns);

#endif
