/* Writes what every chart has: figure, caption, picture, legend and table. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "chart/frame.h"

#include "chart/markup.h"

void
ch_open(FILE *out, const struct ch_head *head, double height)
{
	fputs("<figure class=\"chart\" id=\"", out);
	ch_id(out, head->id);
	fputs("\">\n<figcaption id=\"", out);
	ch_id(out, head->id);
	fputs("-c\">", out);
	ch_text(out, head->title);
	/* What scrolls must be in reach of the keyboard, and have a name. */
	fputs("</figcaption>\n<div class=\"ch-view\" tabindex=\"0\" "
	      "role=\"group\" aria-labelledby=\"",
	      out);
	ch_id(out, head->id);
	fputs("-c\">\n<svg role=\"img\" aria-labelledby=\"", out);
	ch_id(out, head->id);
	fputs("-t ", out);
	ch_id(out, head->id);
	fputs("-d\" viewBox=\"0 0 ", out);
	ch_number(out, CH_WIDTH);
	fputc(' ', out);
	ch_number(out, height);
	fputs("\"><title id=\"", out);
	ch_id(out, head->id);
	fputs("-t\">", out);
	ch_text(out, head->title);
	fputs("</title><desc id=\"", out);
	ch_id(out, head->id);
	fputs("-d\">", out);
	ch_text(out, head->desc);
	fputs("</desc>\n", out);
}

void
ch_twin(FILE *out, const struct ch_head *head, const char *first)
{
	fputs("</svg></div>\n<details><summary>Numbers</summary>"
	      "<div class=\"ch-view\" tabindex=\"0\" role=\"group\" "
	      "aria-labelledby=\"",
	      out);
	ch_id(out, head->id);
	fputs("-n\"><table>\n<caption id=\"", out);
	ch_id(out, head->id);
	fputs("-n\">", out);
	ch_text(out, head->caption ? head->caption : head->title);
	fputs("</caption>\n<tr>", out);
	ch_column(out, first);
}

void
ch_column(FILE *out, const char *name)
{
	fputs("<th scope=\"col\">", out);
	ch_text(out, name);
	fputs("</th>", out);
}

void
ch_row(FILE *out, const char *label)
{
	fputs("</tr>\n<tr><th scope=\"row\">", out);
	ch_text(out, label);
	fputs("</th>", out);
}

void
ch_cell(FILE *out, enum ch_unit unit, double value)
{
	char text[CH_FORMAT_MAX];

	ch_cell_text(out, ch_format(unit, value, text, sizeof(text)));
}

void
ch_cell_text(FILE *out, const char *text)
{
	fputs("<td>", out);
	ch_text(out, text);
	fputs("</td>", out);
}

void
ch_close(FILE *out)
{
	fputs("</tr>\n</table></div></details>\n</figure>\n", out);
}

void
ch_nothing(FILE *out, const struct ch_head *head)
{
	fputs("<figure class=\"chart\" id=\"", out);
	ch_id(out, head->id);
	fputs("\">\n<figcaption>", out);
	ch_text(out, head->title);
	fputs("</figcaption>\n<p>", out);
	ch_text(out, head->empty ? head->empty : "No data.");
	fputs("</p>\n</figure>\n", out);
}

/* NAME="VALUE" with a blank before it. */
static void
attribute(FILE *out, const char *name, double value)
{
	fprintf(out, " %s=\"", name);
	ch_number(out, value);
	fputc('"', out);
}

void
ch_line(FILE *out, const char *class, double x1, double y1, double x2,
	double y2)
{
	fprintf(out, "<path class=\"%s\" d=\"M", class);
	ch_number(out, x1);
	fputc(' ', out);
	ch_number(out, y1);
	fputs(x1 == x2 ? "V" : y1 == y2 ? "H" : "L", out);
	if (x1 != x2)
		ch_number(out, x2);
	if (x1 != x2 && y1 != y2)
		fputc(' ', out);
	if (y1 != y2 || x1 == x2)
		ch_number(out, y2);
	fputs("\"/>", out);
}

void
ch_text_at(FILE *out, const char *class, double x, double y)
{
	fputs("<text", out);
	if (*class)
		fprintf(out, " class=\"%s\"", class);
	attribute(out, "x", x);
	attribute(out, "y", y);
	fputc('>', out);
}

void
ch_label_at(FILE *out, const char *class, double x, double y, const char *text,
	    double width)
{
	ch_text_at(out, class, x, y);
	ch_label(out, text, width);
	if (ch_width(text) > width) {
		fputs("<title>", out);
		ch_text(out, text);
		fputs("</title>", out);
	}
	fputs("</text>", out);
}

void
ch_value_at(FILE *out, const char *class, double x, double y, enum ch_unit unit,
	    double value)
{
	char text[CH_FORMAT_MAX];

	ch_text_at(out, class, x, y);
	ch_text(out, ch_format(unit, value, text, sizeof(text)));
	fputs("</text>", out);
}

void
ch_rect(FILE *out, double x, double y, double width, double height)
{
	fputs("<rect", out);
	attribute(out, "x", x);
	attribute(out, "y", y);
	attribute(out, "width", width);
	attribute(out, "height", height);
}

void
ch_mark_path(FILE *out, enum ch_mark mark, double x, double y)
{
	static const struct {
		double x, y;
		const char *path;
	} shape[] = {
		[CH_MARK_CIRCLE] = {-4, 0, "a4 4 0 1 0 8 0a4 4 0 1 0-8 0z"},
		[CH_MARK_SQUARE] = {-3.5, -3.5, "h7v7h-7z"},
		[CH_MARK_UP] = {-4.5, 3.5, "h9l-4.5-8z"},
		[CH_MARK_DOWN] = {-4.5, -3.5, "h9l-4.5 8z"},
		[CH_MARK_DIAMOND] = {-5, 0, "l5-5 5 5-5 5z"},
		[CH_MARK_CROSS] = {-4, -4, "l8 8m0-8l-8 8"},
		[CH_MARK_PLUS] = {-5, 0, "h10m-5-5v10"},
		[CH_MARK_HOURGLASS] = {-4, -4, "h8l-8 8h8z"},
	};
	size_t which = (size_t)mark % (sizeof(shape) / sizeof(*shape));

	fputc('M', out);
	ch_number(out, x + shape[which].x);
	fputc(' ', out);
	ch_number(out, y + shape[which].y);
	fputs(shape[which].path, out);
}

void
ch_mark_at(FILE *out, size_t style, enum ch_mark mark, double x, double y)
{
	fprintf(out, "<path class=\"ch-m s%zu\" d=\"",
		style < CH_STYLES ? style + 1 : (size_t)0);
	ch_mark_path(out, mark, x, y);
	fputs("\"/>", out);
}
