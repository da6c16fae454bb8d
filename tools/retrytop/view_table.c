/* The table of operations: columns by priority, cells, history. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_table.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"
#include "common/safe_text.h"
#include "common/units.h"
#include "live/facts.h"
#include "retrytop/view_calls.h"

/* Attempts per call at or above which the number is marked. */
#define LOAD_LIMIT 1.20
#define NAME_MAX_COLUMNS 40
#define GO_FIRST 15
/* More than that for errors is too much while the history is narrow. */
#define ERROR_SPARE 10
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
	/* Not shown if no row knows it. */
	bool if_known;
};

/* In percent; what is not 0 or 100 does not look like it. */
static void
put_share(double share, char *out, size_t size)
{
	double percent = share * 100.0;

	if (percent <= 0.0 || percent >= 100.0)
		snprintf(out, size, "%.0f", percent);
	else if (percent < 0.05)
		snprintf(out, size, "<0.1");
	else
		snprintf(out, size, "%.1f", percent >= 99.95 ? 99.9 : percent);
}

/* The last one says nothing about a canary. */
static void
cell_policy(const struct rt_row *row, size_t width, struct cell *out)
{
	size_t length = strlen(row->policy_names);
	bool whole = length > 0 && length + 1 < sizeof(row->policy_names);

	if (row->policies > 1 && whole && width < COLUMN_WIDE &&
	    tk_text_width(row->policy_names) <= width)
		snprintf(out->text, sizeof(out->text), "%s", row->policy_names);
	else if (row->policies > 1)
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

/* Nothing is shown by colour alone. */
static void
cell_failed(const struct rt_row *row, size_t width, struct cell *out)
{
	size_t length = strlen(out->text);
	bool wrong = row->since_s != 0 && row->failed_share > 0.0;

	(void)width;
	if (wrong)
		out->attr = RT_ATTR_BAD | RT_ATTR_BOLD;
	snprintf(out->text + length, sizeof(out->text) - length, "%c",
		 wrong ? '!' : ' ');
}

static void
cell_ok(const struct rt_row *row, size_t width, struct cell *out)
{
	(void)width;
	if (row->load == RT_LOAD_OF_ALL)
		put_share(1.0 - row->failed_share, out->text,
			  sizeof(out->text));
}

/* The share, if there is room, and others. */
static void
cell_why(const struct rt_row *row, size_t width, struct cell *out)
{
	const char *words = rt_why_words(row->why);
	int length = 0;

	if (row->why == RT_WHY_NONE)
		return;
	if (row->why_share < 0.995)
		length = snprintf(out->text, sizeof(out->text), "%s %.0f%%",
				  words, row->why_share * 100.0);
	if (length == 0 || (size_t)length > width)
		snprintf(out->text, sizeof(out->text), "%s", words);
}

/* What is added to the load: retries by far, or rather hedges. */
static char
mark_of_load(const struct rt_row *row)
{
	if (row->load == RT_LOAD_OF_FAILED)
		return '*';
	if (row->window.hedges > row->window.retries)
		return 'h';
	return row->sent_per_call >= LOAD_LIMIT ? '!' : ' ';
}

static void
cell_load(const struct rt_row *row, size_t width, struct cell *out)
{
	bool high =
		row->load == RT_LOAD_OF_ALL && row->sent_per_call >= LOAD_LIMIT;

	(void)width;
	out->attr = high ? RT_ATTR_WARN : RT_ATTR_NONE;
	if (row->load == RT_LOAD_UNKNOWN)
		snprintf(out->text, sizeof(out->text), "- ");
	else
		snprintf(out->text, sizeof(out->text), "%.2f%c",
			 row->sent_per_call, mark_of_load(row));
}

/* On a screen the rest says it. */
static const char *
short_label(const char *label, size_t width)
{
	bool cut = width < COLUMN_WIDE && strncmp(label, "errno:E", 7) == 0;

	return cut ? label + strlen("errno:") : label;
}

/* The message of an error; calls that a breaker refused have none. */
static void
cell_text(const struct rt_row *row, size_t width, struct cell *out)
{
	const struct rt_error_top *error = &row->error;

	if (error->count == 0 || strcmp(row->operation, error->label) == 0)
		snprintf(out->text, sizeof(out->text), "%s",
			 strcmp(error->label, error->text) != 0 ? error->text
								: "");
	else
		snprintf(out->text, sizeof(out->text), "mostly %s",
			 short_label(error->label, width));
}

/* Keep the share whole first, then the label, then the text. */
static void
cell_error(const struct rt_row *row, size_t width, struct cell *out)
{
	const struct rt_error_top *error = &row->error;
	const char *name = short_label(error->label, width);
	size_t columns;
	char share[8], label[RT_LABEL_MAX + 8];

	if (row->is_error) {
		cell_text(row, width, out);
		return;
	}
	if (error->count == 0)
		return;
	columns = tk_text_width(name);
	snprintf(share, sizeof(share), "%.0f%%", error->share * 100.0);
	if (columns + 1 + strlen(share) > width && width > strlen(share) + 3) {
		tk_text_fit(name, width - strlen(share) - 1, label,
			    sizeof(label));
		snprintf(out->text, sizeof(out->text), "%s %s", label, share);
		return;
	}
	snprintf(out->text, sizeof(out->text), "%s %s  %s", name, share,
		 strcmp(error->label, error->text) != 0 ? error->text : "");
	if (columns + strlen(share) + 8 > width)
		out->text[strlen(name) + 1 + strlen(share)] = '\0';
}

enum {
	COLUMN_OPERATION,
	COLUMN_POLICY,
	COLUMN_MAX,
	COLUMN_CALLS,
	COLUMN_FIRST_OK,
	COLUMN_OK,
	COLUMN_RETRIES,
	COLUMN_LOAD,
	COLUMN_FAILED,
	COLUMN_WHY,
	COLUMN_P99,
	COLUMN_P99_TRY,
	COLUMN_EXHAUSTED,
	COLUMN_ABORTED,
	COLUMN_ERROR,
	COLUMN_SEEN,
	COLUMN_SINCE,
	/* Must be the last: reports have none. */
	COLUMN_HISTORY,
	COLUMNS,
};

static const struct column columns[] = {
	[COLUMN_OPERATION] = {"OPERATION", 14, 0, RT_FACT_OPERATION, 0, NULL,
			      false},
	[COLUMN_POLICY] = {"POLICY", 10, 8, RT_FACT_POLICY, 0, cell_policy,
			   true},
	[COLUMN_MAX] = {">MAX", 3, 15, RT_FACT_MAX_ATTEMPTS, 0, cell_max,
			false},
	[COLUMN_CALLS] = {">CALL/s", 7, 3, RT_FACT_CALLS_PER_S, 0, NULL, true},
	[COLUMN_FIRST_OK] = {">1st%", 5, 10, RT_FACT_FIRST_OK_SHARE, 0, NULL,
			     true},
	[COLUMN_OK] = {">OK%", 5, 5, RT_FACT_FAILED_SHARE, 0, cell_ok, true},
	[COLUMN_RETRIES] = {">RETRY/s", 7, 0, RT_FACT_RETRIES_PER_S, 0,
			    cell_retries, false},
	[COLUMN_LOAD] = {">LOAD ", 6, 4, RT_FACT_LOAD, 0, cell_load, false},
	[COLUMN_FAILED] = {">FAIL% ", 6, 0, RT_FACT_FAILED_SHARE, 0,
			   cell_failed, true},
	[COLUMN_WHY] = {"WHY", 12, 6, RT_FACT_WHY, 0, cell_why, true},
	[COLUMN_P99] = {">p99", 5, 9, RT_FACT_P99_CALL, 0, NULL, true},
	[COLUMN_P99_TRY] = {">p99 TRY", 7, 11, RT_FACT_P99_TRY, 0, NULL, true},
	[COLUMN_EXHAUSTED] = {">EXH", 5, 13, RT_FACT_WINDOW_EXHAUSTED,
			      RT_ATTR_BAD, NULL, false},
	[COLUMN_ABORTED] = {">ABORT", 5, 14, RT_FACT_WINDOW_ABORTED,
			    RT_ATTR_WARN, NULL, false},
	[COLUMN_ERROR] = {"TOP ERROR", 17, 2, RT_FACT_ERROR_LABEL, 0,
			  cell_error, false},
	[COLUMN_SEEN] = {">SEEN", 6, 12, RT_FACT_LAST_SEEN, 0, NULL, false},
	[COLUMN_SINCE] = {">SINCE", 6, 1, RT_FACT_SINCE, RT_ATTR_BAD, NULL,
			  false},
	/* Drawn, not written. */
	[COLUMN_HISTORY] = {"FAILED 5m", RT_STEPS / 2, 7, RT_FACT_COUNT, 0,
			    NULL, false},
};

_Static_assert(sizeof(columns) / sizeof(*columns) == COLUMNS,
	       "each column has its row");

/* How rows are sorted by a column. */
static const enum rt_sort sort_of[] = {
	[COLUMN_OPERATION] = RT_SORT_NAME,
	[COLUMN_POLICY] = RT_SORT_POLICY,
	[COLUMN_MAX] = RT_SORT_MAX,
	[COLUMN_CALLS] = RT_SORT_CALLS,
	[COLUMN_FIRST_OK] = RT_SORT_FIRST,
	[COLUMN_OK] = RT_SORT_OK,
	[COLUMN_RETRIES] = RT_SORT_RETRIES,
	[COLUMN_LOAD] = RT_SORT_LOAD,
	[COLUMN_FAILED] = RT_SORT_SHARE,
	[COLUMN_WHY] = RT_SORT_WHY,
	[COLUMN_EXHAUSTED] = RT_SORT_EXHAUSTED,
	[COLUMN_ABORTED] = RT_SORT_ABORTED,
	[COLUMN_P99] = RT_SORT_P99,
	[COLUMN_P99_TRY] = RT_SORT_P99_TRY,
	[COLUMN_ERROR] = RT_SORT_ERROR,
	[COLUMN_SEEN] = RT_SORT_SEEN,
	[COLUMN_SINCE] = RT_SORT_SINCE,
	[COLUMN_HISTORY] = RT_SORT_HISTORY,
};

_Static_assert(COLUMNS <= RT_HEADS_MAX, "each heading can be clicked");
_Static_assert(sizeof(sort_of) / sizeof(*sort_of) == COLUMNS &&
		       RT_SORT_COUNT == COLUMNS + 1,
	       "each column can be sorted by");

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
	case RT_KIND_SECONDS:
		rt_view_took((uint64_t)(value->real * BO_NS_PER_S), out, size);
		break;
	case RT_KIND_SHARE:
		put_share(value->real, out, size);
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
	enum rt_group group;
	/* 0: not shown. */
	size_t width[COLUMNS];
	/* The history is of retries: calls are not known. */
	bool retries;
	/* What fills the height of the history. */
	uint64_t full_block;
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

/* Most foreign logs name no policy, and some have no successes. */
static bool
any_known(const struct rt_model *model, enum rt_fact fact)
{
	for (size_t i = 0; i < model->count; i++)
		if (rt_fact_of_row(&model->row[i], fact).known)
			return true;
	return model->count == 0;
}

/* How often calls end with an error says more than how often it is retried. */
static unsigned
sacrifice_of(size_t column, enum rt_group group)
{
	if (group == RT_GROUP_ERROR && column == COLUMN_CALLS)
		column = COLUMN_RETRIES;
	else if (group == RT_GROUP_ERROR && column == COLUMN_RETRIES)
		column = COLUMN_CALLS;
	return columns[column].sacrifice;
}

/* Drop columns until the rest fits. */
static void
drop_columns(const struct rt_list *list, size_t width, struct layout *layout)
{
	for (size_t i = 0; i < COLUMNS; i++)
		layout->width[i] =
			columns[i].if_known && !any_known(rt_list_rows(list),
							  columns[i].fact)
				? 0
				: columns[i].width;
	if (layout->group == RT_GROUP_POLICY)
		layout->width[COLUMN_POLICY] = 0;
	for (unsigned go = GO_FIRST; go > 0 && used_columns(layout) > width;
	     go--)
		for (size_t i = 0; i < COLUMNS; i++)
			if (sacrifice_of(i, layout->group) == go)
				layout->width[i] = 0;
	if (used_columns(layout) > width)
		layout->width[COLUMN_OPERATION] -= used_columns(layout) - width;
}

/* Give a column up to @p wish more. Returns what is left. */
static size_t
widen(struct layout *layout, size_t column, size_t wish, size_t spare)
{
	size_t more = bo_min(wish, spare);

	layout->width[column] += more;
	return spare - more;
}

/* Up to a third of what remains: the error needs more. */
static size_t
wish_for_policies(const struct rt_list *list, const struct layout *layout,
		  size_t spare)
{
	size_t longest = layout->width[COLUMN_POLICY];

	for (size_t i = 0; longest > 0 && i < list->shown_count; i++) {
		size_t width = tk_text_width(list->shown[i]->policy_names);

		if (width > longest &&
		    width - layout->width[COLUMN_POLICY] <= spare / 3)
			longest = width;
	}
	return longest - layout->width[COLUMN_POLICY];
}

/* Give the width that remains to name, error and history. */
static void
lay_out(const struct rt_list *list, size_t width, struct layout *layout)
{
	size_t spare, wish;

	layout->group = list->group;
	drop_columns(list, width, layout);
	layout->retries = layout->width[COLUMN_FAILED] == 0 &&
			  layout->group != RT_GROUP_ERROR;
	spare = width - used_columns(layout);
	wish = longest_name(list);
	if (wish > layout->width[COLUMN_OPERATION])
		spare = widen(layout, COLUMN_OPERATION,
			      wish - layout->width[COLUMN_OPERATION], spare);
	if (layout->width[COLUMN_HISTORY] > 0 &&
	    spare >= RT_STEPS / 2 + ERROR_SPARE)
		spare = widen(layout, COLUMN_HISTORY, RT_STEPS / 2, spare);
	spare = widen(layout, COLUMN_POLICY,
		      wish_for_policies(list, layout, spare), spare);
	widen(layout,
	      layout->width[COLUMN_ERROR] > 0 ? COLUMN_ERROR : COLUMN_OPERATION,
	      spare, spare);
}

/* What happened in the steps of a cell of the history. */
static uint64_t
cell_sum(const struct rt_row *row, const struct layout *layout, size_t cell)
{
	const uint32_t *step = layout->retries ? row->retries : row->failed;
	size_t each = RT_STEPS / layout->width[COLUMN_HISTORY];
	uint64_t sum = 0;

	for (size_t i = 0; i < each; i++)
		sum += step[cell * each + i];
	return sum;
}

static uint64_t
highest_cell(const struct rt_row *row, const struct layout *layout)
{
	uint64_t most = 1;

	for (size_t i = 0; i < layout->width[COLUMN_HISTORY]; i++)
		if (cell_sum(row, layout, i) > most)
			most = cell_sum(row, layout, i);
	return most;
}

/* Operations share a scale, so that the eye finds the one that fails most; it
 * does not depend on which of them are on the screen. */
static uint64_t
full_block(const struct rt_list *list, const struct layout *layout)
{
	uint64_t most = 1;

	for (size_t i = 0; i < list->shown_count; i++) {
		uint64_t cell = highest_cell(list->shown[i], layout);

		if (cell > most)
			most = cell;
	}
	return most;
}

static void
draw_spark(const struct rt_row *row, const struct layout *layout,
	   struct rt_grid *grid, size_t x, size_t y)
{
	static const char ascii[] = " .:-=+*#@";
	uint64_t most = layout->full_block;

	for (size_t i = 0; i < layout->width[COLUMN_HISTORY]; i++) {
		uint64_t eighths = cell_sum(row, layout, i) * 8;
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
			draw_spark(row, layout, grid, x, y);
		else if (columns[i].title[0] == '>')
			rt_grid_right(grid, x, y, width, cell.attr, cell.text);
		else
			rt_grid_text(grid, x, y, width, cell.attr, cell.text);
		x += width + 1;
	}
}

/* Rows by error have other words for some columns. */
static const char *
title_by_group(size_t column, enum rt_group group)
{
	if (column == COLUMN_OPERATION)
		return rt_group_heading(group);
	if (group == RT_GROUP_ERROR && column == COLUMN_CALLS)
		return ">FAIL/s";
	if (group == RT_GROUP_ERROR && column == COLUMN_ERROR)
		return "TEXT";
	return columns[column].title;
}

static void
draw_heading(const struct layout *layout, const struct rt_list *list,
	     struct rt_grid *grid, size_t y)
{
	const struct rt_span *span = &list->model.span;
	struct rt_hits *hits = &grid->hits;
	char history[40], length[24];
	size_t x = 1;

	for (size_t i = 0; i < COLUMNS; i++) {
		const char *title = title_by_group(i, layout->group);
		size_t width = layout->width[i];
		unsigned attr = RT_ATTR_BOLD;

		if (width == 0)
			continue;
		if (i == COLUMN_HISTORY) {
			rt_view_length(span->length_s, length, sizeof(length));
			snprintf(history, sizeof(history), "%s %s",
				 layout->retries ? "RETRIES" : "FAILED",
				 length);
			if (strlen(history) > width)
				snprintf(history, sizeof(history), "%s %s",
					 layout->retries ? "RETRY" : "FAIL",
					 length);
			title = history;
		}
		if (sort_of[i] == list->sort)
			attr |= RT_ATTR_REVERSE;
		if (title[0] == '>')
			rt_grid_right(grid, x, y, width, attr, title + 1);
		else
			rt_grid_text(grid, x, y, width, attr, title);
		x += width + 1;
		hits->head[hits->heads].end = x - 1;
		hits->head[hits->heads++].sort = sort_of[i];
	}
	hits->head_y = y;
	rt_grid_line_attr(grid, y, RT_ATTR_BOLD);
}

static bool
is_quiet(const struct rt_row *row)
{
	return row->since_s == 0 && rt_counts_failed(&row->window) == 0;
}

/* What does not fit, by name. */
/* Append the names of rows, of those with a verdict or of the others. */
static void
add_names(const struct rt_list *list, size_t from, bool wrong, char *out,
	  size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = from; i < list->shown_count && used + 1 < size; i++)
		if ((list->shown[i]->since_s != 0) == wrong)
			used += (size_t)snprintf(out + used, size - used,
						 "%s%s", used > 0 ? ", " : "",
						 list->shown[i]->operation);
}

