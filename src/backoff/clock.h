/* Time and cancellation: the library's only source of either. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_CLOCK_H
#define BACKOFF_CLOCK_H

#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/status.h>

BACKOFF_BEGIN_DECLS

/** No deadline, no limit, never. */
#define BACKOFF_FOREVER UINT64_MAX

/** A switch that ends waits and cannot be switched off; opaque. */
struct backoff_cancel;

/** Allocate a switch that is off. BACKOFF_E_NOMEM if there is no memory. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_cancel_new(struct backoff_cancel **out);

/** Free it; NULL is fine. No call may use it any more. */
BACKOFF_API void backoff_cancel_free(struct backoff_cancel *cancel);

/**
 * Switch on, and end every wait that uses the switch. May be called from any
 * thread and from a signal handler (an atomic store and one system call; errno
 * is kept). Cannot be undone.
 */
BACKOFF_API void backoff_cancel_request(struct backoff_cancel *cancel);

/** 1 once backoff_cancel_request() was called, else 0, as for NULL: an attempt
 *  that nothing cancels has no switch. */
BACKOFF_API int backoff_cancel_requested(const struct backoff_cancel *cancel);

/**
 * A source of time. All members must be set. Functions may be called from
 * every thread that uses the clock.
 */
struct backoff_clock {
	/** sizeof(struct backoff_clock): lets the struct grow. */
	uint32_t size;
	/** Nanoseconds since any fixed time; never runs backwards. */
	uint64_t (*now_ns)(void *user);
	/** Nanoseconds since 1970-01-01 UTC, for the log's `ts` only. */
	uint64_t (*wall_ns)(void *user);
	/**
	 * Wait until now_ns() reaches @p when_ns.
	 * @param cancel  may be NULL; ends the wait at once when switched on
	 * @return BACKOFF_OK at or after the time; BACKOFF_E_CANCELLED;
	 *         BACKOFF_E_IO if the wait failed for another reason
	 */
	enum backoff_status (*sleep_until)(void *user, uint64_t when_ns,
					   const struct backoff_cancel *cancel);
	void *user;
};

/**
 * The machine's clock: CLOCK_MONOTONIC (does not count suspension) and
 * CLOCK_REALTIME. Waits are absolute, so that signals and slow wake-ups do
 * not add up: clock_nanosleep(2) without a cancel switch, futex(2) with one.
 */
BACKOFF_API const struct backoff_clock *backoff_clock_system(void);

/**
 * A clock for tests: it stands still, and a wait moves it. Not for use by
 * several threads at once.
 *
 * @param start_ns  first value of now_ns()
 * @param wall_ns   first value of wall_ns()
 * @param out       set on BACKOFF_OK; free with backoff_clock_virtual_free()
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_clock_virtual_new(uint64_t start_ns, uint64_t wall_ns,
			  struct backoff_clock **out);

/** Move a virtual clock forward; both times move. */
BACKOFF_API void backoff_clock_virtual_advance(struct backoff_clock *clock,
					       uint64_t by_ns);

/** Free a virtual clock; NULL is fine. */
BACKOFF_API void backoff_clock_virtual_free(struct backoff_clock *clock);

BACKOFF_END_DECLS

#endif
