/* The kernel of a simulation: calls under way in virtual time, event by event.
 * It knows neither logs nor targets: the caller decides what an event does. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_KERNEL_H
#define RS_KERNEL_H

#include "replay/event_queue.h"

/** Handlers of a simulation's events. A handler must either end a call that is
 *  under way or give it its next event. */
struct rs_kernel_ops {
	/** Size of a call's record. */
	size_t call_size;
	/** Begin a call: see rs_kernel_take(). Returns the start of the next
	 *  one, at this time or later; UINT64_MAX if there is none. */
	uint64_t (*begin)(void *user, uint64_t now_ns);
	/** End the attempt of a call. */
	void (*end_attempt)(void *user, void *call, uint64_t now_ns);
	/** End the wait of a call. */
	void (*resume)(void *user, void *call, uint64_t now_ns);
};

struct rs_kernel_block;

/** Do not write to the fields. */
struct rs_kernel {
	const struct rs_kernel_ops *ops;
	void *user;
	struct rs_event_queue queue;
	/** Memory of records, and the first record that is free. */
	struct rs_kernel_block *block;
	void *free_call;
	bool out_of_memory;
};

/** @p ops and @p user must outlive the kernel. */
void rs_kernel_init(struct rs_kernel *kernel, const struct rs_kernel_ops *ops,
		    void *user);

/** Free all memory, also of calls that are under way. */
void rs_kernel_clear(struct rs_kernel *kernel);

/**
 * Run until no call is under way and none begins any more. At equal times,
 * attempts end before waits do, and both before calls begin.
 *
 * @param first_ns  when the first call begins; UINT64_MAX: none does
 * @return false if memory ran out
 */
bool rs_kernel_run(struct rs_kernel *kernel, uint64_t first_ns);

/** Take a record for a new call; its content is undefined, and its address
 *  stays. NULL if memory ran out, which ends the run. */
void *rs_kernel_take(struct rs_kernel *kernel);

/** Give back the record of a call that is over. */
void rs_kernel_give_back(struct rs_kernel *kernel, void *call);

/**
 * Set the next event of a call.
 *
 * @param order  among events of one kind at one time, lower comes first
 */
void rs_kernel_schedule(struct rs_kernel *kernel, void *call, uint32_t order,
			uint64_t at_ns, enum rs_event_kind kind);

/** End the run: the caller ran out of memory. */
static inline void
rs_kernel_fail(struct rs_kernel *kernel)
{
	kernel->out_of_memory = true;
}

/** Due time of the next event; UINT64_MAX if there is none. */
static inline uint64_t
rs_kernel_due_ns(const struct rs_kernel *kernel)
{
	return rs_event_queue_next(&kernel->queue);
}

#endif
