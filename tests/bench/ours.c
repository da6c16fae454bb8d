/* Rows for peers.sh, and readings of the processor's counter. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "ours.h"

#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

void
ours_row(const char *name, double ns)
{
	printf("%s\t%.2f\n", name, ns);
	fflush(stdout);
}

uint64_t
ours_pace(uint64_t gap_ns)
{
	static uint64_t next;
	uint64_t now = bench_ticks();

	if (gap_ns == 0) {
		next = now;
		return now;
	}
	next += (uint64_t)((double)gap_ns * bench_ticks_per_ns());
	while (now < next)
		now = bench_ticks();
	return bench_ticks();
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

double
ours_quantile(uint64_t *sample, size_t count, double part)
{
	qsort(sample, count, sizeof(*sample), compare);
	return (double)sample[(size_t)((double)(count - 1) * part)] /
	       bench_ticks_per_ns();
}
