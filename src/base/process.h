/* State of the process: its number, its forks, its counts of events and of
 * attempts under way. */
#ifndef BO_PROCESS_H
#define BO_PROCESS_H

#include <stdint.h>

/** Begin to watch for fork(2); BACKOFF_OK or BACKOFF_E_NOMEM. */
int bo_process_init(void);

/** Number of forks between this process and the one that began to watch: a
 *  child of fork(2) has one more than its parent. */
uint32_t bo_process_generation(void);

/** 0 in the process that began to watch; in each child of fork(2) a number that
 *  neither its parent nor a sibling has. */
uint64_t bo_process_lineage(void);

/** getpid(2), without a system call for each event. */
uint64_t bo_process_pid(void);

/** Begin an attempt that events report; returns how many are under way now,
 *  this one included. */
uint64_t bo_process_begin_attempt(void);
void bo_process_end_attempt(void);

/** The next number of an event of this process, from 1. */
uint64_t bo_process_next_seq(void);

#endif
