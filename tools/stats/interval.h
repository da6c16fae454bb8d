/* Intervals. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_INTERVAL_H
#define TK_INTERVAL_H

/** The standard normal quantile of a two-sided 95 % interval. */
#define TK_Z95 1.959963984540054

struct tk_interval {
	double low, high;
};

/** Cut to [low, high]. */
struct tk_interval tk_clamp(struct tk_interval interval, double low,
			    double high);

#endif
