/* The outcome of an attempt, and outcomes for errno values and HTTP
 * statuses. */
#ifndef BACKOFF_OUTCOME_H
#define BACKOFF_OUTCOME_H

#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/hint.h>
#include <backoff/status.h>
#include <backoff/words.h>

BACKOFF_BEGIN_DECLS

/** Limits of an answer that are remembered; providers have two to six. */
#define BACKOFF_LIMITS_MAX 8

/** What the headers of an answer say about one rate limit; only for
 *  backoff_outcome_add_hint() and backoff_outcome_hint(). */
struct backoff_limit {
	uint64_t key, reset_ns;
	uint32_t state, reserved;
};

/** Rate limits of an answer. A count of 0 is valid without the rest. */
struct backoff_limits {
	uint32_t count, reserved;
	struct backoff_limit limit[BACKOFF_LIMITS_MAX];
};

/** The outcome of an attempt, as the caller saw it. Strings are borrowed by the
 *  function that an outcome is passed to, and may be NULL. */
struct backoff_outcome {
	enum backoff_outcome_kind kind;
	enum backoff_class failure_class;
	/** A type that `retry_on` may name: "ConnectionError". */
	const char *error_type;
	/** Namespaced: "http:503", "errno:ECONNRESET", "sqlstate:40001". */
	const char *code;
	/** For humans, and for `message_regex`. */
	const char *error;
	/** The attempt's result; the library only passes it on. */
	void *result;
	/** The peer's explicit hint about the next request, if it gave one. */
	struct backoff_hint hint;
	/** 1: it failed before anything was sent, so a retry cannot do
	 *  anything twice. */
	int not_sent;
	/** 1: the request cannot be sent again (a stream that was read). */
	int not_replayable;
	/** Rate limits that headers described: backoff_outcome_add_hint(). */
	struct backoff_limits limits;
};

/** Fill an outcome, for callers that cannot write structs. Strings are not
 *  copied. Sets everything but the result: no hint, the request was sent and
 *  can be sent again. */
BACKOFF_API void backoff_outcome_set(struct backoff_outcome *outcome,
				     enum backoff_outcome_kind kind,
				     enum backoff_class failure_class,
				     const char *error_type, const char *code,
				     const char *error);

/**
 * Read a header into the outcome: see backoff_hint_parse(). All headers of a
 * response may be passed, one by one and in any order; the class of the failure
 * may be set before or after. Call it after the outcome was filled.
 *
 * @return as backoff_hint_parse(); only BACKOFF_OK changes anything.
 *         BACKOFF_E_LIMIT for a reset or remaining of one more limit than
 *         BACKOFF_LIMITS_MAX
 */
BACKOFF_API enum backoff_status
backoff_outcome_add_hint(struct backoff_outcome *outcome, const char *name,
			 const char *value, uint64_t wall_ns);

/**
 * The hint that the engine follows: NONE, DELAY or FORBID.
 *
 * An explicit hint wins over rate limits. Limits count only if the failure is
 * of class throttle, and only those that are used up: whose header for what
 * remains says 0, or is absent. The longest of several applies. So a failure
 * of another class is retried as if there were no such headers.
 */
BACKOFF_API struct backoff_hint
backoff_outcome_hint(const struct backoff_outcome *outcome);

/** Set not_sent and not_replayable, 1 or 0. */
BACKOFF_API void backoff_outcome_set_sending(struct backoff_outcome *outcome,
					     int not_sent, int not_replayable);

/** Pass a result to the caller of the loop; see backoff_retry_run(). */
BACKOFF_API void backoff_outcome_set_result(struct backoff_outcome *outcome,
					    void *result);

/**
 * Describe an errno: code "errno:ECONNRESET", a class, and an error type as
 * the shipped policies name them (ConnectionError, TimeoutError, OSError).
 * 0 is a success.
 */
BACKOFF_API void backoff_outcome_from_errno(struct backoff_outcome *outcome,
					    int error_number);

/**
 * Describe an HTTP status: 2xx and 3xx are a success, 429 throttle, 408 and
 * 504 timeout, 409 conflict, other 4xx client, 5xx server; code "http:503".
 */
BACKOFF_API void backoff_outcome_from_http(struct backoff_outcome *outcome,
					   int status);

BACKOFF_END_DECLS

#endif
