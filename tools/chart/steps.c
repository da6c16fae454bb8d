/* Draws delay laws: when each attempt of a policy begins. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdbool.h>

#include "chart/chart.h"
#include "chart/frame.h"
#include "chart/key.h"
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

/* Ranges of attempts overlap: they take turns below and above. */
static void
write_ranges(FILE *out, const struct ch_scale *scale, const struct ch_law *law)
{
	bool any = false;

	for (size_t i = 0; i < drawn(law); i++) {
		const struct ch_attempt *attempt = &law->attempt[i];
		double from = x_of(scale, attempt->low);
		double width = x_of(scale, attempt->high) - from;

		if (!isfinite(attempt->low) || !isfinite(attempt->high) ||
		    width < 0.1)
			continue;
		fputs(any ? "M" : "<path class=\"ch-j\" d=\"M", out);
		ch_number(out, from);
		fputs(i % 2 ? " 1v5h" : " -6v5h", out);
		ch_number(out, width);
		fputs("v-5z", out);
		any = true;
	}
	if (any)
		fputs("\"/>", out);
}

static void
write_attempts(FILE *out, const struct ch_scale *scale,
	       const struct ch_law *law)
{
	double free_from = 0;
	bool any = false;

	for (size_t i = 0; i < drawn(law); i++) {
		if (!isfinite(law->attempt[i].at))
			continue;
		fputs(any ? "M" : "<path class=\"ch-y\" d=\"M", out);
		ch_number(out, x_of(scale, law->attempt[i].at));
		fputs(" -7v14", out);
		any = true;
	}
	if (any)
		fputs("\"/>", out);
	for (size_t i = 0; i < drawn(law); i++) {
		double x = x_of(scale, law->attempt[i].at);

		if (!isfinite(law->attempt[i].at) || x < free_from)
			continue;
		ch_text_at(out, "", x, -9);
		fprintf(out, "%zu</text>", i + 1);
		free_from = x + 16;
	}
}

static void
write_law(FILE *out, const struct ch_scale *scale, const struct ch_law *law,
	  double y)
{
	ch_label_at(out, "ch-e", LABEL_WIDTH, y + 4.5, law->label, LABEL_WIDTH);
	fprintf(out, "<g class=\"ch-k s%zu\" transform=\"translate(0 ",
		law->style + 1);
	ch_number(out, y);
	fputs(")\">", out);
	write_ranges(out, scale, law);
	write_attempts(out, scale, law);
	if (isfinite(law->limit) && law->limit > 0) {
		fputs("<path class=\"ch-m\" d=\"", out);
		ch_mark_path(out, CH_MARK_CROSS, ch_place(scale, law->limit),
			     0);
		fputs("\"><title>limit</title></path>", out);
	}
	fputs("</g>\n", out);
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
	double y = TOP, bottom = TOP;
	bool limit = false;
	size_t rows = 0;

	for (size_t i = 0; i < chart->laws; i++) {
		limit |= isfinite(chart->law[i].limit);
		rows += chart->law[i].style < CH_STYLES;
	}
	if (chart->laws == 0) {
		ch_nothing(out, &chart->head);
		return;
	}
	bottom += (double)rows * PITCH;
	ch_open(out, &chart->head, bottom + 40);
	write_frame(out, chart, &scale, bottom, limit);
	for (size_t i = 0; i < chart->laws; i++) {
		if (chart->law[i].style >= CH_STYLES)
			continue;
		write_law(out, &scale, &chart->law[i], y + PITCH / 2 + 4);
		y += PITCH;
	}
	ch_more(out, chart->laws - rows, 0, bottom + 31);
	write_table(out, chart);
}
