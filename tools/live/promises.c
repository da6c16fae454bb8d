/* Whether retries that lines announce come. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/promises.h"

#include "base/num.h"
#include "live/counts.h"

#define DUE_MIN 8
#define MADE_SHARE 0.5

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
	uint64_t wait_s;

	advance(promises, second);
	if (promises->due >= DUE_MIN &&
	    promises->made < MADE_SHARE * promises->due)
		promises->broken = true;
	if (event->attempt != BACKOFF_ABSENT && event->attempt > 1)
		rt_add_u32(&promises->made, 1);
	if (event->type != BACKOFF_EVENT_ATTEMPT ||
	    event->delay_ns == BACKOFF_ABSENT)
		return;
	/* It takes a second to fail, too. */
	wait_s = event->delay_ns / BO_NS_PER_S + 2;
	if (wait_s < RT_PROMISES_S &&
	    promises->later[(second + wait_s) % RT_PROMISES_S] < UINT16_MAX)
		promises->later[(second + wait_s) % RT_PROMISES_S]++;
}
