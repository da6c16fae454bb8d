/* Retry loops: blocking ones, and one by steps for event loops. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_RETRY_H
#define BACKOFF_RETRY_H

#include <stddef.h>
#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/clock.h>
#include <backoff/engine.h>
#include <backoff/event.h>
#include <backoff/guard.h>
#include <backoff/policy.h>
#include <backoff/sink.h>
#include <backoff/status.h>

BACKOFF_BEGIN_DECLS

/**
 * The policy, names, clock and sink of all calls of one operation. Make one
 * when the program starts, set it up, then use it from any number of threads.
 * Setters are not safe once calls run. It must outlive its calls. Names are
 * copied.
 */
struct backoff_retry;

/**
 * @param policy     a reference is taken
 * @param operation  what is retried ("post_webhook"), 1 to 256 bytes
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT; BACKOFF_E_NOMEM; BACKOFF_E_IO if the
 *         system gives no randomness for the seed
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_retry_new(const struct backoff_policy *policy, const char *operation,
		  struct backoff_retry **out);

/** NULL is fine. */
BACKOFF_API void backoff_retry_free(struct backoff_retry *retry);

/** The `service` and `target` of events; NULL for none. After
 *  backoff_retry_set_guards(), the calls share the guard of the new target.
 *  BACKOFF_E_NOMEM, or BACKOFF_E_ARGUMENT for more than 256 bytes. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_retry_set_service(struct backoff_retry *retry, const char *service);
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_retry_set_target(struct backoff_retry *retry, const char *target);

/** The `attrs` of events: a JSON object of scalars, at most 1024 bytes, or
 *  NULL. BACKOFF_E_ARGUMENT for anything else. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_retry_set_attrs(struct backoff_retry *retry, const char *json);

/**
 * Share budget and breaker with other retry objects of the same policy: those
 * with one target (or with one operation, if no target is set) use one guard.
 * Otherwise a retry object whose policy has a budget or a breaker has a guard
 * to itself.
 *
 * @param guards  borrowed; must outlive the retry object
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT if the guards' policy is another one
 *         (by its hash); BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_retry_set_guards(struct backoff_retry *retry,
			 struct backoff_guards *guards);

/** The guard that the calls share, for reading; NULL if there is none. */
BACKOFF_API const struct backoff_guard *
backoff_retry_guard(const struct backoff_retry *retry);

/** The sink for events; borrowed; NULL, the default: none. */
BACKOFF_API void backoff_retry_set_sink(struct backoff_retry *retry,
					struct backoff_sink *sink);

/** The source of time; borrowed; NULL, the default: backoff_clock_system(). */
BACKOFF_API void backoff_retry_set_clock(struct backoff_retry *retry,
					 const struct backoff_clock *clock);

/** Make random choices reproducible: delays and call ids depend on the seed and
 *  on the order in which calls first need one. The default is a seed from the
 *  system. In a child of fork(2) they also depend on its process id: workers
 *  that inherit one retry object must not wait in step. */
BACKOFF_API void backoff_retry_set_seed(struct backoff_retry *retry,
					uint64_t seed);

/** 1: emit `retry_started` when an attempt begins; the default is 0. */
BACKOFF_API void backoff_retry_set_log_starts(struct backoff_retry *retry,
					      int yes);

/**
 * 0: do not read the clock where nothing needs it. A call of
 * backoff_retry_run() without sink, event callback, guard, time limit and
 * `reset_after` then reads no clock unless its first attempt fails;
 * attempt->start_ns is 0, and the answer's elapsed_ns counts from the end of
 * the first attempt (0 if that succeeds). The default is 1.
 */
BACKOFF_API void backoff_retry_set_timed(struct backoff_retry *retry, int yes);

/**
 * Correct the outcome of an attempt: a result without an error can be a failure
 * (an empty body, an error inside a 200). Called after each attempt, before the
 * decision.
 *
 * @param outcome  as the attempt left it; may be changed
 */
typedef void (*backoff_classify_fn)(void *user,
				    struct backoff_outcome *outcome);
