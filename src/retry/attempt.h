/* One attempt of a call: its start, the decision after it, the follow-up. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_ATTEMPT_H
#define BO_ATTEMPT_H

#include <stddef.h>
#include <string.h>

#include "base/sized.h"
#include "outcome/outcome.h"
#include "retry/call.h"

/** Describe an attempt. Field by field: gcc -O2 would clear the whole struct
 * with "rep stos", which takes longer to start than all of this. */
static inline void
bo_attempt_fill(struct backoff_attempt *attempt, uint32_t number,
		uint32_t max_attempts, uint64_t start_ns, uint64_t timeout_ns,
		const struct backoff_cancel *cancel, enum backoff_kind kind)
{
	attempt->number = number;
	attempt->max_attempts = max_attempts;
	attempt->start_ns = start_ns;
	attempt->give_up_ns = bo_add_sat(start_ns, timeout_ns);
	attempt->cancel = cancel;
	attempt->kind = kind;
	/* All that later versions may add. */
	memset((char *)attempt + BO_END_OF(backoff_attempt, kind), 0,
	       sizeof(*attempt) - BO_END_OF(backoff_attempt, kind));
}

/** Begin the attempt that the decision asks for. */
void bo_attempt_start(struct backoff_call *call, uint64_t now_ns,
		      struct backoff_attempt *attempt);

/** Let the caller's classifier change the outcome, turn one that was never set
 *  into a failure, and find the texts of a failure. */
static inline void
bo_attempt_classify(const struct backoff_retry *r,
		    const struct backoff_call_options *options,
		    struct backoff_outcome *outcome)
{
	if (outcome->kind == BACKOFF_OUTCOME_SUCCESS && r->classify == NULL)
		return;
	/* It is the library's, and all there: a function that assigned to all
	 * of it has written its own size. */
	outcome->size = sizeof(*outcome);
	if (r->classify != NULL) {
		bo_outcome_resolve(outcome);
		r->classify(bo_call_user(options, r->classify_user), outcome);
		outcome->size = sizeof(*outcome);
	}
	if (outcome->kind == BACKOFF_OUTCOME_SUCCESS)
		return;
	if (!bo_outcome_is_reported(outcome))
		bo_outcome_blame(outcome);
	bo_outcome_resolve(outcome);
}

/** Decide about the attempt under way, which ended at now_ns with a classified
 *  outcome. */
void bo_attempt_decide(struct backoff_call *call,
		       const struct backoff_outcome *outcome, uint64_t now_ns);

/** Attempt @p number ended at now_ns and a decision was made: log it, keep the
 *  outcome, discard the result if another attempt follows. */
void bo_attempt_follow(struct backoff_call *call,
		       const struct backoff_outcome *outcome, uint32_t number,
		       uint64_t now_ns);

#endif
