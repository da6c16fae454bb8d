/* The cancel switch's memory, and waits that it ends. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_CANCEL_H
#define BO_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <backoff/clock.h>

struct backoff_cancel {
	/** Bit 0: on or off. The other bits count the requests of switches
	 *  whose parent this is. Waits sleep on this word as a futex. */
	atomic_uint word;
	/** NULL, or a switch that, when it is on, turns this one on too. A
	 *  parent has no parent. */
	struct backoff_cancel *parent;
};

/** Initialize a switch in the caller's memory. It is off unless its parent,
 * which may be NULL, is on. */
void bo_cancel_init(struct backoff_cancel *cancel,
		    const struct backoff_cancel *parent);

/** Switch it off again; only for the thread that waits on it. */
void bo_cancel_reset(struct backoff_cancel *cancel);

/** Sleep until an absolute CLOCK_MONOTONIC time, or until the switch is on. */
enum backoff_status bo_cancel_wait(const struct backoff_cancel *cancel,
				   uint64_t when_ns);

#endif
