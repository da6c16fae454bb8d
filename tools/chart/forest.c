/* Draws differences with intervals, one row each. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "chart/chart.h"
#include "chart/frame.h"
#include "chart/markup.h"
#include "chart/scale.h"

#define LABEL_WIDTH 150.0
#define LEFT 165.0
#define RIGHT 465.0
#define VALUE_AT 535.0
#define VERDICT_AT 548.0
#define PITCH 26.0
/* An interval this many times as wide as usual does not set the scale. */
#define WIDE 8

/* Means differ by a number with a sign, too. */
static enum ch_unit
unit_of(const struct ch_forest *chart)
{
	return chart->unit == CH_MEAN ? CH_MEAN_DIFF : chart->unit;
}

static double
reach(const struct ch_forest_row *row)
{
	double most = fabs(row->value);

	if (isfinite(row->low))
		most = fmax(most, fabs(row->low));
	if (isfinite(row->high))
		most = fmax(most, fabs(row->high));
	return most;
}

/* How far the scale goes: to every value, but not to the ends of intervals so
 * wide that the others would be too small to see. */
static double
clip(const struct ch_forest *chart)
{
	double usual = HUGE_VAL, most = 0;

	/* The least reach that half of the rows do not exceed. */
	for (size_t i = 0; i < chart->rows; i++) {
		double each = reach(&chart->row[i]);
		size_t below = 0;

		if (isfinite(chart->row[i].value))
			most = fmax(most, 1.5 * fabs(chart->row[i].value));
		if (!isfinite(each) || each <= 0)
			continue;
		for (size_t j = 0; j < chart->rows; j++)
			below += !(reach(&chart->row[j]) > each);
		if (2 * below >= chart->rows)
			usual = fmin(usual, each);
	}
	return isfinite(usual) ? fmax(most, WIDE * usual) : most;
}

static struct ch_scale
scale_of(const struct ch_forest *chart)
{
	struct ch_range range = {0, 0};
	double most = clip(chart);

	for (size_t i = 0; i < chart->rows; i++) {
		const struct ch_forest_row *row = &chart->row[i];
		const double value[] = {row->value, row->low, row->high,
					row->outer_low, row->outer_high};

		for (size_t j = 0; j < sizeof(value) / sizeof(*value); j++) {
			if (isfinite(value[j]))
				ch_range_add(&range,
					     fmin(fmax(value[j], -most), most));
		}
	}
	if (isfinite(chart->margin_low) && isfinite(chart->margin_high) &&
	    (most == 0 || fabs(chart->margin_low) <= WIDE * most)) {
		ch_range_add(&range, chart->margin_low);
		ch_range_add(&range, chart->margin_high);
	}
	return ch_scale_linear(unit_of(chart), range, LEFT, RIGHT);
}

/* An arrow where an interval goes on outside of the scale. */
static void
write_arrow(FILE *out, double x, const char *path)
{
	fputs("<path class=\"ch-m\" d=\"M", out);
	ch_number(out, x);
	fprintf(out, " 0%s\"/>", path);
}

static void
write_interval(FILE *out, const struct ch_scale *scale, const char *class,
	       double low, double high)
{
	if (!isfinite(low) || !isfinite(high))
		return;
	ch_line(out, class, ch_place(scale, low), 0, ch_place(scale, high), 0);
	if (low < scale->low)
		write_arrow(out, scale->from - 6, "l6-4v8z");
	if (high > scale->high)
		write_arrow(out, scale->to + 6, "l-6-4v8z");
}

static void
write_row(FILE *out, const struct ch_forest *chart,
	  const struct ch_scale *scale, const struct ch_forest_row *row,
	  double y)
{
	fprintf(out, "<g class=\"s%zu\" transform=\"translate(0 ",
		row->style < CH_STYLES ? row->style + 1 : (size_t)0);
	ch_number(out, y);
	fputs(")\">", out);
	ch_label_at(out, "ch-e", LABEL_WIDTH, 4.5, row->label, LABEL_WIDTH);
	write_interval(out, scale, "ch-t", row->outer_low, row->outer_high);
	write_interval(out, scale, "ch-w", row->low, row->high);
	if (isfinite(row->value)) {
		fputs("<path class=\"ch-m\" d=\"", out);
		ch_mark_path(out, row->mark, ch_place(scale, row->value), 0);
		fputs("\"/>", out);
		ch_value_at(out, "ch-e", VALUE_AT, 4.5, unit_of(chart),
			    row->value);
	}
	ch_label_at(out, "", VERDICT_AT, 4.5, row->verdict,
		    CH_WIDTH - VERDICT_AT);
	fputs("</g>\n", out);
}

