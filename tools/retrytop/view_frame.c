/* A whole screen: title, health, page and footer. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_frame.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/rfc3339.h"
#include "common/units.h"
#include "live/facts.h"
#include "retrytop/browse.h"
#include "retrytop/key_rows.h"
#include "retrytop/view_alarms.h"
#include "retrytop/view_call.h"
#include "retrytop/view_calls.h"
#include "retrytop/view_command.h"
#include "retrytop/view_copy.h"
#include "retrytop/view_head.h"
#include "retrytop/view_inputs.h"
#include "retrytop/view_losses.h"
#include "retrytop/view_message.h"
#include "retrytop/view_operation.h"
#include "retrytop/view_pages.h"
#include "retrytop/view_simulate.h"
#include "retrytop/view_table.h"

/* A higher screen has more rows for what is wrong: a further one for each of
 * these rows. */
#define ROWS_PER_LINE 4
#define MESSAGE_ROWS_MAX 6
#define ALERT_ROWS_MAX 3
#define NOTE_ROWS_MAX 2
/* From this height on there is more than one row for what is wrong. */
#define MESSAGES_HEIGHT 20
/* A lower screen has no line of totals. */
#define SMALL_HEIGHT 16
/* A lower screen has a row of the table in place of the line of health. */
#define TINY_HEIGHT 7
#define NARROW 70
/* From this height on, at least this many failed calls are shown, however many
 * operations there are. */
#define FAILED_HEIGHT 30
#define FAILED_MIN 3
#define FAILED_MAX 50
/* Lines that come later are called late. */
#define LATE_NS (2 * BO_NS_PER_S)

/* Whether a time needs no date: the clock on the wall has the same one. */
static bool
is_of_today(const struct rt_view *view, uint64_t second)
{
	const uint64_t day_s = 86400;

	return !view->replays &&
	       (view->wall_ns == 0 ||
		view->wall_ns / BO_NS_PER_S / day_s == second / day_s);
}

/* The right end of the title: the window, and how fresh the log is. */
static void
title_facts(const struct rt_view *view, bool with_clock, char *out, size_t size)
{
	const struct rt_list *list = view->list;
	const struct rt_model *model = &list->model;
	uint64_t newest_ns = rt_window_newest_ns(view->ingest->window);
	uint64_t late_ns =
		rt_when_late_ns(rt_window_when(view->ingest->window));
	char news[40] = "", age[16], clock[40] = "", seen[40] = "";
	char length[24];

	/* A replay that is paused plays nothing. */
	if (list->paused && !view->replays)
		snprintf(news, sizeof(news), "+%llu new  ",
			 (unsigned long long)(view->ingest->events -
					      list->paused_at));
	if (with_clock && model->end_s > 0) {
		const size_t date = strlen(" 2026-11-23");

		clock[0] = ' ';
		bo_rfc3339_format(model->end_s * BO_NS_PER_S, 0, clock + 1,
				  sizeof(clock) - 1);
		clock[date] = ' ';
		if (is_of_today(view, model->end_s))
			memmove(clock, clock + date, strlen(clock + date) + 1);
	}
	rt_view_length(model->window_s, length, sizeof(length));
	if (model->seen_s < model->covered_s && model->seen_s > 0) {
		if (strchr(length, 'm') != NULL)
			snprintf(seen, sizeof(seen), "%s of ",
				 rt_view_span(model->seen_s * BO_NS_PER_S, age,
					      sizeof(age)));
		else
			snprintf(seen, sizeof(seen), "%llu of ",
				 (unsigned long long)model->seen_s);
	}
	if (model->is_past) {
		rt_view_span((list->travel.now_s - model->end_s) * BO_NS_PER_S,
			     age, sizeof(age));
		snprintf(out, size, "window %s%s  %s ago%s%s", seen, length,
			 age, *clock != '\0' ? " " : "", clock);
		return;
	}
	if (rt_ingest_is_live(view->ingest) && late_ns >= LATE_NS) {
		snprintf(out, size, "%swindow %s%s  logs %s late%s%s", news,
			 seen, length, rt_view_span(late_ns, age, sizeof(age)),
			 *clock != '\0' ? "  as of" : "", clock);
		return;
	}
	snprintf(out, size, "%swindow %s%s  %s %s%s%s", news, seen, length,

		 rt_ingest_is_live(view->ingest) ? "lag" : "newest",
		 rt_view_age(view->wall_ns, newest_ns, age, sizeof(age)),
		 *clock != '\0' ? " " : "", clock);
}

