/* What stands above the table: totals, and what happened in five minutes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_head.h"

#include <stdio.h>
#include <string.h>

#include "common/units.h"
#include "live/words.h"
#include "retrytop/view_lanes.h"

/* The totals come first, then lanes of a row each, then the second line of
 * totals, higher lanes and blank lines. */
#define TOTALS_HEIGHT 16
#define LANES_HEIGHT 22
#define ROOMY_HEIGHT 30
#define LANES_WIDTH 60
#define WIDE 100
#define NARROW 78

static bool
has_lanes(const struct rt_view *view, size_t width, size_t height)
{
	return width >= LANES_WIDTH && height >= LANES_HEIGHT &&
	       view->list->model.count > 0;
}

static bool
has_reasons(const struct rt_view *view, size_t width, size_t height)
{
	return width >= WIDE && height >= ROOMY_HEIGHT &&
	       view->list->total.load == RT_LOAD_OF_ALL;
}

size_t
rt_view_head_rows(const struct rt_view *view, size_t width, size_t height)
{
	size_t rows = has_reasons(view, width, height) ? 2 : 1;

	if (height < TOTALS_HEIGHT)
		return 0;
	if (!has_lanes(view, width, height))
		return rows + 1;
	return rows + (height >= ROOMY_HEIGHT ? 6 : 3);
}

static double
per_s(const struct rt_view *view, uint64_t count)
{
	uint64_t seconds = view->list->model.seen_s;

	return (double)count / (seconds > 0 ? (double)seconds : 1.0);
}

/* Without the calls that succeeded, only what fails is known. */
static void
draw_failures(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_row *total = &view->list->total;
	char rate[16], length[24];
	size_t x = 1;

	x += rt_grid_print(
		grid, x, y, RT_ATTR_BOLD, "Retries %s/s",
		tk_format_rate(total->retries_per_s, rate, sizeof(rate)));
	x += rt_grid_print(grid, x, y, 0,
			   "   Exhausted %llu   Aborted %llu in %s",
			   (unsigned long long)total->window.exhausted,
			   (unsigned long long)total->window.aborted,
			   rt_view_length(view->list->model.window_s, length,
					  sizeof(length)));
	if (!total->calls_known && total->window.attempts > 0)
		rt_grid_print(grid, x, y, RT_ATTR_DIM,
			      "   (successes are not all logged)");
}

static void
draw_totals(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_row *total = &view->list->total;
	uint64_t failed = rt_counts_failed(&total->window);
	bool wide = grid->width >= WIDE;
	const char *gap = wide ? "   " : "  ";
	char rate[16];
	size_t x = 1;

	x += rt_grid_print(
		grid, x, y, 0, "Calls %s/s%s%s %.1f%%%s",
		tk_format_rate(total->calls_per_s, rate, sizeof(rate)), gap,
		wide ? "first try OK" : "1st OK", total->first_ok_share * 100.0,
		gap);
	if (wide)
		x += rt_grid_print(grid, x, y, 0, "recovered %.1f%%%s",
				   total->recovered_share * 100.0, gap);
	x += rt_grid_print(
		grid, x, y,
		failed > 0 ? RT_ATTR_BAD | RT_ATTR_BOLD : RT_ATTR_NONE,
		"%s %.1f%%  %s/s", failed > 0 ? "FAILED" : "failed",
		total->failed_share * 100.0,
		tk_format_rate(per_s(view, failed), rate, sizeof(rate)));
	x += rt_grid_print(
		grid, x, y, 0, "%sretries %s/s%sLOAD %.2f", gap,
		tk_format_rate(total->retries_per_s, rate, sizeof(rate)), gap,
		total->sent_per_call);
	if (wide && total->window.hedges > 0)
		rt_grid_print(grid, x, y, 0, "%shedges %s/s", gap,
			      tk_format_rate(per_s(view, total->window.hedges),
					     rate, sizeof(rate)));
}

/* If there is room. Returns the columns that it takes. */
static size_t
put_reason(const struct rt_view *view, struct rt_grid *grid, size_t x, size_t y,
	   const char *words, uint64_t count)
{
	char text[48], rate[16];

	snprintf(text, sizeof(text), "%s %s/s", words,
		 tk_format_rate(per_s(view, count), rate, sizeof(rate)));
	if (x + strlen(text) > grid->width)
		return 0;
	return 3 + rt_grid_text(grid, x, y, SIZE_MAX, RT_ATTR_NONE, text);
}

