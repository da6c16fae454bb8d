/* The loops: blocking, and by steps for event loops. */
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
 * What all calls of one operation share: policy, names, clock, sink. Make one
 * at start, set it up, then use it from any number of threads. Setters are not
 * safe once calls run. It must outlive its calls; policy strings are kept, and
 * names are copied.
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

/** The `service` and `target` of events; NULL for none. Set the target before
 *  backoff_retry_set_guards(). BACKOFF_E_NOMEM, or BACKOFF_E_ARGUMENT for more
 *  than 256 bytes. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_retry_set_service(struct backoff_retry *retry, const char *service);
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_retry_set_target(struct backoff_retry *retry, const char *target);

/** The `attrs` of events: a JSON object of scalars, at most 1024 bytes, or
 *  NULL. BACKOFF_E_ARGUMENT if it is none. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_retry_set_attrs(struct backoff_retry *retry, const char *json);

/**
 * Share budget and breaker with other retry objects of the same policy: those
 * of one target (or of one operation, where no target is set) have one guard
 * together. Without this, a retry object whose policy has a budget or a breaker
 * has a guard of its own.
 *
 * @param guards  borrowed; must outlive the retry object
 * @return BACKOFF_OK; BACKOFF_E_ARGUMENT if they are of another policy (by its
 *         hash); BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_retry_set_guards(struct backoff_retry *retry,
			 struct backoff_guards *guards);

/** The guard that the calls share, to look at; NULL if there is none. */
BACKOFF_API const struct backoff_guard *
backoff_retry_guard(const struct backoff_retry *retry);

/** Where events go; borrowed; NULL (the start) for nowhere. */
BACKOFF_API void backoff_retry_set_sink(struct backoff_retry *retry,
					struct backoff_sink *sink);

/** The source of time; borrowed; the start is backoff_clock_system(). */
BACKOFF_API void backoff_retry_set_clock(struct backoff_retry *retry,
					 const struct backoff_clock *clock);

/** Make the luck repeatable: delays and call ids follow from the seed and the
 *  order in which calls first need one. The start is a seed from the system. In
 *  a child of fork(2) they also follow from its process number: workers that
 *  inherit one retry object must not wait in step. */
BACKOFF_API void backoff_retry_set_seed(struct backoff_retry *retry,
					uint64_t seed);

/** 1: emit `retry_started` when an attempt begins; the start is 0. */
BACKOFF_API void backoff_retry_set_log_starts(struct backoff_retry *retry,
					      int yes);

/**
 * 0: spare calls the clock where nothing needs it. A call of
 * backoff_retry_run() that has no sink, no event callback, no guard, no limit
 * in time and no `reset_after` then reads no clock unless its first attempt
 * fails; its attempt->start_ns is 0, and its answer's elapsed_ns counts from
 * the end of the first attempt (0 if that succeeds). The start is 1.
 */
BACKOFF_API void backoff_retry_set_timed(struct backoff_retry *retry, int yes);

/**
 * Look at what an attempt made, and say what it is: a result without an error
 * can be a failure (an empty body, an error inside a 200). Called after each
 * attempt, before the decision.
 *
 * @param outcome  as the attempt left it; to be changed
 */
typedef void (*backoff_classify_fn)(void *user,
				    struct backoff_outcome *outcome);
BACKOFF_API void backoff_retry_set_classify(struct backoff_retry *retry,
					    backoff_classify_fn fn, void *user);

/** Free a result that was rejected and is to be followed by another attempt.
 *  Called once for each such result that is not NULL, before the wait: nobody
 *  shall hold a connection through it. The result of a call's last attempt is
 *  the caller's, rejected or not, unless the call ended in that wait. */
typedef void (*backoff_discard_fn)(void *user, void *result);
BACKOFF_API void backoff_retry_set_discard(struct backoff_retry *retry,
					   backoff_discard_fn fn, void *user);

/** See every event of every call, as the log has it, in the calling thread
 *  (before the wait that it announces). No lock is held. */
BACKOFF_API void backoff_retry_set_on_event(struct backoff_retry *retry,
					    backoff_event_fn fn, void *user);

/** What one call may set; zero-initialise, then set `size` and what you need.
 *  Borrowed for the call. */
struct backoff_call_options {
	/** sizeof(struct backoff_call_options): lets the struct grow. */
	uint32_t size;
	/** 1 if deadline_ns is set; else there is none. */
	uint32_t has_deadline;
	/** The caller's own limit, absolute, on the retry's clock. */
	uint64_t deadline_ns;
	/** Ends the call; may be NULL. */
	const struct backoff_cancel *cancel;
	/** At most 64 bytes; NULL: 32 hex digits are made. */
	const char *call_id;
	const char *parent_call_id;
	const char *trace_id, *span_id;
	/** 1: the call may be made twice; only a policy with `idempotent_only`
	 *  asks. */
	uint32_t idempotent;
	/** Which attempt of its sender's the request is that the call serves,
	 *  from 1: see backoff_attempt_header_parse(). 0: none that is known.
	 *  From 2 on the call makes one attempt, if the policy has
	 *  `retry_inbound_retries` false. */
	uint32_t inbound_attempt;
};

