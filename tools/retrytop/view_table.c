/* The table of operations: columns by priority, cells, history. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_table.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "common/safe_text.h"
#include "common/units.h"
#include "live/facts.h"

/* Attempts per call at or above which the number is marked. */
#define LOAD_LIMIT 1.20
#define NAME_MAX_COLUMNS 40
#define GO_FIRST 10
/* Wide enough to cut nothing. */
#define COLUMN_WIDE 1000

struct cell {
	char text[RT_NAME_MAX];
	unsigned attr;
};

/* Changes a cell that has its fact's text; @p width is its column's. */
typedef void (*cell_fn)(const struct rt_row *row, size_t width,
			struct cell *out);

struct column {
	/* With '>' first: aligned right. */
	const char *title;
	/* The minimum; some columns grow. */
	unsigned char width;
	/* The highest, up to GO_FIRST, go first when the screen is narrow; 0
	 * always stays. What never changes goes before what does. */
	unsigned char sacrifice;
	enum rt_fact fact;
	/* Attributes of a cell whose number is not zero. */
	unsigned attr;
	/* For cells that differ from their fact's plain text; else NULL. */
	cell_fn cell;
};

/* The last one says nothing about a canary. */
static void
cell_policy(const struct rt_row *row, size_t width, struct cell *out)
{
	(void)width;
	if (row->policies > 1)
		snprintf(out->text, sizeof(out->text), "%zu policies",
			 row->policies);
}

static void
cell_max(const struct rt_row *row, size_t width, struct cell *out)
{
	(void)width;
	if (row->max_attempts == RT_UNLIMITED)
		snprintf(out->text, sizeof(out->text), "inf");
	else if (row->max_attempts >= 1000)
		snprintf(out->text, sizeof(out->text), ">1k");
}

static void
cell_retries(const struct rt_row *row, size_t width, struct cell *out)
{
	(void)width;
	if (row->since_s != 0)
		out->attr = RT_ATTR_BAD | RT_ATTR_BOLD;
}

static void
cell_load(const struct rt_row *row, size_t width, struct cell *out)
{
	bool high = row->load == RT_LOAD_OF_ALL &&
		    row->attempts_per_call >= LOAD_LIMIT;

	(void)width;
	out->attr = high ? RT_ATTR_WARN : RT_ATTR_NONE;
	if (row->load == RT_LOAD_UNKNOWN)
		snprintf(out->text, sizeof(out->text), "- ");
	else
		snprintf(out->text, sizeof(out->text), "%.2f%c",
			 row->attempts_per_call,
			 row->load == RT_LOAD_OF_FAILED ? '*'
			 : high                         ? '!'
							: ' ');
}

/* Keep the share whole first, then the label, then the text. */
static void
cell_error(const struct rt_row *row, size_t width, struct cell *out)
{
	const struct rt_error_top *error = &row->error;
	size_t columns = tk_text_width(error->label);
	char share[8], label[RT_LABEL_MAX + 8];

	if (error->count == 0)
		return;
	snprintf(share, sizeof(share), "%.0f%%", error->share * 100.0);
	if (columns + 1 + strlen(share) > width && width > strlen(share) + 3) {
		tk_text_fit(error->label, width - strlen(share) - 1, label,
			    sizeof(label));
		snprintf(out->text, sizeof(out->text), "%s %s", label, share);
		return;
	}
	snprintf(out->text, sizeof(out->text), "%s %s  %s", error->label, share,
		 strcmp(error->label, error->text) != 0 ? error->text : "");
	if (columns + strlen(share) + 8 > width)
		out->text[strlen(error->label) + 1 + strlen(share)] = '\0';
}

enum {
	COLUMN_OPERATION,
	COLUMN_POLICY,
	COLUMN_MAX,
	COLUMN_CALLS,
	COLUMN_RETRIES,
	COLUMN_LOAD,
	COLUMN_EXHAUSTED,
	COLUMN_EXHAUSTED_SHARE,
	COLUMN_ABORTED,
	COLUMN_ERROR,
	COLUMN_SEEN,
	COLUMN_SINCE,
	/* Must be the last: reports have none. */
	COLUMN_HISTORY,
	COLUMNS,
};

