/* The page of an operation: what became of its calls, and why. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_operation.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "common/units.h"
#include "live/history.h"
#include "live/operation.h"
#include "retrytop/browse.h"
#include "retrytop/view_calls.h"
#include "retrytop/view_lanes.h"
#include "retrytop/view_message.h"

/* From these widths on there are two columns, and more than the least. */
#define WIDE 100
#define NARROW 70
/* Rows that the list of calls has at least, with its heading. */
#define CALLS_MIN 4

/* What is left of the page: rows [y, end). */
struct sheet {
	const struct rt_view *view;
	const struct rt_detail *detail;
	struct rt_grid *grid;
	size_t y, end;
};

static const struct rt_row *
row_of(const struct rt_view *view)
{
	const struct rt_browse *browse = view->ui->browse;
	const struct rt_list *list = view->list;
	const struct rt_model *model = browse->group == list->group
					       ? rt_list_rows(list)
					       : &list->model;

	/* Rows of the model are of all events. */
	if (browse->group != list->group &&
	    (browse->group != RT_GROUP_OPERATION || list->parted))
		return NULL;
	for (size_t i = 0; i < model->count; i++)
		if (strcmp(model->row[i].operation, browse->operation) == 0)
			return &model->row[i];
	return NULL;
}

/* Whether there is room for rows, apart from those of the calls. */
static bool
has_room(const struct sheet *sheet, size_t rows)
{
	return sheet->y + rows + CALLS_MIN <= sheet->end;
}

static double
percent(uint64_t part, uint64_t whole)
{
	return whole > 0 ? (double)part * 100.0 / (double)whole : 0.0;
}

/* "0", "<0.1", "0.3", "99.8", "100": four columns. */
static char *
format_percent(uint64_t part, uint64_t whole, char *out, size_t size)
{
	double value = percent(part, whole);

	if (value > 0.0 && value < 0.05)
		snprintf(out, size, "<0.1");
	else
		snprintf(out, size,
			 value > 99.94 || value <= 0.0 ? "%.0f" : "%.1f",
			 value);
	return out;
}

/* Refused calls make no attempt: with them, the load hides how often the others
 * are tried. */
static size_t
put_load(const struct rt_row *row, char *out, size_t size)
{
	if (row->load == RT_LOAD_UNKNOWN)
		return 0;
	if (row->load == RT_LOAD_OF_FAILED)
		return (size_t)snprintf(out, size,
					"   %.2f attempts/failed call",
					row->attempts_per_failed_call);
	if (row->window.unsent == 0)
		return (size_t)snprintf(out, size, "   LOAD %.2f",
					row->sent_per_call);
	return (size_t)snprintf(out, size, "   LOAD %.2f (%.2f per call sent)",
				row->sent_per_call, row->attempts_per_call);
}

/* The policy, and the rates of the window. */
static void
draw_facts(struct sheet *sheet)
{
	const struct rt_row *row = row_of(sheet->view);
	char rate[16], text[200] = "";
	size_t used = 0;

	if (row == NULL || !has_room(sheet, 1))
		return;
	if (row->policy[0] != '\0')
		used += (size_t)snprintf(
			text, sizeof(text), "%s%s", row->policy,
			row->policies > 1 ? " and others" : "");
	if (row->max_attempts != 0 && row->max_attempts != RT_UNLIMITED)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%sat most %llu attempts",
					 used > 0 ? ", " : "",
					 (unsigned long long)row->max_attempts);
	if (row->calls_known)
		used += (size_t)snprintf(
			text + used, sizeof(text) - used, "%s%s calls/s",
			used > 0 ? "   " : "",
			tk_format_rate(row->calls_per_s, rate, sizeof(rate)));
	used += (size_t)snprintf(
		text + used, sizeof(text) - used, "%s%s retries/s",
		used > 0 ? "   " : "",
		tk_format_rate(row->retries_per_s, rate, sizeof(rate)));
	used += put_load(row, text + used, sizeof(text) - used);
	if (row->window.hedges > 0)
		snprintf(text + used, sizeof(text) - used,
			 "   %llu hedges, %llu won",
			 (unsigned long long)row->window.hedges,
			 (unsigned long long)row->window.hedges_won);
	rt_grid_text(sheet->grid, 1, sheet->y++, SIZE_MAX, RT_ATTR_NONE, text);
}

