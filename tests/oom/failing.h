/* An allocator that fails on request and counts its live blocks. */
/* SPDX-License-Identifier: MIT */
#ifndef FAILING_H
#define FAILING_H

#include <stdbool.h>

/** Failing allocations, from the chosen one on. */
enum failing_mode {
	/** Only that allocation. */
	FAILING_ONCE,
	/** That allocation and all later ones. */
	FAILING_ON,
};

/** Let allocation @p number (from 1) fail. */
void failing_arm(unsigned long number, enum failing_mode mode);

/** Let no more allocations fail. Returns how many failed. */
unsigned long failing_disarm(void);

/** The number of blocks allocated and not freed. */
long failing_alive(void);

#endif
