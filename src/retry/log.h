/* Events of a call that is watched. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_LOG_H
#define BO_LOG_H

#include "retry/call.h"

/** The breaker changed its state with this decision. */
void bo_log_transition(struct backoff_call *call, uint64_t now_ns);

/** An attempt began: count it, and log it if starts are logged. */
void bo_log_start(struct backoff_call *call, uint64_t now_ns);

/** Attempt @p number ended, with this outcome and the call's decision. */
void bo_log_end(struct backoff_call *call,
		const struct backoff_outcome *outcome, uint32_t number,
		uint64_t now_ns);

/** The call ended between attempts, or with one under way. */
void bo_log_stop(struct backoff_call *call, bool running, uint64_t now_ns);

/** An attempt under way lost to another one. */
void bo_log_lost(struct backoff_call *call, struct backoff_lane *lane,
		 uint64_t now_ns);

/** Log a change of the breaker's state, if there was one and the call is
 *  watched. */
static inline void
bo_log_breaker(struct backoff_call *call, uint64_t now_ns)
{
	if (call->decision.breaker_changed != BACKOFF_BREAKER_NONE &&
	    bo_call_is_watched(call))
		bo_log_transition(call, now_ns);
}

#endif