BACKOFF_API void backoff_retry_set_classify(struct backoff_retry *retry,
					    backoff_classify_fn fn, void *user);

/** Free the result of a failed attempt that another attempt follows. Called
 *  once for each such result that is not NULL, before the wait, so that no
 *  connection is held during it. The result of the last attempt belongs to the
 *  caller, failed or not, unless the call ended in that wait. */
typedef void (*backoff_discard_fn)(void *user, void *result);
BACKOFF_API void backoff_retry_set_discard(struct backoff_retry *retry,
					   backoff_discard_fn fn, void *user);

/** Receive every event of every call, as it is logged, in the calling thread
 *  and before the wait that it announces. No lock is held. */
BACKOFF_API void backoff_retry_set_on_event(struct backoff_retry *retry,
					    backoff_event_fn fn, void *user);

/** Settings of one call; zero-initialize, then set `size` and what you need.
 *  Strings are borrowed by backoff_retry_run(), and copied by
 *  backoff_call_new(); cancel, user and sink must outlive the call. */
struct backoff_call_options {
	/** sizeof(struct backoff_call_options): lets the struct grow. */
	uint32_t size;
	/** 1 if deadline_ns is set even if it is 0. */
	uint32_t has_deadline;
	/** The caller's limit: an absolute time of the retry's clock. 0 without
	 *  has_deadline, or BACKOFF_FOREVER: none. */
	uint64_t deadline_ns;
	/** Ends the call; may be NULL. */
	const struct backoff_cancel *cancel;
	/** 1 to 64 bytes; NULL: 32 hex digits are generated. */
	const char *call_id;
	const char *parent_call_id;
	const char *trace_id, *span_id;
	/** 1: making the call twice does no harm. Read under policies with
	 *  `idempotent_only` only. */
	uint32_t idempotent;
	/** The call serves a request that is this attempt of its sender, from
	 *  1: see backoff_attempt_header_parse(). 0: not known. From 2 on the
	 *  call makes one attempt if the policy has `retry_inbound_retries`
	 *  false. */
	uint32_t inbound_attempt;
	/**
	 * The dependency that is called, 1 to 256 bytes; NULL: the retry
	 * object's. Events have it, and the call counts in its guard: that of
	 * the table of backoff_retry_set_guards(), if there is one. Otherwise,
	 * under a policy with a budget or a breaker, it is one of the retry
	 * object's own, made when a target is first used: see
	 * BACKOFF_RETRY_TARGETS. Without a target here, or with the same one
	 * as the retry object's, it is backoff_retry_guard().
	 */
	const char *target;
	/** The `attrs` of events, instead of the retry object's: a JSON object
	 *  of scalars, at most 1024 bytes. */
	const char *attrs;
	/** If it is not NULL, the callbacks set by
	 *  backoff_retry_set_classify() and _set_discard() get it instead of
	 *  the user that was set with them: they judge and free what the
	 *  attempts of this call made. The callback of
	 *  backoff_retry_set_on_event() observes all calls, and keeps its own.
	 */
	void *user;
	/** The sink for events, instead of the retry object's. */
	struct backoff_sink *sink;
};

/** Targets of calls for which a retry object without a table has guards. A
 *  further one takes the place of the least recently used target without
 *  calls; while all have calls, further targets share one guard. Each target
 *  costs the memory of a guard: see backoff_guards_new(). */
#define BACKOFF_RETRY_TARGETS 1024

/** Facts about one attempt, for the function that makes it. */
struct backoff_attempt {
	/** From 1; the maximum is the policy's, or 1 if the call may make only
	 *  one attempt, or BACKOFF_UNLIMITED. */
	uint32_t number, max_attempts;
	/** Start of the attempt, on the retry's clock. */
	uint64_t start_ns;
	/** Time to give the attempt up; BACKOFF_FOREVER: never. The library
	 *  cannot stop a running function: stop by then, and report a
	 *  timeout. */
	uint64_t give_up_ns;
	/** As in the options; may be NULL. Under backoff_retry_run_hedged() it
	 *  is also on when another attempt has ended the call. */
	const struct backoff_cancel *cancel;
	enum backoff_kind kind;
	/** Zero. */
	uint64_t reserved[4];
};

