/* Finds the time since which an operation has more retries than usual. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/onset.h"

#include <math.h>
#include <stdlib.h>

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *value, size_t count)
{
	qsort(value, count, sizeof(*value), compare);
	if (count % 2 == 1)
		return value[count / 2];
	return (value[count / 2 - 1] + value[count / 2]) / 2.0;
}

/* The limit from the steps before `step`; infinite if there are too few. */
static double
limit_before(uint64_t step, uint64_t first_step, rt_onset_count_fn count,
	     const void *user)
{
	double value[RT_ONSET_BASE_MAX], middle, spread;
	size_t used = 0;

	while (used < RT_ONSET_BASE_MAX && step > first_step) {
		step--;
		value[used++] = (double)count(user, step);
	}
	if (used < RT_ONSET_BASE_MIN)
		return HUGE_VAL;
	middle = median(value, used);
	for (size_t i = 0; i < used; i++)
		value[i] = fabs(value[i] - middle);
	spread = median(value, used);
	return middle + 4.0 * fmax(spread, 0.5);
}

void
rt_onset_judge(struct rt_onset *onset, uint64_t step, uint64_t first_step,
	       rt_onset_count_fn count, const void *user)
{
	double now = (double)count(user, step);

	onset->next_step = step + 1;
	/* Steps above the limit do not count as usual. */
	if (onset->above == 0)
		onset->limit = limit_before(step, first_step, count, user);
	if (now > onset->limit) {
		onset->below = 0;
		onset->above++;
		if (onset->above == RT_ONSET_RUN)
			onset->rising_s =
				(step + 1 - RT_ONSET_RUN) * RT_ONSET_STEP_S;
		return;
	}
	if (onset->rising_s == 0) {
		onset->above = 0;
		return;
	}
	onset->below++;
	if (onset->below == RT_ONSET_RUN) {
		onset->rising_s = 0;
		onset->above = 0;
		onset->below = 0;
	}
}
