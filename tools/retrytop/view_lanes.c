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

/* Seconds of a cell: all seconds fit into the width. */
static size_t
seconds_of(const struct rt_grid *grid)
{
	size_t width = grid->width > LEFT + 1 ? grid->width - LEFT - 1 : 1;

	return (RT_HISTORY_S + width - 1) / width;
}

static size_t
cells_of(size_t seconds)
{
	return (RT_HISTORY_S + seconds - 1) / seconds;
}

/* The rate of a cell. The last one ends with the last second; the first may
 * have fewer seconds. */
static double
rate_of(const struct rt_lane *lane, size_t cell, size_t seconds)
{
	size_t end = RT_HISTORY_S - (cells_of(seconds) - 1 - cell) * seconds;
	size_t begin = end > seconds ? end - seconds : 0;
	double sum = 0.0;

	for (size_t i = begin; i < end; i++)
		sum += lane->count[i];
	return sum / (double)(end - begin);
}

static double
highest_rate(const struct rt_lane *lane, size_t seconds)
{
	double most = 0.0;

	for (size_t i = 0; i < cells_of(seconds); i++)
		if (rate_of(lane, i, seconds) > most)
			most = rate_of(lane, i, seconds);
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

static void
draw_lane(struct rt_grid *grid, size_t y, const struct rt_lane *lane,
	  size_t rows)
{
	size_t seconds = seconds_of(grid);
	double most = highest_rate(lane, seconds);

	rt_grid_text(grid, 1, y, LEFT - 5, RT_ATTR_NONE, lane->title);
	put_scale(grid, y, most);
	if (rows > 1)
		rt_grid_right(grid, LEFT - 5, y + rows - 1, 4, 0, "0");
	for (size_t i = 0; most > 0.0 && i < cells_of(seconds); i++) {
		double part = rate_of(lane, i, seconds) / most;
		/* What is there is seen. */
		unsigned level = (unsigned)(part * 8.0 * (double)rows + 0.999);

		for (size_t row = 0; row < rows; row++) {
			unsigned below = (unsigned)(rows - 1 - row) * 8;

			put_block(grid, LEFT + i, y + row, lane->attr,
				  level <= below
					  ? 0
					  : (unsigned)bo_min(level - below, 8));
		}
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
draw_axis(struct rt_grid *grid, size_t y, uint64_t end_s, struct rt_mark mark)
{
	size_t seconds = seconds_of(grid), cells = cells_of(seconds);
	size_t end = LEFT + cells - strlen("14:06:26");
	uint64_t ago = end_s - mark.second;
	char clock[CLOCK_MAX];

	if (end_s < RT_HISTORY_S)
		return;
	clock_of(end_s + 1 - RT_HISTORY_S, clock);
	rt_grid_text(grid, LEFT, y, SIZE_MAX, RT_ATTR_NONE, clock);
	clock_of(end_s + 1, clock);
	if (mark.second == 0 || mark.second > end_s || ago >= RT_HISTORY_S) {
		rt_grid_text(grid, end, y, SIZE_MAX, RT_ATTR_NONE, clock);
		return;
	}
	/* A mark below the time hides the time. */
	if (LEFT + cells - 1 - ago / seconds < end - 1)
		rt_grid_text(grid, end, y, SIZE_MAX, RT_ATTR_NONE, clock);
	draw_mark(grid, y, LEFT + cells - 1 - ago / seconds, end, mark);
}

void
rt_view_lanes(struct rt_grid *grid, size_t y, const struct rt_lane *lane,
	      size_t lanes, size_t rows, uint64_t end_s, struct rt_mark mark)
{
	for (size_t i = 0; i < lanes; i++)
		draw_lane(grid, y + i * rows, &lane[i], rows);
	draw_axis(grid, y + lanes * rows, end_s, mark);
}