/**
 * Write a header value that says which attempt a request is, in the form of the
 * AWS SDKs' `amz-sdk-request`: "attempt=2; max=3". Under policies with classes
 * that do not consume attempts, or with `reset_after`, the first number may be
 * larger than the second.
 *
 * @param out  may be NULL if @p size is 0; always ends in NUL otherwise
 * @return length without the NUL, whether or not it fitted (as snprintf)
 */
BACKOFF_API size_t backoff_attempt_header(const struct backoff_attempt *attempt,
					  char *out, size_t size);

/**
 * Read the number of an attempt from a header of its request, for
 * backoff_call_options.inbound_attempt. Three headers are known:
 *
 * `amz-sdk-request`: pairs of a name and a value, separated by semicolons.
 * `attempt` is required, `max` optional, others are ignored.
 * `x-envoy-attempt-count`: only the attempt's number.
 * `grpc-previous-rpc-attempts` (gRPC A6): the number of attempts before it, so
 * that 1 means attempt 2; gRPC does not send it with the first.
 *
 * Pass any other header under the name of the one whose form it has. Header
 * names are compared without case; blanks around a value and its line end are
 * ignored.
 *
 * @param name   the header's name
 * @param value  its value, NUL-terminated
 * @param out    set on BACKOFF_OK, from 1; else untouched
 * @return BACKOFF_OK; BACKOFF_E_NOT_FOUND for another header; BACKOFF_E_VALUE
 *         for a malformed value, such as attempt 0, a sign, or more than 32
 *         bits; BACKOFF_E_ARGUMENT for NULL
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_attempt_header_parse(const char *name, const char *value,
			     uint32_t *out);

/** The outcome of a whole call. Begin with BACKOFF_INIT(struct backoff_answer).
 */
struct backoff_answer {
	/** sizeof(struct backoff_answer): lets the struct grow. */
	uint32_t size;
	enum backoff_stop stop;
	/** The last attempt's outcome; BACKOFF_OUTCOME_NOT_REPORTED if its
	 *  function did not say. */
	enum backoff_outcome_kind kind;
	enum backoff_class failure_class;
	uint32_t attempts, retries;
	uint64_t elapsed_ns;
	/** Sum of the waits; of one that was cut short, the part that was
	 *  waited. */
	uint64_t backoff_ns;
	/** With BACKOFF_STOP_BUDGET: the delay that the refused retry would
	 *  have had. A caller that makes one call after another (a long poll)
	 *  waits that long before the next. Else 0 when the call is over. */
	uint64_t pace_ns;
	/** The last attempt's result, for the caller to free, even after a
	 *  failure. NULL if it was freed before the wait in which the call
	 *  ended. */
	void *result;
	/** The last failure's texts, cut to fit; "" after a first-try success.
	 */
	char error_type[64];
	char code[64];
	char error[256];
};

/**
 * Make one attempt. The outcome comes empty, as BACKOFF_OUTCOME_NOT_REPORTED;
 * set what happened, a success too: an attempt that leaves it so is a failure
 * that is never retried. Strings that it only points to must stay valid after
 * the function returns, until the attempt's event is written: static strings,
 * or the caller's memory. Let it copy all others: backoff_outcome_set_error().
 *
 * Like all callbacks, it has to return. If longjmp(3) or a C++ exception leaves
 * the loop, the call stays under way for ever: its guard does not get back the
 * places and tokens of the budget, nor the table the guard. A probe's place is
 * taken by another one later: <backoff/guard.h>.
 * <backoff/cpp.hpp> has a backoff::run() for attempts that may throw. A call by
 * steps has no function of the caller inside the library: free it on the way
 * out.
 */
typedef void (*backoff_attempt_fn)(void *user,
				   const struct backoff_attempt *attempt,
				   struct backoff_outcome *outcome);

