/* The screen as a function of what is known: no curses, no clock, no state. */
#ifndef RT_VIEW_H
#define RT_VIEW_H

#include "retrytop/grid.h"
#include "live/ingest.h"
#include "live/model.h"
#include "input/follow.h"
#include "retrytop/ui.h"

/** Below this, the screen only says so. */
#define RT_VIEW_MIN_WIDTH 30
#define RT_VIEW_MIN_HEIGHT 5
/** Without a line for so long, a live log is called stale. */
#define RT_VIEW_STALE_NS (60 * UINT64_C(1000000000))

struct rt_view {
	const struct rt_model *model;
	const struct rt_ingest *ingest;
	const struct rt_ui *ui;
	const struct tk_input_info *input;
	size_t input_count;
	uint64_t wall_ns;
	/** Since the last line was read. */
	uint64_t silence_ns;
};

/** Draw into a blank grid. */
void rt_view_render(const struct rt_view *view, struct rt_grid *grid);

/** Rows of the table on a screen of this height. */
size_t rt_view_rows(size_t height);

/** "LIVE", "PAUSED", "STALE" or "WAITING". */
const char *rt_view_state(const struct rt_view *view);

/** One sentence: what is the matter, if anything. */
void rt_view_message(const struct rt_view *view, char *out, size_t size);

/** Draw the table's heading and @p rows rows from line @p y on. */
void rt_view_table(const struct rt_view *view, struct rt_grid *grid, size_t y,
		   size_t rows);

/** The table's columns for text, the history apart: how many, their headings
 *  ('>' first: aligned right), their cells. */
size_t rt_view_columns(void);
const char *rt_view_column_title(size_t column);
void rt_view_column_text(const struct rt_view *view, const struct rt_row *row,
			 size_t column, char *out, size_t size);

/** Draw the help page, or the page of inputs, from line @p y on. */
void rt_view_help(const struct rt_view *view, struct rt_grid *grid, size_t y);
void rt_view_inputs(const struct rt_view *view, struct rt_grid *grid, size_t y);

/** The instant that ages are counted from: the wall clock where the log is
 *  live, else its newest event. */
uint64_t rt_view_now_ns(const struct rt_view *view);

/** An age in whole seconds, "4m10s"; "-" for the time 0. Returns out. */
char *rt_view_age(uint64_t now_ns, uint64_t then_ns, char *out, size_t size);

/** A rate per second, at most 7 characters. Returns out. */
char *rt_view_rate(double per_s, char *out, size_t size);

#endif
