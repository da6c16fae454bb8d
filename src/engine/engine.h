/* Parts of the decision that hedges and loops use, too. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_ENGINE_H
#define BO_ENGINE_H

#include <stdbool.h>

#include <backoff/engine.h>

/** Whether a deadline has passed; BACKOFF_FOREVER never passes. */
bool bo_engine_has_passed(uint64_t deadline_ns, uint64_t now_ns);

/** Decide about the first attempt as backoff_engine_begin() does, without a
 *  state: false if the deadline has passed; else true, and the attempt's time
 *  limit. */
bool bo_engine_first(const struct backoff_policy *policy, uint64_t now_ns,
		     uint64_t deadline_ns, uint64_t *attempt_timeout_ns);

/** The time limit of the state's attempt if it begins at start_ns. */
uint64_t bo_engine_attempt_timeout(const struct backoff_policy *policy,
				   const struct backoff_state *state,
				   uint64_t start_ns);

/** The functions of <backoff/engine.h> with these names, without a check for
 *  NULL. */
void bo_engine_begin(const struct backoff_policy *policy,
		     struct backoff_state *state, uint64_t now_ns,
		     uint64_t deadline_ns, struct backoff_decision *out);
void bo_engine_join(struct backoff_state *state, struct backoff_guard *guard,
		    uint64_t now_ns, struct backoff_decision *out);
void bo_engine_resume(const struct backoff_policy *policy,
		      struct backoff_state *state, uint64_t now_ns,
		      struct backoff_decision *out);
void bo_engine_decide(const struct backoff_policy *policy,
		      struct backoff_state *state,
		      const struct backoff_outcome *outcome, uint64_t now_ns,
		      uint64_t draw, struct backoff_decision *out);
void bo_engine_stop(struct backoff_state *state, enum backoff_stop stop,
		    struct backoff_decision *out);

/** Decide that a call without policy, state or outcome is over; @p out may be
 *  NULL. */
void bo_engine_refuse_null(struct backoff_decision *out);

/** Empty a decision. */
void bo_engine_clear(struct backoff_decision *out);

/** Decide that the state's attempt may begin. */
void bo_engine_allow(const struct backoff_policy *policy,
		     const struct backoff_state *state, uint64_t now_ns,
		     struct backoff_decision *out);

/** Whether no attempt may follow the state's attempt. */
bool bo_engine_is_last(const struct backoff_policy *policy,
		       const struct backoff_state *state);

/** Count a failure, and say why it is not retried; NONE if it is, as far as can
 *  be said before a delay is drawn. */
enum backoff_stop bo_engine_refuse(const struct backoff_policy *policy,
				   struct backoff_state *state,
				   const struct backoff_outcome *outcome,
				   uint64_t now_ns);

/** The class of a failure; UNKNOWN, which has no rules, for a class of a later
 *  version. */
enum backoff_class bo_engine_class_of(const struct backoff_outcome *outcome);

/** Decide that the call is over. The rest of the decision stays as it is. */
void bo_engine_finish(struct backoff_state *state, enum backoff_stop stop,
		      struct backoff_decision *out);

#endif
