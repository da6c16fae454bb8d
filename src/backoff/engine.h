/* The decision: attempt, wait or stop. Pure: no clock, sleep, memory, I/O. */
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

/** What the caller does next. */
enum backoff_action {
	BACKOFF_ACTION_ATTEMPT,
	BACKOFF_ACTION_WAIT,
	BACKOFF_ACTION_DONE,
};

/** What calls to one target share: see <backoff/guard.h>. */
struct backoff_guard;

/** The whole state of one call: flat, may be copied and compared. Set it by
 *  backoff_engine_begin() only; read what you like. */
struct backoff_state {
	/** 1; what else follows depends on it. */
	uint32_t version;
	/** Number of the attempt under way or next, from 1. */
	uint32_t attempt;
	enum backoff_stop stop;
	/** Attempts that were reported. */
	uint32_t finished;
	uint64_t start_ns;
	/** Absolute; BACKOFF_FOREVER if there is none, or not yet: the
	 *  policy's may count from the first failure. */
	uint64_t deadline_ns;
	/** When the attempt under way began, or the next one may. */
	uint64_t attempt_start_ns;
	/** The last delay before a hint changed it, the input of
	 *  decorrelated jitter. */
	uint64_t previous_delay_ns;
	/** Sum of all delays decided so far. */
	uint64_t backoff_ns;
	/** Failed attempts that do not count towards max_attempts. */
	uint32_t uncounted;
	/** Failed attempts before the curve began anew (a hint, a healthy
	 *  time). */
	uint32_t curve_start;
	/** By class: failures that did not count, since a healthy time. */
	uint32_t uncounted_by_class[8];
	/** 1: the call may be made twice. Begins as 1; the caller may set it
	 *  to 0 after backoff_engine_begin(). */
	uint32_t idempotent;
	/** 1: the guard counts this call. */
	uint32_t guarded;
	/** Not 0: the attempt under way probes a half-open breaker. */
	uint32_t probe;
	/** 1: an attempt failed, and might be repeated. */
	uint32_t failed;
	/** Which attempt of its sender's the request is that this call serves,
	 *  from 1; 0, as it begins: none that is known. The caller may set it
	 *  after backoff_engine_begin(). */
	uint32_t inbound_attempt;
	/** 1: the attempt under way is a hedge, whose price does not come back
	 *  with its success. */
	uint32_t hedged;
	/** Of the budget, for the retry that waits or is under way. */
	int64_t held_milli;
	/** When it was reserved. */
	uint64_t held_since_ns;
	/** What the call shares with others; NULL: nothing. Set by
	 *  backoff_engine_join(). */
	struct backoff_guard *guard;
};

/** The law that a delay is drawn from: uniform between low and high, then not
 *  above ceiling. */
struct backoff_delay {
	enum backoff_jitter law;
	/** 1 if draws above ceiling are possible, and are pinned to it. */
	int capped;
	uint64_t low_ns, high_ns, ceiling_ns;
};

/** What to do, and why. */
struct backoff_decision {
	enum backoff_action action;
	/** Set with BACKOFF_ACTION_DONE. */
	enum backoff_stop stop;
	/** The attempt to make now or after the wait, from 1; the last one
	 *  made with BACKOFF_ACTION_DONE, 0 if there was none. */
	uint32_t attempt;
	/** With BACKOFF_ACTION_WAIT: the delay, its end, and the law of the
	 *  draw behind it, before the maximum with a hint is taken: the bounds
	 *  of an own delay are not raised to a hint that it exceeds. With
	 *  BACKOFF_STOP_BUDGET: the delay that the refused retry would have
	 *  had. */
	uint64_t delay_ns;
	uint64_t not_before_ns;
	struct backoff_delay law;
	/** What a hint did to it; honoured and clamped: delay and law are the
	 *  hint's. Else they are the own ones. */
	enum backoff_hint_action hint_action;
	/** The state that a breaker changed to here; else NONE. */
	enum backoff_breaker breaker_changed;
	/** What the budget takes for the retry, in thousandths of a token;
	 *  also where it refused. */
	int64_t cost_milli;
	/** With BACKOFF_ACTION_ATTEMPT and WAIT: the limit of that attempt from
	 *  its start, already shrunk to the deadline; BACKOFF_FOREVER. */
	uint64_t attempt_timeout_ns;
};

/** One attempt of several that are under way. */
struct backoff_lane {
	/** Its number; 0: this lane is free. */
	uint32_t attempt;
	/** What it holds of the guard: as in the state. */
	uint32_t probe;
	int64_t held_milli;
	uint64_t held_since_ns;
	enum backoff_kind kind;
	/** When it began, and its limit from then on: as in the decision. */
	uint64_t start_ns;
	uint64_t attempt_timeout_ns;
	/** For the caller: attempts of the process that were under way when
	 *  this one began. The engine sets it to 0 and does not read it. */
	uint64_t in_flight;
};

/** The attempts of one call that are under way at the same time, under a
 *  policy that hedges: flat, may be copied. A round begins with one attempt,
 *  and is over when all of its attempts have failed. Set it by
 *  backoff_engine_hedges_begin() only; read what you like. */
struct backoff_hedges {
	uint32_t running;
	/** Further attempts that may still begin in this round. */
	uint32_t left;
	/** Attempts that began in this round. */
	uint32_t begun;
	/** 1: a server forbade to repeat, while others were running. */
	uint32_t forbidden;
	/** When the next attempt may begin. */
	uint64_t next_ns;
	struct backoff_lane lane[BACKOFF_HEDGES_MAX + 1];
};

