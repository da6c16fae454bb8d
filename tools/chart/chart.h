/* Charts as HTML figures with inline SVG; a table holds the same numbers. */
/* SPDX-License-Identifier: MIT */
#ifndef CH_CHART_H
#define CH_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** Series that are drawn apart by colour, dash and mark. A style of this or
 *  more is only in the table (curves, points) or grey (rows with labels). */
#define CH_STYLES 8

/** The CSS of all charts: light and dark (prefers-color-scheme), print,
 *  phone. Needs no other style sheet. */
extern const char ch_css[];

/** How numbers are written. */
enum ch_unit {
	CH_COUNT,     /**< "12", "1.2k" */
	CH_MEAN,      /**< "1.24" */
	CH_SHARE,     /**< 0 to 1, "99.31%" */
	CH_POINTS,    /**< a difference of shares, -1 to 1: "+0.45" */
	CH_TIME,      /**< nanoseconds, "50.4ms" */
	CH_MEAN_DIFF, /**< a difference: "+1.24" */
	CH_TIME_DIFF, /**< a difference of times, in nanoseconds: "-3.2ms" */
};

/** Shapes that mean something, apart from colour. */
enum ch_mark {
	CH_MARK_CIRCLE,
	CH_MARK_SQUARE,
	CH_MARK_UP,
	CH_MARK_DOWN,
	CH_MARK_DIAMOND,
	CH_MARK_CROSS,
	CH_MARK_PLUS,
	CH_MARK_HOURGLASS,
};

/** What every chart has. All texts are escaped and made safe by the chart. */
struct ch_head {
	const char *id;      /**< unique in the page; letters, digits, '-' */
	const char *title;   /**< the finding */
	const char *desc;    /**< what is drawn, for those who do not see it */
	const char *caption; /**< of the table; NULL: the title */
	const char *empty;   /**< shown without data; NULL: "No data." */
};

/* Any number that is not finite is not known: it is not drawn, and "-" in the
 * table. Pointers to texts may be NULL, which is "". */

struct ch_forest_row {
	const char *label;
	double value, low, high;
	double outer_low, outer_high; /**< NAN: none */
	const char *verdict;          /**< a word or two, at the right */
	enum ch_mark mark;
	size_t style; /**< colour */
};

/** Differences with intervals, a line at zero and a band that does not
 *  matter. */
struct ch_forest {
	struct ch_head head;
	enum ch_unit unit;       /**< a difference; CH_MEAN gets signs */
	const char *axis;        /**< what the axis says, with the unit */
	const char *interval;    /**< "95 % interval" */
	const char *outer;       /**< name of the outer interval */
	const char *less, *more; /**< "<- better", "worse ->" */
	double margin_low, margin_high; /**< NAN: no band */
	const char *margin;             /**< what the band means */
	const struct ch_forest_row *row;
	size_t rows;
};
void ch_forest(FILE *out, const struct ch_forest *chart);

struct ch_curve {
	const char *label;
	size_t style;    /**< 0 to CH_STYLES - 1 */
	const double *y; /**< one for each quantile; NAN: not known */
};

/** Quantiles on a log-percentile axis from 50 % to 99.99 %, y on a log
 *  scale. */
struct ch_curves {
	struct ch_head head;
	enum ch_unit unit;      /**< CH_TIME */
	const char *axis;       /**< of y */
	const double *quantile; /**< ascending, 0 to 1; 0 and 1 are not drawn */
	size_t quantiles;
	const struct ch_curve *curve;
	size_t curves;
};
void ch_curves(FILE *out, const struct ch_curves *chart);

struct ch_bar {
	const char *label;
	const double *share; /**< one for each segment, 0 to 1 */
};

/** One stacked bar a row. */
struct ch_bars {
	struct ch_head head;
	const char *axis;
	const char *const *segment; /**< names; from the eighth on drawn as
				       one, "other" (or "more", if ordered) */
	size_t segments;
	bool ordered; /**< segments have an order: shades of one colour */
	const struct ch_bar *bar;
	size_t bars;
};
void ch_bars(FILE *out, const struct ch_bars *chart);

struct ch_point {
	const char *label;
	size_t style;
	double x, x_low, x_high; /**< NAN: no interval */
	double y, y_low, y_high;
};

struct ch_scatter {
	struct ch_head head;
	enum ch_unit x_unit, y_unit;
	const char *x_axis, *y_axis;
	bool edge; /**< join the points that no other beats: less x, more y */
	const struct ch_point *point;
	size_t points;
};
void ch_scatter(FILE *out, const struct ch_scatter *chart);

struct ch_lane {
	const char *label;
	size_t style;
	const double *bin;
};

/** A period that is shaded and numbered 1, 2, ... */
struct ch_band {
	uint64_t from_ns, to_ns;
	const char *label; /**< in the table; NULL: its times of day */
};

/** Small multiples over time, all on one scale. */
struct ch_timeline {
	struct ch_head head;
	enum ch_unit unit;
	const char *axis;         /**< what the lanes show, with the unit */
	uint64_t from_ns, bin_ns; /**< since 1970 */
	size_t bins;
	const struct ch_lane *lane;
	size_t lanes;
	const struct ch_band *band;
	size_t bands;
};
void ch_timeline(FILE *out, const struct ch_timeline *chart);

/** When an attempt begins after the call did, in nanoseconds. */
struct ch_attempt {
	double at, low, high; /**< usual, and the range that jitter gives */
};

struct ch_law {
	const char *label;
	size_t style;
	const struct ch_attempt *attempt; /**< the first one is usually at 0 */
	size_t attempts;
	double limit;     /**< time after which the call ends; NAN: none */
	const char *note; /**< in words, in the table; may be NULL */
};

/** Delay laws: the attempts of each policy on a log axis of time. */
struct ch_steps {
	struct ch_head head;
	const char *axis;
	const struct ch_law *law;
	size_t laws;
};
void ch_steps(FILE *out, const struct ch_steps *chart);

#endif
