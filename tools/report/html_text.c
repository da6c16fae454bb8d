/* Text in HTML. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "common/safe_text.h"
#include "report/html.h"

#define PIECE 256
#define SAFE_MAX (PIECE * 12 + 1)

static void
put_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

static bool
continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

void
rs_html_cut(FILE *out, const char *text, size_t characters)
{
	size_t length = strlen(text), at = 0;

	while (at < length && characters > 0) {
		char safe[SAFE_MAX];
		size_t end = at;

		for (; end < length && end - at < PIECE - 4 && characters > 0;
		     characters--)
			do
				end++;
			while (end < length && end - at < PIECE &&
			       continues(text[end]));
		tk_safe_text(text + at, end - at, safe, sizeof(safe));
		put_escaped(out, safe);
		at = end;
	}
	if (at < length)
		fputs("…", out);
}

void
rs_html_text(FILE *out, const char *text)
{
	rs_html_cut(out, text, SIZE_MAX);
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
