/* Intervals. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "stats/interval.h"

struct tk_interval
tk_clamp(struct tk_interval interval, double low, double high)
{
	return (struct tk_interval){fmin(fmax(interval.low, low), high),
				    fmin(fmax(interval.high, low), high)};
}
