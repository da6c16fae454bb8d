/* How late events arrive, as a distribution of the last minute. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/lateness.h"

#include <stddef.h>

#include "base/num.h"

#define FINE_NS (BO_NS_PER_S / 10)
#define HALVE_NS (20 * BO_NS_PER_S)
/* An event's weight, so that halves of few events are not nothing. */
#define WEIGHT 64
/* Longer pauses make all of it old. */
#define HALVINGS_MAX 31

static void
halve(struct rt_lateness *lateness, uint64_t wall_ns)
{
	uint64_t times = bo_sub_sat(wall_ns, lateness->halved_ns) / HALVE_NS;

	if (times == 0)
		return;
	lateness->halved_ns = wall_ns;
	lateness->total = 0;
	for (size_t i = 0; i < RT_LATENESS_STEPS; i++) {
		lateness->step[i] >>= bo_min(times, HALVINGS_MAX);
		lateness->total += lateness->step[i];
	}
}

void
rt_lateness_note(struct rt_lateness *lateness, uint64_t late_ns,
		 uint64_t wall_ns)
{
	uint64_t step = late_ns / FINE_NS;

	if (step >= RT_LATENESS_FINE)
		step = RT_LATENESS_FINE + late_ns / BO_NS_PER_S -
		       RT_LATENESS_FINE * FINE_NS / BO_NS_PER_S;
	if (step >= RT_LATENESS_STEPS)
		return;
	halve(lateness, wall_ns);
	if (lateness->step[step] > UINT32_MAX - WEIGHT)
		return;
	lateness->step[step] += WEIGHT;
	lateness->total += WEIGHT;
}

uint64_t
rt_lateness_of(const struct rt_lateness *lateness, double share)
{
	double left = share * (double)lateness->total;

	if (lateness->total == 0)
		return 0;
	for (size_t i = 0; i < RT_LATENESS_STEPS; i++) {
		left -= (double)lateness->step[i];
		if (left > 0 || lateness->step[i] == 0)
			continue;
		if (i < RT_LATENESS_FINE)
			return i * FINE_NS;
		return (i - RT_LATENESS_FINE) * BO_NS_PER_S +
		       RT_LATENESS_FINE * FINE_NS;
	}
	return 0;
}