static const struct column columns[] = {
	[COLUMN_OPERATION] = {"OPERATION", 14, 0, RT_FACT_OPERATION, 0, NULL},
	[COLUMN_POLICY] = {"POLICY", 10, 9, RT_FACT_POLICY, 0, cell_policy},
	[COLUMN_MAX] = {">MAX", 3, 10, RT_FACT_MAX_ATTEMPTS, 0, cell_max},
	[COLUMN_CALLS] = {">CALLS/s", 7, 4, RT_FACT_CALLS_PER_S, 0, NULL},
	[COLUMN_RETRIES] = {">RETRY/s", 8, 0, RT_FACT_RETRIES_PER_S,
			    RT_ATTR_BOLD, cell_retries},
	[COLUMN_LOAD] = {">ATT/CALL ", 9, 1, RT_FACT_ATTEMPTS_PER_CALL, 0,
			 cell_load},
	[COLUMN_EXHAUSTED] = {">EXH", 5, 0, RT_FACT_WINDOW_EXHAUSTED,
			      RT_ATTR_BAD, NULL},
	[COLUMN_EXHAUSTED_SHARE] = {">EXH%", 5, 5, RT_FACT_EXHAUSTED_SHARE, 0,
				    NULL},
	[COLUMN_ABORTED] = {">ABORT", 5, 8, RT_FACT_WINDOW_ABORTED,
			    RT_ATTR_WARN, NULL},
	[COLUMN_ERROR] = {"TOP ERROR", 18, 2, RT_FACT_ERROR_LABEL, 0,
			  cell_error},
	[COLUMN_SEEN] = {">SEEN", 6, 7, RT_FACT_LAST_SEEN, 0, NULL},
	[COLUMN_SINCE] = {">SINCE", 6, 3, RT_FACT_SINCE, RT_ATTR_BAD, NULL},
	/* Drawn, not written. */
	[COLUMN_HISTORY] = {"RETRIES 5m", RT_STEPS, 6, RT_FACT_COUNT, 0, NULL},
};

_Static_assert(sizeof(columns) / sizeof(*columns) == COLUMNS,
	       "each column has its row");

/* The text of a known fact; true if it is a number other than zero. */
static bool
put_value(const struct rt_view *view, const struct rt_value *value, char *out,
	  size_t size)
{
	switch (value->kind) {
	case RT_KIND_TEXT:
		snprintf(out, size, "%s", value->text);
		return false;
	case RT_KIND_COUNT:
		if (value->count < 100000)
			snprintf(out, size, "%u", (unsigned)value->count);
		else
			tk_format_count((double)value->count, out, size);
		return value->count > 0;
	case RT_KIND_RATE:
		tk_format_rate(value->real, out, size);
		break;
	case RT_KIND_RATIO:
		snprintf(out, size, "%.2f", value->real);
		break;
	case RT_KIND_SHARE:
		snprintf(out, size, "%.1f", value->real * 100.0);
		break;
	case RT_KIND_TIME:
		rt_view_age(rt_view_now_ns(view), value->time_ns, out, size);
		return value->time_ns > 0;
	}
	return value->real > 0.0;
}

static void
make_cell(const struct rt_view *view, const struct rt_row *row, size_t column,
	  size_t width, struct cell *out)
{
	const struct column *made = &columns[column];
	struct rt_value value = rt_fact_of_row(row, made->fact);

	out->attr = RT_ATTR_NONE;
	if (!value.known)
		snprintf(out->text, sizeof(out->text), "-");
	else if (put_value(view, &value, out->text, sizeof(out->text)))
		out->attr = made->attr;
	if (made->cell != NULL)
		made->cell(row, width, out);
}

struct layout {
	/* 0: not shown. */
	size_t width[COLUMNS];
	/* Retries of a step that fill the height of the history. */
	uint32_t full_block;
};

static size_t
used_columns(const struct layout *layout)
{
	size_t used = 0;

	for (size_t i = 0; i < COLUMNS; i++)
		if (layout->width[i] > 0)
			used += layout->width[i] + 1;
	return used;
}

/* In columns: escapes make names longer, wide characters make them shorter. */
static size_t
longest_name(const struct rt_list *list)
{
	size_t longest = 0;

	for (size_t i = 0; i < list->shown_count; i++) {
		const char *name = list->shown[i]->operation;
		char safe[NAME_MAX_COLUMNS * 4 + 1];
		size_t width;

		tk_safe_text(name, strlen(name), safe, sizeof(safe));
		width = tk_text_width(safe);
		if (width > longest)
			longest = width;
	}
	return longest < NAME_MAX_COLUMNS ? longest : NAME_MAX_COLUMNS;
}

static bool
any_policy(const struct rt_model *model)
{
	for (size_t i = 0; i < model->count; i++)
		if (model->row[i].policy[0] != '\0')
			return true;
	return false;
}

/* Drop columns until the rest fits; give the remaining width to name and
 * error. */
static void
lay_out(const struct rt_list *list, size_t width, struct layout *layout)
{
	size_t spare, wish;

	for (size_t i = 0; i < COLUMNS; i++)
		layout->width[i] = columns[i].width;
	/* Most foreign logs name no policy. */
	if (!any_policy(&list->model))
		layout->width[COLUMN_POLICY] = 0;
	for (unsigned go = GO_FIRST; go > 0 && used_columns(layout) > width;
	     go--)
		for (size_t i = 0; i < COLUMNS; i++)
			if (columns[i].sacrifice == go)
				layout->width[i] = 0;
	if (used_columns(layout) > width)
		layout->width[COLUMN_OPERATION] -= used_columns(layout) - width;
	spare = width - used_columns(layout);
	wish = longest_name(list);
	if (wish > layout->width[COLUMN_OPERATION]) {
		size_t more = wish - layout->width[COLUMN_OPERATION];

		if (more > spare)
			more = spare;
		layout->width[COLUMN_OPERATION] += more;
		spare -= more;
	}
	layout->width[layout->width[COLUMN_ERROR] > 0 ? COLUMN_ERROR
						      : COLUMN_OPERATION] +=
		spare;
}

