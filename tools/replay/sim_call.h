/* One simulated call of a log: the production engine in virtual time. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SIM_CALL_H
#define RS_SIM_CALL_H

#include "base/num.h"
#include "estimate/estimate.h"
#include "recorded/log.h"
#include "recorded/near.h"

/** Maximum number of replayed attempts per call, whatever its policy allows: no
 *  log shows the outcome of more. */
#define RS_ATTEMPTS_MAX 10000

/** Data shared by all calls of one operation under one policy. */
struct rs_run {
	const struct rs_log *log;
	const struct rs_operation *operation;
	const struct rs_near *near;
	const struct rs_estimator *estimator;
	/** The estimator's state, and the assumption about the fate of calls:
	 *  see rs_question. */
	const void *estimate;
	uint32_t family;
	const struct backoff_policy *policy;
	/** The policy that wrote the log; NULL if unknown. */
	const struct backoff_policy *logged_policy;
	/** By attempt of the trace: see rs_recover_draws(). */
	const uint64_t *draw;
	uint64_t seed;
};

/** Whether the outcome of an attempt is known without a draw. */
enum rs_known {
	RS_KNOWN_NOT,
	RS_KNOWN_FAILS,
	RS_KNOWN_SUCCEEDS,
};

/** What leaves the outcome of an attempt open. */
enum rs_open {
	RS_OPEN_NOTHING,
	/** The fate of its call: whether trouble of its own lasts that long. */
	RS_OPEN_FATE,
	/** A shorter limit than the policy's cut the recorded attempt, or one
	 *  like it. */
	RS_OPEN_TIMEOUT,
	/** The policy's limit cut an attempt of the call that was recorded to
	 *  succeed later: the call itself may be slow. */
	RS_OPEN_SLOW,
	/** It begins outside the time that the log covers. */
	RS_OPEN_TIME,
	RS_OPEN_COUNT
};

/** An attempt, and the decision if it fails. */
struct rs_attempt {
	uint64_t start_ns;
	/** End of the attempt if it succeeds, and if it fails. */
	uint64_t success_ns, failure_ns;
	/** If its outcome is not known, it fails if the draw for the target is
	 *  below the first one, or that for the fate of its call below the
	 *  second. */
	uint64_t target_fails_below, fate_fails_below;
	/** The wait after its failure. */
	uint64_t delay_ns;
	enum rs_support support;
	/** Not NOTHING only if it is unsupported. */
	enum rs_open open;
	enum rs_known known;
	/** Reason why its failure ends the call; NONE: another attempt
	 *  follows. */
	enum backoff_stop stop;
};

/** The outcome of a call, and sums over its attempts. */
struct rs_call_outcome {
	uint64_t start_ns, end_ns;
	/** Sum of its waits. */
	uint64_t backoff_ns;
	uint32_t attempts;
	/** Attempts by support class. */
	uint32_t support[RS_SUPPORT_COUNT];
	/** Attempts that are open, by kind. */
	uint32_t open[RS_OPEN_COUNT];
	/** A hash of the attempts and their outcomes. */
	uint64_t did;
	/** Number of times it opened a breaker. */
	uint32_t breaker_opened;
	enum backoff_stop stop;
};

/** A call under way. */
struct rs_sim_call {
	/** Index of the recorded call in the log. */
	size_t index;
	uint32_t replica;
	struct backoff_state state;
	struct backoff_decision decision;
	/** The attempt under way, or the last one made. */
	struct rs_attempt attempt;
	/** Outcome that the attempt reports if it fails; if @ref like is set,
	 *  that of the recorded failure there, once it does. */
	struct backoff_outcome failure;
	const struct rs_near_item *like;
	/** Whether that attempt fails; for the caller. */
	bool fails;
	/** Whether the policy's limit cut a recorded success. */
	bool slow;
	/** Its outcome so far. */
	struct rs_call_outcome outcome;
};

/** Outcome of unsupported attempts, to find the bounds of a result. Where only
 *  the fate of the call is open, what is known of the target still counts. */
enum rs_bound {
	/** The drawn outcome. */
	RS_BOUND_NONE,
	RS_BOUND_ALL_FAIL,
	RS_BOUND_ALL_SUCCEED,
};

/** Start of the recorded call. */
uint64_t rs_recorded_start_ns(const struct rs_run *run, size_t index);

/** Whether the recorded call succeeded at its first attempt. */
bool rs_recorded_first_try(const struct rs_run *run, size_t index);

/** Begin a call as it was recorded. */
void rs_sim_call_begin(struct rs_sim_call *call, const struct rs_run *run,
		       size_t index, uint32_t replica, uint64_t now_ns);

/** Begin the attempt that was decided on: take it from the log, or estimate it.
 *  Its delay and stop are set by rs_sim_call_decide(). */
void rs_sim_call_attempt(struct rs_sim_call *call, const struct rs_run *run,
			 uint64_t now_ns);

/**
 * Whether an attempt of a call fails, by what is known or by a draw.
 *
 * @param number  of the attempt, from 1
 */
bool rs_sim_call_fails(struct rs_sim_call *call, const struct rs_run *run,
		       const struct rs_attempt *attempt, uint32_t number,
		       enum rs_bound bound);

/** End the attempt under way: let the engine decide what follows, and count the
 *  attempt. The call is over if the decision is BACKOFF_ACTION_DONE. */
void rs_sim_call_decide(struct rs_sim_call *call, const struct rs_run *run,
			bool failed);

/** Whether the last decision, after a failure, may be another in another
 *  replica: the log does not show the draw of the wait. */
bool rs_sim_call_drew(const struct rs_sim_call *call, const struct rs_run *run);

/** Count a breaker that the last decision opened. */
static inline void
rs_sim_call_note_breaker(struct rs_sim_call *call)
{
	call->outcome.breaker_opened +=
		call->decision.breaker_changed == BACKOFF_BREAKER_OPEN;
}

/** Add an attempt to the outcome of its call. */
static inline void
rs_call_outcome_add(struct rs_call_outcome *outcome,
		    const struct rs_attempt *attempt, bool failed)
{
	outcome->attempts++;
	outcome->support[attempt->support]++;
	outcome->open[attempt->open]++;
	outcome->did = bo_mix64(outcome->did + attempt->start_ns + failed);
	if (failed) {
		outcome->backoff_ns += attempt->delay_ns;
		outcome->stop = attempt->stop;
		outcome->end_ns = attempt->failure_ns;
	} else {
		outcome->stop = BACKOFF_STOP_SUCCESS;
		outcome->end_ns = attempt->success_ns;
	}
}

/** A hash of what the call did: its attempts, their outcomes, and its end. */
static inline uint64_t
rs_call_outcome_hash(const struct rs_call_outcome *outcome)
{
	return bo_mix64(outcome->did + bo_mix64(outcome->end_ns) +
			(uint64_t)outcome->stop);
}

#endif
