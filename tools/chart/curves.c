/* Draws quantiles on a log-percentile axis, as HdrHistogram does. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdbool.h>

#include "chart/chart.h"
#include "chart/frame.h"
#include "chart/key.h"
#include "chart/markup.h"
#include "chart/scale.h"

#define LEFT 60.0
#define RIGHT 465.0
#define TOP 26.0
#define BOTTOM 246.0

/* The named places of the axis. */
static const struct {
	double quantile;
	const char *name;
} place[] = {
	{0.5, "50%"},  {0.9, "90%"},     {0.95, "95%"},
	{0.99, "99%"}, {0.999, "99.9%"}, {0.9999, "99.99%"},
};
#define PLACES (sizeof(place) / sizeof(*place))

static bool
same(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

/* Where a quantile is; false: not on the axis. */
static bool
x_of(double quantile, double *x)
{
	double first = -log10(0.5), last = 4;
	double at = quantile < 1 ? -log10(1 - quantile) : HUGE_VAL;

	if (!(at >= first - 1e-9 && at <= last + 1e-9))
		return false;
	*x = LEFT + (at - first) / (last - first) * (RIGHT - LEFT);
	return true;
}

static bool
is_on(const struct ch_curves *chart, const struct ch_curve *curve, size_t i,
      double *x)
{
	return isfinite(curve->y[i]) && curve->y[i] > 0 &&
	       x_of(chart->quantile[i], x);
}

static void
write_frame(FILE *out, const struct ch_curves *chart,
	    const struct ch_scale *scale)
{
	for (size_t i = 0; i < PLACES; i++) {
		double x = LEFT;

		x_of(place[i].quantile, &x);
		ch_line(out, "ch-g", x, TOP, x, BOTTOM);
		ch_text_at(out, "ch-a ch-c", x, BOTTOM + 15);
		fprintf(out, "%s</text>", place[i].name);
	}
	ch_line(out, "ch-x", LEFT, BOTTOM, RIGHT, BOTTOM);
	ch_axis_left(out, scale, LEFT, RIGHT, chart->axis);
	ch_text_at(out, "ch-a ch-c", (LEFT + RIGHT) / 2, BOTTOM + 32);
	fputs("share of calls that took at most this long</text>\n", out);
}

/* Draw a curve; returns where it ends, 0 if it has no points. */
static double
write_curve(FILE *out, const struct ch_curves *chart,
	    const struct ch_scale *scale, const struct ch_curve *curve)
{
	double x, end = 0;
	bool joined = false;

	fprintf(out, "<path class=\"ch-l s%zu\" d=\"", curve->style + 1);
	for (size_t i = 0; i < chart->quantiles; i++) {
		if (!is_on(chart, curve, i, &x)) {
			joined = false;
			continue;
		}
		end = ch_place(scale, curve->y[i]);
		fputs(joined ? "L" : "M", out);
		ch_number(out, x);
		fputc(' ', out);
		ch_number(out, end);
		joined = true;
	}
	fputs("\"/>", out);
	fprintf(out, "<path class=\"ch-m s%zu\" d=\"", curve->style + 1);
	for (size_t i = 0; i < chart->quantiles; i++) {
		bool named = false;

		for (size_t j = 0; j < PLACES; j++)
			named |= same(chart->quantile[i], place[j].quantile);
		if (named && is_on(chart, curve, i, &x))
			ch_mark_path(out, (enum ch_mark)curve->style, x,
				     ch_place(scale, curve->y[i]));
	}
	fputs("\"/>\n", out);
	return end;
}

static void
write_table(FILE *out, const struct ch_curves *chart)
{
	ch_twin(out, &chart->head, "");
	for (size_t j = 0; j < PLACES; j++)
		ch_column(out, place[j].name);
	for (size_t i = 0; i < chart->curves; i++) {
		ch_row(out, chart->curve[i].label);
		for (size_t j = 0; j < PLACES; j++) {
			double value = (double)NAN;

			for (size_t k = 0; k < chart->quantiles; k++) {
				if (same(chart->quantile[k], place[j].quantile))
					value = chart->curve[i].y[k];
			}
			ch_cell(out, chart->unit, value);
		}
	}
	ch_close(out);
}

/* The range of what is drawn; empty: nothing is. */
static struct ch_range
range_of(const struct ch_curves *chart)
{
	struct ch_range range = ch_range_none();
	double x;

	for (size_t i = 0; i < chart->curves; i++) {
		for (size_t j = 0; j < chart->quantiles; j++) {
			if (chart->curve[i].style < CH_STYLES &&
			    is_on(chart, &chart->curve[i], j, &x))
				ch_range_add(&range, chart->curve[i].y[j]);
		}
	}
	return range;
}

void
ch_curves(FILE *out, const struct ch_curves *chart)
{
	struct ch_range range = range_of(chart);
	struct ch_scale scale = ch_scale_log(chart->unit, range, BOTTOM, TOP);
	struct ch_key key[CH_STYLES];
	size_t keys = 0, more = 0;

	if (range.low > range.high) {
		ch_nothing(out, &chart->head);
		return;
	}
	ch_open(out, &chart->head, BOTTOM + 42);
	write_frame(out, chart, &scale);
	for (size_t i = 0; i < chart->curves; i++) {
		const struct ch_curve *curve = &chart->curve[i];
		double end;

		if (curve->style >= CH_STYLES || keys == CH_STYLES) {
			more++;
			continue;
		}
		end = write_curve(out, chart, &scale, curve);
		if (end > 0)
			key[keys++] = (struct ch_key){curve->label,
						      curve->style, end};
	}
	ch_keys(out, key, keys, true, TOP + 4, BOTTOM - 4);
	ch_more(out, more, CH_KEY_LEFT, BOTTOM + 32);
	write_table(out, chart);
}
