/* The screen as a function of what is known: frame, header and footer. */
#include "config.h"

#include "retrytop/view.h"

#include <stdio.h>
#include <string.h>

#include "common/units.h"

#define HEADER_ROWS 3
/** From this height on there is a line of totals, with a blank one below. */
#define TOTALS_HEIGHT 16
#define NARROW 70

uint64_t
rt_view_now_ns(const struct rt_view *view)
{
	if (!rt_ingest_is_live(view->ingest))
		return view->model->newest_ns;
	/* Ages stand still too. */
	return view->model->paused ? (view->model->end_s + 1) * TK_NS_PER_S
				   : view->wall_ns;
}

char *
rt_view_age(uint64_t now_ns, uint64_t then_ns, char *out, size_t size)
{
	uint64_t age_ns = now_ns > then_ns ? now_ns - then_ns : 0;

	if (then_ns == 0) {
		snprintf(out, size, "-");
		return out;
	}
	age_ns -= age_ns % TK_NS_PER_S;
	if (age_ns == 0)
		snprintf(out, size, "0s");
	else
		tk_format_duration(age_ns, out, size);
	return out;
}

char *
rt_view_rate(double per_s, char *out, size_t size)
{
	if (per_s >= 99999.95)
		return tk_format_count(per_s, out, size);
	if (per_s <= 0.0)
		snprintf(out, size, "0");
	else
		snprintf(out, size, per_s < 9.995 ? "%.2f" : "%.1f", per_s);
	return out;
}

const char *
rt_view_state(const struct rt_view *view)
{
	if (view->model->paused)
		return "PAUSED";
	if (view->ingest->lines == 0)
		return "WAITING";
	if (!rt_ingest_is_live(view->ingest) ||
	    view->silence_ns > RT_VIEW_STALE_NS)
		return "STALE";
	return "LIVE";
}

static const char *
state_words(const struct tk_input_info *input)
{
	if (input->error_number != 0)
		return strerror(input->error_number);
	return input->state == TK_INPUT_ENDED ? "at its end" : "empty";
}

static void
say_empty(const struct rt_view *view, char *out, size_t size)
{
	const struct tk_input_info *input = view->input;
	/* --once does not wait. */
	bool waits = view->wall_ns != 0;

	if (view->ingest->lines > 0)
		snprintf(out, size, "0 events%s in %llu lines",
			 waits ? " yet" : "",
			 (unsigned long long)view->ingest->lines);
	else if (view->input_count == 0)
		snprintf(out, size, "0 events%s", waits ? " yet" : "");
	else
		snprintf(out, size, "0 events%s %s (%s)",
			 waits ? " yet. Waiting for" : ":", input->path,
			 input->state == TK_INPUT_WAITING ? "does not exist"
							  : state_words(input));
}

/* The same for a narrow screen: what, how much, how long, why. */
static void
say_rising_briefly(const struct rt_view *view, const struct rt_row *row,
		   char *out, size_t size)
{
	char rate[16], age[16];

	snprintf(out, size, "RISING %s %s/s %s %s", row->operation,
		 rt_view_rate(row->retries_per_s, rate, sizeof(rate)),
		 rt_view_age(rt_view_now_ns(view), row->rising_s * TK_NS_PER_S,
			     age, sizeof(age)),
		 row->error.label);
}

static void
say_rising(const struct rt_view *view, const struct rt_row *row, char *out,
	   size_t size)
{
	char rate[16], age[16], since[40], error[RT_LABEL_MAX + 16] = "";
	uint64_t since_ns = row->rising_s * TK_NS_PER_S;
	char limit[RT_LABEL_MAX + 48] = "";

	tk_format_rfc3339(since_ns, 0, since, sizeof(since));
	if (row->error.count > 0)
		snprintf(error, sizeof(error), "  %s %.0f%%", row->error.label,
			 row->error.share * 100.0);
	if (row->policy[0] != '\0')
		snprintf(limit, sizeof(limit), "  policy %s", row->policy);
	else if (row->max_attempts > 0)
		snprintf(limit, sizeof(limit), "  at most %llu attempts",
			 (unsigned long long)row->max_attempts);
	snprintf(out, size, "RISING %s: %s retries/s since %s (%s)%s%s",
		 row->operation,
		 rt_view_rate(row->retries_per_s, rate, sizeof(rate)),
		 since + strlen("2026-11-23T"),
		 rt_view_age(rt_view_now_ns(view), since_ns, age, sizeof(age)),
		 error, limit);
}

