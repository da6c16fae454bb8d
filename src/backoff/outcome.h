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
	/** The peer's hint about the next request, if it gave one. */
	struct backoff_hint hint;
	/** 1: it failed before anything was sent, so a retry cannot do
	 *  anything twice. */
	int not_sent;
	/** 1: the request cannot be sent again (a stream that was read). */
	int not_replayable;
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
 * Read a header into the outcome's hint: see backoff_hint_parse(). If several
 * headers have a hint, the strictest applies. Call it after the outcome was
 * filled.
 *
 * @return as backoff_hint_parse(); only BACKOFF_OK changes anything, so all
 *         headers of a response may be passed, one by one
 */
BACKOFF_API enum backoff_status
backoff_outcome_add_hint(struct backoff_outcome *outcome, const char *name,
			 const char *value, uint64_t wall_ns);

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
