/* Wrapped paragraphs of a text report. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/paragraph.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "common/safe_text.h"

#define COLUMNS 100
#define TEXT_MAX 4096

/* Print one word; all but the first follow others, in the line or in the next.
 * Returns the column that it ends in. */
static size_t
put_word(FILE *out, size_t columns, size_t at, size_t indent, bool first,
	 const char *word)
{
	char cut[TEXT_MAX];
	size_t width = tk_text_width(word);

	if (at > indent && at + !first + width > columns) {
		fprintf(out, "\n%*s", (int)indent, "");
		at = indent;
	} else if (!first) {
		fputc(' ', out);
		at++;
	}
	if (at + width > columns && columns > at) {
		width = columns - at;
		word = tk_text_fit(word, width, cut, sizeof(cut));
	}
	fputs(word, out);
	return at + width;
}

static void wrap(FILE *out, size_t columns, size_t at, size_t indent,
		 const char *format, va_list args)
	__attribute__((format(printf, 5, 0)));

static void
wrap(FILE *out, size_t columns, size_t at, size_t indent, const char *format,
     va_list args)
{
	char raw[TEXT_MAX / 2], safe[TEXT_MAX];
	char *rest = safe, *word;
	bool first = true;

	vsnprintf(raw, sizeof(raw), format, args);
	tk_safe_text(raw, strlen(raw), safe, sizeof(safe));
	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word == '\0')
			continue;
		/* "95 %" stays in one line. */
		while (rest && rest[0] == '%') {
			rest[-1] = ' ';
			strsep(&rest, " ");
		}
		at = put_word(out, columns, at, indent, first, word);
		first = false;
	}
	fputc('\n', out);
}

void
rs_wrap(FILE *out, size_t columns, size_t at, size_t indent, const char *format,
	...)
{
	va_list args;

	va_start(args, format);
	wrap(out, columns, at, indent, format, args);
	va_end(args);
}

void
rs_paragraph(FILE *out, size_t indent, const char *mark, const char *format,
	     ...)
{
	va_list args;

	fprintf(out, "%*s", (int)indent, mark);
	va_start(args, format);
	wrap(out, COLUMNS, indent, indent, format, args);
	va_end(args);
}