void
rt_view_message(const struct rt_view *view, char *out, size_t size)
{
	const struct rt_model *model = view->model;
	const struct rt_counts *w = &model->total.window;
	const struct rt_row *rising = rt_model_rising(model);
	unsigned long long window_s = (unsigned long long)model->window_s;
	char age[16];

	if (view->ingest->events == 0)
		say_empty(view, out, size);
	else if (rising != NULL)
		say_rising(view, rising, out, size);
	else if (view->wall_ns == 0)
		snprintf(out, size,
			 "%llu retries in the %llus up to the newest event",
			 (unsigned long long)w->retries, window_s);
	else if (!rt_ingest_is_live(view->ingest))
		snprintf(
			out, size,
			"newest event %s ago: rates are of the %llus before it",
			rt_view_age(view->wall_ns, model->newest_ns, age,
				    sizeof(age)),
			window_s);
	else if (w->retries > 0)
		snprintf(out, size,
			 "%llu retries in %llus, nowhere more than usual",
			 (unsigned long long)w->retries, window_s);
	else if (model->total.calls_known)
		snprintf(out, size, "all quiet: %llu calls, 0 retries in %llus",
			 (unsigned long long)(w->successes + w->exhausted +
					      w->aborted),
			 window_s);
	else
		snprintf(out, size, "all quiet: 0 retries in %llus", window_s);
}

/* The right end of the title: what is shown, and how fresh it is. */
static void
title_facts(const struct rt_view *view, bool with_clock, char *out, size_t size)
{
	const struct rt_model *model = view->model;
	uint64_t newest_ns = rt_window_newest_ns(view->ingest->window);
	char news[40] = "", age[16], clock[40] = "";

	if (model->paused)
		snprintf(news, sizeof(news), "+%llu new  ",
			 (unsigned long long)(view->ingest->events -
					      model->paused_at));
	if (with_clock && model->end_s > 0) {
		tk_format_rfc3339(model->end_s * TK_NS_PER_S, 0, clock,
				  sizeof(clock));
		memmove(clock, clock + strlen("2026-11-23"),
			strlen(clock + strlen("2026-11-23")) + 1);
		clock[0] = ' ';
	}
	snprintf(out, size, "%swindow %llus  %s %s%s%s", news,
		 (unsigned long long)model->window_s,
		 rt_ingest_is_live(view->ingest) ? "lag" : "newest",
		 rt_view_age(view->wall_ns, newest_ns, age, sizeof(age)),
		 *clock != '\0' ? " " : "", clock);
}

static void
draw_title(const struct rt_view *view, struct rt_grid *grid)
{
	const char *state = rt_view_state(view);
	bool live = strcmp(state, "LIVE") == 0;
	char facts[160], paths[512];
	size_t x, width;

	x = 1 + rt_grid_text(grid, 1, 0, SIZE_MAX, RT_ATTR_BOLD, "retrytop");
	x += 1 + rt_grid_print(grid, x + 1, 0,
			       live ? RT_ATTR_GOOD | RT_ATTR_BOLD
				    : RT_ATTR_REVERSE | RT_ATTR_BOLD,
			       "[%s]", state);
	title_facts(view, grid->width >= NARROW, facts, sizeof(facts));
	width = strlen(facts);
	if (x + 1 + width + 1 > grid->width) {
		rt_grid_text(grid, x + 1, 0, SIZE_MAX, 0, facts);
		return;
	}
	rt_grid_right(grid, grid->width - width - 1, 0, width, 0, facts);
	if (view->input_count == 0 || grid->width - width < x + 15)
		return;
	if (view->input_count > 1)
		snprintf(paths, sizeof(paths), "%zu inputs: %s",
			 view->input_count, view->input[0].path);
	else
		snprintf(paths, sizeof(paths), "%s", view->input[0].path);
	rt_grid_text(grid, x + 2, 0, grid->width - width - 4 - x, RT_ATTR_DIM,
		     paths);
}

/* Append "  N word" if there is room in the line. */
static size_t
put_count(struct rt_grid *grid, size_t x, size_t y, uint64_t count,
	  const char *word, bool is_bad)
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
	return x + 2 +
	       rt_grid_text(grid, x, y, grid->width,
			    is_bad && count > 0 ? RT_ATTR_BAD | RT_ATTR_BOLD
						: RT_ATTR_NONE,
			    text);
}

static void
draw_health(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_ingest *in = view->ingest;
	uint64_t behind = 0, gone = 0, absent = 0;
	size_t x = 1;

	for (size_t i = 0; i < view->input_count; i++) {
		behind += view->input[i].behind_bytes;
		gone += view->input[i].lost_bytes;
		if (view->input[i].state == TK_INPUT_WAITING ||
		    view->input[i].state == TK_INPUT_DENIED)
			absent++;
	}
	x = put_count(grid, x, y, in->bad, "bad", true);
	x = put_count(grid, x, y, rt_sequence_lost(in->sequence), "lost", true);
	x = put_count(grid, x, y, in->dropped, "dropped", true);
	x = put_count(grid, x, y, in->events, "events", false);
	x = put_count(grid, x, y, in->lines, "lines", false);
	x = put_count(grid, x, y, in->foreign, "foreign", false);
	if (absent > 0 && in->lines > 0)
		x = put_count(grid, x, y, absent, "inputs absent", true);
	if (behind > 0)
		x = put_count(grid, x, y, behind, "bytes behind", false);
	if (gone > 0)
		x = put_count(grid, x, y, gone, "bytes lost", true);
	if (rt_window_late(in->window) > 0)
		x = put_count(grid, x, y, rt_window_late(in->window), "late",
			      false);
	if (rt_window_skewed(in->window) > 0)
		x = put_count(grid, x, y, rt_window_skewed(in->window),
			      "clock leaps", true);
	if (in->unknown > 0)
		put_count(grid, x, y, in->unknown, "unknown", false);
}

