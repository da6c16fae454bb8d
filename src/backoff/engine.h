/* The decision to attempt, wait or stop. Pure: no clock, sleep, memory, I/O. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_ENGINE_H
#define BACKOFF_ENGINE_H

#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/clock.h>
#include <backoff/outcome.h>
#include <backoff/policy.h>
#include <backoff/status.h>
#include <backoff/words.h>

BACKOFF_BEGIN_DECLS

/** The caller's next action. */
enum backoff_action {
	BACKOFF_ACTION_ATTEMPT,
	BACKOFF_ACTION_WAIT,
	BACKOFF_ACTION_DONE,
};

/** Shared by the calls to one target: see <backoff/guard.h>. */
struct backoff_guard;

/** The whole state of one call: flat, may be copied and compared. Begin with
 *  BACKOFF_INIT(struct backoff_state). Only backoff_engine_begin() sets it; any
 *  field may be read. */
struct backoff_state {
	/** sizeof(struct backoff_state): lets the struct grow. */
	uint32_t size;
	/** Number of the current or next attempt, from 1. */
	uint32_t attempt;
	enum backoff_stop stop;
	/** Attempts that were reported. */
	uint32_t finished;
	uint64_t start_ns;
	/** Absolute; BACKOFF_FOREVER without a deadline, and before the first
	 *  failure if the policy's counts from there. */
	uint64_t deadline_ns;
	/** Start of the current attempt, or earliest start of the next one. */
	uint64_t attempt_start_ns;
	/** The last computed delay, without a hint: the input of decorrelated
	 *  jitter. */
	uint64_t previous_delay_ns;
	/** Sum of all delays decided so far. The library's loops take off the
	 *  rest of a wait that ends early. */
	uint64_t backoff_ns;
	/** Failed attempts that do not count towards max_attempts. */
	uint32_t uncounted;
	/** Failed attempts before the curve was last reset, by a hint or by an
	 *  attempt as long as `reset_after`. */
	uint32_t curve_start;
	/** By class: failures since such an attempt that did not count. */
	uint32_t uncounted_by_class[BACKOFF_CLASS_COUNT];
	/** 1: the call is idempotent. backoff_engine_begin() sets 1, and
	 *  the caller may set 0 after it. */
	uint32_t idempotent;
	/** Not 0: the guard counts this call, in the process that this number
	 *  stands for. A child of fork(2) has another: see
	 *  backoff_guard_new(). */
	uint32_t guarded;
	/** Not 0: the current attempt probes a half-open breaker. */
	uint32_t probe;
	/** 1: an attempt failed that may be repeated. */
	uint32_t failed;
	/** The number, from 1, of its sender's attempt in which the request
	 *  came that this call serves; 0: unknown. backoff_engine_begin() sets
	 *  0, and the caller may set it after that. */
	uint32_t inbound_attempt;
	/** 1: the current attempt is a hedge, whose cost does not come back
	 *  with its success. */
	uint32_t hedged;
	/** Cost reserved in the budget for the current or next retry. */
	int64_t held_milli;
	/** Time of that reservation. */
	uint64_t held_since_ns;
	/** The guard that the call shares with others; NULL: none. Set by
	 *  backoff_engine_join(). */
	struct backoff_guard *guard;
	/** Attempts begun in the round that continues after this wait, for
	 *  which there is no delay; 0: a new round begins after it. */
	uint32_t round_begun;
	/** A bit for each class of the failures in a round under way. */
	uint32_t round_classes;
};

/** The law that a delay is drawn from: uniform between low and high, then not
 *  above ceiling. */
struct backoff_delay {
	enum backoff_jitter law;
	/** 1 if draws above the ceiling are possible; they are cut to it. */
	int capped;
	uint64_t low_ns, high_ns, ceiling_ns;
	/** Zero. */
	uint64_t reserved[2];
};

/** The next action, and the reason for it. Begin with BACKOFF_INIT(struct
 *  backoff_decision). */
