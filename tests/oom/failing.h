/* An allocator that fails when told to, and counts what is alive. */
#ifndef FAILING_H
#define FAILING_H

#include <stdbool.h>

/** What happens at and after the chosen allocation. */
enum failing_mode {
	/** That one alone fails. */
	FAILING_ONCE,
	/** It and all later ones fail. */
	FAILING_ON,
};

/** Let allocation @p number (from 1) fail. */
void failing_arm(unsigned long number, enum failing_mode mode);

/** Let nothing fail any more. Returns how many did. */
unsigned long failing_disarm(void);

/** Blocks that are allocated and not freed. */
long failing_alive(void);

#endif
