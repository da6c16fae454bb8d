/* The numbers that keep unrelated draws of the simulator independent. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_RANDOM_H
#define RS_RANDOM_H

#include <stdint.h>

#include <backoff.h>

/** Draws depend on the values: append, and never renumber. */
enum rs_purpose {
	/** Whether an attempt that was not recorded fails. */
	RS_PURPOSE_OUTCOME = BACKOFF_PURPOSE_USER + 1,
	/** Whether a call fails permanently. */
	RS_PURPOSE_PERMANENT,
	/** Duration of an attempt that was not recorded. */
	RS_PURPOSE_DURATION,
	/** Duration of a recorded first attempt, if the log does not say. */
	RS_PURPOSE_FIRST_DURATION,
	/** Whether the fate of its call makes an attempt fail. */
	RS_PURPOSE_FATE,
};
_Static_assert((int)RS_PURPOSE_FIRST_DURATION == (int)BACKOFF_PURPOSE_USER + 4,
	       "purposes keep their values");

/** The draw for the delay after an attempt, if the log does not show it. */
static inline uint64_t
rs_delay_draw(uint64_t seed, uint64_t call, uint32_t attempt, uint32_t replica)
{
	return backoff_draw(seed, BACKOFF_PURPOSE_DELAY,
			    call + ((uint64_t)replica << 40), attempt);
}

/** The draw for one call, attempt and replica. */
static inline uint64_t
rs_draw(uint64_t seed, enum rs_purpose purpose, uint64_t call, uint32_t attempt,
	uint32_t replica)
{
	return backoff_draw(seed, (uint32_t)purpose,
			    call + ((uint64_t)replica << 40), attempt);
}

#endif
