/* Measure rows in alternate rounds, and print their medians as a table. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS_MAX 101
#define ROWS_MAX 16

static uint64_t
read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t
bench_cpu_ns(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t
bench_wall_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t
bench_ticks(void)
{
#if defined(__x86_64__)
	unsigned low, high;

	__asm__ volatile("rdtscp" : "=a"(low), "=d"(high) : : "rcx", "memory");
	return (uint64_t)high << 32 | low;
#else
	return bench_wall_ns();
#endif
}

double
bench_ticks_per_ns(void)
{
	static double rate;
	uint64_t start_ns, start;

	if (rate > 0)
		return rate;
	start_ns = bench_wall_ns();
	start = bench_ticks();
	while (bench_wall_ns() - start_ns < 50000000)
		;
	rate = (double)(bench_ticks() - start) /
	       (double)(bench_wall_ns() - start_ns);
	return rate;
}

void
bench_die(const char *what)
{
	perror(what);
	exit(4);
}

unsigned
bench_rounds(void)
{
	const char *text = getenv("BENCH_ROUNDS");
	unsigned long rounds = text != NULL ? strtoul(text, NULL, 10) : 0;

	return rounds >= 1 && rounds <= ROUNDS_MAX ? (unsigned)rounds : 7;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void
bench_group(const char *title, const char *unit, const struct bench_row *rows,
	    size_t row_count)
{
	static double sample[ROWS_MAX][ROUNDS_MAX];
	unsigned rounds = bench_rounds();
	double first = 0;

	if (row_count > ROWS_MAX)
		bench_die("too many rows");
	/* One round to warm up, which is not counted. */
	for (unsigned round = 0; round <= rounds; round++)
		for (size_t i = 0; i < row_count; i++)
			sample[i][round > 0 ? round - 1 : 0] =
				rows[i].run(rows[i].user, rows[i].count);
	printf("\n%s (%s, median of %u rounds)\n", title, unit, rounds);
	for (size_t i = 0; i < row_count; i++) {
		double median;

		qsort(sample[i], rounds, sizeof(double), compare);
		median = sample[i][rounds / 2];
		if (i == 0)
			first = median;
		printf("  %-46s %9.1f  (%.1f .. %.1f)", rows[i].name, median,
		       sample[i][0], sample[i][rounds - 1]);
		if (i > 0 && first > 0)
			printf("  x%.2f", median / first);
		printf("\n");
	}
	fflush(stdout);
}
