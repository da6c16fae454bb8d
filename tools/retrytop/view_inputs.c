/* The page of inputs: what was read, how fast, and what is missing. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/rfc3339.h"
#include "common/units.h"
#include "live/facts.h"
#include "retrytop/view_losses.h"

/* Losses of lines that are named. */
#define LOSSES_MAX 8
/* Clocks that are named. */
#define CLOCKS_MAX 8

/* Lines of the page, of which those from @p skip on are drawn. */
struct sheet {
	const struct rt_view *view;
	/* NULL: they are counted. */
	struct rt_grid *grid;
	size_t y, end, skip, count;
};

static void
put(struct sheet *sheet, size_t x, unsigned attr, const char *text)
{
	if (sheet->count++ < sheet->skip || sheet->y >= sheet->end)
		return;
	if (sheet->grid != NULL)
		rt_grid_text(sheet->grid, x, sheet->y, SIZE_MAX, attr, text);
	sheet->y++;
}

/* Append "  N words" unless the number is 0. */
static void
append_count(char *out, size_t size, uint64_t count, const char *words)
{
	size_t used = strlen(out);

	if (count > 0)
		snprintf(out + used, size - used, "  %llu %s",
			 (unsigned long long)count, words);
}

/* How fast it grows, and how old its last line and event are. */
static void
append_pulse(const struct rt_view *view, size_t index, char *out, size_t size)
{
	const struct rt_pulse *pulse = view->pulse;
	char rate[16], age[16];
	size_t used = strlen(out);

	if (pulse == NULL || index >= pulse->count)
		return;
	if (pulse->item[index].lines_per_s >= 0.0)
		used += (size_t)snprintf(
			out + used, size - used, "  %s lines/s",
			tk_format_rate(pulse->item[index].lines_per_s, rate,
				       sizeof(rate)));
	if (pulse->item[index].at_ns != 0 && used < size)
		snprintf(out + used, size - used, "  last line %s ago",
			 rt_view_age(pulse->now_ns, pulse->item[index].at_ns,
				     age, sizeof(age)));
}

/* What its lines are. */
static void
append_source(const struct rt_view *view, size_t index, char *out, size_t size)
{
	const struct rt_source *source;
	unsigned others;
	const char *name;
	uint64_t readings;
	char age[16];
	size_t used;

	if (index >= view->ingest->source_count)
		return;
	source = &view->ingest->source[index];
	append_count(out, size, source->events, "events");
	used = strlen(out);
	if (source->newest_ns != 0 && view->wall_ns != 0)
		used += (size_t)snprintf(
			out + used, size - used, "  newest %s ago",
			rt_view_age(view->wall_ns, source->newest_ns, age,
				    sizeof(age)));
	others = (unsigned)__builtin_popcountll(source->dialects);
	if (source->events > 0 && view->ingest->dialect != NULL &&
	    used < size &&
	    tk_dialect_found(view->ingest->dialect, source->dialect, &name,
			     &readings))
		used += (size_t)snprintf(out + used, size - used, "  %s", name);
	if (others > 1 && used < size)
		snprintf(out + used, size - used, " and %u more", others - 1);
	append_count(out, size, source->bad, "bad");
	append_count(out, size, source->foreign, "foreign");
}

static void
describe(const struct rt_view *view, size_t index, char *out, size_t size)
{
	const struct tk_input_info *input = &view->input[index];
	enum tk_input_state state = input->state;

	if (input->same_as < view->input_count) {
		snprintf(out, size, "same file as %s",
			 view->input[input->same_as].path);
		return;
	}
	if (view->ingest->ended && state == TK_INPUT_READING)
		state = TK_INPUT_ENDED;
	snprintf(out, size, "%s%s%s  %llu lines", rt_view_input_state(state),
		 input->error_number != 0 ? ": " : "",
		 input->error_number != 0 ? strerror(input->error_number) : "",
		 (unsigned long long)input->lines);
	append_pulse(view, index, out, size);
	append_source(view, index, out, size);
	append_count(out, size, input->behind_bytes, "bytes behind");
	append_count(out, size, input->rotations, "rotations");
	append_count(out, size, input->truncations, "truncations");
	append_count(out, size, input->oversize, "too long");
	append_count(out, size, input->nul_bytes, "NULs");
}