/* "p99 177ms (usually 95ms)"; nothing if it is not known. */
static size_t
put_took(const struct rt_operation *operation, double share, const char *title,
	 uint64_t end_s, uint64_t since_s, char *out, size_t size)
{
	uint64_t now_s = bo_min(end_s + 1 - since_s, RT_HISTORY_S);
	uint64_t now_ns =
		rt_operation_took_ns(operation, true, share, end_s, now_s);
	uint64_t usual_ns =
		now_s + RT_TOOK_STEP_S < RT_HISTORY_S
			? rt_operation_took_ns(operation, true, share,
					       since_s - 1 - RT_TOOK_STEP_S,
					       RT_HISTORY_S - now_s -
						       RT_TOOK_STEP_S)
			: 0;
	char now[16], usual[16], also[40] = "";

	if (now_ns == 0)
		return 0;
	if (usual_ns != 0)
		snprintf(also, sizeof(also), " (usually %s)",
			 rt_view_took(usual_ns, usual, sizeof(usual)));
	return (size_t)snprintf(out, size, "   %s %s%s", title,
				rt_view_took(now_ns, now, sizeof(now)), also);
}

/* How slow calls that succeed are since they are called slow, and before. */
static void
draw_took(struct sheet *sheet)
{
	const struct rt_view *view = sheet->view;
	const struct rt_row *row = row_of(view);
	uint64_t end_s = view->list->model.end_s;
	const struct rt_operation *operation;
	char text[160];
	size_t used;

	if (row == NULL || row->word != RT_WORD_SLOW || !has_room(sheet, 1) ||
	    row->since_s == 0 || row->since_s > end_s)
		return;
	operation = rt_window_find(view->ingest->window, row->operation);
	if (operation == NULL)
		return;
	used = (size_t)snprintf(text, sizeof(text), "calls that succeed:");
	used += put_took(operation, 0.5, "p50", end_s, row->since_s,
			 text + used, sizeof(text) - used);
	if (put_took(operation, 0.99, "p99", end_s, row->since_s, text + used,
		     sizeof(text) - used) > 0)
		rt_grid_text(sheet->grid, 1, sheet->y++, SIZE_MAX, RT_ATTR_BOLD,
			     text);
}

/* Whether calls that succeeded at once are logged, too. */
static bool
knows_all(const struct sheet *sheet)
{
	const struct rt_row *row = row_of(sheet->view);

	return row != NULL && row->calls_known;
}

/* "What became of N calls", and the time they are of. */
static void
say_calls(const struct sheet *sheet, char *out, size_t size)
{
	const struct rt_detail *detail = sheet->detail;
	uint64_t window_s = sheet->view->list->model.window_s;
	char covered[40] = "", span[16], length[24];

	if (detail->covered_s < window_s)
		snprintf(covered, sizeof(covered), "record covers %s of ",
			 rt_view_span(detail->covered_s * BO_NS_PER_S, span,
				      sizeof(span)));
	snprintf(out, size, "WHAT BECAME OF %llu %sCALLS  (%s%s)",
		 (unsigned long long)detail->calls,
		 knows_all(sheet) ? "" : "LOGGED ", covered,
		 rt_view_length(window_s, length, sizeof(length)));
}

static unsigned
fate_attr(size_t fate, uint64_t count)
{
	if (count == 0)
		return RT_ATTR_DIM;
	return fate > RT_FATE_RECOVERED ? RT_ATTR_BAD : RT_ATTR_NONE;
}

static void
draw_bar(struct rt_grid *grid, size_t x, size_t y, size_t columns,
	 unsigned attr, double share)
{
	unsigned eighths = (unsigned)(share * (double)columns * 8.0 + 0.5);

	if (eighths == 0 && share > 0.0)
		eighths = 1;
	for (size_t i = 0; i < columns && eighths > 0; i++) {
		unsigned part = eighths < 8 ? eighths : 8;

		/* U+2588 to U+258F: blocks of eight to one eighths. */
		rt_grid_put(grid, x + i, y, attr, 0x2590 - part,
			    part >= 4 ? '#' : '-');
		eighths -= part;
	}
}

