/* Draws stacked bars: shares of a whole, one row each. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdbool.h>

#include "chart/chart.h"
#include "chart/frame.h"
#include "chart/markup.h"

#define LABEL_WIDTH 150.0
#define LEFT 160.0
#define RIGHT (CH_WIDTH - 20)
#define PITCH 26.0
#define BAR 18.0
#define SWATCH 14.0
/* What is narrower cannot be seen; the table has it. */
#define LEAST 0.2

/* A share that can be drawn. */
static double
share_of(double share)
{
	return isfinite(share) && share > 0 ? fmin(share, 1) : 0;
}

/* Segments that are drawn: what is beyond the last style is drawn as one. */
static size_t
drawn(const struct ch_bars *chart)
{
	return chart->segments < CH_STYLES ? chart->segments : CH_STYLES;
}

/* The share of what is drawn as one segment. */
static double
drawn_share(const struct ch_bars *chart, const struct ch_bar *bar, size_t i)
{
	double sum = share_of(bar->share[i]);

	if (i + 1 == CH_STYLES) {
		for (size_t j = i + 1; j < chart->segments; j++)
			sum += share_of(bar->share[j]);
	}
	return sum;
}

static const char *
drawn_name(const struct ch_bars *chart, size_t i)
{
	if (i + 1 == CH_STYLES && chart->segments > CH_STYLES)
		return chart->ordered ? "more" : "other";
	return chart->segment[i];
}

/* Whether any bar has a share of a segment. */
static bool
has_any(const struct ch_bars *chart, size_t segment)
{
	for (size_t i = 0; i < chart->bars; i++) {
		if (share_of(chart->bar[i].share[segment]) > 0)
			return true;
	}
	return false;
}

static bool
is_drawn(const struct ch_bars *chart, size_t i)
{
	for (size_t j = 0; j < chart->bars; j++) {
		if (drawn_share(chart, &chart->bar[j], i) > 0)
			return true;
	}
	return false;
}

/* The segment with most of all bars. */
static size_t
largest(const struct ch_bars *chart)
{
	double most = 0;
	size_t which = 0;

	for (size_t i = 0; i < drawn(chart); i++) {
		double sum = 0;

		for (size_t j = 0; j < chart->bars; j++)
			sum += drawn_share(chart, &chart->bar[j], i);
		if (sum > most) {
			most = sum;
			which = i;
		}
	}
	return which;
}

/* Each segment has a pattern as well as its colour; the largest is plain, which
 * is the quietest. */
static void
write_patterns(FILE *out, const struct ch_bars *chart)
{
	static const char *const path[CH_STYLES] = {
		"",       "M-2 2l4-4M0 8l8-8M6 10l4-4", "M4 0v8",
		"M0 4h8", "M-2 6l4 4M0 0l8 8M6-2l4 4",  "M0 4h8M4 0v8",
		"M3 4h2", "M0 0l8 8M0 8l8-8",
	};

	fputs("<defs>", out);
	for (size_t i = 0; i < drawn(chart); i++) {
		if (!is_drawn(chart, i))
			continue;
		fputs("<pattern id=\"", out);
		ch_id(out, chart->head.id);
		fprintf(out,
			"-p%zu\" class=\"s%zu\" width=\"8\" height=\"8\" "
			"patternUnits=\"userSpaceOnUse\">"
			"<path class=\"ch-f\" d=\"M0 0h8v8H0z\"/>",
			i + 1, i + 1);
		if (i != largest(chart))
			fprintf(out, "<path class=\"ch-h\" d=\"%s\"/>",
				path[i]);
		fputs("</pattern>", out);
	}
	fputs("</defs>\n", out);
}

/* A segment without its end: then "/>", or a title. */
static void
write_segment(FILE *out, const struct ch_bars *chart, size_t i, double x,
	      double width, double height)
{
	if (chart->ordered) {
		fprintf(out, "<path class=\"o%zu\"", i + 1);
	} else {
		fprintf(out, "<path class=\"s%zu\" fill=\"url(#", i + 1);
		ch_id(out, chart->head.id);
		fprintf(out, "-p%zu)\"", i + 1);
	}
	fputs(" d=\"M", out);
	ch_number(out, x);
	fputs(" 0v", out);
	ch_number(out, height);
	fputc('h', out);
	ch_number(out, width);
	fputs("V0z\"", out);
}

/* Begin a row of segments. */
static void
open_row(FILE *out, const struct ch_bars *chart, double y)
{
	fprintf(out, "<g class=\"%s\" transform=\"translate(0 ",
		chart->ordered ? "ch-o s1" : "ch-o");
	ch_number(out, y);
	fputs(")\">", out);
}

