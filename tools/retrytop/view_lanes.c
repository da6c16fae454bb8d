/* Rates over the last minutes, with a scale and an axis of time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_lanes.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/rfc3339.h"
#include "common/units.h"

/* The title and the scale are left of the first cell. */
#define LEFT 15
#define CLOCK_MAX 40

static size_t
width_of(const struct rt_grid *grid)
{
	return grid->width > LEFT + 1 ? grid->width - LEFT - 1 : 1;
}

/* Points of a cell: all of the span fits into the width. */
static size_t
points_of(const struct rt_grid *grid, const struct rt_span *span)
{
	return (span->points + width_of(grid) - 1) / width_of(grid);
}

/* Columns of a cell: few points take all of the width. */
static size_t
columns_of(const struct rt_grid *grid, const struct rt_span *span)
{
	size_t columns = width_of(grid) / span->points;

	return columns > 0 ? columns : 1;
}

static size_t
cells_of(const struct rt_span *span, size_t points)
{
	return (span->points + points - 1) / points;
}

/* The rate of a cell. The last one ends with the span; the first may have fewer
 * points. */
static double
rate_of(const struct rt_lane *lane, const struct rt_span *span, size_t cell,
	size_t points)
{
	size_t after = cells_of(span, points) - 1 - cell;
	size_t end = span->points - after * points;
	size_t begin = end > points ? end - points : 0;
	double sum = 0.0;

	for (size_t i = begin; i < end; i++)
		sum += lane->count[i];
	return sum / (double)((end - begin) * span->point_s);
}

static double
highest_rate(const struct rt_lane *lane, const struct rt_span *span,
	     size_t points)
{
	double most = 0.0;

	for (size_t i = 0; i < cells_of(span, points); i++)
		if (rate_of(lane, span, i, points) > most)
			most = rate_of(lane, span, i, points);
	return most;
}

/* In four columns. */
static void
put_scale(struct rt_grid *grid, size_t y, double most)
{
	char text[24];

	if (most >= 9999.5)
		tk_format_count(most, text, sizeof(text));
	else
		snprintf(text, sizeof(text),
			 most >= 9.95 || most <= 0.0 ? "%.0f" : "%.1f", most);
	rt_grid_right(grid, LEFT - 5, y, 4, RT_ATTR_NONE, text);
}

static void
put_block(struct rt_grid *grid, size_t x, size_t y, unsigned attr,
	  unsigned level)
{
	static const char ascii[] = " .:-=+*#@";

	/* U+2581 to U+2588: blocks of one to eight eighths. */
	if (level > 0)
		rt_grid_put(grid, x, y, attr, 0x2580 + level, ascii[level]);
}

/* A cell of eighths of rows, from the lowest on. */
static void
draw_cell(struct rt_grid *grid, size_t x, size_t y, size_t columns, size_t rows,
	  unsigned level, unsigned attr)
{
	for (size_t row = rows; row-- > 0;) {
		unsigned part = (unsigned)bo_min(level, 8);

		for (size_t i = 0; i < columns; i++)
			put_block(grid, x + i, y + row, attr, part);
		level -= part;
	}
}

static void
draw_lane(struct rt_grid *grid, size_t y, const struct rt_lane *lane,
	  size_t rows, const struct rt_span *span)
{
	size_t points = points_of(grid, span);
	size_t columns = columns_of(grid, span);
	double most = highest_rate(lane, span, points);

	rt_grid_text(grid, 1, y, LEFT - 5, RT_ATTR_NONE, lane->title);
	put_scale(grid, y, most);
	if (rows > 1)
		rt_grid_right(grid, LEFT - 5, y + rows - 1, 4, 0, "0");
	for (size_t i = 0; most > 0.0 && i < cells_of(span, points); i++) {
		double part = rate_of(lane, span, i, points) / most;
		/* What is there is seen. */
		unsigned level = (unsigned)(part * 8.0 * (double)rows + 0.999);

		draw_cell(grid, LEFT + i * columns, y, columns, rows, level,
			  lane->attr);
	}
}

static void
clock_of(uint64_t second, char *out)
{
	char text[CLOCK_MAX];

	bo_rfc3339_format(second * BO_NS_PER_S, 0, text, sizeof(text));
	snprintf(out, CLOCK_MAX, "%.8s", text + strlen("2026-11-23T"));
}

