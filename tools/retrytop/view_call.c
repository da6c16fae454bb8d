/* The page of a call: its attempts and waits on one time axis. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_call.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "retrytop/browse.h"
#include "retrytop/view_calls.h"

#define WIDE 100
#define NARROW 70
/* An attempt and a wait each, parents and children. */
#define LINES_MAX (2 * RT_ATTEMPTS_MAX + RT_CHILDREN_MAX + 1)

/* What a bar is about. */
enum bar {
	BAR_OK,
	BAR_FAILED,
	BAR_UNSENT,
	/* A hedge that lost, or a call that was given up. */
	BAR_LOST,
	BAR_WAIT,
	/* Another call: a parent or a child. */
	BAR_CALL,
};

struct line {
	enum bar bar;
	uint64_t begin_ns, end_ns;
	char label[80], text[400];
};

/* The axis covers the call that made this one, unless that took much longer. */
#define PARENT_TIMES 5

/* The page's lines, and the time axis that they share. */
struct page {
	const struct rt_view *view;
	struct line line[LINES_MAX];
	size_t count;
	/* The first line is the call that made this one. */
	bool has_parent;
	uint64_t begin_ns, end_ns;
	/* Columns of the bars. */
	size_t x, width;
};

static struct line *
add_line(struct page *page, enum bar bar, uint64_t begin_ns, uint64_t end_ns)
{
	struct line *line = &page->line[bo_min(page->count, LINES_MAX - 1)];

	memset(line, 0, sizeof(*line));
	line->bar = bar;
	line->begin_ns = begin_ns;
	line->end_ns = end_ns;
	page->count = bo_min(page->count + 1, LINES_MAX);
	return line;
}

static const char *
operation_of(const struct rt_view *view, const struct rt_past *past)
{
	return rt_operation_name(
		rt_window_operation(view->ingest->window, past->operation));
}

static enum bar
bar_of(const struct rt_past *past)
{
	if (past->type == BACKOFF_EVENT_SUCCESS)
		return BAR_OK;
	if (!rt_past_was_made(past))
		return BAR_UNSENT;
	return rt_past_failed(past) ? BAR_FAILED : BAR_LOST;
}

static const char *
outcome_of(const struct rt_past *past)
{
	if (past->type == BACKOFF_EVENT_SUCCESS)
		return "ok";
	if (!rt_past_was_made(past))
		return "not made";
	if (rt_past_closes(past) && past->type == BACKOFF_EVENT_EXHAUSTED)
		return "gave up";
	if (past->outcome == BACKOFF_OUTCOME_CANCELLED)
		return past->kind == BACKOFF_KIND_HEDGE ? "lost" : "cancelled";
	return past->outcome == BACKOFF_OUTCOME_TIMEOUT ? "timeout" : "failed";
}

static void
add_attempt(struct page *page, const struct rt_past *past)
{
	struct line *line = add_line(page, bar_of(past), rt_past_begin_ns(past),
				     past->ts_ns);
	uint64_t number = past->attempt != BACKOFF_ABSENT
				  ? past->attempt
				  : rt_past_attempts(past);
	bool hedge = past->kind == BACKOFF_KIND_HEDGE;
	char took[16];

	rt_view_took(rt_past_was_made(past) ? past->duration_ns : 0, took,
		     sizeof(took));
	snprintf(line->label, sizeof(line->label), "%2llu%s%-*s %6s",
		 (unsigned long long)number, hedge ? "h " : " ", hedge ? 8 : 9,
		 outcome_of(past), took);
	if (!rt_past_was_made(past))
		snprintf(line->text, sizeof(line->text), "breaker %s",
			 *past->breaker != '\0' ? past->breaker : "open");
	else if (rt_past_failed(past))
		snprintf(line->text, sizeof(line->text), "%s%s%s", past->label,
			 *past->error != '\0' ? "  " : "", past->error);
	else if (past->whole && rt_past_attempts(past) > 1)
		snprintf(line->text, sizeof(line->text),
			 "one line for all attempts");
}

