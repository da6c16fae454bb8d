/* Divides messages into words and values. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "guess/tokens.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "common/durations.h"

static bool
is_letter(char c)
{
	/* Words of all languages. */
	return bo_is_letter(c) || (unsigned char)c >= 0x80;
}

/* What ends a chunk of letters, digits and the marks in names. */
static bool
is_end(char c)
{
	return c == ' ' || c == '\t' || bo_is_one_of(c, "()[]{}<>,;\"'=|");
}

static bool
ends_with(const char *p, size_t n, const char *word)
{
	size_t length = strlen(word);

	return n >= length && memcmp(p + n - length, word, length) == 0;
}

static bool
is_hex(const char *p, size_t n)
{
	size_t digits = 0;

	for (size_t i = 0; i < n; i++) {
		if (!bo_is_hex(p[i]) && p[i] != '-')
			return false;
		digits += bo_is_digit(p[i]);
	}
	return n >= 8 && digits > 0 && digits < n;
}

/* A library that is named after what it does is not what is tried. */
static bool
speaks(const char *p, size_t n)
{
	for (size_t i = 0; i + 5 <= n; i++) {
		if (strncasecmp(p + i, "retry", 5) == 0)
			return true;
	}
	return false;
}

static enum tk_token_type
type_of(const char *p, size_t n)
{
	size_t digits = 0, letters = 0, marks = 0;
	uint64_t ns;

	for (size_t i = 0; i < n; i++) {
		digits += bo_is_digit(p[i]);
		letters += is_letter(p[i]);
		marks += !bo_is_digit(p[i]) && !is_letter(p[i]) && p[i] != '-';
	}
	if ((n > 5 && ends_with(p, n, "Error")) ||
	    ends_with(p, n, "Exception") ||
	    (letters > 0 && marks > 0 &&
	     (ends_with(p, n, "Timeout") || ends_with(p, n, "Refused") ||
	      ends_with(p, n, "Reset"))) ||
	    (n > 7 && ends_with(p, n, "Failure")))
		return TK_TOKEN_ERROR;
	if (digits == n)
		return n < 10 ? TK_TOKEN_COUNT : TK_TOKEN_NAME;
	if (digits == 0)
		return (marks == 0 && letters > 0) || speaks(p, n)
			       ? TK_TOKEN_WORD
			       : TK_TOKEN_NAME;
	if (letters == 0 && digits + 1 == n && marks == 1 &&
	    memchr(p, '.', n) != NULL && bo_is_digit(p[0]))
		return TK_TOKEN_NUMBER;
	/* 00:00:01.5 */
	if (letters == 0 && marks >= 2 && n >= 7 && p[0] != '.' &&
	    memchr(p, ':', n) != NULL && tk_duration_parse(p, n, 9, &ns))
		return TK_TOKEN_DURATION;
	if (letters == 2 && marks == 0 && digits + 2 == n &&
	    (ends_with(p, n, "st") || ends_with(p, n, "nd") ||
	     ends_with(p, n, "rd") || ends_with(p, n, "th")))
		return TK_TOKEN_ORDINAL;
	if (letters > 0 && tk_duration_parse(p, n, 9, &ns))
		return TK_TOKEN_DURATION;
	return is_hex(p, n) ? TK_TOKEN_ID : TK_TOKEN_NAME;
}

static bool
add(struct tk_tokens *out, size_t at, size_t length, enum tk_token_type type)
{
	if (length == 0)
		return true;
	if (out->count == TK_TOKENS_MAX || at + length > UINT16_MAX)
		return false;
	out->token[out->count++] =
		(struct tk_token){(uint16_t)at, (uint16_t)length, type};
	return true;
}

/* "2/5" and "#3" are counts with marks; a dot, colon or exclamation mark at the
 * end belongs to the sentence. */
static bool
add_chunk(struct tk_tokens *out, const char *text, size_t at, size_t length,
	  bool is_name)
{
	size_t end = at + length, slash;

	while (at < end && bo_is_one_of(text[at], "#~*!?.:-/") &&
	       !(text[at] == '/' && at + 1 < end && is_letter(text[at + 1]))) {
		if (!add(out, at, 1, TK_TOKEN_MARK))
			return false;
		at++;
	}
	length = end - at;
	while (length > 0 && bo_is_one_of(text[at + length - 1], ".:!?-/"))
		length--;
	/* The name of a value. */
	if (length > 0 && is_name && !bo_is_digit(text[at]))
		return add(out, at, end - at, TK_TOKEN_WORD);
	slash = at;
	while (slash < at + length && bo_is_digit(text[slash]))
		slash++;
	if (slash > at && slash + 1 < at + length && text[slash] == '/' &&
	    bo_is_digit(text[slash + 1])) {
		if (!add(out, at, slash - at, TK_TOKEN_COUNT) ||
		    !add(out, slash, 1, TK_TOKEN_MARK))
			return false;
		length -= slash + 1 - at;
		at = slash + 1;
	}
	if (!add(out, at, length, type_of(text + at, length)))
		return false;
	for (at += length; at < end; at++) {
		if (!add(out, at, 1, TK_TOKEN_MARK))
			return false;
	}
	return true;
}

/* The quote that closes the one here; 0 if it is not one that opens. */
static size_t
closing_quote(const char *text, size_t length, size_t at)
{
	const char *close;
	size_t limit = length - at - 1 < 240 ? length - at - 1 : 240;

	if (at > 0 && (is_letter(text[at - 1]) || bo_is_digit(text[at - 1])))
		return 0;
	close = memchr(text + at + 1, text[at], limit);
	return close != NULL && close > text + at + 1 ? (size_t)(close - text)
						      : 0;
}

void
tk_tokens_read(const char *text, size_t length, struct tk_tokens *out)
{
	size_t at = 0, n, close;

	out->count = 0;
	if (length > 4096)
		length = 4096;
	while (at < length) {
		if (text[at] == ' ' || text[at] == '\t') {
			at++;
			continue;
		}
		if ((text[at] == '"' || text[at] == '\'') &&
		    (close = closing_quote(text, length, at)) > 0) {
			if (!add(out, at, 1, TK_TOKEN_MARK) ||
			    !add(out, at + 1, close - at - 1,
				 close + 1 < length && text[at] == '"' &&
						 text[close + 1] == ':'
					 ? TK_TOKEN_WORD
					 : TK_TOKEN_QUOTED) ||
			    !add(out, close, 1, TK_TOKEN_MARK))
				return;
			at = close + 1;
			continue;
		}
		if (is_end(text[at])) {
			if (!add(out, at, 1, TK_TOKEN_MARK))
				return;
			at++;
			continue;
		}
		for (n = 0; at + n < length && !is_end(text[at + n]);)
			n++;
		if (!add_chunk(out, text, at, n,
			       at + n < length && text[at + n] == '='))
			return;
		at += n;
	}
}

bool
tk_token_is_fixed(const struct tk_token *token)
{
	return token->type <= TK_TOKEN_MARK;
}

uint64_t
tk_tokens_hash(const char *text, const struct tk_tokens *tokens)
{
	uint64_t hash = tokens->count;

	for (size_t i = 0; i < tokens->count; i++) {
		const struct tk_token *token = &tokens->token[i];
		unsigned char type = (unsigned char)token->type;

		hash = bo_hash(hash, &type, 1);
		if (tk_token_is_fixed(token))
			hash = bo_hash(hash, text + token->at, token->length);
	}
	return hash;
}