static bool
has_lost(const struct tk_input_info *input)
{
	return input->lost_bytes > 0 || input->lost_files > 0;
}

/* What is known to be missing, and when that was noticed. */
static void
describe_loss(const struct tk_input_info *input, char *out, size_t size)
{
	char time[40] = "";

	if (input->lost_ns != 0)
		bo_rfc3339_format(input->lost_ns, 0, time, sizeof(time));
	snprintf(out, size, "LOST");
	append_count(out, size, input->lost_bytes, "bytes");
	append_count(out, size, input->lost_files, "whole files");
	if (*time != '\0')
		snprintf(out + strlen(out), size - strlen(out),
			 ", last noticed at %s", time);
}

/* Whether one of its processes lost lines. */
static bool
lacks_lines(const struct rt_view *view, size_t index)
{
	const struct tk_lost_list *gaps =
		tk_sequence_last_lost(view->ingest->sequence);

	for (size_t i = 0; i < gaps->count; i++)
		if (gaps->item[i].input == index)
			return true;
	return false;
}

/* What needs attention first: 0 is worst. */
static unsigned
rank_of(const struct rt_view *view, size_t index)
{
	const struct tk_input_info *input = &view->input[index];

	if (input->same_as < view->input_count)
		return 4;
	if (input->state == TK_INPUT_DENIED)
		return 0;
	if (input->state == TK_INPUT_WAITING)
		return 1;
	return has_lost(input) || lacks_lines(view, index) ? 2 : 3;
}