static uint32_t
highest_step(const struct rt_row *row)
{
	uint32_t most = 1;

	for (size_t i = 0; i < RT_STEPS; i++)
		if (row->retries[i] > most)
			most = row->retries[i];
	return most;
}

/* Operations share a scale, so that the eye finds the one that retries most; it
 * does not depend on which of them are on the screen. */
static uint32_t
full_block(const struct rt_list *list)
{
	uint32_t most = 1;

	for (size_t i = 0; i < list->shown_count; i++) {
		uint32_t step = highest_step(list->shown[i]);

		if (step > most)
			most = step;
	}
	return most;
}

static void
draw_spark(const struct rt_row *row, uint32_t most, struct rt_grid *grid,
	   size_t x, size_t y)
{
	static const char ascii[] = " .:-=+*#@";

	for (size_t i = 0; i < RT_STEPS; i++) {
		uint64_t eighths = (uint64_t)row->retries[i] * 8;
		unsigned level = (unsigned)((eighths + most - 1) / most);

		/* U+2581 to U+2588: blocks of one to eight eighths. */
		if (level > 0)
			rt_grid_put(grid, x + i, y, RT_ATTR_NONE,
				    0x2580 + level, ascii[level]);
	}
}

static void
draw_row(const struct rt_view *view, const struct rt_row *row,
	 const struct layout *layout, struct rt_grid *grid, size_t y)
{
	size_t x = 1;

	for (size_t i = 0; i < COLUMNS; i++) {
		size_t width = layout->width[i];
		struct cell cell;

		if (width == 0)
			continue;
		make_cell(view, row, i, width, &cell);
		if (i == COLUMN_HISTORY)
			draw_spark(row, layout->full_block, grid, x, y);
		else if (columns[i].title[0] == '>')
			rt_grid_right(grid, x, y, width, cell.attr, cell.text);
		else
			rt_grid_text(grid, x, y, width, cell.attr, cell.text);
		x += width + 1;
	}
}

static void
draw_heading(const struct layout *layout, struct rt_grid *grid, size_t y)
{
	size_t x = 1;

	for (size_t i = 0; i < COLUMNS; i++) {
		size_t width = layout->width[i];

		if (width == 0)
			continue;
		if (columns[i].title[0] == '>')
			rt_grid_right(grid, x, y, width, 0,
				      columns[i].title + 1);
		else
			rt_grid_text(grid, x, y, width, 0, columns[i].title);
		x += width + 1;
	}
	rt_grid_line_attr(grid, y, RT_ATTR_BOLD);
}

void
rt_view_table(const struct rt_view *view, struct rt_grid *grid, size_t y,
	      size_t rows)
{
	const struct rt_list *list = view->list;
	size_t selected = rt_list_selected(list);
	bool with_total = rows >= 8 && list->model.count > 1;
	struct layout layout;
	size_t top;

	/* The first cell is for the mark; a blank follows each column. */
	lay_out(list, grid->width, &layout);
	layout.full_block = full_block(list);
	draw_heading(&layout, grid, y++);
	if (with_total)
		rows--;
	if (rows == 0)
		return;
	top = selected / rows * rows;
	for (size_t i = top; i < list->shown_count && i < top + rows; i++) {
		draw_row(view, list->shown[i], &layout, grid, y);
		if (i == selected) {
			rt_grid_put(grid, 0, y, RT_ATTR_BOLD, '>', '>');
			rt_grid_line_attr(grid, y, RT_ATTR_REVERSE);
		}
		y++;
	}
	if (list->shown_count == 0 && list->model.count > 0)
		rt_grid_print(grid, 1, y++, RT_ATTR_DIM,
			      "no operation contains \"%s\"", list->filter);
	if (with_total) {
		layout.full_block = highest_step(&list->total);
		draw_row(view, &list->total, &layout, grid, y);
		rt_grid_line_attr(grid, y, RT_ATTR_BOLD);
	}
}

size_t
rt_view_columns(void)
{
	return COLUMN_HISTORY;
}

const char *
rt_view_column_title(size_t column)
{
	return columns[column].title;
}

void
rt_view_column_text(const struct rt_view *view, const struct rt_row *row,
		    size_t column, char *out, size_t size)
{
	struct cell cell;

	make_cell(view, row, column, COLUMN_WIDE, &cell);
	snprintf(out, size, "%s", cell.text);
}
