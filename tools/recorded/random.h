/* The numbers that keep unrelated draws of the simulator independent. */
#ifndef RS_LUCK_H
#define RS_LUCK_H

#include <stdint.h>

#include <backoff.h>

/** Room for the product of two 64-bit numbers. */
__extension__ typedef unsigned __int128 rs_wide;

enum rs_purpose {
	/** Whether an attempt that was not recorded fails. */
	RS_PURPOSE_OUTCOME = BACKOFF_PURPOSE_USER + 1,
	/** Whether a call fails whatever the time. */
	RS_PURPOSE_DOOM,
	/** How long an attempt takes that was not recorded. */
	RS_PURPOSE_DURATION,
	/** How long a recorded first attempt took, where the log is silent. */
	RS_PURPOSE_FIRST_DURATION,
};

/** The draw of one call, attempt and replica. */
static inline uint64_t
rs_draw(uint64_t seed, enum rs_purpose purpose, uint64_t call, uint32_t attempt,
	uint32_t replica)
{
	return backoff_draw(seed, (uint32_t)purpose,
			    call + ((uint64_t)replica << 40), attempt);
}

/** Floor of count * draw / 2^64: an index below @p count. */
static inline uint64_t
rs_pick(uint64_t draw, uint64_t count)
{
	return (uint64_t)((rs_wide)draw * count >> 64);
}

#endif