/** One attempt, for the function that makes it. */
struct backoff_attempt {
	/** From 1; the policy's, or 1 where the call may make one only. */
	uint32_t number, max_attempts;
	/** When the attempt began, on the retry's clock. */
	uint64_t start_ns;
	/** When it should be given up; BACKOFF_FOREVER. The library cannot
	 *  stop a running function: keep to it, and report a timeout. */
	uint64_t give_up_ns;
	/** As in the options; may be NULL. Under backoff_retry_run_hedged():
	 * also on when another attempt ended the call. */
	const struct backoff_cancel *cancel;
	enum backoff_kind kind;
};

/**
 * Tell the peer which attempt a request is, in the form of the AWS SDKs'
 * `amz-sdk-request`: "attempt=2; max=3". Under policies with classes that do
 * not consume attempts, or with `reset_after`, the first number may be larger
 * than the second.
 *
 * @param out  the header's value; may be NULL if @p size is 0; always ends in
 *             NUL otherwise
 * @return length without the NUL, whether or not it fitted (as snprintf)
 */
BACKOFF_API size_t backoff_attempt_header(const struct backoff_attempt *attempt,
					  char *out, size_t size);

/**
 * Read which attempt a request is from one of its headers, for
 * backoff_call_options.inbound_attempt.
 *
 * `amz-sdk-request`: pairs of a name and a value, with semicolons between them,
 * among which `attempt` has to be, and `max` may be; others do not matter.
 * `x-envoy-attempt-count`: the attempt's number alone.
 * `grpc-previous-rpc-attempts` (gRPC A6): how many attempts were before it, so
 * that 1 is attempt 2; gRPC does not send it with the first. A header of your
 * own is read under the name of the one whose form it has. Names of headers are
 * compared without regard to case; blanks around a value do not count.
 *
 * @param name   of the header
 * @param value  its value, NUL-terminated
 * @param out    set on BACKOFF_OK, from 1; else untouched
 * @return BACKOFF_OK; BACKOFF_E_NOT_FOUND for another header; BACKOFF_E_VALUE
 *         for a value that is none of these, such as attempt 0, a sign, or more
 *         than 32 bits; BACKOFF_E_ARGUMENT for NULL
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_attempt_header_parse(const char *name, const char *value,
			     uint32_t *out);

/** How a call ended. */
struct backoff_answer {
	enum backoff_stop stop;
	/** Of the last attempt. */
	enum backoff_outcome_kind kind;
	enum backoff_class failure_class;
	uint32_t attempts, retries;
	uint64_t elapsed_ns;
	/** Sum of the waits that were decided. */
	uint64_t backoff_ns;
	/** With BACKOFF_STOP_BUDGET: the delay that the refused retry would
	 *  have had. Who makes one call after another (a long poll) waits that
	 *  long before the next. Else 0 when the call is over. */
	uint64_t pace_ns;
	/** Of the last attempt; the caller's to free, rejected or not. NULL
	 *  where it was freed before the wait in which the call ended. */
	void *result;
	/** Of the last failure, cut to fit; "" after a first-try success. */
	char error_type[64];
	char code[64];
	char error[256];
};

/**
 * Make one attempt. The outcome comes as a success without result; say what
 * happened. Strings in it need to live until the function returns and the
 * event was written: static strings and memory of the caller's do.
 */
typedef void (*backoff_attempt_fn)(void *user,
				   const struct backoff_attempt *attempt,
				   struct backoff_outcome *outcome);

/**
 * The blocking loop: attempt, and retry as the policy says, until it ends.
 *
 * @param options  may be NULL
 * @param answer   always set, unless BACKOFF_E_ARGUMENT
 * @return BACKOFF_OK if the call ended in success; BACKOFF_E_CANCELLED if it
 *         was cancelled; BACKOFF_E_STATE if it failed (answer->stop says why);
 *         BACKOFF_E_ARGUMENT
 */
BACKOFF_API enum backoff_status backoff_retry_run(
	struct backoff_retry *retry, const struct backoff_call_options *options,
	backoff_attempt_fn fn, void *user, struct backoff_answer *answer);

/**
 * The same with hedges: where the policy has `hedge`, and an attempt has run
 * for so long, another one begins beside it, and the first that succeeds is the
 * call's. Each attempt has a thread of its own, so that @p fn is called several
 * times at once with the same @p user: attempt->number tells them apart. When
 * one of them ends the call, attempt->cancel goes on for the others; the call
 * returns when they have, and their results are given to discard. All callbacks
 * run in the calling thread, and all signals are blocked in the others. Where
 * no thread can be made, the attempt is made in the calling one.
 *
 * Under a policy without `hedge` this is backoff_retry_run(), which itself
 * never makes two attempts at once.
 *
 * @return as backoff_retry_run()
 */
