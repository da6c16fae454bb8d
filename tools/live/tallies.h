/* The tallies of a subject's last seconds. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_TALLIES_H
#define RT_TALLIES_H

#include <stdbool.h>
#include <stdint.h>

#include "live/ring.h"
#include "live/tally.h"

/** Seconds that are kept. */
#define RT_TALLIES_S 128

/** Zero is empty. */
struct rt_tallies {
	/** The newest second, and its tally, which is not in the ring yet. */
	uint64_t head_s;
	struct rt_tally now;
	struct rt_ring past;
};

void rt_tallies_clear(struct rt_tallies *tallies);

/** False, and an empty copy, if there is no memory. */
bool rt_tallies_copy(struct rt_tallies *to, const struct rt_tallies *from);

/** Make @p second the newest, unless it is older than the newest. False if
 *  there is no memory. */
bool rt_tallies_advance(struct rt_tallies *tallies, uint64_t second);

/** Whether a second is kept. */
bool rt_tallies_has(const struct rt_tallies *tallies, uint64_t second);

/** Add to a second that is kept. False if there is no memory. */
bool rt_tallies_add(struct rt_tallies *tallies, uint64_t second,
		    const struct rt_tally *add);

/** The tally of a second; empty if it is not kept. */
struct rt_tally rt_tallies_of(const struct rt_tallies *tallies,
			      uint64_t second);

#endif