/* Where a delay came from, and the range it was drawn from. */
static void
say_delay(const struct rt_past *past, char *out, size_t size)
{
	static const char *const hints[] = {
		[BACKOFF_HINT_ACTION_NONE] = "",
		[BACKOFF_HINT_ACTION_HONOURED] = "honoured",
		[BACKOFF_HINT_ACTION_CLAMPED] = "clamped",
		[BACKOFF_HINT_ACTION_IGNORED] = "ignored",
		[BACKOFF_HINT_ACTION_GAVE_UP] = "too long",
	};
	char low[16], high[16], hint[16];
	size_t used = 0;

	out[0] = '\0';
	if (past->delay_source == BACKOFF_DELAY_SOURCE_HINT)
		used = (size_t)snprintf(out, size, "as the server asks");
	else if (past->delay_low_ns != BACKOFF_ABSENT &&
		 past->delay_high_ns != BACKOFF_ABSENT &&
		 past->delay_low_ns != past->delay_high_ns)
		used = (size_t)snprintf(
			out, size, "%s%sof %s-%s", past->law,
			*past->law != '\0' ? " jitter " : "",
			rt_view_took(past->delay_low_ns, low, sizeof(low)),
			rt_view_took(past->delay_high_ns, high, sizeof(high)));
	if (past->hint_ns != BACKOFF_ABSENT && used < size)
		snprintf(out + used, size - used, "%shint %s %s",
			 used > 0 ? "; " : "",
			 rt_view_took(past->hint_ns, hint, sizeof(hint)),
			 hints[past->hint_action]);
}

/* The wait after an attempt: as logged, or up to the next one. */
static void
add_wait(struct page *page, const struct rt_past *past,
	 const struct rt_past *next)
{
	uint64_t end_ns, wait_ns = past->delay_ns;
	struct line *line;
	char took[16];

	if (past->type != BACKOFF_EVENT_ATTEMPT || wait_ns == 0)
		return;
	if (wait_ns == BACKOFF_ABSENT) {
		end_ns = next != NULL ? rt_past_begin_ns(next) : 0;
		if (end_ns <= past->ts_ns)
			return;
		wait_ns = end_ns - past->ts_ns;
	}
	line = add_line(page, BAR_WAIT, past->ts_ns,
			bo_add_sat(past->ts_ns, wait_ns));
	rt_view_took(wait_ns, took, sizeof(took));
	snprintf(line->label, sizeof(line->label), "   %-9s %6s", "wait", took);
	say_delay(past, line->text, sizeof(line->text));
}

/* Another call, in one line. */
static void
add_call(struct page *page, uint64_t at, const char *how)
{
	struct rt_past event[RT_ATTEMPTS_MAX];
	size_t count =
		rt_call_events(page->view->ui->browse->record, at, event);
	const struct rt_past *last;
	struct line *line;
	uint64_t begin_ns;
	char took[16];

	if (count == 0)
		return;
	last = &event[count - 1];
	begin_ns = rt_past_begin_ns(&event[0]);
	if (last->elapsed_ns != BACKOFF_ABSENT &&
	    last->elapsed_ns <= last->ts_ns &&
	    last->ts_ns - last->elapsed_ns < begin_ns)
		begin_ns = last->ts_ns - last->elapsed_ns;
	line = add_line(page, BAR_CALL, begin_ns, last->ts_ns);
	snprintf(line->label, sizeof(line->label), "%s %s", how,
		 operation_of(page->view, last));
	snprintf(line->text, sizeof(line->text), "%llux in %s  %s  %s",
		 (unsigned long long)rt_past_attempts(last),
		 rt_view_took(last->ts_ns - begin_ns, took, sizeof(took)),
		 rt_past_ends(last) ? rt_view_fate(rt_fate_of(last),
						   rt_past_attempts(last))
				    : "not over",
		 last->host);
}

static void
collect(struct page *page, const struct rt_past *event, size_t count)
{
	const struct rt_browse *browse = page->view->ui->browse;
	const struct rt_past *last = &event[count - 1];
	uint64_t child[RT_CHILDREN_MAX];
	size_t children;

	if (*last->parent != '\0')
		add_call(page,
			 rt_call_find(browse->record, last->parent,
				      browse->until),
			 "in");
	page->has_parent = page->count > 0;
	for (size_t i = 0; i < count; i++) {
		add_attempt(page, &event[i]);
		add_wait(page, &event[i], i + 1 < count ? &event[i + 1] : NULL);
	}
	children = rt_call_children(browse->record, last->call, browse->until,
				    child);
	for (size_t i = 0; i < children; i++)
		add_call(page, child[i], " >");
}