/**
 * The blocking loop: attempt, and retry as the policy says, until the call
 * ends.
 *
 * @param options  may be NULL
 * @param answer   always set, unless no attempt was made because of the last
 *                 two of these
 * @return BACKOFF_OK if the call ended in success; BACKOFF_E_CANCELLED if it
 *         was cancelled; BACKOFF_E_FAILED if it failed (answer->stop says why);
 *         BACKOFF_E_ARGUMENT; BACKOFF_E_NOMEM for the guard of options->target
 */
BACKOFF_API enum backoff_status backoff_retry_run(
	struct backoff_retry *retry, const struct backoff_call_options *options,
	backoff_attempt_fn fn, void *user, struct backoff_answer *answer);

/**
 * The same with hedges: when an attempt has run for the policy's `hedge.delay`,
 * another one begins alongside it, and the first success is the call's. Each
 * attempt has a thread to itself, so @p fn is called several times at once with
 * the same @p user: attempt->number tells the attempts apart. When one of them
 * ends the call, attempt->cancel is switched on for the others; the call
 * returns when they have returned, and their results are given to discard. All
 * callbacks run in the calling thread, and all signals are blocked in the
 * others. If no thread can be made, the calling one makes the attempt.
 *
 * Under a policy without `hedge` this is backoff_retry_run(), which itself
 * never makes two attempts at once.
 *
 * @return as backoff_retry_run()
 */
BACKOFF_API enum backoff_status backoff_retry_run_hedged(
	struct backoff_retry *retry, const struct backoff_call_options *options,
	backoff_attempt_fn fn, void *user, struct backoff_answer *answer);

/** One call by steps; opaque; used by one thread at a time. */
struct backoff_call;

/** The next step of a call. Begin with BACKOFF_INIT(struct backoff_step). */
struct backoff_step {
	/** sizeof(struct backoff_step): lets the struct grow. */
	uint32_t size;
	enum backoff_action action;
	/** With BACKOFF_ACTION_DONE. */
	enum backoff_stop stop;
	/** With BACKOFF_ACTION_WAIT: ask again at this time. */
	uint64_t wait_until_ns;
	/** With BACKOFF_ACTION_ATTEMPT: make this attempt now, then report. */
	struct backoff_attempt attempt;
	/** With BACKOFF_ACTION_WAIT: how long that is from now, so that no
	 *  clock has to be read; BACKOFF_FOREVER as wait_until_ns. A sleep that
	 *  ends early does no harm: ask, and sleep again for what is left. */
	uint64_t delay_ns;
};

/** Begin a call. BACKOFF_OK; BACKOFF_E_ARGUMENT; BACKOFF_E_NOMEM. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_call_new(struct backoff_retry *retry,
		 const struct backoff_call_options *options,
		 struct backoff_call **out);

/**
 * Free it. A call that is not over ends with `shutdown`, and returns what it
 * holds to its guard. A call that was saved and has taken no step since returns
 * that too, but is not closed in the log: it continues elsewhere. NULL is fine.
 *
 * In a child of fork(2), a call that the child got as a copy, and for which it
 * has taken no step, is its parent's: freeing or cancelling it returns nothing
 * to the child's guard and logs nothing. If the child asks for its next step or
 * reports its attempt, it continues the call as if it had been saved there and
 * restored here, under the same call id; then the parent must not continue it.
 */
BACKOFF_API void backoff_call_free(struct backoff_call *call);

