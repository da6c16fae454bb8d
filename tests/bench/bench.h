/* Measuring beside each other: rounds in turn, medians, one table. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

/** What is measured: does its work @p count times and returns the cost of one
 *  in the group's unit. */
typedef double (*bench_run_fn)(void *user, size_t count);

struct bench_row {
	const char *name;
	bench_run_fn run;
	void *user;
	size_t count;
};

/** A row that others are compared with goes first. Rounds alternate, so that
 *  a busy machine slows all rows alike. */
void bench_group(const char *title, const char *unit,
		 const struct bench_row *rows, size_t row_count);

/** How many rounds; from the environment variable BENCH_ROUNDS, else 7. */
unsigned bench_rounds(void);

/** Nanoseconds of this thread on a processor. */
uint64_t bench_cpu_ns(void);

/** Nanoseconds of the monotonic clock. */
uint64_t bench_wall_ns(void);

/** The processor's counter, or that clock where there is none, and how many of
 *  its steps a nanosecond has. */
uint64_t bench_ticks(void);
double bench_ticks_per_ns(void);

/** End the program: something that must work does not. */
void bench_die(const char *what) __attribute__((noreturn));

/** Keep a value alive, whatever the optimizer thinks of it. */
#define BENCH_KEEP(value) __asm__ volatile("" : : "g"(value) : "memory")

/** Attempts and emissions as they are in a log of a busy service: text without
 *  end in NUL, of @p lines native lines; free() it. */
char *bench_log(size_t lines, uint64_t seed, size_t *length);

#endif
