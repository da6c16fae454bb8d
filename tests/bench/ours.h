/* Rows for peers.sh: a name, a tab and a figure, one measurement each. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_OURS_H
#define BENCH_OURS_H

#include <stddef.h>
#include <stdint.h>

/** Print a row. Its name begins with its group and a colon. */
void ours_row(const char *name, double ns);

/** Wait until @p gap_ns after the previous call, or return at once if it is 0.
 *  Returns the counter's reading. */
uint64_t ours_pace(uint64_t gap_ns);

/** A quantile of counter ticks in nanoseconds; sorts the sample. */
double ours_quantile(uint64_t *sample, size_t count, double part);

#endif