struct backoff_decision {
	/** sizeof(struct backoff_decision): lets the struct grow. */
	uint32_t size;
	enum backoff_action action;
	/** Set with BACKOFF_ACTION_DONE. */
	enum backoff_stop stop;
	/** The attempt to make now or after the wait, from 1; the last one
	 *  made with BACKOFF_ACTION_DONE, 0 if there was none. */
	uint32_t attempt;
	/** With BACKOFF_ACTION_WAIT: the delay, its end, and the law that it
	 *  was drawn from. A hint that a computed delay exceeds does not raise
	 *  the bounds of that law. With BACKOFF_STOP_BUDGET: the delay that the
	 *  refused retry would have had. */
	uint64_t delay_ns;
	uint64_t not_before_ns;
	struct backoff_delay law;
	/** The effect of a hint. If it was honoured or clamped, delay and law
	 *  are the hint's; else they are computed from the policy. */
	enum backoff_hint_action hint_action;
	/** The state that the breaker changed to, or NONE. */
	enum backoff_breaker breaker_changed;
	/** The cost of the retry in thousandths of a token, even if the budget
	 *  refused it. */
	int64_t cost_milli;
	/** With BACKOFF_ACTION_ATTEMPT and WAIT: the time limit of that
	 *  attempt, at most the time left before the deadline;
	 *  BACKOFF_FOREVER. */
	uint64_t attempt_timeout_ns;
};

/** One of several concurrent attempts. */
struct backoff_lane {
	/** Its number; 0: the lane is free. */
	uint32_t attempt;
	/** Resources of the guard that it holds, as in the state. */
	uint32_t probe;
	int64_t held_milli;
	uint64_t held_since_ns;
	enum backoff_kind kind;
	/** Its start, and its time limit, as in the decision. */
	uint64_t start_ns;
	uint64_t attempt_timeout_ns;
	/** For the caller: the process's attempts in flight when this one
	 *  began. The engine sets 0 and does not read it. */
	uint64_t in_flight;
	/** Zero. */
	uint64_t reserved[4];
};

/** The concurrent attempts of one call, under a policy that hedges: flat, may
 *  be copied. A round begins with one attempt, and is over when all its
 *  attempts have failed. Begin with BACKOFF_INIT(struct backoff_hedges). Only
 *  backoff_engine_hedges_begin() sets it; any field may be read. */
struct backoff_hedges {
	/** sizeof(struct backoff_hedges): lets the struct grow. */
	uint32_t size;
	uint32_t running;
	/** Further attempts that may still begin in this round. */
	uint32_t left;
	/** Attempts that began in this round. */
	uint32_t begun;
	/** 1: a server forbade a retry while other attempts were running. */
	uint32_t forbidden;
	/** Earliest start of the next attempt. */
	uint64_t next_ns;
	struct backoff_lane lane[BACKOFF_HEDGES_MAX + 1];
	/** By the hints of failures in this round, the earliest time of another
	 *  attempt; 0: there were no hints. 1: the hint was longer than
	 *  `server_hint.max`. */
	uint64_t hint_until_ns;
	uint32_t hint_clamped;
	/** The longest hint that was too long and ends the call; 0: none. */
	uint64_t hint_too_long_ns;
	/** When the last attempt has failed: the hint that the decision heeds,
	 *  its own or what is left of an earlier one. */
	struct backoff_hint hint;
};

/**
 * Begin a call.
 *
 * @param state        set
 * @param now_ns       the caller's monotonic time
 * @param deadline_ns  an absolute limit of the caller, BACKOFF_FOREVER for
 *                     none; if the policy has a deadline, the earlier of the
 *                     two applies once the policy's counts (`deadline_from`)
 * @param out          BACKOFF_ACTION_ATTEMPT, or BACKOFF_ACTION_DONE with
 *                     BACKOFF_STOP_DEADLINE if the limit has already passed
 */
BACKOFF_API void backoff_engine_begin(const struct backoff_policy *policy,
				      struct backoff_state *state,
				      uint64_t now_ns, uint64_t deadline_ns,
				      struct backoff_decision *out);

/**
 * Let a call share a budget and a breaker with other calls to its target. Call
 * it right after backoff_engine_begin(), before the first attempt.
 *
 * @param guard  of the same policy; must outlive the call
 * @param out    as backoff_engine_begin() left it; DONE with
 *               BACKOFF_STOP_BREAKER_OPEN if the breaker is open: then there
 *               was no attempt, and no random number is used
 */
BACKOFF_API void backoff_engine_join(struct backoff_state *state,
				     struct backoff_guard *guard,
				     uint64_t now_ns,
				     struct backoff_decision *out);

/**
 * Decide after an attempt. O(1) at any attempt number.
 *
 * Order: success; cancelled; server_forbade; classification (non_retryable);
 * not_replayable; not_idempotent; max_attempts (1 for a request that is itself
 * a retry, if the policy says so); deadline passed; hint_too_long; delay would
 * reach the deadline; budget; else wait. The cost of the retry is reserved here
 * and held through the wait.
 *
 * @param state    of a call that is not over; changed
 * @param outcome  borrowed
 * @param now_ns   the caller's monotonic time; a value before the call's start
 *                 counts as the start
 * @param draw     uniform over all 64-bit numbers, used if a delay is drawn
 * @param out      BACKOFF_ACTION_WAIT or BACKOFF_ACTION_DONE
 */
