/* Calls on the heap. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_STEP_H
#define BO_STEP_H

#include "retry/call.h"

/** Allocate and initialize a call with copies of the options, which has not
 *  entered its guard. Returns what backoff_call_new() does. */
enum backoff_status bo_call_make(struct backoff_retry *retry,
				 const struct backoff_call_options *options,
				 struct backoff_call **out);

#endif
