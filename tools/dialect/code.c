/* Finds sentences about retries that source code quotes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/code.h"

#include <string.h>

#include "base/ascii.h"

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
is_word(char c)
{
	return bo_is_letter(c) || bo_is_digit(c) || c == '_';
}

static bool
is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

/* Whether a comment begins here. */
static bool
is_mark(const char *at, const char *end)
{
	/* "#7 " is a step of a build. */
	if (*at == '#') {
		while (at < end && *at == '#')
			at++;
		return at < end && is_blank(*at);
	}
	if (end - at < 3 || *at != '/')
		return false;
	return at[1] == '*' ||
	       (at[1] == '/' && (is_blank(at[2]) || at[2] == '/'));
}

/* Whether a comment begins the message, or is a mark before the sentence. */
static bool
is_comment(const char *text, const char *begin, const char *end)
{
	const char *at = text;

	while (at < begin && is_blank(*at))
		at++;
	if (at < begin && is_mark(at, end))
		return true;
	for (at = begin; at > text && is_blank(at[-1]);)
		at--;
	while (at > text && !is_blank(at[-1]))
		at--;
	return at < begin && is_mark(at, end);
}

/* Whether a sentence goes on behind a closing quote. */
static bool
goes_on(const char *at, const char *end)
{
	const char *word;

	if (at == end || !is_blank(*at))
		return false;
	while (at < end && is_blank(*at))
		at++;
	for (word = at; at < end && is_word(*at); at++)
		;
	return at > word && (at == end || is_blank(*at) || *at == '.');
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
	const char *end = text + length, *at = text + begin, *quote, *close;
	bool speech;

	/* Templates leave out a first letter that may be a capital. */
	while (at > text && bo_is_letter(at[-1]))
		at--;
	if (is_comment(text, at, end))
		return true;
	if (at == text)
		return false;
	for (quote = at; quote > text && !is_quote(quote[-1]);)
		quote--;
	if (quote == text)
		return false;
	quote--;
	close = memchr(at, *quote, (size_t)(end - at));
	if (close == NULL)
		return false;
	if (is_argument(text, quote, &speech))
		return true;
	return quote + 1 == at &&
	       (speech || (quote > text && goes_on(close + 1, end)));
}