BACKOFF_API void backoff_engine_decide(const struct backoff_policy *policy,
				       struct backoff_state *state,
				       const struct backoff_outcome *outcome,
				       uint64_t now_ns, uint64_t draw,
				       struct backoff_decision *out);

/**
 * Continue after a wait: the attempt that was decided may begin, unless the
 * deadline has passed meanwhile or the breaker is open.
 *
 * @param now_ns  when the attempt begins
 * @param out     BACKOFF_ACTION_ATTEMPT, its time limit at most the time left;
 *                or BACKOFF_ACTION_DONE with BACKOFF_STOP_DEADLINE or
 *                BACKOFF_STOP_BREAKER_OPEN
 */
BACKOFF_API void backoff_engine_resume(const struct backoff_policy *policy,
				       struct backoff_state *state,
				       uint64_t now_ns,
				       struct backoff_decision *out);

/**
 * Begin a round: the attempt that the last decision allowed begins at
 * @p start_ns, and hedges may begin while it runs.
 *
 * @param hedges  set
 */
BACKOFF_API void
backoff_engine_hedges_begin(const struct backoff_policy *policy,
			    struct backoff_state *state,
			    struct backoff_hedges *hedges, uint64_t start_ns);

/**
 * Ask for a hedge: one more attempt while others are running (J. Dean and L. A.
 * Barroso, The Tail at Scale, 2013; gRPC A6, "Hedging Policy"). It counts as an
 * attempt and costs as much as a retry. If the budget or the breaker refuses
 * it, or no attempt is left, no more hedges begin in this round, and those that
 * are running continue.
 *
 * @param out  BACKOFF_ACTION_ATTEMPT: begin it now; or BACKOFF_ACTION_WAIT: ask
 *             again at not_before_ns, which is BACKOFF_FOREVER if there will be
 *             no more hedges in this round
 */
BACKOFF_API void backoff_engine_hedge(const struct backoff_policy *policy,
				      struct backoff_state *state,
				      struct backoff_hedges *hedges,
				      uint64_t now_ns,
				      struct backoff_decision *out);

/**
 * Decide after one of several concurrent attempts, as backoff_engine_decide()
 * does. A success, or a failure that is not to be retried, ends the call. Any
 * other failure ends nothing while other attempts are running; the last one to
 * fail decides about the next round. A round counts as one failure in the delay
 * curve. The lane of the attempt is free afterwards; if the call is over, the
 * lanes of the others keep their numbers.
 *
 * @param attempt  the number of a running attempt; any other number decides and
 *                 changes nothing
 * @param out      BACKOFF_ACTION_DONE; BACKOFF_ACTION_WAIT until the next
 *                 round; or BACKOFF_ACTION_WAIT with BACKOFF_FOREVER while
 *                 others are running: see backoff_engine_hedge()
 */
BACKOFF_API void backoff_engine_hedges_decide(
	const struct backoff_policy *policy, struct backoff_state *state,
	struct backoff_hedges *hedges, uint32_t attempt,
	const struct backoff_outcome *outcome, uint64_t now_ns, uint64_t draw,
	struct backoff_decision *out);

/** Give back what all running attempts hold of budget and breaker; to be called
 *  before backoff_engine_stop(). The lanes keep their numbers. */
BACKOFF_API void backoff_engine_hedges_end(struct backoff_state *state,
					   struct backoff_hedges *hedges);

/** End a call from outside (cancelled, shutdown, sleep_failed), and give back
 *  what it holds of budget and breaker. */
BACKOFF_API void backoff_engine_stop(struct backoff_state *state,
				     enum backoff_stop stop,
				     struct backoff_decision *out);

/** 1 if the policy retries such a failure, apart from all limits: `abort_on`
 *  does not match it and `retry_on` does. */
BACKOFF_API int backoff_engine_retryable(const struct backoff_policy *policy,
					 const struct backoff_outcome *outcome);

/**
 * The law of the delay after failed attempt @p failed (from 1), for failures
 * whose class has no delays of its own.
 *
 * @param previous_ns  the delay before, 0 if there was none; only decorrelated
 *                     jitter reads it
 */
BACKOFF_API void backoff_engine_delay(const struct backoff_policy *policy,
				      uint32_t failed, uint64_t previous_ns,
				      struct backoff_delay *out);

/** The delay that @p draw selects from the law: low + span * draw / 2^64, at
 *  most the ceiling. */
BACKOFF_API uint64_t backoff_engine_draw(const struct backoff_delay *law,
					 uint64_t draw);

BACKOFF_END_DECLS

#endif
