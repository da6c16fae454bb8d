/* The outcome of an attempt, and outcomes for errno values and HTTP
 * statuses. */
/* SPDX-License-Identifier: MIT */
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

/**
 * The outcome of an attempt, as the caller saw it.
 *
 * Strings that are pointers are borrowed, and may be NULL. They have to be
 * valid as long as the outcome is used: in an attempt function of the loops
 * that is until the attempt's event was written, which is after the function
 * has returned. A text in a local array of that function is lost by then: copy
 * it, with backoff_outcome_set_error() and the functions after it. An outcome
 * may be copied, with its texts. Begin one of your own with
 * BACKOFF_INIT(struct backoff_outcome).
 */
struct backoff_outcome {
	/** sizeof(struct backoff_outcome): lets the struct grow. */
	uint32_t size;
	enum backoff_outcome_kind kind;
	enum backoff_class failure_class;
	/** A type that `retry_on` may name: "ConnectionError". Borrowed; if it
	 *  is NULL, type_text counts. */
	const char *error_type;
	/** Namespaced: "http:503", "errno:ECONNRESET", "sqlstate:40001".
	 *  Borrowed; if it is NULL, code_text counts. */
	const char *code;
	/** For humans, and for `message_regex`. Borrowed; if it is NULL,
	 *  error_text counts. */
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
	/** Further types, most special first, that the matchers of policies may
	 *  name, ending in NULL; NULL: none. A binding passes the classes of
	 *  its exception. If error_type and type_text are not set, the first of
	 *  these is the type in events. Borrowed. */
	const char *const *error_types;
	/** Copied texts; "" where there is none. */
	char error_text[1024];
	char type_text[64];
	char code_text[64];
};

/** Fill an outcome, for callers that cannot write structs. Strings are
 *  borrowed, not copied. Sets everything but the size and the result: no
 *  hint, no further types, the request was sent and can be sent again. */
BACKOFF_API void backoff_outcome_set(struct backoff_outcome *outcome,
				     enum backoff_outcome_kind kind,
				     enum backoff_class failure_class,
				     const char *error_type, const char *code,
				     const char *error);

/**
 * Copy a text into the outcome, as its error, error type or code. It may be in
 * memory that does not outlive the attempt function, and even in the outcome
 * itself. Texts of more than 1023 bytes, types and codes of more than 63, are
 * cut between characters; a borrowed text may be longer. `message_regex` looks
 * at the first 1024 bytes of either. Call them after backoff_outcome_set() and
 * backoff_outcome_from_errno(), which drop copied texts.
 *
 * @param text  NULL: none
 */
BACKOFF_API void backoff_outcome_set_error(struct backoff_outcome *outcome,
					   const char *text);
BACKOFF_API void backoff_outcome_set_error_type(struct backoff_outcome *outcome,
						const char *type);
BACKOFF_API void backoff_outcome_set_code(struct backoff_outcome *outcome,
					  const char *code);

/** backoff_outcome_set_error() with a text made as by printf(3). */
BACKOFF_API BACKOFF_PRINTF(2, 3) void backoff_outcome_format_error(
	struct backoff_outcome *outcome, const char *format, ...);

/** Set the further types of the error, most special first.
 *
 *  @param types  ends in NULL; borrowed, with its strings; NULL: none */
BACKOFF_API void
backoff_outcome_set_error_types(struct backoff_outcome *outcome,
				const char *const *types);

/** The outcome's error, error type and code, borrowed or copied; NULL if there
 *  is none. */
BACKOFF_API const char *
backoff_outcome_error(const struct backoff_outcome *outcome);
BACKOFF_API const char *
backoff_outcome_error_type(const struct backoff_outcome *outcome);
BACKOFF_API const char *
backoff_outcome_code(const struct backoff_outcome *outcome);

/**
 * Read a header into the outcome: see backoff_hint_parse(). All headers of a
 * response may be passed, one by one and in any order; the class of the failure
 * may be set before or after. Call it after the outcome was filled.
 *
 * @return as backoff_hint_parse(); only BACKOFF_OK changes anything, except
 *         that a limit whose remaining cannot be read does not count.
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
 * remains says 0 (or less), or is absent. The longest of several applies. So a
 * failure of another class is retried as if there were no such headers.
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
 * Describe an errno: code "errno:ECONNRESET" ("errno:512" for a number without
 * a name), a class, and an error type as
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
