/* Server hints: when a peer wants to be asked again. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_HINT_H
#define BACKOFF_HINT_H

#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/status.h>

BACKOFF_BEGIN_DECLS

enum backoff_hint_kind {
	/** The peer gave no hint. */
	BACKOFF_HINT_NONE,
	/** Retry after the delay, which may be 0. */
	BACKOFF_HINT_DELAY,
	/** Do not retry. */
	BACKOFF_HINT_FORBID,
	/** A rate limit of the peer resets after the delay. Such peers say so
	 *  with every answer, so it counts only for a failure of class
	 * throttle, and only without a hint of another kind. */
	BACKOFF_HINT_RESET,
};

struct backoff_hint {
	enum backoff_hint_kind kind;
	/** With BACKOFF_HINT_DELAY and _RESET. A larger number of the peer's is
	 * read as 1e18, and the policy decides what is too long. */
	uint64_t delay_ns;
	/** Zero. */
	uint64_t reserved[2];
};

/**
 * Read a header or a piece of metadata. A delay is rounded up to whole
 * nanoseconds, because "not before" is meant.
 *
 * Explicit hints: BACKOFF_HINT_DELAY.
 *
 * - `Retry-After` (RFC 9110, 10.2.3), `x-retry-after`: seconds, also with a
 *   fraction, or one of the three forms of an HTTP date, which is compared with
 *   @p wall_ns; a date in the past is a hint of 0
 * - `retry-after-ms` (OpenAI), `x-ms-retry-after-ms` (Azure),
 *   `x-amz-retry-after` (AWS): milliseconds, with or without a fraction
 * - `grpc-retry-pushback-ms` (gRPC A6): whole milliseconds; a negative or
 *   unreadable value forbids
 * - `x-should-retry`: "false" forbids, "true" says nothing about when
 *
 * Rate limits: BACKOFF_HINT_RESET.
 *
 * - `RateLimit-Reset` (draft-ietf-httpapi-ratelimit-headers-03 to -06),
 *   `x-ratelimit-reset` (GitHub, Reddit), `x-rate-limit-reset` (X), the same
 *   with a limit's name behind it, as in `x-ratelimit-reset-requests` and
 *   `-tokens` (OpenAI), and `anthropic-ratelimit-NAME-reset`. The value is
 *   - a number below 1e9: seconds from now; from 1e9 to below 1e11: seconds
 *     since 1970; from 1e12 to below 1e14: milliseconds since 1970
 *   - a duration like "6m0s" or "20ms"
 *   - an HTTP date or an RFC 3339 time
 * - `RateLimit` as a dictionary (draft -07), `limit=10, remaining=0, reset=5`,
 *   or as a list (later drafts), `"name";r=0;t=5`. Limits with something left
 *   say nothing.
 * - `RateLimit-Remaining`, `x-ratelimit-remaining` and the like: a number, also
 *   with more behind it ("76;w=21600", "10, 10"), which alone says nothing.
 *   backoff_outcome_add_hint() knows which limit it is of.
 *
 * The case of names and blanks around values do not matter, nor does a line end
 * behind the value.
 *
 * @param name     of the header
 * @param value    its value, NUL-terminated
 * @param wall_ns  now, nanoseconds since 1970 UTC
 * @param out      set on BACKOFF_OK; else untouched
 * @return BACKOFF_OK; BACKOFF_E_NOT_FOUND for any other header;
 *         BACKOFF_E_VALUE for any other value (garbage, signs, exponents,
 *         NaN), since no hint is better than a guess; BACKOFF_E_ARGUMENT for
 *         NULL
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_hint_parse(const char *name, const char *value, uint64_t wall_ns,
		   struct backoff_hint *out);

/**
 * The hint that applies where a response has several: one that forbids a retry,
 * else the longest explicit delay, else the longest reset.
 */
BACKOFF_API struct backoff_hint backoff_hint_join(struct backoff_hint first,
						  struct backoff_hint second);

BACKOFF_END_DECLS

#endif
