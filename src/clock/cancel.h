/* The inside of a cancel switch, for the clocks that wait on it. */
#ifndef BO_CANCEL_H
#define BO_CANCEL_H

#include <stdatomic.h>
#include <stdint.h>

#include <backoff/clock.h>

struct backoff_cancel {
	/** 0 or 1; also the futex that waits sleep on. */
	atomic_uint on;
};

/** Sleep until an absolute CLOCK_MONOTONIC time or the switch. */
enum backoff_status bo_cancel_wait(const struct backoff_cancel *cancel,
				   uint64_t when_ns);

#endif
