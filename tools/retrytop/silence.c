/* How long no line came, and how long that usually is. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/silence.h"

#include "base/num.h"

/* Each line takes this part of the usual gap away. */
#define FORGET 16

void
rt_silence_line(struct rt_silence *silence, uint64_t now_ns, bool caught_up)
{
	uint64_t gap_ns = rt_silence_ns(silence, now_ns);

	silence->usual_ns -= silence->usual_ns / FORGET;
	if (caught_up && gap_ns > silence->usual_ns)
		silence->usual_ns = gap_ns;
	silence->line_ns = now_ns;
}

uint64_t
rt_silence_ns(const struct rt_silence *silence, uint64_t now_ns)
{
	return silence->line_ns == 0 ? 0 : bo_sub_sat(now_ns, silence->line_ns);
}
