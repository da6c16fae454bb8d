/* Measure rows in alternate rounds, and print their medians as a table. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

/** Do the work @p count times; returns the cost of one in the group's unit. */
typedef double (*bench_run_fn)(void *user, size_t count);

struct bench_row {
	const char *name;
	bench_run_fn run;
	void *user;
	size_t count;
};

/** Other rows are compared with the first. Rounds alternate, so that a busy
 *  machine slows all rows alike. */
void bench_group(const char *title, const char *unit,
		 const struct bench_row *rows, size_t row_count);

/** The number of rounds, from the environment variable BENCH_ROUNDS, else 7. */
unsigned bench_rounds(void);

/** CPU time of this thread in nanoseconds. */
uint64_t bench_cpu_ns(void);

/** Nanoseconds of the monotonic clock. */
uint64_t bench_wall_ns(void);

/** The processor's tick counter, or the monotonic clock if there is none, and
 *  its ticks per nanosecond. */
uint64_t bench_ticks(void);
double bench_ticks_per_ns(void);

/** End the program after a failure of something that must work. */
void bench_die(const char *what) __attribute__((noreturn));

/** Keep the optimizer from removing a value. */
#define BENCH_KEEP(value) __asm__ volatile("" : : "g"(value) : "memory")

/** A log as a busy service writes it: @p lines native lines without NUL; free()
 *  it. */
char *bench_log(size_t lines, uint64_t seed, size_t *length);

/** Write line @p number of it, and return its length; 0 without room. */
size_t bench_line(uint64_t seed, uint64_t number, char *out, size_t size);

#endif
