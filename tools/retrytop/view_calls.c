/* Lists of calls, a line each. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_calls.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/rfc3339.h"
#include "base/utf8.h"
#include "common/safe_text.h"
#include "common/units.h"
#include "common/unicode.h"
#include "retrytop/browse.h"

#define WIDE 100
#define WIDEST 160
#define NARROW 70
#define NAME_MAX_COLUMNS 24

char *
rt_view_took(uint64_t ns, char *out, size_t size)
{
	double ms = (double)ns / 1e6;

	if (ns == BACKOFF_ABSENT)
		snprintf(out, size, "-");
	else if (ns == 0)
		snprintf(out, size, "0");
	else if ((ms >= 9.95 && ms < 999.5))
		snprintf(out, size, "%.0fms", ms);
	else if (ms < 9.95)
		snprintf(out, size, "%.1fms", ms);
	else if (ms < 99950.0)
		snprintf(out, size, "%.1fs", ms / 1e3);
	else
		rt_view_span(ns, out, size);
	return out;
}

char *
rt_view_time(uint64_t ns, bool fine, char *out, size_t size)
{
	char text[40];

	bo_rfc3339_format(ns, 3, text, sizeof(text));
	snprintf(out, size, "%.*s", fine ? 12 : 8,
		 text + strlen("2026-11-23T"));
	return out;
}

const char *
rt_view_fate(enum rt_fate fate, uint64_t attempts)
{
	return fate == RT_FATE_FIRST_TRY && attempts > 1 ? "OK, hedged"
							 : rt_fate_name(fate);
}

/* The widths of columns; 0: not shown. */
struct layout {
	size_t time, id, host, operation, attempts, took, why;
	bool text;
};

static size_t
width_of(const char *name, size_t least)
{
	char safe[NAME_MAX_COLUMNS * 4 + 1];
	size_t width;

	tk_safe_text(name, strlen(name), safe, sizeof(safe));
	width = tk_text_width(safe);
	return width < least              ? least
	       : width > NAME_MAX_COLUMNS ? NAME_MAX_COLUMNS
					  : width;
}

static const char *
name_of(const struct rt_view *view, const struct rt_call *call)
{
	return rt_operation_name(
		rt_window_operation(view->ingest->window, call->operation));
}

static struct layout
lay_out(const struct rt_view *view, const struct rt_calls *calls, size_t rows,
	size_t width, bool with_operation)
{
	struct layout layout = {
		.time = width >= NARROW ? 12 : 8,
		.id = with_operation || width < NARROW ? 0
		      : width < WIDEST                 ? 8
						       : 32,
		.attempts = width >= WIDE ? 12 : 3,
		.took = 6,
		.text = width >= NARROW,
	};

	for (size_t i = 0; i < calls->count && i < rows; i++) {
		const struct rt_call *call = &calls->call[i];
		size_t host = width_of(call->host, 0);
		size_t name = width_of(name_of(view, call), 0);

		if (host > layout.host)
			layout.host = host;
		if (name > layout.operation)
			layout.operation = name;
		if (strlen(rt_view_fate(call->fate, call->attempts)) >
		    layout.why)
			layout.why = strlen(
				rt_view_fate(call->fate, call->attempts));
	}
	if (!with_operation)
		layout.operation = 0;
	if (width < WIDE && layout.host > 10)
		layout.host = 10;
	if (width < NARROW) {
		layout.host = 0;
		layout.took = with_operation ? 0 : layout.took;
		layout.attempts = with_operation ? 0 : layout.attempts;
		if (layout.operation > 14)
			layout.operation = 14;
	}
	return layout;
}

/* Returns where the next column begins. */
static size_t
put(struct rt_grid *grid, size_t x, size_t y, size_t width, unsigned attr,
    const char *text)
{
	if (width == 0 || x >= grid->width)
		return x;
	rt_grid_text(grid, x, y, bo_min(width, grid->width - x), attr, text);
	return x + width + 1;
}

