/* What the system's waits take: times of the machine's width, and futexes. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_SLEEP_H
#define BO_SLEEP_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

/** A time, or the latest one that time_t can hold: on some machines that is in
 *  68 years. */
static inline struct timespec
bo_timespec(uint64_t ns)
{
	const uint64_t latest = (UINT64_C(1) << (8 * sizeof(time_t) - 1)) - 1;

	return (struct timespec){
		.tv_sec = (time_t)bo_min(ns / BO_NS_PER_S, latest),
		.tv_nsec = (long)(ns % BO_NS_PER_S)};
}

/** futex(2) with a bit set, for one process. @p when may be NULL. */
static inline long
bo_futex(const atomic_uint *word, int op, unsigned value,
	 const struct timespec *when, unsigned bits)
{
	op |= FUTEX_PRIVATE_FLAG;
#ifdef SYS_futex_time64
	/* A 32-bit machine whose time_t has 64 bits: SYS_futex would read
	 * something else. */
	if (sizeof(when->tv_sec) > sizeof(long))
		return syscall(SYS_futex_time64, word, op, value, when, NULL,
			       bits);
#endif
	return syscall(SYS_futex, word, op, value, when, NULL, bits);
}

#endif
