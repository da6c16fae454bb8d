/* Draws points with intervals in two directions. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdbool.h>

#include "chart/chart.h"
#include "chart/frame.h"
#include "chart/key.h"
#include "chart/markup.h"
#include "chart/scale.h"

#define LEFT 70.0
#define RIGHT 465.0
#define TOP 26.0
#define BOTTOM 266.0

static bool
is_on(const struct ch_point *point)
{
	return isfinite(point->x) && isfinite(point->y);
}

static void
write_interval(FILE *out, const struct ch_scale *scale, size_t style,
	       double low, double high, double across)
{
	char class[16];
	double from, to;

	if (!isfinite(low) || !isfinite(high))
		return;
	from = ch_place(scale, low);
	to = ch_place(scale, high);
	snprintf(class, sizeof(class), "ch-t s%zu",
		 style < CH_STYLES ? style + 1 : (size_t)0);
	if (scale->from < scale->to)
		ch_line(out, class, from, across, to, across);
	else
		ch_line(out, class, across, from, across, to);
}

/* Whether another point has less x and more y. */
static bool
is_beaten(const struct ch_scatter *chart, size_t i)
{
	const struct ch_point *a = &chart->point[i];

	for (size_t j = 0; j < chart->points; j++) {
		const struct ch_point *b = &chart->point[j];

		if (!is_on(b) || b->x > a->x || b->y < a->y)
			continue;
		if (b->x < a->x || b->y > a->y || j < i)
			return true;
	}
	return false;
}

/* Join the points that no other beats, from the least x on. */
static void
write_edge(FILE *out, const struct ch_scatter *chart, const struct ch_scale *x,
	   const struct ch_scale *y)
{
	double last = -HUGE_VAL;

	fputs("<path class=\"ch-p\" d=\"", out);
	for (;;) {
		const struct ch_point *next = NULL;

		for (size_t i = 0; i < chart->points; i++) {
			const struct ch_point *point = &chart->point[i];

			if (is_on(point) && point->x > last &&
			    (!next || point->x < next->x) &&
			    !is_beaten(chart, i))
				next = point;
		}
		if (!next)
			break;
		fputs(isinf(last) ? "M" : "L", out);
		ch_number(out, ch_place(x, next->x));
		fputc(' ', out);
		ch_number(out, ch_place(y, next->y));
		last = next->x;
	}
	fputs("\"/>\n", out);
}

static void
write_point(FILE *out, const struct ch_point *point, const struct ch_scale *x,
	    const struct ch_scale *y)
{
	double at_x = ch_place(x, point->x), at_y = ch_place(y, point->y);
	bool plain = point->style >= CH_STYLES;

	write_interval(out, x, point->style, point->x_low, point->x_high, at_y);
	write_interval(out, y, point->style, point->y_low, point->y_high, at_x);
	ch_mark_at(out, point->style,
		   plain ? CH_MARK_CIRCLE : (enum ch_mark)point->style, at_x,
		   at_y);
	fputc('\n', out);
}

static void
write_table(FILE *out, const struct ch_scatter *chart)
{
	ch_twin(out, &chart->head, "");
	ch_column(out, chart->x_axis);
	ch_column(out, "low");
	ch_column(out, "high");
	ch_column(out, chart->y_axis);
	ch_column(out, "low");
	ch_column(out, "high");
	for (size_t i = 0; i < chart->points; i++) {
		const struct ch_point *point = &chart->point[i];

		ch_row(out, point->label);
		ch_cell(out, chart->x_unit, point->x);
		ch_cell(out, chart->x_unit, point->x_low);
		ch_cell(out, chart->x_unit, point->x_high);
		ch_cell(out, chart->y_unit, point->y);
		ch_cell(out, chart->y_unit, point->y_low);
		ch_cell(out, chart->y_unit, point->y_high);
	}
	ch_close(out);
}

static struct ch_scale
scale_of(const struct ch_scatter *chart, bool y)
{
	struct ch_range range = ch_range_none();

	for (size_t i = 0; i < chart->points; i++) {
		const struct ch_point *point = &chart->point[i];

		if (!is_on(point))
			continue;
		ch_range_add(&range, y ? point->y : point->x);
		ch_range_add(&range, y ? point->y_low : point->x_low);
		ch_range_add(&range, y ? point->y_high : point->x_high);
	}
	return y ? ch_scale_linear(chart->y_unit, range, BOTTOM, TOP)
		 : ch_scale_linear(chart->x_unit, range, LEFT, RIGHT);
}

static bool
has_points(const struct ch_scatter *chart)
{
	for (size_t i = 0; i < chart->points; i++) {
		if (is_on(&chart->point[i]))
			return true;
	}
	return false;
}

void
ch_scatter(FILE *out, const struct ch_scatter *chart)
{
	struct ch_scale x = scale_of(chart, false), y = scale_of(chart, true);
	struct ch_key key[CH_STYLES];
	size_t keys = 0, more = 0;

	if (!has_points(chart)) {
		ch_nothing(out, &chart->head);
		return;
	}
	ch_open(out, &chart->head, BOTTOM + 42);
	ch_axis_left(out, &y, LEFT, RIGHT, chart->y_axis);
	ch_axis_below(out, &x, TOP, BOTTOM, chart->x_axis);
	if (chart->edge)
		write_edge(out, chart, &x, &y);
	for (size_t i = 0; i < chart->points; i++) {
		const struct ch_point *point = &chart->point[i];

		if (!is_on(point))
			continue;
		write_point(out, point, &x, &y);
		if (point->style >= CH_STYLES || keys == CH_STYLES)
			more++;
		else
			key[keys++] =
				(struct ch_key){point->label, point->style,
						ch_place(&y, point->y)};
	}
	ch_keys(out, key, keys, false, TOP + 4, BOTTOM - 4);
	ch_more(out, more, CH_KEY_LEFT, BOTTOM + 31);
	write_table(out, chart);
}