/* Inputs in trouble first, then those with most lines. */
static int
compare(const void *a, const void *b, void *user)
{
	const struct rt_view *view = user;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	unsigned rank_x = rank_of(view, x), rank_y = rank_of(view, y);

	if (rank_x != rank_y)
		return rank_x < rank_y ? -1 : 1;
	if (view->input[x].lines != view->input[y].lines)
		return view->input[x].lines > view->input[y].lines ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void
put_input(struct sheet *sheet, size_t index)
{
	const struct tk_input_info *input = &sheet->view->input[index];
	char text[1024];

	put(sheet, 1, RT_ATTR_BOLD, input->path);
	describe(sheet->view, index, text, sizeof(text));
	put(sheet, 3,
	    input->state == TK_INPUT_DENIED ? RT_ATTR_BAD : RT_ATTR_NONE, text);
	if (!has_lost(input))
		return;
	describe_loss(input, text, sizeof(text));
	put(sheet, 3, RT_ATTR_BAD, text);
}

/* Names that were found in all inputs, and how often. */
static void
put_found(struct sheet *sheet, const char *title,
	  bool (*found)(const struct tk_dialect *dialect, size_t i,
			const char **name, uint64_t *count))
{
	const struct tk_dialect *dialect = sheet->view->ingest->dialect;
	char text[1024];
	const char *name;
	uint64_t count;

	if (dialect == NULL)
		return;
	snprintf(text, sizeof(text), "%s", title);
	for (size_t i = 0; found(dialect, i, &name, &count); i++)
		if (count > 0 && strlen(text) + 100 < sizeof(text))
			snprintf(text + strlen(text),
				 sizeof(text) - strlen(text), "  %.60s %llu",
				 name, (unsigned long long)count);
	if (strlen(text) > strlen(title))
		put(sheet, 1, RT_ATTR_NONE, text);
}

static void
put_clocks(struct sheet *sheet)
{
	const struct rt_when *when =
		rt_window_when(sheet->view->ingest->window);
	const struct rt_clock *clock[CLOCKS_MAX];
	size_t count = rt_clocks_off(rt_when_clocks(when), clock, CLOCKS_MAX);

	for (size_t i = 0; i < count && i < CLOCKS_MAX; i++) {
		char text[RT_HOST_MAX + 512];

		put(sheet, 1, RT_ATTR_WARN,
		    rt_view_clock(sheet->view, clock[i], text, sizeof(text)));
	}
}

/* What had no room in memory, and what follows from that. */
static void
put_limits(struct sheet *sheet)
{
	static const struct {
		enum rt_log_fact fact;
		const char *words;
	} limits[] = {
		{RT_LOG_FACT_FORGOTTEN, "lines too far back to know copies"},
		{RT_LOG_FACT_FORGOTTEN_WAITS, "waiting calls forgotten"},
		{RT_LOG_FACT_UNGROUPED, "events in (other)"},
		{RT_LOG_FACT_UNJUDGED, "events of targets not judged"},
	};
	char text[256] = "no room:";
	size_t used = strlen(text);

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		append_count(text, sizeof(text),
			     rt_fact_of_log(sheet->view->ingest, limits[i].fact)
				     .count,
			     limits[i].words);
	if (strlen(text) > used)
		put(sheet, 1, RT_ATTR_NONE, text);
}

/* What was noticed since the start, the newest first. */
static void
put_losses(struct sheet *sheet)
{
	const struct rt_alerts *alerts = sheet->view->alerts;
	const struct tk_lost_list *gaps =
		tk_sequence_last_lost(sheet->view->ingest->sequence);
	struct tk_lost_list joined;

	tk_lost_join(&joined, gaps);
	for (size_t i = 0; i < joined.count && i < LOSSES_MAX; i++) {
		char text[1024];

		put(sheet, 1, RT_ATTR_BAD,
		    rt_view_loss_line(sheet->view,
				      &joined.item[joined.count - 1 - i], text,
				      sizeof(text)));
	}
	for (size_t i = 0; alerts != NULL && i < alerts->losses; i++) {
		const struct rt_loss *loss = &alerts->loss[i];
		char text[160], time[40];

		/* Their times are known better. */
		if (gaps->count > 0 && (loss->alert == RT_ALERT_LOST ||
					loss->alert == RT_ALERT_DROPPED))
			continue;
		bo_rfc3339_format(loss->wall_ns, 0, time, sizeof(time));
		snprintf(text, sizeof(text), "%s  %llu %s%s", time,
			 (unsigned long long)loss->count,
			 rt_alert_name(loss->alert),
			 loss->before ? ", in what was there at the start"
				      : "");
		put(sheet, 1, RT_ATTR_BAD, text);
	}
}

static void
put_all(struct sheet *sheet, const size_t *order)
{
	put_losses(sheet);
	put_clocks(sheet);
	put_found(sheet, "dialects:", tk_dialect_found);
	put_found(sheet, "unwrapped:", tk_dialect_unwrapped);
	put_limits(sheet);
	for (size_t i = 0; i < sheet->view->input_count; i++)
		put_input(sheet, order != NULL ? order[i] : i);
}

void
rt_view_inputs(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	struct sheet sheet = {.view = view, .y = y, .end = SIZE_MAX};
	size_t rows = grid->height - 1 - y;
	/* Without memory, they are in the order of the command line. */
	size_t *order = calloc(view->input_count + 1, sizeof(*order));
	struct rt_view copy = *view;

	for (size_t i = 0; order != NULL && i < view->input_count; i++)
		order[i] = i;
	if (order != NULL)
		qsort_r(order, view->input_count, sizeof(*order), compare,
			&copy);
	put_all(&sheet, order);
	grid->scroll_most = sheet.count > rows ? sheet.count - rows : 0;
	sheet = (struct sheet){
		.view = view,
		.grid = grid,
		.y = y,
		.end = grid->height - 1,
		.skip = bo_min(view->ui->scroll, grid->scroll_most),
	};
	put_all(&sheet, order);
	free(order);
}
