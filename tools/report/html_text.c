/* Text in HTML. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "chart/markup.h"
#include "report/html.h"

static bool
continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

void
rs_html_cut(FILE *out, const char *text, size_t characters)
{
	size_t at = 0;

	for (; text[at] && characters > 0; characters--)
		do
			at++;
		while (continues(text[at]));
	ch_text_part(out, text, at);
	if (text[at])
		fputs("…", out);
}

void
rs_html_text(FILE *out, const char *text)
{
	ch_text(out, text);
}

void
rs_html_printf(FILE *out, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	rs_html_text(out, text);
}

void
rs_html_scroll(const struct rs_html *html, const char *what,
	       const struct rs_html_part *part)
{
	fprintf(html->out,
		"<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
		"aria-label=\"%s",
		what);
	if (part) {
		fputs(" of ", html->out);
		rs_html_cut(html->out,
			    rs_subject_name(html->report, part->subject),
			    RS_HTML_NAME);
	}
	fputs("\">\n", html->out);
}
