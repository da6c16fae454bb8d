/* The inside of a cancel switch, for the clocks that wait on it. */
#ifndef BO_CANCEL_H
#define BO_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <backoff/clock.h>

struct backoff_cancel {
	/** Bit 0: the switch. The bits above count what else ended waits on
	 *  this word: requests of switches that have it as their parent. It is
	 *  also the futex that waits sleep on. */
	atomic_uint word;
	/** NULL, or the switch that is on for this one too. One step: a parent
	 *  has no parent. */
	struct backoff_cancel *parent;
};

/** A switch in the caller's memory: off, unless its parent (may be NULL) is on.
 *  The parent may be requested from a signal handler, as ever. */
void bo_cancel_init(struct backoff_cancel *cancel,
		    const struct backoff_cancel *parent);

/** Switch it off again; only by the one who waits on it. */
void bo_cancel_reset(struct backoff_cancel *cancel);

/** Sleep until an absolute CLOCK_MONOTONIC time or the switch. */
enum backoff_status bo_cancel_wait(const struct backoff_cancel *cancel,
				   uint64_t when_ns);

#endif
