/* Rows for beside.sh: a name, a tab and a figure, one measurement each. */
#ifndef BENCH_BESIDE_H
#define BENCH_BESIDE_H

#include <stddef.h>
#include <stdint.h>

/** Print a row. What stands before the colon of its name is its group. */
void beside_row(const char *name, double ns);

/** Wait until @p gap_ns after the last one, or not if it is 0; returns the
 *  counter's reading. */
uint64_t beside_pace(uint64_t gap_ns);

/** Nanoseconds of the counter's steps; sorts them. */
double beside_quantile(uint64_t *sample, size_t count, double part);

#endif
