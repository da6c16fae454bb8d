/* One call: its record, from its options to its answer. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_CALL_H
#define BO_CALL_H

#include <stdbool.h>

#include "base/num.h"
#include "base/sized.h"
#include "base/process.h"
#include "guard/guards.h"
#include "retry/retry.h"

enum bo_phase {
	/** The next attempt may begin. */
	BO_PHASE_READY,
	BO_PHASE_RUNNING,
	BO_PHASE_WAITING,
	BO_PHASE_OVER,
};

struct backoff_call {
	struct backoff_retry *retry;
	const struct backoff_call_options *options;
	/** Where its events go: the options' sink, or the retry object's. */
	struct backoff_sink *sink;
	/** Its guard, or NULL: that of the retry object; or another one of
	 *  guards, to which the call gives it back. */
	struct backoff_guard *guard;
	struct backoff_guards *guards;
	enum bo_phase phase;
	/** The process that makes the call: see bo_process_generation(). */
	uint32_t generation;
	struct backoff_state state;
	struct backoff_decision decision;
	/** Key of the random draws: the process's seed, the call's number. */
	uint64_t experiment, number;
	bool numbered;
	/** The attempt under way or made last. */
	uint64_t attempt_start_ns, attempt_timeout_ns;
	enum backoff_kind kind;
	/** Attempts under way in this process when that one began;
	 *  BACKOFF_ABSENT: not counted. */
	uint64_t in_flight;
	/** NULL: one attempt at a time. */
	struct backoff_hedges *hedges;
	struct backoff_answer *answer;
	/** The part of the call's age that lies before the clock's zero: a
	 *  restored call may be older than the machine's monotonic clock. */
	uint64_t earlier_ns;
	/** The cost of a retry that another process decided, to be reserved
	 *  when the attempt begins here. */
	int64_t owed_milli;
	/** The present state was saved: another process can resume it. */
	bool is_saved;
	/** "" until the id is first needed. */
	char id[65];
	/** The event's `budget`. */
	char budget[320];
};

/** Set up a call that has consulted neither guard nor deadline, with an answer
 *  as if it were cancelled now. Options are borrowed; the caller sets
 *  call->hedges. */
void bo_call_init(struct backoff_call *call, struct backoff_retry *retry,
		  const struct backoff_call_options *options, uint64_t now_ns,
		  struct backoff_answer *answer);

/** Whether the call was copied by fork(2), and this process has not continued
 *  it: its parent counts and logs it. */
static inline bool
bo_call_is_foreign(const struct backoff_call *call)
{
	return call->generation != bo_process_generation();
}

/** This process continues a call that was copied by fork(2). */
void bo_call_inherit(struct backoff_call *call);

/** Before a step of the call. */
static inline void
bo_call_own(struct backoff_call *call)
{
	if (bo_call_is_foreign(call))
		bo_call_inherit(call);
}

/** Whether events of a call go anywhere. */
static inline bool
bo_call_is_watched(const struct backoff_call *call)
{
	return call->sink != NULL || call->retry->on_event != NULL;
}

/** Whether this process logs what happens to the call. */
static inline bool
bo_call_is_logged(const struct backoff_call *call)
{
	return bo_call_is_watched(call) && !bo_call_is_foreign(call);
}

/** Take a guard for the target that the options name. BACKOFF_E_NOMEM. */
enum backoff_status bo_call_take_guard(struct backoff_call *call);

/** The call is over: give back what bo_call_take_guard() took in this process.
 */
static inline void
bo_call_release_guard(struct backoff_call *call)
{
	if (call->guards != NULL && !bo_call_is_foreign(call))
		bo_guards_leave(call->guards, call->guard);
	call->guards = NULL;
}

/** The target of the call, or NULL. */
static inline const char *
bo_call_target(const struct backoff_call *call)
{
	return call->options->target != NULL ? call->options->target
					     : call->retry->target;
}

/** What a callback gets that was set with @p user and judges or frees what the
 *  attempts of one call made. */
static inline void *
bo_call_user(const struct backoff_call_options *options, void *user)
{
	return options->user != NULL ? options->user : user;
}

/** Give the call the key of its random draws, if it has none yet. */
void bo_call_number(struct backoff_call *call);

/** The draw for the delay after attempt @p number. */
uint64_t bo_call_draw(struct backoff_call *call, uint32_t number);

/** Take the phase and the answer's totals from the decision. */
void bo_call_apply(struct backoff_call *call, uint64_t now_ns);

/** Keep the outcome of the last attempt in the answer. */
void bo_call_keep_outcome(struct backoff_call *call,
			  const struct backoff_outcome *outcome);

/** The loops' return value for a call that is over. */
enum backoff_status bo_call_status(const struct backoff_call *call);

/** Time since the call began, in whichever process that was. */
static inline uint64_t
bo_call_age(const struct backoff_call *call, uint64_t now_ns)
{
	return bo_add_sat(bo_sub_sat(now_ns, call->state.start_ns),
			  call->earlier_ns);
}

/** The options' deadline, or BACKOFF_FOREVER. */
static inline uint64_t
bo_call_deadline(const struct backoff_call_options *options)
{
	return options->has_deadline != 0 || options->deadline_ns != 0
		       ? options->deadline_ns
		       : BACKOFF_FOREVER;
}

static inline bool
bo_call_is_cancelled(const struct backoff_call_options *options)
{
	return options->cancel != NULL &&
	       backoff_cancel_requested(options->cancel);
}

extern const struct backoff_call_options bo_call_no_options;

/** @return false if a member is invalid, or for settings of a later version */
bool bo_call_are_valid(const struct backoff_call_options *given);

/** The options to use: defaults for NULL; NULL if @p given is invalid. @p whole
 *  holds them if the caller does not know all of them. */
static inline const struct backoff_call_options *
bo_call_options(const struct backoff_call_options *given,
		struct backoff_call_options *whole)
{
	if (given == NULL)
		return &bo_call_no_options;
	if (!bo_call_are_valid(given))
		return NULL;
	return BO_GET(backoff_call_options, given, whole);
}

#endif
