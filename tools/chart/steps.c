/* Draws delay laws: when each attempt of a policy begins. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdbool.h>

#include "chart/chart.h"
#include "chart/frame.h"
#include "chart/markup.h"
#include "chart/scale.h"

#define LABEL_WIDTH 150.0
#define ZERO 172.0
#define LEFT 196.0
#define RIGHT 620.0
#define TOP 20.0
#define PITCH 34.0
/* More attempts than these are not drawn, or not in the table. */
#define DRAWN_MAX 32
#define COLUMNS_MAX 12
#define CELL_MAX (3 * CH_FORMAT_MAX + 8)

static size_t
drawn(const struct ch_law *law)
{
	return law->attempts < DRAWN_MAX ? law->attempts : DRAWN_MAX;
}

static struct ch_range
range_of(const struct ch_steps *chart)
{
	struct ch_range range = ch_range_none();

	for (size_t i = 0; i < chart->laws; i++) {
		const struct ch_law *law = &chart->law[i];

		for (size_t j = 0; j < drawn(law); j++) {
			const struct ch_attempt *attempt = &law->attempt[j];

			if (attempt->at > 0)
				ch_range_add(&range, attempt->at);
			if (attempt->high > 0)
				ch_range_add(&range, attempt->high);
			/* Full jitter begins at 0: it does not set the scale.
			 */
			if (attempt->low > attempt->at / 10)
				ch_range_add(&range, attempt->low);
		}
		if (law->limit > 0)
			ch_range_add(&range, law->limit);
	}
	return range;
}

/* The call's begin has a place of its own: a log axis has no 0. */
static double
x_of(const struct ch_scale *scale, double ns)
{
	return ns > 0 ? ch_place(scale, ns) : ZERO;
}

/* Ranges of attempts overlap: they take turns above and below. */
static void
write_attempt(FILE *out, const struct ch_scale *scale, size_t style,
	      const struct ch_attempt *attempt, size_t number, double y,
	      double *free_from)
{
	double x = x_of(scale, attempt->at);
	double side = number % 2 ? 1 : -6;

	if (!isfinite(attempt->at))
		return;
	if (isfinite(attempt->low) && attempt->high > attempt->low) {
		double from = x_of(scale, attempt->low);
		double to = x_of(scale, attempt->high);

		ch_rect(out, from, y + side, fmax(to - from, 0), 5);
		fprintf(out, " class=\"ch-j s%zu\"/>", style);
	}
	fprintf(out, "<path class=\"ch-y s%zu\" d=\"M", style);
	ch_number(out, x);
	fputc(' ', out);
	ch_number(out, y - 7);
	fputs("v14\"/>", out);
	if (x >= *free_from) {
		ch_text_at(out, "ch-a ch-c", x, y - 9);
		fprintf(out, "%zu</text>", number);
		*free_from = x + 16;
	}
}

static void
write_law(FILE *out, const struct ch_scale *scale, const struct ch_law *law,
	  double y)
{
	size_t style = law->style < CH_STYLES ? law->style + 1 : 0;
	double free_from = 0;

	ch_label_at(out, "ch-e", LABEL_WIDTH, y + 4.5, law->label, LABEL_WIDTH);
	for (size_t i = 0; i < drawn(law); i++)
		write_attempt(out, scale, style, &law->attempt[i], i + 1, y,
			      &free_from);
	if (isfinite(law->limit) && law->limit > 0) {
		double x = ch_place(scale, law->limit);

		fprintf(out, "<path class=\"ch-m s%zu\" d=\"", style);
		ch_mark_path(out, CH_MARK_CROSS, x, y);
		fputs("\"><title>limit</title></path>", out);
	}
	fputc('\n', out);
}

static void
write_cell(FILE *out, const struct ch_law *law, size_t i)
{
	const struct ch_attempt *attempt = &law->attempt[i];
	char at[CH_FORMAT_MAX], low[CH_FORMAT_MAX], high[CH_FORMAT_MAX];
	char text[CELL_MAX];

	if (i >= law->attempts) {
		ch_cell_text(out, "");
		return;
	}
	ch_format(CH_TIME, attempt->at, at, sizeof(at));
	ch_format(CH_TIME, attempt->low, low, sizeof(low));
	ch_format(CH_TIME, attempt->high, high, sizeof(high));
	if (attempt->high > attempt->low)
		snprintf(text, sizeof(text), "%s (%s to %s)", at, low, high);
	else
		snprintf(text, sizeof(text), "%s", at);
	ch_cell_text(out, text);
}

static void
write_table(FILE *out, const struct ch_steps *chart)
{
	size_t columns = 0;
	bool limit = false, note = false;

	for (size_t i = 0; i < chart->laws; i++) {
		if (chart->law[i].attempts > columns)
			columns = chart->law[i].attempts;
		limit |= isfinite(chart->law[i].limit);
		note |= chart->law[i].note != NULL;
	}
	if (columns > COLUMNS_MAX)
		columns = COLUMNS_MAX;
	ch_twin(out, &chart->head, "");
	ch_column(out, "attempts");
	for (size_t j = 0; j < columns; j++)
		fprintf(out, "<th scope=\"col\">%zu</th>", j + 1);
	if (limit)
		ch_column(out, "limit");
	if (note)
		ch_column(out, "note");
	for (size_t i = 0; i < chart->laws; i++) {
		const struct ch_law *law = &chart->law[i];

		ch_row(out, law->label);
		ch_cell(out, CH_COUNT, (double)law->attempts);
		for (size_t j = 0; j < columns; j++)
			write_cell(out, law, j);
		if (limit)
			ch_cell(out, CH_TIME, law->limit);
		if (note)
			ch_cell_text(out, law->note);
	}
	ch_close(out);
}

/* The axis, and what the marks mean. */
static void
write_frame(FILE *out, const struct ch_steps *chart,
	    const struct ch_scale *scale, double bottom, bool limit)
{
	ch_line(out, "ch-g", ZERO, TOP, ZERO, bottom);
	ch_text_at(out, "ch-a ch-c", ZERO, bottom + 14);
	fputs("0</text>", out);
	ch_axis_below(out, scale, TOP, bottom, chart->axis);
	ch_text_at(out, "ch-a", 0, 12);
	fprintf(out,
		"| attempt with its number; pale: where jitter may put "
		"it%s</text>\n",
		limit ? "; \xc3\x97 the call ends" : "");
}

void
ch_steps(FILE *out, const struct ch_steps *chart)
{
	struct ch_scale scale =
		ch_scale_log(CH_TIME, range_of(chart), LEFT, RIGHT);
	double bottom = TOP + (double)chart->laws * PITCH;
	bool limit = false;

	for (size_t i = 0; i < chart->laws; i++)
		limit |= isfinite(chart->law[i].limit);
	if (chart->laws == 0) {
		ch_nothing(out, &chart->head);
		return;
	}
	ch_open(out, &chart->head, bottom + 40);
	write_frame(out, chart, &scale, bottom, limit);
	for (size_t i = 0; i < chart->laws; i++)
		write_law(out, &scale, &chart->law[i],
			  TOP + (double)i * PITCH + PITCH / 2 + 4);
	write_table(out, chart);
}