/* The time at which something began, right of its mark if there is room. */
static void
draw_mark(struct rt_grid *grid, size_t y, size_t x, size_t end,
	  struct rt_mark mark)
{
	char clock[CLOCK_MAX], text[CLOCK_MAX + 32];
	size_t width, least = LEFT + strlen("14:01:26") + 1;

	clock_of(mark.second, clock);
	snprintf(text, sizeof(text), "%s %s", clock, mark.word);
	width = strlen(text);
	/* The time of the first cell says nearly the same. */
	if (x < least)
		return;
	rt_grid_put(grid, x, y, RT_ATTR_BOLD, '^', '^');
	if (x + 1 + width < end)
		rt_grid_text(grid, x + 1, y, width, RT_ATTR_BOLD, text);
	else if (x + 1 + strlen(clock) < end)
		rt_grid_text(grid, x + 1, y, strlen(clock), RT_ATTR_BOLD,
			     clock);
	else if (x >= least + width)
		rt_grid_text(grid, x - width, y, width, RT_ATTR_BOLD, text);
}

static void
draw_axis(struct rt_grid *grid, size_t y, const struct rt_span *span,
	  struct rt_mark mark)
{
	size_t points = points_of(grid, span), columns = columns_of(grid, span);
	size_t cells = cells_of(span, points) * columns;
	size_t end = LEFT + cells - strlen("14:06:26");
	uint64_t end_s = span->end_s, ago = end_s - mark.second;
	uint64_t seconds = points * span->point_s;
	char clock[CLOCK_MAX];
	size_t x;

	if (end_s < span->length_s)
		return;
	clock_of(end_s + 1 - span->length_s, clock);
	rt_grid_text(grid, LEFT, y, SIZE_MAX, RT_ATTR_NONE, clock);
	clock_of(end_s + 1, clock);
	if (mark.second == 0 || mark.second > end_s || ago >= span->length_s) {
		rt_grid_text(grid, end, y, SIZE_MAX, RT_ATTR_NONE, clock);
		return;
	}
	/* A mark below the time hides the time. */
	x = LEFT + cells - 1 - ago * columns / seconds;
	if (x < end - 1)
		rt_grid_text(grid, end, y, SIZE_MAX, RT_ATTR_NONE, clock);
	draw_mark(grid, y, x, end, mark);
}

void
rt_view_lanes(struct rt_grid *grid, size_t y, const struct rt_lane *lane,
	      size_t lanes, size_t rows, const struct rt_span *span,
	      struct rt_mark mark)
{
	for (size_t i = 0; i < lanes; i++)
		draw_lane(grid, y + i * rows, &lane[i], rows, span);
	draw_axis(grid, y + lanes * rows, span, mark);
}

/* Whether a part of the span has a mark, so that no time fits there. */
static bool
is_marked(const struct rt_span *span, const struct rt_travel *travel,
	  uint64_t seconds)
{
	for (size_t i = 0; i < travel->marks; i++)
		if (travel->mark[i] <= span->end_s &&
		    span->end_s - travel->mark[i] < seconds)
			return true;
	return false;
}

/* Remove the time at the end of the axis: the first line has it, too. */
static void
clear_clock(struct rt_grid *grid, size_t y, size_t end)
{
	for (size_t x = end - strlen("14:06:26"); x < end; x++)
		if (rt_grid_at(grid, x, y)->character != '^')
			rt_grid_put(grid, x, y, RT_ATTR_NONE, ' ', ' ');
}

void
rt_view_lane_marks(struct rt_grid *grid, size_t y, const struct rt_span *span,
		   const struct rt_travel *travel)
{
	size_t points = points_of(grid, span), columns = columns_of(grid, span);
	size_t cells = cells_of(span, points) * columns;
	uint64_t seconds = points * span->point_s;

	if (is_marked(span, travel, strlen("14:06:26") * seconds / columns))
		clear_clock(grid, y, LEFT + cells);
	for (size_t i = 0; i < travel->marks; i++) {
		uint64_t ago = span->end_s - travel->mark[i];
		uint32_t digit = '1' + (uint32_t)i;
		size_t x = LEFT + cells - 1 - ago * columns / seconds;

		if (travel->mark[i] <= span->end_s && ago < span->length_s &&
		    rt_grid_at(grid, x, y)->character == ' ')
			rt_grid_put(grid, x, y, RT_ATTR_REVERSE, digit,
				    (char)digit);
	}
}