/* Why calls fail, per second. */
static void
draw_reasons(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_counts *w = &view->list->total.window;
	uint64_t named =
		w->breaker + w->budget + w->used_up + w->deadline + w->hint;
	uint64_t failed = rt_counts_failed(w);
	const struct {
		const char *words;
		uint64_t count;
	} reason[] = {
		{"unsent: " RT_SAY_BREAKER, w->unsent},
		{"unretried: " RT_SAY_BREAKER,
		 w->breaker > w->unsent ? w->breaker - w->unsent : 0},
		{RT_SAY_BUDGET, w->budget},
		{RT_SAY_USED_UP, w->used_up},
		{RT_SAY_DEADLINE, w->deadline},
		{RT_SAY_HINT, w->hint},
		{RT_SAY_ABORTED, failed > named ? failed - named : 0},
	};
	size_t x = 1;

	/* Always in this order, so that each is where it was. */
	for (size_t i = 0; i < sizeof(reason) / sizeof(*reason); i++)
		if (reason[i].count > 0)
			x += put_reason(view, grid, x, y, reason[i].words,
					reason[i].count);
	if (failed == 0)
		rt_grid_text(grid, x, y, SIZE_MAX, RT_ATTR_DIM,
			     "no call failed");
}

/* In four columns, if it is below 10,000. */
static void
short_rate(double rate, char *out, size_t size)
{
	if (rate >= 9999.5)
		tk_format_count(rate, out, size);
	else
		snprintf(out, size,
			 rate >= 9.95 || rate <= 0.0 ? "%.0f" : "%.1f", rate);
}

void
rt_view_totals_short(const struct rt_view *view, char *out, size_t size)
{
	const struct rt_row *total = &view->list->total;
	char failed[16], unsent[16];

	if (total->load != RT_LOAD_OF_ALL) {
		snprintf(out, size, "Retries %s/s  exhausted %llu",
			 tk_format_rate(total->retries_per_s, failed,
					sizeof(failed)),
			 (unsigned long long)total->window.exhausted);
		return;
	}
	short_rate(per_s(view, rt_counts_failed(&total->window)), failed,
		   sizeof(failed));
	short_rate(per_s(view, total->window.unsent), unsent, sizeof(unsent));
	snprintf(out, size, "FAIL %.1f%% %s/s LOAD %.2f%s%s%s",
		 total->failed_share * 100.0, failed, total->sent_per_call,
		 total->window.unsent > 0 ? " unsent " : "",
		 total->window.unsent > 0 ? unsent : "",
		 total->window.unsent > 0 ? "/s" : "");
}

static void
draw_short(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	char text[80];

	rt_view_totals_short(view, text, sizeof(text));
	rt_grid_text(grid, 1, y, SIZE_MAX, RT_ATTR_NONE, text);
}

static void
draw_lanes(const struct rt_view *view, struct rt_grid *grid, size_t y,
	   size_t rows)
{
	const struct rt_list *list = view->list;
	const struct rt_model *model = &list->model;
	const struct rt_lane lane[] = {
		{"failed/s", list->failed, RT_ATTR_BAD},
		{"retries/s", list->retries, RT_ATTR_NONE},
	};
	struct rt_mark mark = {0, ""};

	if (model->verdicts.count > 0) {
		mark.second = model->verdicts.item[0].since_s;
		mark.word = rt_word_name(model->verdicts.item[0].word);
	}
	rt_view_lanes(grid, y, lane, 2, rows, &list->span, mark);
	rt_view_lane_marks(grid, y + 2 * rows, &list->span, &list->travel);
}

/* The same operation under two policies. */
static void
draw_canary(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_canary *canary = &view->list->model.canary;
	bool differs = rt_canary_differs(canary);
	char text[320];

	if (canary->operation[0] == '\0')
		return;
	snprintf(text, sizeof(text),
		 "%s: %s fails %.1f%% of %llu, %s %.1f%% of %llu: %s%+.1f "
		 "points (95%%: %+.1f to %+.1f)",
		 canary->operation, canary->canary.policy,
		 100.0 * (double)canary->canary.failed /
			 (double)canary->canary.calls,
		 (unsigned long long)canary->canary.calls, canary->rest.policy,
		 100.0 * (double)canary->rest.failed /
			 (double)canary->rest.calls,
		 (unsigned long long)canary->rest.calls,
		 differs ? "" : "no difference shown, ",
		 canary->difference * 100.0, canary->low * 100.0,
		 canary->high * 100.0);
	rt_grid_text(grid, 1, y, grid->width - 1,
		     differs ? RT_ATTR_WARN | RT_ATTR_BOLD : RT_ATTR_NONE,
		     text);
}

size_t
rt_view_head(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	size_t rows = rt_view_head_rows(view, grid->width, grid->height);

	if (rows == 0)
		return 0;
	if (grid->width < NARROW)
		draw_short(view, grid, y++);
	else if (view->list->total.load == RT_LOAD_OF_ALL)
		draw_totals(view, grid, y++);
	else
		draw_failures(view, grid, y++);
	if (has_reasons(view, grid->width, grid->height))
		draw_reasons(view, grid, y++);
	if (!has_lanes(view, grid->width, grid->height))
		return rows;
	draw_lanes(view, grid, y, grid->height >= ROOMY_HEIGHT ? 2 : 1);
	/* Instead of the blank line. */
	if (grid->height >= ROOMY_HEIGHT)
		draw_canary(view, grid, y + 5);
	return rows;
}
