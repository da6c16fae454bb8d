/* Whether retries that lines announce come: if most never do, successes have
 * been left out of the log. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_PROMISES_H
#define RT_PROMISES_H

#include <stdbool.h>
#include <stdint.h>

#include <backoff.h>

/** Seconds that a retry may be waited for; longer waits are not counted. */
#define RT_PROMISES_S 64

/** Zero is empty. */
struct rt_promises {
	uint64_t second;
	/** Retries that were due, and attempts that are retries. */
	uint32_t due, made;
	/** Most did not come, at some time: an outage later, in which all do,
	 *  does not show successes either. */
	bool broken;
	/** By second, retries that will be due. */
	uint16_t later[RT_PROMISES_S];
};

/** Note an event of a writer that logs each attempt. */
void rt_promises_note(struct rt_promises *promises,
		      const struct backoff_event *event, uint64_t second);

#endif