static void
set_axis(struct page *page)
{
	const struct line *parent = page->has_parent ? &page->line[0] : NULL;

	page->begin_ns = UINT64_MAX;
	for (size_t i = page->has_parent; i < page->count; i++) {
		page->begin_ns = bo_min(page->begin_ns, page->line[i].begin_ns);
		if (page->line[i].end_ns > page->end_ns)
			page->end_ns = page->line[i].end_ns;
	}
	if (parent == NULL ||
	    (parent->end_ns - parent->begin_ns) / PARENT_TIMES >
		    page->end_ns - page->begin_ns)
		return;
	page->begin_ns = bo_min(page->begin_ns, parent->begin_ns);
	if (parent->end_ns > page->end_ns)
		page->end_ns = parent->end_ns;
}

/* Whether the reason for its end says more than its fate. */
static bool
says_more(const struct rt_past *past)
{
	enum rt_fate fate = rt_fate_of(past);

	return past->stop != BACKOFF_STOP_NONE &&
	       past->stop != BACKOFF_STOP_MAX_ATTEMPTS &&
	       (fate == RT_FATE_USED_UP || fate == RT_FATE_DEADLINE ||
		fate == RT_FATE_HINT || fate == RT_FATE_REFUSED);
}

/* Who the call was, and how it ended: two lines. */
static size_t
draw_heading(const struct page *page, const struct rt_past *event, size_t count,
	     struct rt_grid *grid, size_t y)
{
	const struct rt_past *last = &event[count - 1];
	uint64_t attempts = rt_past_attempts(last);
	uint64_t begin_ns = rt_past_begin_ns(&event[0]);
	uint64_t took_ns = last->elapsed_ns != BACKOFF_ABSENT
				   ? last->elapsed_ns
				   : last->ts_ns - begin_ns;
	char from[16], took[16], why[64] = "", made[64];
	size_t x = 1;

	x += 2 + rt_grid_text(grid, x, y, SIZE_MAX, RT_ATTR_BOLD,
			      operation_of(page->view, last));
	if (*last->policy != '\0')
		x += 2 + rt_grid_text(grid, x, y, SIZE_MAX, 0, last->policy);
	if (*last->host != '\0')
		x += 2 + rt_grid_print(grid, x, y, 0, "on %s", last->host);
	if (*last->target != '\0')
		x += 2 + rt_grid_print(grid, x, y, 0, "to %s", last->target);
	if (*last->call != '\0')
		rt_grid_text(grid, x, y, SIZE_MAX, RT_ATTR_DIM, last->call);
	if (rt_past_ends(last) && says_more(last))
		snprintf(why, sizeof(why), " (%s)",
			 backoff_stop_name(last->stop));
	/* Nothing is known of how long a single line's attempt took. */
	if (took_ns == 0)
		snprintf(made, sizeof(made), "%llu attempt%s",
			 (unsigned long long)attempts,
			 attempts == 1 ? "" : "s");
	else
		snprintf(made, sizeof(made), "%llu attempt%s in %s",
			 (unsigned long long)attempts, attempts == 1 ? "" : "s",
			 rt_view_took(took_ns, took, sizeof(took)));
	rt_grid_print(grid, 1, y + 1,
		      last->type == BACKOFF_EVENT_SUCCESS ? RT_ATTR_GOOD
							  : RT_ATTR_BAD,
		      "%s%s  %s  %s %s",
		      rt_past_ends(last) ? rt_view_fate(rt_fate_of(last),
							rt_past_attempts(last))
					 : "not over",
		      why, attempts > 0 ? made : "no attempt was made",
		      rt_past_ends(last) ? "ended" : "last attempt",
		      rt_view_time(last->ts_ns, true, from, sizeof(from)));
	return y + 2;
}

/* Returns the row below. */
static size_t
draw_axis(const struct page *page, struct rt_grid *grid, size_t y)
{
	char text[16];

	if (page->end_ns == page->begin_ns)
		return y;
	if (page->width < 12)
		return y + 1;
	rt_grid_text(grid, page->x, y, page->width, RT_ATTR_DIM, "0");
	if (page->width >= 40)
		rt_grid_right(grid, page->x + page->width / 2 - 4, y, 8,
			      RT_ATTR_DIM,
			      rt_view_took((page->end_ns - page->begin_ns) / 2,
					   text, sizeof(text)));
	rt_grid_right(grid, page->x + page->width - 8, y, 8, RT_ATTR_DIM,
		      rt_view_took(page->end_ns - page->begin_ns, text,
				   sizeof(text)));
	return y + 1;
}