/**
 * Ask what to do now.
 *
 * BACKOFF_ACTION_ATTEMPT: make the attempt, which is under way until it is
 * reported. Asking meanwhile is BACKOFF_E_STATE, unless the policy hedges: then
 * BACKOFF_ACTION_ATTEMPT is a further attempt at the same time, and
 * BACKOFF_ACTION_WAIT says when to ask again, BACKOFF_FOREVER if not before a
 * report. BACKOFF_ACTION_WAIT: do nothing until then. BACKOFF_ACTION_DONE: see
 * backoff_call_answer(). Attempts still under way have lost: stop them, and do
 * not report them.
 *
 * @return BACKOFF_OK; BACKOFF_E_STATE
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_call_next(struct backoff_call *call, struct backoff_step *step);

/**
 * Report the attempt under way.
 *
 * @param outcome  borrowed
 * @return BACKOFF_OK; BACKOFF_E_STATE if no attempt is under way
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_call_report(struct backoff_call *call,
		    const struct backoff_outcome *outcome);

/** Report one of several attempts under way by its number. Returns what
 *  backoff_call_report() does; BACKOFF_E_STATE also for an attempt that is not
 *  under way, such as one that lost. With several attempts under way,
 *  backoff_call_report() is BACKOFF_E_STATE. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_call_report_attempt(struct backoff_call *call, uint32_t number,
			    const struct backoff_outcome *outcome);

/** End it now; an attempt under way counts as cancelled. BACKOFF_E_STATE if the
 *  call is over. */
BACKOFF_API enum backoff_status backoff_call_cancel(struct backoff_call *call);

/** The answer so far, final once backoff_call_next() has set
 *  BACKOFF_ACTION_DONE. Valid as long as the call. */
BACKOFF_API const struct backoff_answer *
backoff_call_answer(const struct backoff_call *call);

/**
 * Save a call that waits, or whose next attempt has not begun: write it as one
 * line of JSON with absolute times, so that another process can resume it.
 *
 * A call that is freed next writes no closing event. If the text was lost and
 * nobody will resume the call, end it with backoff_call_cancel(). A call may
 * also be saved as a checkpoint and continue here; then it is closed like any
 * other.
 *
 * @return as backoff_policy_canonical(); 0 for a call that is over or has an
 *         attempt under way
 */
BACKOFF_API size_t backoff_call_save(struct backoff_call *call, char *buffer,
				     size_t size);

/**
 * Resume a saved call with its attempts, delays, random draws, id, deadline and
 * last error.
 *
 * Saved times are wall time, so they survive a reboot. In case the wall clock
 * was stepped, the rest of the wait is at most the delay that was decided, the
 * time left to the deadline at most what was left at the save, and time that
 * ran backwards counts as zero.
 *
 * The guard of @p retry counts the call from now on. At the end of the call's
 * wait the breaker may end it with `breaker_open`, and then the budget with
 * `budget`: the cost of the retry was reserved in the saving process and
 * returned there with the call, and is reserved again here. A ratio budget gets
 * no second deposit. A text of a version without costs reserves nothing. Under
 * another policy (@p force) a token bucket is asked for the saved cost, at most
 * its capacity, and any other budget for its usual one.
 *
 * The call keeps the target and the attrs of the options that it was made with,
 * unless @p options have others. Sink and user are those of @p options.
 *
 * Under another policy (@p force) the call follows its rules: failures count as
 * attempts where that policy counts them, and a deadline that the call did not
 * have counts from its start. If that leaves it no attempt, it ends here with
 * `max_attempts`. The earlier of the call's deadline and that of @p options
 * holds. If the latter has passed, or passes before the wait is over, the call
 * ends here, with `deadline` or `delay_exceeds_deadline`.
 *
 * @param retry    has the same operation and a policy with the saved hash
 * @param options  as backoff_call_new(); its call id is not used
 * @param force    1: resume under another policy
 * @param out      set on BACKOFF_OK; continue with backoff_call_next()
 * @param error    may be NULL
 * @return BACKOFF_OK; BACKOFF_E_STATE for another policy; BACKOFF_E_SYNTAX,
 *         _FIELD, _VALUE, _LIMIT for a text that is not a saved call, or whose
 *         counters no call under its policy can have, such as attempt 7 of 6
 *         (the wait and the last failure are taken as they are);
 *         BACKOFF_E_ARGUMENT; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_call_restore(struct backoff_retry *retry,
		     const struct backoff_call_options *options,
		     const char *text, size_t length, int force,
		     struct backoff_call **out, struct backoff_error *error);

/** The call's id, for the caller's own logs and for `parent_call_id`. */
BACKOFF_API const char *backoff_call_id(struct backoff_call *call);

BACKOFF_END_DECLS

#endif
