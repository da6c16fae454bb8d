/* The usual durations of an operation's successes, and which are slow. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/pace.h"

#include <math.h>

#define FIRST_NS 30000.0
#define STEPS_PER_OCTAVE 4.0
/* Half of the weight after 300 seconds with successes. */
#define KEEP 0.99769
/* Fewer successes do not show what is usual. */
#define SUM_MIN 100.0f
#define QUANTILE 0.95f
/* Steps from that quantile to what is slow: half of the duration more, because
 * a service whose load rises gets a little slower, and is well. */
#define SLOW_STEPS 3

static unsigned
step_of(uint64_t duration_ns)
{
	double step = log2((double)duration_ns / FIRST_NS) * STEPS_PER_OCTAVE;

	if (!(step > 0.0))
		return 0;
	return step < RT_PACE_STEPS - 1 ? (unsigned)step : RT_PACE_STEPS - 1;
}

static uint64_t
end_of(unsigned step)
{
	return (uint64_t)(FIRST_NS *
			  exp2((double)(step + 1) / STEPS_PER_OCTAVE));
}

void
rt_pace_add(struct rt_pace *pace, uint64_t duration_ns)
{
	pace->count[step_of(duration_ns)] += 1.0f;
	pace->sum += 1.0f;
}

void
rt_pace_tick(struct rt_pace *pace)
{
	float below = 0.0f;
	unsigned step = 0;

	if (pace->sum < SUM_MIN)
		return;
	while (step < RT_PACE_STEPS - 1) {
		below += pace->count[step];
		if (below >= pace->sum * QUANTILE)
			break;
		step++;
	}
	pace->slow_ns = end_of(step + SLOW_STEPS - 1);
	pace->sum = 0.0f;
	for (unsigned i = 0; i < RT_PACE_STEPS; i++) {
		pace->count[i] *= (float)KEEP;
		pace->sum += pace->count[i];
	}
}
