/* Tells a sentence that a program logs from one that source code quotes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/code.h"

#include <string.h>

/*
 * Output of tests, diffs, scripts and configuration files have the sentences of
 * retries too: in quotes, where a test expects them or a program would log
 * them, and in comments. A whole message in quotes, or one behind "msg=" or
 * "error: ", was logged.
 */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_word(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

static bool
is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

static bool
is_comment(const char *text, const char *end)
{
	while (text < end && is_blank(*text))
		text++;
	if (text == end)
		return false;
	/* "#7 " is a step of a build. */
	if (*text == '#') {
		while (text < end && *text == '#')
			text++;
		return text < end && is_blank(*text);
	}
	if (end - text < 3 || *text != '/')
		return false;
	return text[1] == '*' ||
	       (text[1] == '/' && (is_blank(text[2]) || text[2] == '/'));
}

/* Whether what is before an opening quote is code, as in `f("` and `[b'`; or
 * speech, as in `expected "`. */
static bool
is_argument(const char *text, const char *quote, bool *speech)
{
	const char *at = quote;

	*speech = false;
	/* f"", rb'' */
	while (at > text && quote - at < 2 && strchr("bBfFrRuU", at[-1]))
		at--;
	if (at > text && is_word(at[-1]))
		at = quote;
	if (at > text && (at[-1] == '(' || at[-1] == '['))
		return true;
	if (at == text || !is_blank(at[-1]))
		return false;
	while (at > text && is_blank(at[-1]))
		at--;
	if (at == text)
		return false;
	*speech = is_word(at[-1]) || at[-1] == ',' || at[-1] == '(';
	return false;
}

bool
tk_is_code(const char *text, size_t length, size_t begin)
{
	const char *end = text + length, *at = text + begin, *quote;
	bool speech;

	if (is_comment(text, end))
		return true;
	/* Templates leave out a first letter that may be a capital. */
	while (at > text && is_letter(at[-1]))
		at--;
	if (at == text)
		return false;
	for (quote = at; quote > text && !is_quote(quote[-1]);)
		quote--;
	if (quote == text)
		return false;
	quote--;
	if (memchr(at, *quote, (size_t)(end - at)) == NULL)
		return false;
	return is_argument(text, quote, &speech) || (speech && quote + 1 == at);
}
