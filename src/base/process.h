/* State of the process: its number, its forks, its counts of events and of
 * attempts under way. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_PROCESS_H
#define BO_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** Begin to watch for fork(2); BACKOFF_OK or BACKOFF_E_NOMEM. */
int bo_process_init(void);

extern atomic_uint bo_process_forks;

/** Number of forks between this process and the one that began to watch: a
 *  child of fork(2) has one more than its parent. Inline: it is read several
 *  times for each call. */
static inline uint32_t
bo_process_generation(void)
{
	return atomic_load_explicit(&bo_process_forks, memory_order_relaxed);
}

/** 0 in the process that began to watch; in each child of fork(2) a number that
 *  neither its parent nor a sibling has. */
uint64_t bo_process_lineage(void);

/**
 * Shared state that a child of fork(2) has to change before it uses it has a
 * mark, which says for which process that was done. In a child, one thread
 * claims the mark, changes the state and is done; the others wait meanwhile,
 * so this must not take long. If that thread's process is forked while it
 * changes the state, the new child claims the mark again.
 */
void bo_fork_init(atomic_uint *mark);

/** Whether nothing has to be done. */
static inline bool
bo_fork_is_seen(const atomic_uint *mark)
{
	return atomic_load_explicit(mark, memory_order_acquire) ==
	       2 * bo_process_generation();
}

/** True if this thread has to change the state and call bo_fork_done(); false
 *  if that has been done. */
bool bo_fork_claim(atomic_uint *mark);
void bo_fork_done(atomic_uint *mark);

/** getpid(2), without a system call for each event. */
uint64_t bo_process_pid(void);

/** Begin an attempt that events report; returns how many are under way now,
 *  this one included. */
uint64_t bo_process_begin_attempt(void);
void bo_process_end_attempt(void);

/** The next number of an event of this process, from 1. */
uint64_t bo_process_next_seq(void);

#endif