/* A line for each fate that calls had. Returns the rows. */
static size_t
draw_fates(const struct sheet *sheet, size_t width, size_t rows)
{
	const struct rt_detail *detail = sheet->detail;
	struct rt_grid *grid = sheet->grid;
	size_t y = sheet->y;
	char text[80], share[16];

	say_calls(sheet, text, sizeof(text));
	rt_grid_text(grid, 1, y++, width, RT_ATTR_BOLD, text);
	for (size_t i = 0; i < RT_FATE_COUNT && y < sheet->y + rows; i++) {
		uint64_t count = detail->fate[i];

		if (count == 0 &&
		    (i > RT_FATE_USED_UP ||
		     (i == RT_FATE_FIRST_TRY && !knows_all(sheet))))
			continue;
		snprintf(text, sizeof(text), "%-18s%7llu %5s%%",
			 rt_fate_name((enum rt_fate)i),
			 (unsigned long long)count,
			 format_percent(count, detail->calls, share,
					sizeof(share)));
		rt_grid_text(grid, 1, y, width, fate_attr(i, count), text);
		if (detail->calls > 0 && width > 50)
			draw_bar(grid, 35, y, width - 36, fate_attr(i, count),
				 (double)count / (double)detail->calls);
		y++;
	}
	return y - sheet->y;
}

/* Lines for attempts, from column @p x on. Returns the rows. */
static size_t
draw_attempts(const struct sheet *sheet, size_t x, size_t rows)
{
	const struct rt_detail *detail = sheet->detail;
	struct rt_grid *grid = sheet->grid;
	size_t y = sheet->y;

	rt_grid_text(grid, x, y++, SIZE_MAX, RT_ATTR_BOLD,
		     "BY ATTEMPT      made   failed   wait after it");
	for (size_t i = 0; i < RT_DETAIL_ATTEMPTS && y < sheet->y + rows; i++) {
		const struct rt_detail_attempt *attempt = &detail->attempt[i];
		char share[16], low[16], high[16], wait[40] = "-";

		if (attempt->made == 0)
			continue;
		rt_view_took(attempt->wait_min_ns, low, sizeof(low));
		rt_view_took(attempt->wait_max_ns, high, sizeof(high));
		if (strcmp(low, high) != 0)
			snprintf(wait, sizeof(wait), "%s-%s", low, high);
		else if (attempt->wait_max_ns > 0)
			snprintf(wait, sizeof(wait), "%s", high);
		format_percent(attempt->failed, attempt->made, share,
			       sizeof(share));
		rt_grid_print(grid, x, y++,
			      attempt->failed * 2 > attempt->made
				      ? RT_ATTR_BAD
				      : RT_ATTR_NONE,
			      "%3zu%-5s %10llu  %6s%%   %s", i + 1,
			      i + 1 == RT_DETAIL_ATTEMPTS ? "+" : "",
			      (unsigned long long)attempt->made, share, wait);
	}
	return y - sheet->y;
}

/* Whether a fate comes before another where there is no room for all: failures,
 * and what is frequent. */
static bool
comes_first(const struct rt_detail *detail, size_t a, size_t b)
{
	bool failed_a = a > RT_FATE_RECOVERED, failed_b = b > RT_FATE_RECOVERED;

	if (failed_a != failed_b)
		return failed_a ? detail->fate[a] > 0 : detail->fate[b] == 0;
	return detail->fate[a] > detail->fate[b];
}