static void
draw_more(const struct rt_list *list, size_t from, struct rt_grid *grid,
	  size_t y)
{
	char bad[512], names[512], text[1200];
	size_t wrong = 0, quiet = 0, more = list->shown_count - from;

	for (size_t i = from; i < list->shown_count; i++) {
		wrong += list->shown[i]->since_s != 0;
		quiet += is_quiet(list->shown[i]);
	}
	add_names(list, from, true, bad, sizeof(bad));
	add_names(list, from, false, names, sizeof(names));
	/* Those with a verdict come first: the line may be cut. */
	if (wrong > 0)
		snprintf(text, sizeof(text), "+ %zu more, wrong: %s%s%s%s",
			 more, bad, names[0] != '\0' ? " (" : "", names,
			 names[0] != '\0' ? ")" : "");
	else
		snprintf(text, sizeof(text), "+ %zu %s (%s)", more,
			 quiet == more ? "quiet" : "more", names);
	rt_grid_text(grid, 1, y, grid->width - 1,
		     wrong > 0 ? RT_ATTR_BAD | RT_ATTR_BOLD : RT_ATTR_DIM,
		     text);
}

/* Rows up to the first that does not fit. Returns its place. */
static size_t
draw_rows(const struct rt_view *view, const struct layout *layout,
	  struct rt_grid *grid, size_t y, size_t rows)
{
	const struct rt_list *list = view->list;
	size_t selected = rt_list_selected(list);
	size_t i, top = selected / rows * rows;

