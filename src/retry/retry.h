/* The inside of a retry object and of a call. */
#ifndef BO_RETRY_H
#define BO_RETRY_H

#include <stdatomic.h>
#include <stdbool.h>

#include <backoff/retry.h>

#include "base/num.h"

/** What the ids of calls with this luck begin with, and are scrambled by. */
struct bo_id_key {
	uint64_t experiment;
	char head[16];
	uint64_t tail;
};

struct backoff_retry {
	const struct backoff_policy *policy;
	const struct backoff_clock *clock;
	struct backoff_sink *sink;
	backoff_classify_fn classify;
	backoff_discard_fn discard;
	backoff_event_fn on_event;
	void *classify_user, *discard_user, *on_event_user;
	bool log_starts;
	/** Whether the first attempt's times are wanted for their own sake. */
	bool timed;
	/** Of the policy: a limit in time, or attempts that are measured;
	 * delays that luck decides. */
	bool limited, draws;
	/** Not for requests that are retries themselves. */
	bool once_inbound;
	/** Of the policy, too. */
	uint32_t max_attempts;
	uint64_t seed;
	struct bo_id_key id_key;
	/** Calls that needed luck or an id, on a cache line of its own: all
	 *  threads write it. */
	_Alignas(64) atomic_uint_fast64_t calls;
	_Alignas(64) char *operation;
	char *service, *target, *attrs;
	/** NULL, or what the calls share; from guards, or own. */
	struct backoff_guard *guard;
	struct backoff_guards *guards;
	char hash[17];
	char host[256];
};

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
	enum bo_phase phase;
	struct backoff_state state;
	struct backoff_decision decision;
	/** The luck's key: seed of the process, number of the call. */
	uint64_t experiment, number;
	bool numbered;
	/** Of the attempt under way or last made. */
	uint64_t attempt_start_ns, attempt_timeout_ns;
	enum backoff_kind kind;
	/** In this process when it began; BACKOFF_ABSENT: not counted. */
	uint64_t in_flight;
	/** NULL: one attempt at a time. */
	struct backoff_hedges *hedges;
	struct backoff_answer *answer;
	/** Of its age, what lies before the clock's begin: a restored call may
	 *  be older than the machine's monotonic clock. */
	uint64_t earlier_ns;
	/** The price of a retry that was decided in another process: to be
	 *  reserved when it begins here. */
	int64_t owed_milli;
	/** It is on paper as it is, for another process to go on with. */
	bool is_on_paper;
	/** "" until somebody asks. */
	char id[65];
	/** The event's `budget`. */
	char budget[320];
};

/** Whether anybody sees events. */
static inline bool
bo_retry_is_watched(const struct backoff_retry *r)
{
	return r->sink != NULL || r->on_event != NULL;
}

/** How many attempts a call may make that serves such a request. */
static inline uint32_t
bo_retry_max_attempts(const struct backoff_retry *r, uint32_t inbound_attempt)
{
	if (r->once_inbound && inbound_attempt > 1)
		return 1;
	return r->max_attempts;
}

/** Begin a call at now_ns; answer is set from its end on. Options are borrowed;
 *  hedges is set by the caller, before. */
void bo_call_begin(struct backoff_call *call, struct backoff_retry *retry,
		   const struct backoff_call_options *options, uint64_t now_ns,
		   struct backoff_answer *answer);

/** Its two parts: a call that has asked nobody, and the guard's word and that
 *  of the deadline. A restored call comes back between them. */
void bo_call_init(struct backoff_call *call, struct backoff_retry *retry,
		  const struct backoff_call_options *options, uint64_t now_ns,
		  struct backoff_answer *answer);
void bo_call_enter(struct backoff_call *call, uint64_t now_ns);

/** Memory for a call, initialized, with options and answer of its own. Returns
 *  what backoff_call_new() does. */
enum backoff_status bo_call_make(struct backoff_retry *retry,
				 const struct backoff_call_options *options,
				 struct backoff_call **out);

/** The key of the ids that go with this luck. */
void bo_id_key_init(struct bo_id_key *key, uint64_t experiment);

/** Give the call the key of its luck, if it has none yet. */
void bo_call_number(struct backoff_call *call);

/** Begin the attempt that the decision asks for. */
void bo_call_start(struct backoff_call *call, uint64_t now_ns,
		   struct backoff_attempt *attempt);

/** Decide about an attempt that ended at now_ns. */
void bo_call_report(struct backoff_call *call, struct backoff_outcome *outcome,
		    uint64_t now_ns);