static void
draw_totals(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_row *total = &view->model->total;
	char rate[16];
	size_t x = 1;

	if (total->calls_known)
		x += rt_grid_print(
			grid, x, y, 0, "Calls %s/s   ",
			rt_view_rate(total->calls_per_s, rate, sizeof(rate)));
	x += rt_grid_print(
		grid, x, y, RT_ATTR_BOLD, "Retries %s/s",
		rt_view_rate(total->retries_per_s, rate, sizeof(rate)));
	if (total->load == RT_LOAD_OF_ALL)
		x += rt_grid_print(grid, x, y, 0, "   Attempts/call %.2f",
				   total->attempts_per_call);
	x += rt_grid_print(grid, x, y, 0,
			   "   Exhausted %llu   Aborted %llu in %llus",
			   (unsigned long long)total->window.exhausted,
			   (unsigned long long)total->window.aborted,
			   (unsigned long long)view->model->window_s);
	if (!total->calls_known && total->window.attempts > 0)
		rt_grid_print(grid, x, y, RT_ATTR_DIM,
			      "   (successes are not all logged)");
}

static void
draw_prompt(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_model *model = view->model;
	char right[64];
	size_t x, width;

	x = rt_grid_print(grid, 0, y, RT_ATTR_BOLD, "/%s", model->filter);
	rt_grid_put(grid, x, y, RT_ATTR_REVERSE, ' ', ' ');
	snprintf(right, sizeof(right), "%zu of %zu  Enter keep  Esc undo",
		 model->shown_count, model->count);
	width = strlen(right);
	if (x + width + 3 <= grid->width)
		rt_grid_right(grid, grid->width - width, y, width, 0, right);
}

static const char *
key_words(const struct rt_view *view, size_t width)
{
	if (view->ui->page != RT_PAGE_OVERVIEW)
		return "Esc back  j k scroll  q back";
	if (width >= 100)
		return "s sort  r reverse  / filter  Space pause  i inputs  "
		       "? help  q quit";
	if (width >= NARROW)
		return "s sort  / filter  Space pause  ? help  q quit";
	return "s / Space ? q";
}

static void
draw_footer(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_model *model = view->model;
	bool filtered = model->filter[0] != '\0';
	char right[RT_FILTER_MAX + 96];
	size_t used;

	if (view->ui->editing) {
		draw_prompt(view, grid, y);
		return;
	}
	used = rt_grid_text(grid, 0, y, SIZE_MAX, 0,
			    key_words(view, grid->width));
	snprintf(right, sizeof(right), "%s%s%s%zu of %zu  by %s%s",
		 filtered ? "filter: " : "", model->filter,
		 filtered ? "  " : "", model->shown_count, model->count,
		 rt_sort_name(model->sort), model->reversed ? " reversed" : "");
	if (view->ui->page == RT_PAGE_OVERVIEW && used + 2 < grid->width)
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

static void
draw_too_small(struct rt_grid *grid)
{
	char have[64], text[96];

	snprintf(have, sizeof(have), "have %zux%zu", grid->width, grid->height);
	snprintf(text, sizeof(text), "40x10 needed, %s, q quits", have);
	if (strlen(text) <= grid->width || grid->height < 3) {
		draw_centred(grid, grid->height / 2, text);
		return;
	}
	draw_centred(grid, 0, "40x10 needed");
	draw_centred(grid, 1, have);
	draw_centred(grid, 2, "q quits");
}

size_t
rt_view_rows(size_t height)
{
	size_t used = HEADER_ROWS + (height >= TOTALS_HEIGHT ? 2 : 0) + 2;

	return height > used ? height - used : 0;
}

void
rt_view_render(const struct rt_view *view, struct rt_grid *grid)
{
	const struct rt_row *rising = rt_model_rising(view->model);
	size_t y = HEADER_ROWS;
	char message[1024];

	if (grid->width < RT_VIEW_MIN_WIDTH ||
	    grid->height < RT_VIEW_MIN_HEIGHT) {
		draw_too_small(grid);
		return;
	}
	draw_title(view, grid);
	if (rising != NULL && grid->width < NARROW)
		say_rising_briefly(view, rising, message, sizeof(message));
	else
		rt_view_message(view, message, sizeof(message));
	rt_grid_text(grid, 1, 1, grid->width,
		     rising != NULL ? RT_ATTR_BAD | RT_ATTR_BOLD : RT_ATTR_NONE,
		     message);
	draw_health(view, grid, 2);
	if (view->ui->page == RT_PAGE_HELP) {
		rt_view_help(view, grid, y);
	} else if (view->ui->page == RT_PAGE_INPUTS) {
		rt_view_inputs(view, grid, y);
	} else {
		if (grid->height >= TOTALS_HEIGHT) {
			draw_totals(view, grid, y);
			y += 2;
		}
		rt_view_table(view, grid, y, rt_view_rows(grid->height));
	}
	draw_footer(view, grid, grid->height - 1);
}
