/* The table of operations: columns by priority, cells, history. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/safe_text.h"
#include "common/units.h"
#include "retrytop/view.h"

/** Attempts per call from which on the number is marked. */
#define LOAD_LIMIT 1.20
#define NAME_MAX_COLUMNS 40
/** A column that need not cut anything. */
#define COLUMN_WIDE 1000

struct cell {
	char text[RT_NAME_MAX];
	unsigned attr;
};

/** Writes the text of a cell; @p width is its column's. */
typedef void (*cell_fn)(const struct rt_view *view, const struct rt_row *row,
			size_t width, struct cell *out);

struct column {
	/** With '>' first: aligned right. */
	const char *title;
	cell_fn cell;
	/** At least; some grow. */
	unsigned char width;
	/** Large ones go first when the screen is narrow; 0 always stays. */
	unsigned char sacrifice;
};

static void
cell_name(const struct rt_view *view, const struct rt_row *row, size_t width,
	  struct cell *out)
{
	(void)view;
	(void)width;
	snprintf(out->text, sizeof(out->text), "%s", row->operation);
}

static void
cell_policy(const struct rt_view *view, const struct rt_row *row, size_t width,
	    struct cell *out)
{
	(void)view;
	(void)width;
	snprintf(out->text, sizeof(out->text), "%s",
		 row->policy[0] != '\0' ? row->policy : "-");
}

static void
cell_max(const struct rt_view *view, const struct rt_row *row, size_t width,
	 struct cell *out)
{
	(void)view;
	(void)width;
	if (row->max_attempts == 0)
		snprintf(out->text, sizeof(out->text), "-");
	else if (row->max_attempts < 1000)
		snprintf(out->text, sizeof(out->text), "%u",
			 (unsigned)row->max_attempts);
	else
		snprintf(out->text, sizeof(out->text), ">1k");
}

static void
cell_calls(const struct rt_view *view, const struct rt_row *row, size_t width,
	   struct cell *out)
{
	(void)view;
	(void)width;
	if (row->calls_known)
		rt_view_rate(row->calls_per_s, out->text, sizeof(out->text));
	else
		snprintf(out->text, sizeof(out->text), "-");
}

static void
cell_retries(const struct rt_view *view, const struct rt_row *row, size_t width,
	     struct cell *out)
{
	(void)view;
	(void)width;
	rt_view_rate(row->retries_per_s, out->text, sizeof(out->text));
	if (row->rising_s != 0)
		out->attr = RT_ATTR_BAD | RT_ATTR_BOLD;
	else if (row->window.retries > 0)
		out->attr = RT_ATTR_BOLD;
}

static void
cell_load(const struct rt_view *view, const struct rt_row *row, size_t width,
	  struct cell *out)
{
	(void)view;
	(void)width;
	if (row->load == RT_LOAD_UNKNOWN) {
		snprintf(out->text, sizeof(out->text), "- ");
	} else if (row->load == RT_LOAD_OF_FAILED) {
		snprintf(out->text, sizeof(out->text), "%.2f*",
			 row->attempts_per_call);
	} else {
		bool high = row->attempts_per_call >= LOAD_LIMIT;

		snprintf(out->text, sizeof(out->text), "%.2f%c",
			 row->attempts_per_call, high ? '!' : ' ');
		out->attr = high ? RT_ATTR_WARN : RT_ATTR_NONE;
	}
}

static void
put_count(uint64_t count, unsigned attr, struct cell *out)
{
	if (count < 100000)
		snprintf(out->text, sizeof(out->text), "%u", (unsigned)count);
	else
		tk_format_count((double)count, out->text, sizeof(out->text));
	out->attr = count > 0 ? attr : RT_ATTR_NONE;
}

static void
cell_exhausted(const struct rt_view *view, const struct rt_row *row,
	       size_t width, struct cell *out)
{
	(void)view;
	(void)width;
	put_count(row->window.exhausted, RT_ATTR_BAD, out);
}

static void
cell_exhausted_share(const struct rt_view *view, const struct rt_row *row,
		     size_t width, struct cell *out)
{
	(void)view;
	(void)width;
	if (row->load == RT_LOAD_OF_ALL)
		snprintf(out->text, sizeof(out->text), "%.1f",
			 row->exhausted_share * 100.0);
	else
		snprintf(out->text, sizeof(out->text), "-");
}

static void
cell_aborted(const struct rt_view *view, const struct rt_row *row, size_t width,
	     struct cell *out)
{
	(void)view;
	(void)width;
	put_count(row->window.aborted, RT_ATTR_WARN, out);
}

/* The share must survive, then the label, then the text. */
static void
cell_error(const struct rt_view *view, const struct rt_row *row, size_t width,
	   struct cell *out)
{
	const struct rt_error_top *error = &row->error;
	size_t length = strlen(error->label);
	char share[8];

	(void)view;
	if (error->count == 0) {
		snprintf(out->text, sizeof(out->text), "-");
		return;
	}
	snprintf(share, sizeof(share), "%.0f%%", error->share * 100.0);
	if (length + 1 + strlen(share) > width && width > strlen(share) + 3) {
		size_t keep = width - strlen(share) - 2;

		while (keep > 0 &&
		       ((unsigned char)error->label[keep] & 0xc0) == 0x80)
			keep--;
		snprintf(out->text, sizeof(out->text), "%.*s~ %s", (int)keep,
			 error->label, share);
		return;
	}
	snprintf(out->text, sizeof(out->text), "%s %s  %s", error->label, share,
		 strcmp(error->label, error->text) != 0 ? error->text : "");
	if (length + strlen(share) + 8 > width)
		out->text[length + 1 + strlen(share)] = '\0';
}