/** The same for an outcome that the caller's classifier has seen. */
void bo_call_decide(struct backoff_call *call, struct backoff_outcome *outcome,
		    uint64_t now_ns);

/** Tell and apply a decision about an attempt that ended at now_ns. */
void bo_call_follow(struct backoff_call *call, struct backoff_outcome *outcome,
		    uint32_t number, uint64_t now_ns);

/** The draw for the delay after an attempt of that number. */
uint64_t bo_call_draw(struct backoff_call *call, uint32_t number);

/** Take the phase and the totals of the answer from the decision. */
void bo_call_apply(struct backoff_call *call, uint64_t now_ns);

/** Events of a call that is watched. A breaker that changed its state at this
 *  decision; an attempt that began, or ended with what was decided; a call that
 *  ended between attempts or with one under way; one that lost a race. */
void bo_log_transition(struct backoff_call *call, uint64_t now_ns);
void bo_log_start(struct backoff_call *call, uint64_t now_ns);
void bo_log_end(struct backoff_call *call,
		const struct backoff_outcome *outcome, uint32_t number,
		uint64_t now_ns);
void bo_log_stop(struct backoff_call *call, bool running, uint64_t now_ns);
void bo_log_lost(struct backoff_call *call, struct backoff_lane *lane,
		 uint64_t now_ns);

/** The event of a breaker that changed its state at this decision, if it did
 *  and somebody sees it. */
static inline void
bo_tell_transition(struct backoff_call *call, uint64_t now_ns)
{
	if (call->decision.breaker_changed != BACKOFF_BREAKER_NONE &&
	    bo_retry_is_watched(call->retry))
		bo_log_transition(call, now_ns);
}

/** Whether calls of this retry object may make several attempts at once. */
bool bo_hedge_is_on(const struct backoff_retry *retry);

/** Begin the first attempt of a round: bo_call_start() and more. */
void bo_hedge_start(struct backoff_call *call, uint64_t now_ns,
		    struct backoff_attempt *attempt);

/** With attempts under way: begin one more (true), or say in the decision when
 *  to ask again. */
bool bo_hedge_next(struct backoff_call *call, uint64_t now_ns,
		   struct backoff_attempt *attempt);

/** The number of an attempt under way. */
uint32_t bo_hedge_running(const struct backoff_hedges *hedges);

/** One of the attempts under way ended. BACKOFF_E_STATE if it is none. */
enum backoff_status bo_hedge_report(struct backoff_call *call, uint32_t number,
				    struct backoff_outcome *outcome,
				    uint64_t now_ns);

/** The call is over: log the attempts that are still under way, but one; that
 *  one is then the call's, as if it were alone. */
void bo_hedge_abandon(struct backoff_call *call, uint64_t now_ns);

/** Go on after a wait that ended at now_ns. */
void bo_call_resume(struct backoff_call *call, uint64_t now_ns);

/** End a call between attempts, or with one under way. */
void bo_call_stop(struct backoff_call *call, enum backoff_stop stop,
		  uint64_t now_ns);

/** Give back what a call between attempts holds that goes on elsewhere: it is
 *  over for this process, and not for the log. */
void bo_call_leave(struct backoff_call *call);

/** Wait for the next attempt or round; then the call is ready, or over. */
void bo_call_wait(struct backoff_call *call);

/** What the loops return for a call that is over. */
enum backoff_status bo_call_status(const struct backoff_call *call);

/** Time since the call began. */
static inline uint64_t
bo_call_age(const struct backoff_call *call, uint64_t now_ns)
{
	return bo_add_sat(bo_sub_sat(now_ns, call->state.start_ns),
			  call->earlier_ns);
}

/** The deadline of the options; BACKOFF_FOREVER. */
static inline uint64_t
bo_call_deadline(const struct backoff_call_options *options)
{
	return options->has_deadline ? options->deadline_ns : BACKOFF_FOREVER;
}

extern const struct backoff_call_options bo_call_no_options;

/** The options; NULL for a size that no version had, and for a call id that is
 *  none. */
const struct backoff_call_options *
bo_call_checked_options(const struct backoff_call_options *given);

/** The options as they hold: none for NULL; NULL if they can not be taken. */
static inline const struct backoff_call_options *
bo_call_options(const struct backoff_call_options *given)
{
	return given == NULL ? &bo_call_no_options
			     : bo_call_checked_options(given);
}

#endif