static void
draw_call(const struct rt_view *view, const struct rt_call *call,
	  const struct layout *layout, struct rt_grid *grid, size_t y)
{
	char text[40], took[16];
	bool failed = call->fate > RT_FATE_RECOVERED;
	bool wide = layout->attempts > 3;
	size_t x = 1;

	x = put(grid, x, y, layout->time, 0,
		rt_view_time(call->end_ns, layout->time > 8, text,
			     sizeof(text)));
	bo_utf8_copy(call->id, text, layout->id + 1);
	x = put(grid, x, y, layout->id, 0, text);
	x = put(grid, x, y, layout->host, 0, call->host);
	x = put(grid, x, y, layout->operation, RT_ATTR_BOLD,
		name_of(view, call));
	snprintf(text, sizeof(text), wide ? "%3llu attempt%s" : "%2llux",
		 (unsigned long long)call->attempts,
		 call->attempts == 1 ? "" : "s");
	x = put(grid, x, y, layout->attempts, 0, text);
	rt_view_took(call->duration_ns, took, sizeof(took));
	snprintf(text, sizeof(text), "%*s", (int)layout->took, took);
	x = put(grid, x, y, layout->took, 0, text);
	x = put(grid, x, y, layout->why, failed ? RT_ATTR_BAD : RT_ATTR_GOOD,
		rt_view_fate(call->fate, call->attempts));
	if (!layout->text || x >= grid->width)
		return;
	if (call->folded > 0) {
		rt_grid_print(grid, x, y, RT_ATTR_DIM, "and %zu before it",
			      call->folded);
		return;
	}
	/* Texts of the last attempt, where there is room for them. */
	x += rt_grid_text(grid, x, y, grid->width - x, 0, call->errors);
	if (strcmp(call->text, call->errors) != 0 && x + 12 < grid->width)
		rt_grid_text(grid, x + 2, y, grid->width - x - 2, RT_ATTR_DIM,
			     call->text);
}

static void
draw_heading(struct rt_grid *grid, size_t y, const char *left,
	     const char *right)
{
	size_t x = 1 + rt_grid_text(grid, 1, y, SIZE_MAX, RT_ATTR_BOLD, left);
	size_t width = strlen(right);

	if (x + width + 3 <= grid->width)
		rt_grid_right(grid, grid->width - width - 1, y, width,
			      RT_ATTR_DIM, right);
}

/* The first of the calls that ended before the window; SIZE_MAX if there is
 * none. */
static size_t
first_before(const struct rt_view *view, const struct rt_calls *calls)
{
	const struct rt_model *model = &view->list->model;
	uint64_t begin_ns =
		bo_sub_sat(model->end_s + 1, model->window_s) * BO_NS_PER_S;

	for (size_t i = 0; i < calls->count; i++)
		if (calls->call[i].end_ns < begin_ns)
			return i;
	return SIZE_MAX;
}

static void
draw_rule(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	char length[24];

	rt_grid_print(grid, 1, y, RT_ATTR_DIM, "-- before these %s --",
		      rt_view_length(view->list->model.window_s, length,
				     sizeof(length)));
}

void
rt_view_last_failed(const struct rt_view *view, struct rt_grid *grid, size_t y,
		    size_t rows)
{
	const struct rt_calls *calls = &view->ui->browse->failed;
	const struct rt_counts *total = &view->list->total.window;
	struct layout layout;
	char right[64], length[24];
	size_t before;

	if (rows < 2)
		return;
	layout = lay_out(view, calls, rows - 1, grid->width, true);
	snprintf(right, sizeof(right), "%llu in %s",
		 (unsigned long long)(total->exhausted + total->aborted),
		 rt_view_length(view->list->model.window_s, length,
				sizeof(length)));
	draw_heading(grid, y, "LAST FAILED CALLS", right);
	before = first_before(view, calls);
	for (size_t i = 0, line = 1; i < calls->count && line < rows; i++) {
		if (i == before)
			draw_rule(view, grid, y + line++);
		if (line < rows)
			draw_call(view, &calls->call[i], &layout, grid,
				  y + line++);
	}
}

void
rt_view_operation_calls(const struct rt_view *view, struct rt_grid *grid,
			size_t y, size_t rows)
{
	const struct rt_browse *browse = view->ui->browse;
	const struct rt_calls *calls = &browse->calls;
	size_t selected = rt_browse_selected(browse), top;
	size_t before = first_before(view, calls);
	struct layout layout;
	char left[64];

	snprintf(left, sizeof(left), "CALLS  %s, newest first",
		 rt_which_name(browse->which));
	draw_heading(grid, y, left, "v other calls");
	if (rows < 2)
		return;
	rows--;
	if (calls->count == 0)
		rt_grid_text(grid, 1, y + 1, SIZE_MAX, RT_ATTR_DIM,
			     "none in the record");
	/* The rule has a line, too. */
	top = (selected + (selected >= before)) / rows * rows;
	layout = lay_out(view, calls, RT_CALLS_MAX, grid->width,
			 browse->group != RT_GROUP_OPERATION);
	for (size_t i = top;
	     i < calls->count + (before != SIZE_MAX) && i < top + rows; i++) {
		size_t call = i - (i > before), line = y + 1 + i - top;

		if (i == before) {
			draw_rule(view, grid, line);
			continue;
		}
		draw_call(view, &calls->call[call], &layout, grid, line);
		rt_grid_hit(grid, line, call);
		if (call != selected)
			continue;
		rt_grid_put(grid, 0, line, RT_ATTR_BOLD, '>', '>');
		rt_grid_line_attr(grid, line, RT_ATTR_REVERSE);
	}
}