static void
order_fates(const struct rt_detail *detail, bool worst_first,
	    size_t order[RT_FATE_COUNT])
{
	for (size_t i = 0; i < RT_FATE_COUNT; i++) {
		size_t k = i;

		for (; worst_first && k > 0 &&
		       comes_first(detail, i, order[k - 1]);
		     k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
}

/* Fates in one line, on a narrow screen the worst first. */
static void
draw_fates_short(struct sheet *sheet)
{
	const struct rt_detail *detail = sheet->detail;
	struct rt_grid *grid = sheet->grid;
	size_t x = 1, order[RT_FATE_COUNT];

	if (!has_room(sheet, 1))
		return;
	order_fates(detail, grid->width < NARROW, order);
	for (size_t k = 0; k < RT_FATE_COUNT; k++) {
		size_t i = order[k];
		uint64_t count = detail->fate[i];
		char text[40], share[16];

		if (count == 0 && (i > RT_FATE_FIRST_TRY || !knows_all(sheet)))
			continue;
		snprintf(text, sizeof(text), "%s %s%%",
			 i == RT_FATE_FIRST_TRY ? "1st OK"
						: rt_fate_name((enum rt_fate)i),
			 format_percent(count, detail->calls, share,
					sizeof(share)));
		if (x + strlen(text) > grid->width)
			break;
		x += 2 + rt_grid_text(grid, x, sheet->y, SIZE_MAX,
				      fate_attr(i, count), text);
	}
	sheet->y++;
}

static void
draw_attempts_short(struct sheet *sheet)
{
	const struct rt_detail *detail = sheet->detail;
	struct rt_grid *grid = sheet->grid;
	size_t x = 1;

	if (!has_room(sheet, 1) || grid->width < NARROW)
		return;
	x += 1 +
	     rt_grid_text(grid, x, sheet->y, SIZE_MAX, RT_ATTR_BOLD, "ATTEMPT");
	for (size_t i = 0; i < RT_DETAIL_ATTEMPTS; i++) {
		const struct rt_detail_attempt *attempt = &detail->attempt[i];
		char text[40], share[16];

		if (attempt->made == 0)
			continue;
		snprintf(text, sizeof(text), "%zu%s: %s%%", i + 1,
			 i + 1 == RT_DETAIL_ATTEMPTS ? "+" : "",
			 format_percent(attempt->failed, attempt->made, share,
					sizeof(share)));
		if (x + strlen(text) + 7 > grid->width)
			break;
		x += 2 + rt_grid_text(grid, x, sheet->y, SIZE_MAX, 0, text);
	}
	rt_grid_text(grid, x, sheet->y, SIZE_MAX, 0, "failed");
	sheet->y++;
}

/* Returns the rows. */
static size_t
draw_errors(const struct sheet *sheet, size_t width, size_t rows)
{
	const struct rt_detail_names *errors = &sheet->detail->errors;
	struct rt_grid *grid = sheet->grid;
	size_t y = sheet->y, label = 12;

	rt_grid_text(grid, 1, y++, width, RT_ATTR_BOLD, "ERRORS");
	for (size_t i = 0; i < errors->count && i + 1 < rows; i++)
		if (strlen(errors->item[i].name) > label)
			label = strlen(errors->item[i].name);
	label = bo_min(label, width > 50 ? width / 2 : 24);
	for (size_t i = 0; i < errors->count && y < sheet->y + rows; i++) {
		const struct rt_detail_name *error = &errors->item[i];

		rt_grid_print(grid, 1, y, 0, "%6llu %3.0f%%",
			      (unsigned long long)error->failed,
			      percent(error->failed, sheet->detail->failed));
		rt_grid_text(grid, 14, y, label, RT_ATTR_BOLD, error->name);
		if (width > 15 + label + 8)
			rt_grid_text(grid, 15 + label, y, width - 14 - label, 0,
				     error->text);
		y++;
	}
	if (errors->count == 0 && rows > 1)
		rt_grid_text(grid, 1, y++, width, RT_ATTR_DIM, "none");
	return y - sheet->y;
}

/* A line for each host or target, from column @p x on. Returns the rows. */
static size_t
draw_names(const struct sheet *sheet, size_t x, size_t rows, const char *title,
	   const struct rt_detail_names *names)
{
	struct rt_grid *grid = sheet->grid;
	size_t y = sheet->y, label = bo_min(grid->width - x - 26, 24);
	double seconds = (double)bo_min(sheet->detail->covered_s,
					sheet->view->list->model.seen_s);

	rt_grid_print(grid, x, y++, RT_ATTR_BOLD, "%-*s  calls/s   failed",
		      (int)label, title);
	for (size_t i = 0; i < names->count && y < sheet->y + rows; i++) {
		const struct rt_detail_name *name = &names->item[i];
		unsigned attr = name->failed_calls * 2 > name->calls
					? RT_ATTR_BAD
					: RT_ATTR_NONE;
		char rate[16], share[16];

		rt_grid_text(grid, x, y, label, attr, name->name);
		tk_format_rate((double)name->calls /
				       (seconds > 0.0 ? seconds : 1.0),
			       rate, sizeof(rate));
		format_percent(name->failed_calls, name->calls, share,
			       sizeof(share));
		rt_grid_print(grid, x + label, y++, attr, "  %7s  %6s%%", rate,
			      share);
	}
	return y - sheet->y;
}

static void
draw_names_short(struct sheet *sheet, const char *title,
		 const struct rt_detail_names *names)
{
	struct rt_grid *grid = sheet->grid;
	size_t x = 11;

	if (names->count == 0 || !has_room(sheet, 1) || grid->width < NARROW)
		return;
	rt_grid_text(grid, 1, sheet->y, SIZE_MAX, RT_ATTR_BOLD, title);
	for (size_t i = 0; i < names->count && x + 16 < grid->width; i++) {
		const struct rt_detail_name *name = &names->item[i];
		char share[16];

		x += 1 + rt_grid_text(grid, x, sheet->y, 20, 0, name->name);
		format_percent(name->failed_calls, name->calls, share,
			       sizeof(share));
		x += 2 + rt_grid_print(grid, x, sheet->y, RT_ATTR_BOLD, "%s%%",
				       share);
	}
	rt_grid_text(grid, x, sheet->y, SIZE_MAX, 0, "of calls fail");
	sheet->y++;
}

/* Failed calls and retries over the history, and since when it is wrong. */
static void
draw_lanes(struct sheet *sheet)
{
	const struct rt_lane lane[] = {
		{"failed/s", sheet->detail->failed_calls, RT_ATTR_BAD},
		{"retries/s", sheet->detail->retries, RT_ATTR_NONE},
	};
	const struct rt_row *row = row_of(sheet->view);
	size_t rows = sheet->grid->height >= 30 ? 2 : 1;
	struct rt_mark mark = {0, ""};

	if (sheet->grid->width < NARROW || !has_room(sheet, 2 * rows + 1))
		return;
	if (row != NULL && row->word != RT_WORD_NONE) {
		mark.second = row->since_s;
		mark.word = rt_word_name(row->word);
	}
	rt_view_lanes(sheet->grid, sheet->y, lane, 2, rows,
		      &sheet->view->list->model.span, mark);
	sheet->y += 2 * rows;
	rt_view_lane_marks(sheet->grid, sheet->y++,
			   &sheet->view->list->model.span,
			   &sheet->view->list->travel);
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Two columns: fates and attempts, errors and hosts. */
static void
draw_wide(struct sheet *sheet)
{
	const struct rt_detail *detail = sheet->detail;
	size_t half = sheet->grid->width / 2, left, right, rows;
	bool grouped = sheet->view->ui->browse->group != RT_GROUP_OPERATION;
	bool targets = detail->targets.count > 1 &&
		       (detail->hosts.count < 2 ||
			detail->targets.item[0].failed_calls >
				detail->hosts.item[0].failed_calls);

	rows = bo_min((sheet->end - sheet->y) / 4, RT_FATE_COUNT + 1);
	if (!has_room(sheet, rows + 1))
		return;
	left = draw_fates(sheet, half - 2, rows);
	right = draw_attempts(sheet, half + 2, rows);
	sheet->y += larger(left, right) + 1;
	rows = bo_min((sheet->end - sheet->y) / 4, RT_DETAIL_NAMES + 1);
	if (!has_room(sheet, rows + 1))
		return;
	left = draw_errors(sheet, half + half / 4 - 2, rows);
	right = draw_names(sheet, half + half / 4 + 2, rows,
			   grouped   ? "OPERATIONS"
			   : targets ? "TARGETS"
				     : "HOSTS",
			   grouped   ? &detail->operations
			   : targets ? &detail->targets
				     : &detail->hosts);
	sheet->y += larger(left, right) + 1;
}

/* One column. */
static void
draw_narrow(struct sheet *sheet)
{
	const struct rt_detail *detail = sheet->detail;
	enum rt_group group = sheet->view->ui->browse->group;
	size_t rows = (sheet->end - sheet->y) / 4;

	draw_fates_short(sheet);
	draw_attempts_short(sheet);
	if (group != RT_GROUP_OPERATION)
		draw_names_short(sheet, "OPS", &detail->operations);
	if (group != RT_GROUP_HOST)
		draw_names_short(sheet, "HOSTS", &detail->hosts);
	if (detail->targets.count > 1)
		draw_names_short(sheet, "TARGETS", &detail->targets);
	if (detail->errors.count > 0 && rows > 1 && has_room(sheet, rows))
		sheet->y += draw_errors(sheet, sheet->grid->width - 2, rows);
}

void
rt_view_operation(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	struct sheet sheet = {
		.view = view,
		.detail = &view->ui->browse->detail,
		.grid = grid,
		.y = y,
		.end = grid->height - 1,
	};

	draw_facts(&sheet);
	draw_took(&sheet);
	if (grid->width >= WIDE && grid->height >= 30) {
		sheet.y++;
		draw_wide(&sheet);
	} else {
		draw_narrow(&sheet);
	}
	draw_lanes(&sheet);
	if (grid->height >= 20 && has_room(&sheet, 1))
		sheet.y++;
	rt_view_operation_calls(view, grid, sheet.y, sheet.end - sheet.y);
}

/* Whether a verdict is about an operation or a target. */
static bool
is_about(const struct rt_verdict *verdict, enum rt_group group,
	 const char *operation)
{
	if (group == RT_GROUP_TARGET)
		return verdict->target != NULL &&
		       strcmp(verdict->target, operation) == 0;
	if (group != RT_GROUP_OPERATION)
		return false;
	if (verdict->operation == operation)
		return true;
	for (size_t i = 0; i < verdict->sharer_count; i++)
		if (verdict->sharer[i] == operation)
			return true;
	return false;
}

/* The index of a verdict about it; SIZE_MAX if there is none. */
static size_t
find_verdict(const struct rt_view *view)
{
	const struct rt_verdicts *verdicts = &view->list->model.verdicts;

	for (size_t i = 0; i < verdicts->count; i++)
		if (is_about(&verdicts->item[i], view->ui->browse->group,
			     view->ui->browse->operation))
			return i;
	return SIZE_MAX;
}

bool
rt_view_operation_is_wrong(const struct rt_view *view)
{
	const struct rt_row *row = row_of(view);

	return find_verdict(view) != SIZE_MAX ||
	       (row != NULL && row->word != RT_WORD_NONE);
}

size_t
rt_view_operation_lines(const struct rt_view *view, size_t width, size_t most)
{
	size_t verdict = find_verdict(view);

	return verdict == SIZE_MAX ? 1
				   : rt_view_lines_about(view, verdict, width,
							 most, 0, NULL, 0);
}

void
rt_view_operation_line(const struct rt_view *view, size_t width, size_t most,
		       size_t index, char *out, size_t size)
{
	const char *operation = view->ui->browse->operation;
	enum rt_group group = view->ui->browse->group;
	const struct rt_row *row = row_of(view);
	size_t verdict = find_verdict(view);
	char age[16];

	if (verdict != SIZE_MAX && width < NARROW)
		rt_view_verdict_short(view, verdict, out, size);
	else if (verdict != SIZE_MAX)
		rt_view_lines_about(view, verdict, width, most, index, out,
				    size);
	else if (group > RT_GROUP_TARGET)
		snprintf(out, size, "%s %s (not judged by itself)",
			 rt_group_name(group), operation);
	else if (row == NULL || row->word == RT_WORD_NONE)
		snprintf(out, size, "nothing unusual with %s", operation);
	else
		snprintf(out, size, "%-9s %s  for %s", rt_word_name(row->word),
			 operation,
			 rt_view_age(rt_view_now_ns(view),
				     row->since_s * BO_NS_PER_S, age,
				     sizeof(age)));
}