/**
 * Begin a call.
 *
 * @param state        set
 * @param now_ns       the caller's monotonic time
 * @param deadline_ns  an absolute limit of the caller's own, BACKOFF_FOREVER
 *                     for none; the earlier of it and the policy's holds, as
 *                     soon as that one counts (`deadline_from`)
 * @param out          BACKOFF_ACTION_ATTEMPT, or BACKOFF_ACTION_DONE with
 *                     BACKOFF_STOP_DEADLINE if that limit already passed
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
 *               BACKOFF_STOP_BREAKER_OPEN if the breaker lets no attempt
 *               through (that is no attempt, and draws no luck)
 */
BACKOFF_API void backoff_engine_join(struct backoff_state *state,
				     struct backoff_guard *guard,
				     uint64_t now_ns,
				     struct backoff_decision *out);

/**
 * Decide after an attempt. O(1) at any attempt number.
 *
 * Order: success; cancelled; server_forbade; classification (non_retryable);
 * not_replayable; not_idempotent; max_attempts (of which a request that is a
 * retry itself has 1, under a policy that says so); deadline passed;
 * hint_too_long; delay would reach the deadline; budget; else wait. What a
 * budget takes is reserved here and held through the wait.
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
 * Go on after a wait: the attempt that was decided may begin, unless the wait
 * took so long that the deadline has passed.
 *
 * @param now_ns  when the attempt begins
 * @param out     BACKOFF_ACTION_ATTEMPT with the limit of the attempt shrunk
 *                to the time left; or BACKOFF_ACTION_DONE with
 *                BACKOFF_STOP_DEADLINE or BACKOFF_STOP_BREAKER_OPEN
 */
BACKOFF_API void backoff_engine_resume(const struct backoff_policy *policy,
				       struct backoff_state *state,
				       uint64_t now_ns,
				       struct backoff_decision *out);

/**
 * Begin a round: the attempt that the last decision allowed begins at
 * @p start_ns, and others may begin beside it.
 *
 * @param hedges  set
 */
BACKOFF_API void
backoff_engine_hedges_begin(const struct backoff_policy *policy,
			    struct backoff_state *state,
			    struct backoff_hedges *hedges, uint64_t start_ns);

/**
 * Ask for a further attempt beside those under way (J. Dean and L. A. Barroso,
 * The Tail at Scale, 2013; gRPC A6, "Hedging Policy"). It counts as an attempt,
 * and takes from the budget what a retry takes; where the budget or the breaker
 * refuses, or no attempt is left, no more hedges begin in this round, and those
 * under way go on.
 *
 * @param out  BACKOFF_ACTION_ATTEMPT: begin it now; or BACKOFF_ACTION_WAIT: ask
 *             again at not_before_ns, BACKOFF_FOREVER for not in this round
 */
BACKOFF_API void backoff_engine_hedge(const struct backoff_policy *policy,
				      struct backoff_state *state,
				      struct backoff_hedges *hedges,
				      uint64_t now_ns,
				      struct backoff_decision *out);

/**
 * Decide after one of the attempts under way, as backoff_engine_decide() does.
 * A success, and a failure that is not to be retried, end the call; any other
 * failure ends nothing while others are running, and the last one to fail
 * decides about the next round. Its delay is that of the round, however many
 * attempts that had. The lane of the attempt is free afterwards; when the call
 * is over, those of the others keep their numbers.
 *
 * @param attempt  the number of an attempt that is under way; of any other
 *                 number nothing is decided, and nothing changes
 * @param out      BACKOFF_ACTION_DONE; BACKOFF_ACTION_WAIT until the next
 *                 round; or BACKOFF_ACTION_WAIT with BACKOFF_FOREVER while
 *                 others are running: see backoff_engine_hedge()
 */
BACKOFF_API void backoff_engine_hedges_decide(
	const struct backoff_policy *policy, struct backoff_state *state,
	struct backoff_hedges *hedges, uint32_t attempt,
	const struct backoff_outcome *outcome, uint64_t now_ns, uint64_t draw,
	struct backoff_decision *out);

/** Give back what the attempts under way hold of budget and breaker; before
 *  backoff_engine_stop(). The lanes keep their numbers. */
BACKOFF_API void backoff_engine_hedges_end(struct backoff_state *state,
					   struct backoff_hedges *hedges);

/** End a call from outside (cancelled, shutdown, sleep_failed): what it holds
 *  of a budget goes back. */
BACKOFF_API void backoff_engine_stop(struct backoff_state *state,
				     enum backoff_stop stop,
				     struct backoff_decision *out);

/** 1 if the policy would retry this failure, were there no limit: `abort_on`
 *  does not match and `retry_on` does. */
BACKOFF_API int backoff_engine_retryable(const struct backoff_policy *policy,
					 const struct backoff_outcome *outcome);

/**
 * The law of the delay after failed attempt @p failed (from 1), for failures
 * whose class has no delays of its own.
 *
 * @param previous_ns  the delay before; only decorrelated jitter reads it,
 *                     0 stands for "none yet"
 */
BACKOFF_API void backoff_engine_delay(const struct backoff_policy *policy,
				      uint32_t failed, uint64_t previous_ns,
				      struct backoff_delay *out);

/** The delay that @p draw picks from the law: low + span * draw / 2^64, not
 *  above the ceiling. */
BACKOFF_API uint64_t backoff_engine_draw(const struct backoff_delay *law,
					 uint64_t draw);

BACKOFF_END_DECLS

#endif
