/* The enums that all parts of the library share, and their names in the log.
 * Each ENUM_COUNT is the number of values that this version knows. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_WORDS_H
#define BACKOFF_WORDS_H

#include <backoff/attr.h>

BACKOFF_BEGIN_DECLS

/** Kind of an attempt's outcome, before any decision about it. */
enum backoff_outcome_kind {
	/** The attempt did not say what happened: an outcome of zeros, or a
	 *  value that this list does not have. Never retried; logged as a
	 *  failure of type "NotReported". */
	BACKOFF_OUTCOME_NOT_REPORTED,
	BACKOFF_OUTCOME_SUCCESS,
	BACKOFF_OUTCOME_FAILURE,
	BACKOFF_OUTCOME_TIMEOUT,
	BACKOFF_OUTCOME_CANCELLED,
};
#define BACKOFF_OUTCOME_COUNT (BACKOFF_OUTCOME_CANCELLED + 1)

/** Reason for an attempt. */
enum backoff_kind {
	/** Unknown. */
	BACKOFF_KIND_NONE,
	BACKOFF_KIND_FIRST,
	/** After the attempt before it failed. */
	BACKOFF_KIND_RETRY,
	/** While another attempt was still running. */
	BACKOFF_KIND_HEDGE,
};
#define BACKOFF_KIND_COUNT (BACKOFF_KIND_HEDGE + 1)

/** The nature of a failure. */
enum backoff_class {
	BACKOFF_CLASS_UNKNOWN,
	BACKOFF_CLASS_TRANSIENT,
	BACKOFF_CLASS_THROTTLE,
	BACKOFF_CLASS_SERVER,
	BACKOFF_CLASS_CLIENT,
	BACKOFF_CLASS_TIMEOUT,
	BACKOFF_CLASS_CONFLICT,
	BACKOFF_CLASS_FATAL,
};
#define BACKOFF_CLASS_COUNT (BACKOFF_CLASS_FATAL + 1)

/** Reason for the end of a call, as the log names it. */
enum backoff_stop {
	/** The call is not over. */
	BACKOFF_STOP_NONE,
	BACKOFF_STOP_SUCCESS,
	/** `abort_on` matched, or `retry_on` did not. */
	BACKOFF_STOP_NON_RETRYABLE,
	BACKOFF_STOP_MAX_ATTEMPTS,
	/** The deadline has passed. */
	BACKOFF_STOP_DEADLINE,
	/** The delay would reach the deadline, so the wait was not begun. */
	BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE,
	BACKOFF_STOP_BUDGET,
	BACKOFF_STOP_BREAKER_OPEN,
	BACKOFF_STOP_SERVER_FORBADE,
	BACKOFF_STOP_HINT_TOO_LONG,
	BACKOFF_STOP_NOT_IDEMPOTENT,
	BACKOFF_STOP_NOT_REPLAYABLE,
	/** The caller cancelled it. */
	BACKOFF_STOP_CANCELLED,
	/** The call was freed before it was over. */
	BACKOFF_STOP_SHUTDOWN,
	/** The clock could not wait. */
	BACKOFF_STOP_SLEEP_FAILED,
};
#define BACKOFF_STOP_COUNT (BACKOFF_STOP_SLEEP_FAILED + 1)

/** Effect of a server's hint on the decision. */
enum backoff_hint_action {
	/** There was no hint. */
	BACKOFF_HINT_ACTION_NONE,
	BACKOFF_HINT_ACTION_HONOURED,
	/** It was longer than the policy's limit, so the limit is waited. */
	BACKOFF_HINT_ACTION_CLAMPED,
	/** It changed nothing: the computed delay was longer already, the
	 *  policy does not use hints or ignores one as long as this, or the
	 *  call is over anyway. */
	BACKOFF_HINT_ACTION_IGNORED,
	/** It was too long, so the call is over. */
	BACKOFF_HINT_ACTION_GAVE_UP,
};
#define BACKOFF_HINT_ACTION_COUNT (BACKOFF_HINT_ACTION_GAVE_UP + 1)

/** State of a circuit breaker. */
enum backoff_breaker {
	/** The policy has no breaker. */
	BACKOFF_BREAKER_NONE,
	BACKOFF_BREAKER_CLOSED,
	/** No attempts until the cooldown is over. */
	BACKOFF_BREAKER_OPEN,
	/** A few attempts, to see whether the target has recovered. */
	BACKOFF_BREAKER_HALF_OPEN,
};
#define BACKOFF_BREAKER_COUNT (BACKOFF_BREAKER_HALF_OPEN + 1)

/** Names as in the log: "failure", "transient", "max_attempts"; NULL for an
 *  unknown number. The log has no outcome "not_reported". */
BACKOFF_API const char *
backoff_outcome_kind_name(enum backoff_outcome_kind kind);
BACKOFF_API const char *backoff_class_name(enum backoff_class failure_class);
BACKOFF_API const char *backoff_stop_name(enum backoff_stop stop);

/** "closed", "open", "half_open"; NULL for NONE. */
BACKOFF_API const char *backoff_breaker_name(enum backoff_breaker state);

BACKOFF_END_DECLS

#endif