/* What the lines and the band mean, in one row. */
static void
write_legend(FILE *out, const struct ch_forest *chart, double y)
{
	double x = LEFT;

	if (chart->interval && *chart->interval) {
		ch_line(out, "ch-w s0", x, y - 4, x + 20, y - 4);
		ch_label_at(out, "ch-a", x + 26, y, chart->interval, 130);
		x += fmin(ch_width(chart->interval), 130) + 40;
	}
	if (chart->outer && *chart->outer) {
		ch_line(out, "ch-t s0", x, y - 4, x + 20, y - 4);
		ch_label_at(out, "ch-a", x + 26, y, chart->outer, 130);
		x += fmin(ch_width(chart->outer), 130) + 40;
	}
	if (chart->margin && *chart->margin && isfinite(chart->margin_low)) {
		ch_rect(out, x, y - 10, 20, 12);
		fputs(" class=\"ch-b\"/>", out);
		ch_label_at(out, "ch-a", x + 26, y, chart->margin,
			    CH_WIDTH - x - 26);
	}
	fputc('\n', out);
}

static void
write_frame(FILE *out, const struct ch_forest *chart,
	    const struct ch_scale *scale, double top, double bottom)
{
	double zero = ch_place(scale, 0);

	if (isfinite(chart->margin_low) && isfinite(chart->margin_high)) {
		double from = ch_place(scale, chart->margin_low);
		double to = ch_place(scale, chart->margin_high);

		ch_rect(out, from, top, fmax(to - from, 0), bottom - top);
		fputs(" class=\"ch-b\"/>", out);
	}
	ch_axis_below(out, scale, top, bottom, chart->axis);
	ch_line(out, "ch-z", zero, top, zero, bottom);
	ch_label_at(out, "ch-a ch-e", zero - 8, top - 6, chart->less, zero - 8);
	ch_label_at(out, "ch-a", zero + 8, top - 6, chart->more,
		    CH_WIDTH - zero - 8);
}

static void
write_table(FILE *out, const struct ch_forest *chart)
{
	bool outer = false;

	for (size_t i = 0; i < chart->rows; i++)
		outer |= isfinite(chart->row[i].outer_low);
	ch_twin(out, &chart->head, "");
	ch_column(out, "difference");
	ch_column(out, "low");
	ch_column(out, "high");
	if (outer) {
		ch_column(out, "outer low");
		ch_column(out, "outer high");
	}
	ch_column(out, "verdict");
	for (size_t i = 0; i < chart->rows; i++) {
		const struct ch_forest_row *row = &chart->row[i];

		ch_row(out, row->label);
		ch_cell(out, unit_of(chart), row->value);
		ch_cell(out, unit_of(chart), row->low);
		ch_cell(out, unit_of(chart), row->high);
		if (outer) {
			ch_cell(out, unit_of(chart), row->outer_low);
			ch_cell(out, unit_of(chart), row->outer_high);
		}
		ch_cell_text(out, row->verdict);
	}
	ch_close(out);
}

void
ch_forest(FILE *out, const struct ch_forest *chart)
{
	struct ch_scale scale = scale_of(chart);
	double top = 22, bottom = top + (double)chart->rows * PITCH;

	if (chart->rows == 0) {
		ch_nothing(out, &chart->head);
		return;
	}
	ch_open(out, &chart->head, bottom + 62);
	write_frame(out, chart, &scale, top, bottom);
	for (size_t i = 0; i < chart->rows; i++)
		write_row(out, chart, &scale, &chart->row[i],
			  top + ((double)i + 0.5) * PITCH);
	write_legend(out, chart, bottom + 53);
	write_table(out, chart);
}
