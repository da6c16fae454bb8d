/* Whether retries that lines announce come. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/promises.h"

#include "base/num.h"
#include "live/counts.h"

/* Log likelihood ratios of a log of which a twentieth of the lines are missing,
 * against one without successes, in which a fourth of retries fail: for a retry
 * that does not show, and one that does. */
#define MISSING_LLR 2.7
#define MADE_LLR (-1.3)
#define LIMIT 7.0

static void
advance(struct rt_promises *promises, uint64_t second)
{
	uint64_t s = promises->second;

	if (second <= s)
		return;
	if (s != 0 && second - s > RT_PROMISES_S)
		s = second - RT_PROMISES_S;
	for (; s != 0 && s < second; s++) {
		uint16_t *slot = &promises->later[s % RT_PROMISES_S];

		rt_add_u32(&promises->due, *slot);
		*slot = 0;
	}
	promises->second = second;
}

void
rt_promises_note(struct rt_promises *promises,
		 const struct backoff_event *event, uint64_t second)
{
	double missing;
	uint64_t wait_s;

	advance(promises, second);
	missing = (double)promises->due - (double)promises->made;
	if (missing * MISSING_LLR + promises->made * MADE_LLR > LIMIT)
		promises->broken = true;
	if (event->attempt != BACKOFF_ABSENT && event->attempt > 1)
		rt_add_u32(&promises->made, 1);
	if (event->type != BACKOFF_EVENT_ATTEMPT ||
	    event->delay_ns == BACKOFF_ABSENT)
		return;
	/* It takes as long as this one to fail, or a second. */
	wait_s = event->delay_ns / BO_NS_PER_S + 2;
	if (event->duration_ns != BACKOFF_ABSENT)
		wait_s = bo_add_sat(wait_s, event->duration_ns / BO_NS_PER_S);
	if (wait_s < RT_PROMISES_S &&
	    promises->later[(second + wait_s) % RT_PROMISES_S] < UINT16_MAX)
		promises->later[(second + wait_s) % RT_PROMISES_S]++;
}
