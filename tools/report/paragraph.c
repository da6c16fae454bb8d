/* Wrapped paragraphs of a text report. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "common/safe_text.h"
#include "report/paragraph.h"

#define COLUMNS 100

void
rs_paragraph(FILE *out, size_t indent, const char *mark, const char *format,
	     ...)
{
	char raw[2048], safe[4096];
	const char *text = safe;
	size_t at = 0;
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	tk_safe_text(raw, strlen(raw), safe, sizeof(safe));
	fprintf(out, "%*s", (int)indent, mark);
	while (*text) {
		size_t word = strcspn(text, " ");

		if (at > 0 && indent + at + word > COLUMNS) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = 0;
		}
		fprintf(out, "%.*s", (int)word, text);
		at += word;
		text += word;
		if (*text == ' ') {
			text++;
			fputs(*text && indent + at + 1 + strcspn(text, " ") <=
						      COLUMNS
				      ? " "
				      : "",
			      out);
			at++;
		}
	}
	fputc('\n', out);
}