	for (i = top; i < list->shown_count && i < top + rows; i++) {
		draw_row(view, list->shown[i], layout, grid, y);
		rt_grid_hit(grid, y, i);
		if (i == selected) {
			rt_grid_put(grid, 0, y, RT_ATTR_BOLD, '>', '>');
			rt_grid_line_attr(grid, y, RT_ATTR_REVERSE);
		}
		y++;
	}
	return i;
}

void
rt_view_table(const struct rt_view *view, struct rt_grid *grid, size_t y,
	      size_t rows)
{
	const struct rt_list *list = view->list;
	bool with_more = rows > 2 && list->shown_count > rows;
	struct layout layout;
	size_t next;

	/* The first cell is for the mark; a blank follows each column. */
	lay_out(list, grid->width, &layout);
	layout.full_block = full_block(list, &layout);
	draw_heading(&layout, list, grid, y++);
	if (list->shown_count == 0 && rt_list_is_filtered(list) &&
	    list->model.count > 0)
		rt_grid_print(grid, 1, y, RT_ATTR_DIM,
			      list->terms.terms > 0
				      ? "no %s passes the filter %s"
				      : "no %s contains \"%s\"",
			      rt_group_name(list->group), list->filter);
	if (with_more)
		rows--;
	if (rows == 0)
		return;
	next = draw_rows(view, &layout, grid, y, rows);
	if (with_more && next < list->shown_count)
		draw_more(list, next, grid, y + rows);
}

size_t
rt_view_columns(void)
{
	return COLUMN_HISTORY;
}

const char *
rt_view_column_title(const struct rt_view *view, size_t column)
{
	return title_by_group(column, view->list->group);
}

void
rt_view_column_text(const struct rt_view *view, const struct rt_row *row,
		    size_t column, char *out, size_t size)
{
	struct cell cell;

	make_cell(view, row, column, COLUMN_WIDE, &cell);
	snprintf(out, size, "%s", cell.text);
}