static void
cell_seen(const struct rt_view *view, const struct rt_row *row, size_t width,
	  struct cell *out)
{
	(void)width;
	rt_view_age(rt_view_now_ns(view), row->seen_ns, out->text,
		    sizeof(out->text));
}

static void
cell_since(const struct rt_view *view, const struct rt_row *row, size_t width,
	   struct cell *out)
{
	(void)width;
	rt_view_age(rt_view_now_ns(view), row->rising_s * TK_NS_PER_S,
		    out->text, sizeof(out->text));
	if (row->rising_s != 0)
		out->attr = RT_ATTR_BAD;
}

static const struct column columns[] = {
	{"OPERATION", cell_name, 14, 0},
	{"POLICY", cell_policy, 10, 6},
	{">MAX", cell_max, 3, 7},
	{">CALLS/s", cell_calls, 7, 4},
	{">RETRY/s", cell_retries, 8, 0},
	{">ATT/CALL ", cell_load, 9, 1},
	{">EXH", cell_exhausted, 5, 0},
	{">EXH%", cell_exhausted_share, 5, 8},
	{">ABORT", cell_aborted, 5, 9},
	{"TOP ERROR", cell_error, 18, 2},
	{">SEEN", cell_seen, 6, 3},
	{">SINCE", cell_since, 6, 5},
	/* Drawn, not written. */
	{"RETRIES 5m", NULL, RT_SPARK, 6},
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))
#define COLUMN_POLICY 1
#define COLUMN_ERROR 9

struct layout {
	/** 0: not shown. */
	size_t width[COLUMNS];
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

/* As shown: escapes make names longer, wide characters make them shorter. */
static size_t
longest_name(const struct rt_model *model)
{
	size_t longest = 0;

	for (size_t i = 0; i < model->shown_count; i++) {
		const char *name = model->shown[i]->operation;
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

/* Drop columns until the rest fits; give what is left to name and error. */
static void
lay_out(const struct rt_model *model, size_t width, struct layout *layout)
{
	size_t spare, wish;

	for (size_t i = 0; i < COLUMNS; i++)
		layout->width[i] = columns[i].width;
	/* Most foreign logs name none. */
	if (!any_policy(model))
		layout->width[COLUMN_POLICY] = 0;
	for (unsigned go = 9; go > 0 && used_columns(layout) > width; go--)
		for (size_t i = 0; i < COLUMNS; i++)
			if (columns[i].sacrifice == go)
				layout->width[i] = 0;
	if (used_columns(layout) > width)
		layout->width[0] -= used_columns(layout) - width;
	spare = width - used_columns(layout);
	wish = longest_name(model);
	if (wish > layout->width[0]) {
		size_t more = wish - layout->width[0];

		if (more > spare)
			more = spare;
		layout->width[0] += more;
		spare -= more;
	}
	layout->width[layout->width[COLUMN_ERROR] > 0 ? COLUMN_ERROR : 0] +=
		spare;
}

static void
draw_spark(const struct rt_row *row, struct rt_grid *grid, size_t x, size_t y)
{
	static const char ascii[] = " .:-=+*#@";
	uint32_t most = 1;

	for (size_t i = 0; i < RT_SPARK; i++)
		if (row->spark[i] > most)
			most = row->spark[i];
	for (size_t i = 0; i < RT_SPARK; i++) {
		uint64_t eighths = (uint64_t)row->spark[i] * 8;
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
		struct cell cell = {.attr = RT_ATTR_NONE};

		if (width == 0)
			continue;
		if (columns[i].cell == NULL) {
			draw_spark(row, grid, x, y);
		} else {
			columns[i].cell(view, row, width, &cell);
			if (columns[i].title[0] == '>')
				rt_grid_right(grid, x, y, width, cell.attr,
					      cell.text);
			else
				rt_grid_text(grid, x, y, width, cell.attr,
					     cell.text);
		}
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
	const struct rt_model *model = view->model;
	size_t selected = rt_model_selected(model);
	bool with_total = rows >= 8 && model->count > 1;
	struct layout layout;
	size_t top;

	/* A line has a mark first; each column, the last too, a blank after. */
	lay_out(model, grid->width, &layout);
	draw_heading(&layout, grid, y++);
	if (with_total)
		rows--;
	if (rows == 0)
		return;
	top = selected / rows * rows;
	for (size_t i = top; i < model->shown_count && i < top + rows; i++) {
		draw_row(view, model->shown[i], &layout, grid, y);
		if (i == selected) {
			rt_grid_put(grid, 0, y, RT_ATTR_BOLD, '>', '>');
			rt_grid_line_attr(grid, y, RT_ATTR_REVERSE);
		}
		y++;
	}
	if (model->shown_count == 0 && model->count > 0)
		rt_grid_print(grid, 1, y++, RT_ATTR_DIM,
			      "no operation contains \"%s\"", model->filter);
	if (with_total) {
		draw_row(view, &model->total, &layout, grid, y);
		rt_grid_line_attr(grid, y, RT_ATTR_BOLD);
	}
}

size_t
rt_view_columns(void)
{
	return COLUMNS - 1;
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
	struct cell cell = {.attr = RT_ATTR_NONE};

	columns[column].cell(view, row, COLUMN_WIDE, &cell);
	snprintf(out, size, "%s", cell.text);
}