BACKOFF_API enum backoff_status backoff_retry_run_hedged(
	struct backoff_retry *retry, const struct backoff_call_options *options,
	backoff_attempt_fn fn, void *user, struct backoff_answer *answer);

/** One call by steps; opaque; for one thread at a time. */
struct backoff_call;

/** What to do next. */
struct backoff_step {
	enum backoff_action action;
	/** With BACKOFF_ACTION_DONE. */
	enum backoff_stop stop;
	/** With BACKOFF_ACTION_WAIT: ask again at this time. */
	uint64_t wait_until_ns;
	/** With BACKOFF_ACTION_ATTEMPT: make this attempt now, then report. */
	struct backoff_attempt attempt;
};

/** Begin a call. BACKOFF_OK; BACKOFF_E_ARGUMENT; BACKOFF_E_NOMEM. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_call_new(struct backoff_retry *retry,
		 const struct backoff_call_options *options,
		 struct backoff_call **out);

/** Free it; a call that is not over ends with `shutdown`, and gives back what
 *  it holds of its guard. One that backoff_call_save() wrote, and that has
 *  taken no step since, gives it back too, and is not closed in the log: it
 *  goes on elsewhere. NULL is fine. */
BACKOFF_API void backoff_call_free(struct backoff_call *call);

/**
 * Ask what to do now.
 *
 * BACKOFF_ACTION_ATTEMPT: the attempt is under way until it is reported; asking
 * meanwhile is BACKOFF_E_STATE, unless the policy hedges: then
 * BACKOFF_ACTION_ATTEMPT is a further attempt beside it, and
 * BACKOFF_ACTION_WAIT says when to ask again, BACKOFF_FOREVER for not before a
 * report. BACKOFF_ACTION_WAIT: nothing to do until then. BACKOFF_ACTION_DONE:
 * see backoff_call_answer(). Attempts that are still under way lost: stop them,
 * and do not report them.
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

/** Report one of several attempts under way by its number. The same statuses;
 *  BACKOFF_E_STATE also for a number that is not under way, such as that of an
 *  attempt that lost. backoff_call_report() is for a single one: with several
 *  under way it is BACKOFF_E_STATE. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_call_report_attempt(struct backoff_call *call, uint32_t number,
			    const struct backoff_outcome *outcome);

/** End it now: an attempt under way counts as cancelled. BACKOFF_E_STATE if it
 *  is over. */
BACKOFF_API enum backoff_status backoff_call_cancel(struct backoff_call *call);

/** The answer so far, final once backoff_call_next() said DONE. Lives as long
 *  as the call. */
BACKOFF_API const struct backoff_answer *
backoff_call_answer(const struct backoff_call *call);

/**
 * Write a call that waits, or whose next attempt has not begun, as one line of
 * JSON with absolute times, for another process to go on with.
 *
 * Freed now, the call writes no closing event. If the text got lost and nobody
 * will go on with it, end it with backoff_call_cancel(). A call may also be
 * saved as a checkpoint and go on here, and is then closed as any other.
 *
 * @return as backoff_policy_canonical(); 0 for a call that is over or has an
 *         attempt under way
 */
BACKOFF_API size_t backoff_call_save(struct backoff_call *call, char *buffer,
				     size_t size);

/**
 * Go on with a saved call: its attempts, delays, luck, id, deadline and last
 * error.
 *
 * Times on paper are wall time, and survive a reboot. Against clock steps,
 * what is left of the wait is at most the delay that was decided, what is left
 * to the deadline at most what was left at the save, and time that ran
 * backwards counts as none passed.
 *
 * The guard of @p retry counts the call from now on. Breaker and budget are
 * asked when its wait is over, in this order, and may end it then: with
 * `breaker_open`, or with `budget` if the retry's cost, which was reserved
 * where it was decided and given back with the call there, is not to be had
 * here. A ratio budget gets no second deposit. A text that a version without
 * costs wrote asks for none. Under another policy (@p force) a token bucket is
 * asked for the same cost, at most its capacity, any other budget for its own.
 *
 * The earlier of the call's deadline and that of @p options holds. If the
 * latter has passed, or does before the wait is over, the call ends here, with
 * `deadline` or `delay_exceeds_deadline`.
 *
 * @param retry    of the same operation; its policy must have the saved hash
 * @param options  as backoff_call_new(); an id in it is not used
 * @param force    1: go on under another policy
 * @param out      set on BACKOFF_OK; ask backoff_call_next()
 * @param error    may be NULL
 * @return BACKOFF_OK; BACKOFF_E_STATE for another policy; BACKOFF_E_SYNTAX,
 *         _FIELD, _VALUE, _LIMIT for a text that is no saved call;
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
