/* Text in Markdown as GitHub reads it, that shows exactly what it says. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/markdown.h"

#include <string.h>

#include "base/ascii.h"
#include "common/safe_text.h"

#define NAME_BYTES 2048
#define TEXT_BYTES 8192
/* Cells of tables have no more. */
#define CELL_COLUMNS 400

/* The longest run of a character. */
static size_t
longest_run(const char *text, char c)
{
	size_t most = 0;

	for (size_t run = 0; *text; text++) {
		run = *text == c ? run + 1 : 0;
		most = run > most ? run : most;
	}
	return most;
}

static void
repeat(FILE *out, char c, size_t count)
{
	for (; count > 0; count--)
		fputc(c, out);
}

/* Text between backticks. A cell of a table ends at a pipe, even there. */
static void
put_code(FILE *out, const char *text, size_t length, bool cell)
{
	char copy[NAME_BYTES];
	size_t fence;
	bool pad;

	snprintf(copy, sizeof(copy), "%.*s", (int)length, text);
	fence = longest_run(copy, '`') + 1;
	pad = copy[0] == '`' || copy[0] == ' ' ||
	      (length > 0 && (copy[strlen(copy) - 1] == '`' ||
			      copy[strlen(copy) - 1] == ' '));
	repeat(out, '`', fence);
	fputs(pad ? " " : "", out);
	for (const char *c = copy; *c; c++) {
		if (*c == '|' && cell)
			fputc('\\', out);
		fputc(*c, out);
	}
	fputs(pad ? " " : "", out);
	repeat(out, '`', fence);
}

void
tk_md_code(FILE *out, const char *name, size_t columns, bool cell)
{
	char safe[NAME_BYTES], cut[NAME_BYTES];
	const char *text = safe;

	tk_safe_text(name, strlen(name), safe, sizeof(safe));
	if (tk_text_width(safe) > columns)
		text = tk_text_fit(safe, columns, cut, sizeof(cut));
	if (*text == '\0')
		fputs("(no name)", out);
	else
		put_code(out, text, strlen(text), cell);
}

/* Whether GitHub makes a link, a mention or a formula of a word. */
static bool
is_live(const char *word, size_t length)
{
	if (length > 3 && strncmp(word, "GH-", 3) == 0)
		return true;
	for (size_t i = 0; i < length; i++)
		if (bo_is_one_of(word[i], "@#$`\\") ||
		    (word[i] == ':' && i + 2 < length && word[i + 1] == '/' &&
		     word[i + 2] == '/') ||
		    (i + 4 <= length && strncmp(word + i, "www.", 4) == 0))
			return true;
	return false;
}

static void
put_plain(FILE *out, const char *text, size_t at)
{
	char c = text[at], next = text[at + 1];
	bool inside = at > 0 && bo_is_alphanumeric(text[at - 1]) &&
		      bo_is_alphanumeric(next);

	if (c == '<' || c == '&')
		fputs(c == '<' ? "&lt;" : "&amp;", out);
	else if (bo_is_one_of(c, "*~|") || (c == '_' && !inside) ||
		 (c == ']' && bo_is_one_of(next, "([:")))
		fprintf(out, "\\%c", c);
	else
		fputc(c, out);
}

static void
put_text(FILE *out, const char *its_text, bool cell)
{
	char text[TEXT_BYTES];
	size_t at = 0;

	tk_safe_text(its_text, strlen(its_text), text, sizeof(text));
	while (text[at]) {
		size_t length = strcspn(text + at, " ");
		size_t word = length;

		while (word > 0 && bo_is_one_of(text[at + word - 1], ",;.:"))
			word--;
		if (is_live(text + at, word)) {
			put_code(out, text + at, word, cell);
			at += word;
			length -= word;
		}
		for (; length > 0; length--)
			put_plain(out, text, at++);
		if (text[at] == ' ')
			fputc(text[at++], out);
	}
}

void
tk_md_text(FILE *out, const char *text)
{
	put_text(out, text, false);
}

void
tk_md_shell(FILE *out, const char *lines)
{
	size_t fence = longest_run(lines, '`') + 1;

	fence = fence < 3 ? 3 : fence;
	repeat(out, '`', fence);
	fprintf(out, "sh\n%s\n", lines);
	repeat(out, '`', fence);
	fputc('\n', out);
}

static void
put_row(const struct tk_table *table, size_t row, size_t names, FILE *out)
{
	fputc('|', out);
	for (size_t i = 0; i < tk_table_columns(table); i++) {
		const char *text = tk_table_text(table, row, i);

		if (text == NULL)
			continue;
		fputc(' ', out);
		if (row > 0 && i < names && *text)
			tk_md_code(out, text, CELL_COLUMNS, true);
		else
			put_text(out, text, true);
		fputs(" |", out);
	}
	fputc('\n', out);
}

int
tk_md_table(const struct tk_table *table, size_t names, FILE *out)
{
	if (tk_table_failed(table))
		return -1;
	put_row(table, 0, names, out);
	fputc('|', out);
	for (size_t i = 0; i < tk_table_columns(table); i++)
		if (tk_table_text(table, 0, i))
			fputs(tk_table_is_right(table, i) ? " --: |" : " :-- |",
			      out);
	fputc('\n', out);
	for (size_t row = 1; row <= tk_table_rows(table); row++)
		put_row(table, row, names, out);
	return ferror(out) ? -1 : 0;
}
