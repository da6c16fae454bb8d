/* The life of a call outside its attempts: begin, wait, resume, stop. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_LIFECYCLE_H
#define BO_LIFECYCLE_H

#include "retry/call.h"

/** Begin a call at now_ns: bo_call_init(), bo_call_take_guard() and
 *  bo_call_enter(). BACKOFF_E_NOMEM if there is none for its target. */
enum backoff_status bo_call_begin(struct backoff_call *call,
				  struct backoff_retry *retry,
				  const struct backoff_call_options *options,
				  uint64_t now_ns,
				  struct backoff_answer *answer);

/** Ask the guard whether the call may begin, and stop it if the guard or its
 *  deadline forbids. */
void bo_call_enter(struct backoff_call *call, uint64_t now_ns);

/** Wait for the next attempt or round; afterwards the call is ready or over. */
void bo_call_wait(struct backoff_call *call);

/** Continue after a wait that ended at now_ns. */
void bo_call_resume(struct backoff_call *call, uint64_t now_ns);

/** End a call between attempts, or with some under way. */
void bo_call_stop(struct backoff_call *call, enum backoff_stop stop,
		  uint64_t now_ns);

/** Return to the guard what a saved call holds. The call is over for this
 *  process, and still open in the log. */
void bo_call_leave(struct backoff_call *call);

#endif
