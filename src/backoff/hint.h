/* Server hints: when a peer wants to be asked again. */
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
};

struct backoff_hint {
	enum backoff_hint_kind kind;
	/** With BACKOFF_HINT_DELAY. A larger number of the peer's is read as
	 *  1e18, and the policy decides what is too long. */
	uint64_t delay_ns;
};

/**
 * Read a header or a piece of metadata.
 *
 * `Retry-After` (RFC 9110, 10.2.3): whole seconds, or one of the three forms of
 * an HTTP date, which is compared with @p wall_ns; a date in the past is a hint
 * of 0. `retry-after-ms`, `x-amz-retry-after`: milliseconds, with or without
 * a fraction. `grpc-retry-pushback-ms` (gRPC A6): whole milliseconds; a
 * negative or unreadable value forbids. `x-should-retry`: "false" forbids,
 * "true" says nothing about when. The case of names and blanks around values do
 * not matter.
 *
 * @param name     of the header
 * @param value    its value, NUL-terminated
 * @param wall_ns  now, nanoseconds since 1970 UTC
 * @param out      set on BACKOFF_OK; else untouched
 * @return BACKOFF_OK; BACKOFF_E_NOT_FOUND for any other header;
 *         BACKOFF_E_VALUE for any other value (garbage, negative, NaN), since
 *         no hint is better than a guess; BACKOFF_E_ARGUMENT for NULL
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_hint_parse(const char *name, const char *value, uint64_t wall_ns,
		   struct backoff_hint *out);

/**
 * The hint that applies where a response has several: one that forbids a retry,
 * else the longest delay.
 */
BACKOFF_API struct backoff_hint backoff_hint_join(struct backoff_hint first,
						  struct backoff_hint second);

BACKOFF_END_DECLS

#endif