static bool
is_past(const struct rt_view *view)
{
	return view->list->model.is_past;
}

/* Whether it is a page of text, which needs its lines. */
static bool
is_text(const struct rt_view *view)
{
	return view->ui->page >= RT_PAGE_HELP &&
	       view->ui->page < RT_PAGE_OPERATION;
}

/* Whether the page is about an operation. */
static bool
is_opened(const struct rt_view *view)
{
	return (view->ui->page == RT_PAGE_OPERATION ||
		view->ui->page == RT_PAGE_CALL) &&
	       view->ui->browse != NULL && view->ui->browse->operation != NULL;
}

/* "overview > host shop-a > call", or "> help". */
static void
say_path(const struct rt_view *view, char *out, size_t size)
{
	static const char *const names[RT_PAGE_COUNT] = {
		[RT_PAGE_HELP] = "help",       [RT_PAGE_INPUTS] = "inputs",
		[RT_PAGE_COMMAND] = "command", [RT_PAGE_SIMULATE] = "compare",
		[RT_PAGE_ALARMS] = "alerts",   [RT_PAGE_COPY] = "copy",
		[RT_PAGE_CALL] = "call",
	};
	const struct rt_browse *browse = view->ui->browse;
	enum rt_page page = view->ui->page;
	enum rt_page under = is_text(view) ? view->ui->under : page;
	char row[RT_NAME_MAX + 32] = "";

	if (under >= RT_PAGE_OPERATION && browse != NULL &&
	    browse->operation != NULL)
		snprintf(row, sizeof(row), " > %s%s%s",
			 browse->group != RT_GROUP_OPERATION
				 ? rt_group_name(browse->group)
				 : "",
			 browse->group != RT_GROUP_OPERATION ? " " : "",
			 browse->operation);
	snprintf(out, size, "overview%s%s%s", row,
		 names[page] != NULL ? " > " : "",
		 names[page] != NULL ? names[page] : "");
}

/* The input, or how many there are: in a folder, or the first of them. */
static void
say_inputs(const struct rt_view *view, char *out, size_t size)
{
	const char *first = view->input[0].path;
	const char *slash = strrchr(first, '/');
	size_t length = slash != NULL ? (size_t)(slash - first) + 1 : 0;
	bool together = view->input_count > 1;

	for (size_t i = 1; i < view->input_count; i++) {
		const char *path = view->input[i].path;

		together &= strncmp(path, first, length) == 0 &&
			    strchr(path + length, '/') == NULL;
	}
	if (view->input_count == 1)
		snprintf(out, size, "%s", first);
	else if (together && length > 1)
		snprintf(out, size, "%zu inputs in %.*s", view->input_count,
			 (int)(length - 1), first);
	else
		snprintf(out, size, "%zu inputs: %s, ...", view->input_count,
			 first);
}