/* Draw the legend, or only measure it; returns its height. */
static double
legend(FILE *out, const struct ch_bars *chart)
{
	double x = LEFT, y = 0;

	for (size_t i = 0; i < drawn(chart); i++) {
		const char *name = drawn_name(chart, i);
		double width = fmin(ch_width(name), RIGHT - LEFT - SWATCH - 6);

		if (!is_drawn(chart, i))
			continue;
		if (x > LEFT && x + SWATCH + 6 + width > RIGHT) {
			x = LEFT;
			y += CH_LINE + 2;
		}
		if (out) {
			open_row(out, chart, y + 2);
			write_segment(out, chart, i, x, SWATCH, SWATCH);
			fputs("/></g>", out);
			ch_label_at(out, "", x + SWATCH + 6, y + 14, name,
				    width + 1);
			fputc('\n', out);
		}
		x += SWATCH + 6 + width + 16;
	}
	return y + CH_LINE + 8;
}

/* A share as text, in the segment if there is room, else for a pointer. */
static void
write_share(FILE *out, const struct ch_bars *chart, size_t i, double share,
	    double x, double width)
{
	char text[CH_FORMAT_MAX];

	ch_format(CH_SHARE, share, text, sizeof(text));
	if (ch_width(text) + 6 <= width) {
		fputs("/><text x=\"", out);
		ch_number(out, x + width / 2);
		fputs("\" y=\"13.5\">", out);
		ch_text(out, text);
		fputs("</text>", out);
		return;
	}
	fputs("><title>", out);
	ch_text(out, drawn_name(chart, i));
	fputs(": ", out);
	ch_text(out, text);
	fputs("</title></path>", out);
}

static void
write_bar(FILE *out, const struct ch_bars *chart, const struct ch_bar *bar,
	  double y)
{
	double from = 0;

	ch_label_at(out, "ch-e", LABEL_WIDTH, y + 14, bar->label, LABEL_WIDTH);
	open_row(out, chart, y);
	for (size_t i = 0; i < drawn(chart); i++) {
		double share = drawn_share(chart, bar, i);
		double to = fmin(from + share, 1);
		double x = LEFT + from * (RIGHT - LEFT);
		double width = (to - from) * (RIGHT - LEFT);

		from = to;
		if (width < LEAST)
			continue;
		write_segment(out, chart, i, x, width, BAR);
		write_share(out, chart, i, share, x, width);
	}
	fputs("</g>\n", out);
}

static void
write_axis(FILE *out, const struct ch_bars *chart, double top, double bottom)
{
	for (int i = 0; i <= 4; i++) {
		double x = LEFT + i / 4.0 * (RIGHT - LEFT);

		ch_line(out, "ch-g", x, top, x, bottom);
		ch_text_at(out, "ch-a ch-c", x, bottom + 14);
		fprintf(out, "%d%%</text>", i * 25);
	}
	ch_label_at(out, "ch-a ch-c", (LEFT + RIGHT) / 2, bottom + 31,
		    chart->axis, RIGHT - LEFT);
	fputc('\n', out);
}

static void
write_table(FILE *out, const struct ch_bars *chart)
{
	ch_twin(out, &chart->head, "");
	for (size_t i = 0; i < chart->segments; i++) {
		if (has_any(chart, i))
			ch_column(out, chart->segment[i]);
	}
	for (size_t j = 0; j < chart->bars; j++) {
		ch_row(out, chart->bar[j].label);
		for (size_t i = 0; i < chart->segments; i++) {
			if (has_any(chart, i))
				ch_cell(out, CH_SHARE, chart->bar[j].share[i]);
		}
	}
	ch_close(out);
}

void
ch_bars(FILE *out, const struct ch_bars *chart)
{
	double top = legend(NULL, chart);
	double bottom = top + (double)chart->bars * PITCH;
	bool any = false;

	for (size_t i = 0; i < chart->segments && !any; i++)
		any = has_any(chart, i);
	if (!any) {
		ch_nothing(out, &chart->head);
		return;
	}
	ch_open(out, &chart->head, bottom + 40);
	if (!chart->ordered)
		write_patterns(out, chart);
	legend(out, chart);
	write_axis(out, chart, top - 2, bottom);
	for (size_t i = 0; i < chart->bars; i++)
		write_bar(out, chart, &chart->bar[i],
			  top + (double)i * PITCH + (PITCH - BAR) / 2);
	write_table(out, chart);
}
