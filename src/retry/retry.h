/* The inside of a retry object and of a call. */
#ifndef BO_RETRY_H
#define BO_RETRY_H

#include <stdatomic.h>
#include <stdbool.h>

#include <backoff/retry.h>

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
	/** Of the policy: no limit in time; delays that luck decides. */
	bool unlimited, draws;
	uint64_t seed;
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
	struct backoff_answer *answer;
	/** "" until somebody asks. */
	char id[65];
	/** The event's `budget`. */
	char budget[320];
};

/** Begin a call at now_ns; answer is set from its end on. Options are
 *  borrowed. */
void bo_call_begin(struct backoff_call *call, struct backoff_retry *retry,
		   const struct backoff_call_options *options, uint64_t now_ns,
		   struct backoff_answer *answer);

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

/** Go on after a wait that ended at now_ns. */
void bo_call_resume(struct backoff_call *call, uint64_t now_ns);

/** End a call between attempts, or with one under way. */
void bo_call_stop(struct backoff_call *call, enum backoff_stop stop,
		  uint64_t now_ns);

/** The options as they hold: none for NULL; NULL for a size that no version
 *  had, and for a call id that is none. */
const struct backoff_call_options *
bo_call_options(const struct backoff_call_options *given);

#endif
