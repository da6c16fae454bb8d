/* Whether counts of failures scatter more than chance makes them. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_DISPERSION_H
#define TK_DISPERSION_H

#include <stdbool.h>
#include <stddef.h>

/** Trials of one kind, or in one block of time. */
struct tk_cell {
	double failed, trials;
};

/** A cell is disturbed from this residual on: among 300 cells that differ by
 *  chance only, one in 500 groups of them has such a one. */
#define TK_DISTURBED 4.5

struct tk_dispersion {
	/** Failures of all cells, by their trials; and the median of the rates
	 *  of cells, which a few disturbed ones do not move. */
	double rate, median_rate;
	/** Pearson's chi squared by its degrees of freedom: about 1 if the
	 *  cells scatter as binomial counts do. 0 if there are fewer than two
	 *  cells, or all trials ended alike. */
	double ratio;
	/** The same as a standard normal deviate, by the cube root (E. B.
	 *  Wilson and M. M. Hilferty, 1931). */
	double z;
	/** Cells far from the median rate. */
	size_t disturbed;
};

/** Measure cells; those without trials do not count. False if memory ran out.
 */
bool tk_dispersion_find(const struct tk_cell *cell, size_t count,
			struct tk_dispersion *out);

/** How far a cell is from a rate, in standard deviations; those of rates near
 *  0 and 1 are taken to be at least that of half a failure. 0 without trials.
 */
double tk_cell_residual(const struct tk_cell *cell, double rate);

#endif
