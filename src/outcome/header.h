/* What one header says: a hint, or the state of a rate limit. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_HEADER_H
#define BO_HEADER_H

#include <stdint.h>

#include <backoff/hint.h>
#include <backoff/outcome.h>

/** Bits of struct backoff_limit. */
enum {
	/** reset_ns is set. */
	BO_LIMIT_RESET = 1,
	/** A header said that something remains, or what it said cannot be
	 *  read; or that nothing remains. */
	BO_LIMIT_LEFT = 2,
	BO_LIMIT_USED_UP = 4,
};

/** What a header says. */
struct bo_header {
	/** For the request, whatever the limits; NONE if that is nothing. */
	struct backoff_hint hint;
	/** About a limit; its state is 0 if that is nothing. */
	struct backoff_limit limit;
};

/** The hint of a limit: RESET, or NONE if it is not used up. */
struct backoff_hint bo_limit_hint(uint32_t state, uint64_t reset_ns);

#endif
