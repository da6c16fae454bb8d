/* Server hints: what a peer says about when to come back. */
#ifndef BACKOFF_HINT_H
#define BACKOFF_HINT_H

#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/status.h>

BACKOFF_BEGIN_DECLS

enum backoff_hint_kind {
	/** The peer said nothing that counts. */
	BACKOFF_HINT_NONE,
	/** Come back after the delay; 0 is a hint like any other. */
	BACKOFF_HINT_DELAY,
	/** Do not come back. */
	BACKOFF_HINT_FORBID,
};

struct backoff_hint {
	enum backoff_hint_kind kind;
	/** With BACKOFF_HINT_DELAY; at most 1e18 (the peer's number may be
	 *  larger: what is too long is for the policy to say). */
	uint64_t delay_ns;
};

/**
 * Read a header or a piece of metadata.
 *
 * `Retry-After` (RFC 9110, 10.2.3): whole seconds, or one of the three forms of
 * an HTTP date, which is compared with @p wall_ns; a date that has passed is a
 * hint of 0. `retry-after-ms`, `x-amz-retry-after`: milliseconds; a fraction
 * is read. `grpc-retry-pushback-ms` (gRPC A6): whole milliseconds; a negative
 * or unreadable value forbids. `x-should-retry`: "false" forbids, "true" says
 * nothing about when. Names are compared without regard to case; blanks around
 * a value do not count.
 *
 * @param name     of the header
 * @param value    its value, NUL-terminated
 * @param wall_ns  now, nanoseconds since 1970 UTC
 * @param out      set on BACKOFF_OK; else untouched
 * @return BACKOFF_OK; BACKOFF_E_NOT_FOUND for another header; BACKOFF_E_VALUE
 *         for a value that is none of these (garbage, negative, NaN): better no
 *         hint than a guess; BACKOFF_E_ARGUMENT for NULL
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_hint_parse(const char *name, const char *value, uint64_t wall_ns,
		   struct backoff_hint *out);

/**
 * The hint that holds where a response has several: forbidding wins, then the
 * longest delay.
 */
BACKOFF_API struct backoff_hint backoff_hint_join(struct backoff_hint first,
						  struct backoff_hint second);

BACKOFF_END_DECLS

#endif