/* Whether lines are missing or broken, of late, in a word; "" if not. */
static const char *
alert_word(const struct rt_view *view)
{
	static const struct {
		enum rt_alert alert;
		const char *word;
	} row[] = {
		{RT_ALERT_LOST, "lost!"},
		{RT_ALERT_DROPPED, "lost!"},
		{RT_ALERT_BYTES, "lost!"},
		{RT_ALERT_BAD, "bad!"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		if (rt_alert_count(view->ingest, view->input, view->input_count,
				   row[i].alert) > 0 &&
		    (view->alerts == NULL ||
		     rt_alert_is_new(view->alerts, row[i].alert)))
			return row[i].word;
	return "";
}

/* Whether the totals stand in the line of health, or there is none. */
static bool
is_small(const struct rt_view *view, size_t width, size_t height)
{
	return width < NARROW && height < SMALL_HEIGHT &&
	       view->ui->page == RT_PAGE_OVERVIEW &&
	       view->list->total.window.attempts > 0;
}

static void
draw_title(const struct rt_view *view, struct rt_grid *grid)
{
	const char *state = rt_view_state(view);
	bool live = strcmp(state, "LIVE") == 0;
	char facts[160], paths[512], speed[16] = "";
	unsigned attr = RT_ATTR_DIM;
	size_t x, width;

	if (strcmp(state, "REPLAY") == 0 && view->options != NULL)
		snprintf(speed, sizeof(speed), " x%llu",
			 (unsigned long long)view->options->speed);
	x = 1 + rt_grid_text(grid, 1, 0, SIZE_MAX, RT_ATTR_BOLD, "retrytop");
	x += 1 + rt_grid_print(grid, x + 1, 0,
			       live ? RT_ATTR_GOOD | RT_ATTR_BOLD
				    : RT_ATTR_REVERSE | RT_ATTR_BOLD,
			       "[%s%s]", state, speed);
	if (is_small(view, grid->width, grid->height) &&
	    alert_word(view)[0] != '\0')
		x += 1 + rt_grid_text(grid, x + 1, 0, SIZE_MAX,
				      RT_ATTR_BAD | RT_ATTR_BOLD,
				      alert_word(view));
	title_facts(view, grid->width >= NARROW, facts, sizeof(facts));
	width = strlen(facts);
	if (x + 1 + width + 1 > grid->width) {
		rt_grid_text(grid, x + 1, 0, SIZE_MAX, 0, facts);
		return;
	}
	rt_grid_right(grid, grid->width - width - 1, 0, width, 0, facts);
	if (view->input_count == 0 || grid->width - width < x + 15)
		return;
	say_inputs(view, paths, sizeof(paths));
	if (rt_list_is_filtered(view->list)) {
		snprintf(paths, sizeof(paths), "filter: %s",
			 view->list->filter);
		attr = RT_ATTR_WARN | RT_ATTR_BOLD;
	}
	if (view->ui->page != RT_PAGE_OVERVIEW)
		say_path(view, paths, sizeof(paths));
	rt_grid_text(grid, x + 2, 0, grid->width - width - 4 - x, attr, paths);
}

/* Append "  N word" if there is room in the line. */
static size_t
put_count(struct rt_grid *grid, size_t x, size_t y, uint64_t count,
	  const char *word, unsigned attr)
{
	char text[64], number[24];

	if (count < 1000000)
		snprintf(number, sizeof(number), "%llu",
			 (unsigned long long)count);
	else
		tk_format_count((double)count, number, sizeof(number));
	snprintf(text, sizeof(text), "%s %s", number, word);
	if (x + strlen(text) > grid->width)
		return x;
	return x + 2 + rt_grid_text(grid, x, y, grid->width, attr, text);
}

static size_t
put_fact(const struct rt_view *view, struct rt_grid *grid, size_t x, size_t y,
	 enum rt_log_fact fact)
{
	return put_count(grid, x, y, rt_fact_of_log(view->ingest, fact).count,
			 rt_log_facts[fact].title, RT_ATTR_NONE);
}

/* A count that should be 0: red for a while, and how long ago it grew. */
static size_t
put_alert(const struct rt_view *view, struct rt_grid *grid, size_t x, size_t y,
	  enum rt_alert alert, const char *word)
{
	uint64_t count = rt_alert_count(view->ingest, view->input,
					view->input_count, alert);
	const struct rt_alerts *alerts = view->alerts;
	uint64_t age_ns = alerts != NULL ? rt_alert_age_ns(alerts, alert) : 0;
	bool is_new = alerts == NULL || rt_alert_is_new(alerts, alert);
	char text[64], age[16];

	snprintf(text, sizeof(text), "%s", word);
	if (age_ns >= BO_NS_PER_S)
		snprintf(text, sizeof(text), "%s (%s ago)", word,
			 rt_view_age(age_ns + 1, 1, age, sizeof(age)));
	return put_count(grid, x, y, count, text,
			 count > 0 && is_new ? RT_ATTR_BAD | RT_ATTR_BOLD
					     : RT_ATTR_NONE);
}

/* Lines that are missing, once, and when the last of them were written. */
static size_t
put_lost(const struct rt_view *view, struct rt_grid *grid, size_t x, size_t y)
{
	uint64_t missing = tk_sequence_missing(view->ingest->sequence);
	uint64_t dropped = view->ingest->dropped;
	char text[64] = "lost", age[16];
	struct tk_lost gap;
	bool recent = rt_view_loss(view, 0, &gap);

	if (missing == 0) {
		x = put_alert(view, grid, x, y, RT_ALERT_LOST, "lost");
	} else {
		if (recent)
			snprintf(text, sizeof(text), "lost (%s ago)",
				 rt_view_age(rt_view_now_ns(view), gap.from_ns,
					     age, sizeof(age)));
		x = put_count(grid, x, y, missing, text,
			      recent ? RT_ATTR_BAD | RT_ATTR_BOLD
				     : RT_ATTR_NONE);
	}
	if (dropped == 0 || dropped > missing)
		x = put_alert(view, grid, x, y, RT_ALERT_DROPPED, "dropped");
	return x;
}

/* The worst wrong clock, if there is room. */
static void
put_clock(const struct rt_view *view, struct rt_grid *grid, size_t x, size_t y)
{
	const struct rt_when *when = rt_window_when(view->ingest->window);
	const struct rt_clock *clock;
	char text[RT_HOST_MAX + 512];

	if (rt_clocks_off(rt_when_clocks(when), &clock, 1) == 0 ||
	    x >= grid->width)
		return;
	rt_grid_text(grid, x, y, grid->width - x, RT_ATTR_WARN | RT_ATTR_BOLD,
		     rt_view_clock(view, clock, text, sizeof(text)));
}

/* How much is not read yet: a part, as long as old lines are read. */
static size_t
put_behind(const struct rt_view *view, struct rt_grid *grid, size_t x, size_t y)
{
	uint64_t behind = 0, all = 0;

	for (size_t i = 0; i < view->input_count; i++) {
		behind = bo_add_sat(behind, view->input[i].behind_bytes);
		all = bo_add_sat(all, view->input[i].size_bytes);
	}
	if (behind == 0)
		return x;
	/* A replay has no haste. */
	if ((!view->ingest->caught_up || view->replays) && all > behind)
		return put_count(grid, x, y,
				 (uint64_t)(100.0 * (double)(all - behind) /
					    (double)all),
				 view->replays ? "% of the log played"
					       : "% of the log read",
				 view->replays ? RT_ATTR_NONE : RT_ATTR_BOLD);
	return put_count(grid, x, y, behind, "bytes behind", RT_ATTR_NONE);
}

/* The line that says whether the numbers can be trusted. */
static void
draw_health(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_ingest *in = view->ingest;
	uint64_t gone = 0, missing = 0;
	size_t x = 1;

	/* A small screen has no other place for the totals. */
	if (is_small(view, grid->width, grid->height)) {
		char totals[80];

		rt_view_totals_short(view, totals, sizeof(totals));
		rt_grid_text(grid, 1, y, SIZE_MAX, RT_ATTR_NONE, totals);
		return;
	}
	for (size_t i = 0; i < view->input_count; i++) {
		gone += view->input[i].lost_bytes;
		if (view->input[i].state == TK_INPUT_WAITING ||
		    view->input[i].state == TK_INPUT_DENIED)
			missing++;
	}
	if (view->broken != NULL && view->broken->count > 0)
		x = put_count(grid, x, y,
			      view->broken->count + view->broken->more,
			      view->broken->count == 1 ? "alert" : "alerts",
			      RT_ATTR_BAD | RT_ATTR_BOLD);
	x = put_alert(view, grid, x, y, RT_ALERT_BAD, "bad");
	x = put_lost(view, grid, x, y);
	x = put_fact(view, grid, x, y, RT_LOG_FACT_EVENTS);
	x = put_fact(view, grid, x, y, RT_LOG_FACT_LINES);
	x = put_fact(view, grid, x, y, RT_LOG_FACT_FOREIGN);
	if (view->options != NULL && view->options->has_tail)
		x = put_count(grid, x, y, view->options->tail, "with --tail",
			      RT_ATTR_NONE);
	if (missing > 0 && in->lines > 0)
		x = put_count(grid, x, y, missing, "inputs missing",
			      RT_ATTR_BAD | RT_ATTR_BOLD);
	x = put_behind(view, grid, x, y);
	if (gone > 0)
		x = put_alert(view, grid, x, y, RT_ALERT_BYTES, "bytes lost");
	if (in->copied > 0)
		x = put_fact(view, grid, x, y, RT_LOG_FACT_DUPLICATED);
	if (rt_window_late(in->window) > 0)
		x = put_fact(view, grid, x, y, RT_LOG_FACT_LATE);
	if (rt_window_skewed(in->window) > 0)
		x = put_alert(view, grid, x, y, RT_ALERT_LEAPS, "clock leaps");
	if (in->unknown > 0)
		x = put_fact(view, grid, x, y, RT_LOG_FACT_UNKNOWN);
	put_clock(view, grid, x, y);
}

/* Rows without a filter. */
static size_t
rows_of(const struct rt_list *list)
{
	return list->group == RT_GROUP_OPERATION ? list->model.count
						 : list->grouped.count;
}

static void
draw_prompt(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_list *list = view->list;
	char right[sizeof(list->problem)];
	size_t x, width;

	x = rt_grid_print(grid, 0, y, RT_ATTR_BOLD, "/%s", list->filter);
	rt_grid_put(grid, x, y, RT_ATTR_REVERSE, ' ', ' ');
	if (list->problem[0] != '\0')
		snprintf(right, sizeof(right), "%s", list->problem);
	else
		snprintf(right, sizeof(right),
			 "%zu of %zu  Enter keep  Esc undo", list->shown_count,
			 rows_of(list));
	width = strlen(right);
	if (x + width + 3 <= grid->width)
		rt_grid_right(grid, grid->width - width, y, width,
			      list->problem[0] != '\0'
				      ? RT_ATTR_BAD | RT_ATTR_BOLD
				      : RT_ATTR_NONE,
			      right);
	else if (list->problem[0] != '\0' && x + 3 < grid->width)
		rt_grid_text(grid, x + 2, y, grid->width - x - 2,
			     RT_ATTR_BAD | RT_ATTR_BOLD, right);
}

static void
draw_footer(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_list *list = view->list;
	bool filtered = list->filter[0] != '\0';
	char right[RT_FILTER_MAX + 96] = "", keys[160];
	size_t used, width;

	if (view->ui->editing) {
		draw_prompt(view, grid, y);
		return;
	}
	if (view->ui->page == RT_PAGE_OVERVIEW)
		snprintf(right, sizeof(right), "%s%s%s%zu of %zu  by %s%s",
			 filtered ? "filter: " : "", list->filter,
			 filtered ? "  " : "", list->shown_count, rows_of(list),
			 rt_sort_name(list->sort),
			 list->reversed ? " reversed" : "");
	else if (is_opened(view) && filtered)
		snprintf(right, sizeof(right), "filter: %s", list->filter);
	width = strlen(right) + 2;
	rt_key_footer(view->ui->page,
		      grid->width > width ? grid->width - width : 0,
		      grid->width < NARROW, keys, sizeof(keys));
	used = rt_grid_text(grid, 0, y, SIZE_MAX, 0, keys);
	/* The order matters less than how many there are. */
	if (used + width > grid->width && !filtered && right[0] != '\0')
		*strstr(right, "  by ") = '\0';
	if (used + 2 < grid->width)
		rt_grid_right(grid, used + 2, y, grid->width - used - 2, 0,
			      right);
	rt_grid_line_attr(grid, y, RT_ATTR_REVERSE);
}

static void
draw_centred(struct rt_grid *grid, size_t y, const char *text)
{
	size_t width = strlen(text);

	rt_grid_text(grid, width < grid->width ? (grid->width - width) / 2 : 0,
		     y, SIZE_MAX, 0, text);
}

/* One line: what of it fits. */
static void
draw_too_small(struct rt_grid *grid)
{
	char full[64];
	const char *text = full;

	snprintf(full, sizeof(full), "30x5 needed, have %zux%zu; q quits",
		 grid->width, grid->height);
	if (strlen(text) > grid->width)
		text = "30x5 needed; q quits";
	if (strlen(text) > grid->width)
		text = "30x5 needed";
	draw_centred(grid, grid->height / 2, text);
}

/* Rows for what is worth knowing, if nothing is wrong. */
static size_t
note_rows(const struct rt_view *view)
{
	if (view->ui->page != RT_PAGE_OVERVIEW)
		return 0;
	return bo_min(view->list->model.notes.count, NOTE_ROWS_MAX);
}

static size_t
health_rows(const struct rt_view *view, size_t width, size_t height)
{
	return height >= TINY_HEIGHT || !is_small(view, width, height);
}

/* Rows for what is wrong, of those that the table does not need. */
static size_t
spare_message_rows(const struct rt_view *view, size_t width, size_t height)
{
	size_t used = 1 + 1 + health_rows(view, width, height) +
		      rt_view_head_rows(view, width, height) + 2 +
		      view->list->shown_count;
	size_t verdicts = rt_view_verdicts(view);

	if (view->ui->page != RT_PAGE_OVERVIEW || is_past(view) ||
	    height <= used)
		return 1;
	return bo_min(verdicts > 0 ? verdicts : 1,
		      bo_min(height - used + 1, MESSAGE_ROWS_MAX));
}

/* Rows for what is wrong. */
static size_t
message_rows(const struct rt_view *view, size_t width, size_t height)
{
	size_t most, lines;

	if (width < NARROW)
		return spare_message_rows(view, width, height);
	if (height < MESSAGES_HEIGHT || is_text(view))
		return 1;
	most = bo_min((height - MESSAGES_HEIGHT) / ROWS_PER_LINE + 2,
		      MESSAGE_ROWS_MAX);
	/* The time, and what was wrong then. */
	if (is_past(view))
		return 1 + rt_view_verdict_lines(view, width - 1, most);
	if (is_opened(view))
		return rt_view_operation_lines(view, width - 1,
					       bo_min(most, 3));
	lines = rt_view_verdict_lines(view, width - 1, most);
	return lines > 0 ? lines : 1 + note_rows(view);
}

/* Rows for rules that are broken; where there are none, their number is. */
static size_t
alert_rows(const struct rt_view *view, size_t width, size_t height)
{
	if (view->broken == NULL || width < NARROW || is_opened(view) ||
	    is_past(view) || is_text(view) || height < MESSAGES_HEIGHT)
		return 0;
	return bo_min(view->broken->count, ALERT_ROWS_MAX);
}

/* A row for what the numbers lack, on the overview. */
static size_t
loss_rows(const struct rt_view *view, size_t width, size_t height)
{
	return view->ui->page == RT_PAGE_OVERVIEW && !is_past(view) &&
	       width >= NARROW && height >= MESSAGES_HEIGHT &&
	       rt_view_loss_row(view, NULL, 0);
}

/* Rows for the table and what is below it. */
static size_t
free_rows(const struct rt_view *view, size_t width, size_t height)
{
	size_t used = 1 + health_rows(view, width, height) +
		      message_rows(view, width, height) +
		      alert_rows(view, width, height) +
		      loss_rows(view, width, height) +
		      rt_view_head_rows(view, width, height) + 2;

	return height > used ? height - used : 0;
}

/* Rows for the last failed calls, with a heading and a blank line: what the
 * table does not need, and on a high screen some in any case. */
static size_t
failed_rows(const struct rt_view *view, size_t width, size_t height)
{
	const struct rt_list *list = view->list;
	size_t rows = free_rows(view, width, height), spare, least, want;
	size_t need = list->shown_count;

	if (view->ui->browse == NULL)
		return 0;
	want = bo_min(view->ui->browse->failed.count, FAILED_MAX) + 2;
	spare = rows > need ? rows - need : 0;
	least = height >= FAILED_HEIGHT ? FAILED_MIN + 2 : 0;
	want = bo_min(want, spare > least ? spare : least);
	return want > 2 ? want : 0;
}

size_t
rt_view_rows(const struct rt_view *view, size_t width, size_t height)
{
	return free_rows(view, width, height) -
	       failed_rows(view, width, height);
}

static void
draw_overview(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const char *advice;
	size_t failed;

	for (size_t i = 0; (advice = rt_view_advice(view, i)) != NULL &&
			   y + i + 2 < grid->height;
	     i++)
		rt_grid_text(grid, 1, y + 1 + i, SIZE_MAX, RT_ATTR_NONE,
			     advice);
	if (rt_view_advice(view, 0) != NULL)
		return;
	y += rt_view_head(view, grid, y);
	rt_view_table(view, grid, y,
		      rt_view_rows(view, grid->width, grid->height));
	failed = failed_rows(view, grid->width, grid->height);
	if (failed > 0)
		rt_view_last_failed(view, grid, grid->height - failed,
				    failed - 1);
}

static void (*const draw_page[])(const struct rt_view *view,
				 struct rt_grid *grid, size_t y) = {
	[RT_PAGE_OVERVIEW] = draw_overview,
	[RT_PAGE_HELP] = rt_view_help,
	[RT_PAGE_INPUTS] = rt_view_inputs,
	[RT_PAGE_COMMAND] = rt_view_command,
	[RT_PAGE_SIMULATE] = rt_view_simulate,
	[RT_PAGE_ALARMS] = rt_view_alarms,
	[RT_PAGE_COPY] = rt_view_copy,
	[RT_PAGE_OPERATION] = rt_view_operation,
	[RT_PAGE_CALL] = rt_view_call,
};

_Static_assert(sizeof(draw_page) / sizeof(*draw_page) == RT_PAGE_COUNT,
	       "each page is drawn");

static void
say_note(const struct rt_view *view, size_t index, char *out, size_t size)
{
	char note[RT_NOTE_TEXT_MAX];

	snprintf(out, size, "NOTE      %s",
		 rt_note_say(&view->list->model.notes.item[index], note,
			     sizeof(note)));
}

/* What is wrong, or that nothing is. Returns the rows that it takes. */
static size_t
draw_message(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	bool is_wrong = is_opened(view) ? rt_view_operation_is_wrong(view)
					: rt_view_verdicts(view) > 0;
	size_t rows = message_rows(view, grid->width, grid->height);
	char text[RT_VIEW_LINE_MAX];

	if (is_past(view)) {
		rt_grid_text(grid, 1, y, grid->width,
			     RT_ATTR_WARN | RT_ATTR_BOLD,
			     rt_view_past(view, grid->width < NARROW, text,
					  sizeof(text)));
		for (size_t i = 1; i < rows; i++) {
			rt_view_verdict_line(view, grid->width - 1, rows - 1,
					     i - 1, text, sizeof(text));
			rt_grid_text(grid, 1, y + i, grid->width,
				     text[0] != ' ' ? RT_ATTR_BAD | RT_ATTR_BOLD
						    : RT_ATTR_NONE,
				     text);
		}
		return rows;
	}
	for (size_t i = 0; i < rows; i++) {
		if (is_opened(view))
			rt_view_operation_line(view, grid->width - 1, rows, i,
					       text, sizeof(text));
		else if (grid->width < NARROW)
			rt_view_message_short(view, i, rows, text,
					      sizeof(text));
		else if (i == 0 && (rows == 1 || !is_wrong))
			rt_view_message(view, text, sizeof(text));
		else if (!is_wrong)
			say_note(view, i - 1, text, sizeof(text));
		else
			rt_view_verdict_line(view, grid->width - 1, rows, i,
					     text, sizeof(text));
		rt_grid_text(grid, 1, y + i, grid->width,
			     is_wrong && text[0] != ' '
				     ? RT_ATTR_BAD | RT_ATTR_BOLD
				     : RT_ATTR_NONE,
			     text);
	}
	for (size_t i = 0; i < alert_rows(view, grid->width, grid->height); i++)
		rt_grid_text(grid, 1, y + rows++, grid->width, RT_ATTR_BAD,
			     rt_view_alert(&view->broken->item[i], text,
					   sizeof(text)));
	if (loss_rows(view, grid->width, grid->height) > 0) {
		rt_view_loss_row(view, text, sizeof(text));
		rt_grid_text(grid, 1, y + rows++, grid->width, RT_ATTR_WARN,
			     text);
	}
	return rows;
}

void
rt_view_render(const struct rt_view *view, struct rt_grid *grid)
{
	size_t y;

	if (grid->width < RT_VIEW_MIN_WIDTH ||
	    grid->height < RT_VIEW_MIN_HEIGHT) {
		draw_too_small(grid);
		return;
	}
	draw_title(view, grid);
	y = 1 + draw_message(view, grid, 1);
	if (is_opened(view) ? grid->height >= SMALL_HEIGHT
			    : health_rows(view, grid->width, grid->height) > 0)
		draw_health(view, grid, y++);
	draw_page[is_opened(view) || view->ui->page < RT_PAGE_OPERATION
			  ? view->ui->page
			  : RT_PAGE_OVERVIEW](view, grid, y);
	draw_footer(view, grid, grid->height - 1);
}