/* The column of a time, from 0 to the width. */
static size_t
column_of(const struct page *page, uint64_t ns)
{
	double span = (double)(page->end_ns - page->begin_ns);

	if (span <= 0.0 || ns <= page->begin_ns)
		return 0;
	if (ns >= page->end_ns)
		return page->width;
	return (size_t)((double)(ns - page->begin_ns) / span *
				(double)page->width +
			0.5);
}

static void
draw_line(const struct page *page, const struct line *line,
	  struct rt_grid *grid, size_t y)
{
	static const struct {
		uint32_t character;
		char ascii;
		unsigned attr;
	} bars[] = {
		[BAR_OK] = {0x2588, '=', RT_ATTR_GOOD},
		[BAR_FAILED] = {0x2588, '#', RT_ATTR_BAD},
		/* No bar: a cross. */
		[BAR_UNSENT] = {0xd7, 'x', RT_ATTR_BAD},
		[BAR_LOST] = {0x2592, '~', RT_ATTR_DIM},
		[BAR_WAIT] = {0x2591, '.', RT_ATTR_NONE},
		[BAR_CALL] = {0x2500, '-', RT_ATTR_NONE},
	};
	size_t from = column_of(page, line->begin_ns);
	size_t to = column_of(page, line->end_ns);
	size_t x = page->x + page->width + 2;
	unsigned attr =
		line->bar == BAR_WAIT ? RT_ATTR_DIM : bars[line->bar].attr;

	rt_grid_text(grid, 1, y, page->x - 2, attr, line->label);
	/* What took no time is shown, too. */
	if (from >= page->width)
		from = page->width - 1;
	if (to <= from)
		to = from + 1;
	for (size_t i = from; i < to && i < page->width; i++)
		rt_grid_put(grid, page->x + i, y, bars[line->bar].attr,
			    bars[line->bar].character, bars[line->bar].ascii);
	if (x < grid->width)
		rt_grid_text(grid, x, y, grid->width - x,
			     line->bar == BAR_FAILED || line->bar == BAR_UNSENT
				     ? RT_ATTR_NONE
				     : RT_ATTR_DIM,
			     line->text);
}

static void
lay_out(struct page *page, size_t width)
{
	size_t text = width >= WIDE ? width * 2 / 5 : width >= NARROW ? 26 : 0;

	page->x = width >= NARROW ? 23 : 21;
	page->width = width - page->x - 1 - (text > 0 ? text + 1 : 0);
}

/* What the page does not show. */
static void
say_missing(const struct rt_past *event, size_t count, char *out, size_t size)
{
	uint64_t first = event[0].attempt;

	out[0] = '\0';
	if (first != BACKOFF_ABSENT && first > 1 && !event[0].whole &&
	    event[0].kind != BACKOFF_KIND_HEDGE)
		snprintf(out, size, "%s before number %llu %s in the record",
			 first > 2 ? "attempts" : "the attempt",
			 (unsigned long long)first,
			 first > 2 ? "are not" : "is not");
	else if (*event[count - 1].parent != '\0')
		snprintf(out, size, "called by %s", event[count - 1].parent);
}

void
rt_view_call(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	const struct rt_browse *browse = view->ui->browse;
	struct rt_past event[RT_ATTEMPTS_MAX];
	size_t count = rt_call_events(browse->record, browse->call_at, event);
	struct page page = {.view = view};
	char missing[120];
	size_t rows, first;

	if (count == 0) {
		rt_grid_text(grid, 1, y, SIZE_MAX, RT_ATTR_DIM,
			     "this call is no longer in the record");
		return;
	}
	collect(&page, event, count);
	set_axis(&page);
	lay_out(&page, grid->width);
	y = draw_heading(&page, event, count, grid, y);
	say_missing(event, count, missing, sizeof(missing));
	if (missing[0] != '\0' && y + 3 < grid->height)
		rt_grid_text(grid, 1, y++, SIZE_MAX, RT_ATTR_DIM, missing);
	if (grid->height >= 20)
		y++;
	y = draw_axis(&page, grid, y);
	rows = grid->height - 1 - y;
	grid->scroll_most = page.count > rows ? page.count - rows : 0;
	first = bo_min(grid->scroll_most, view->ui->scroll);
	for (size_t i = first; i < page.count && rows > 0; i++, rows--)
		draw_line(&page, &page.line[i], grid, y++);
}
