/* Asks utf8proc what is one character, and what is the same in another case. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/unicode.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <utf8proc.h>

#include "base/utf8.h"

/* A dot that a capital I has and a small one does not. */
#define DOT_ABOVE "\xcc\x87"

/* The character at a text, which is not empty; bytes that are none are
 * U+FFFD. */
static size_t
decode(const char *text, size_t length, utf8proc_int32_t *out)
{
	uint32_t point;
	size_t bytes = bo_utf8_decode(text, length, &point);

	*out = point == BO_UTF8_BROKEN ? 0xfffd : (utf8proc_int32_t)point;
	return bytes;
}

size_t
tk_grapheme_length(const char *text, size_t length)
{
	utf8proc_int32_t before, point, state = 0;
	size_t at;

	if (length == 0)
		return 0;
	at = decode(text, length, &before);
	while (at < length) {
		size_t bytes = decode(text + at, length - at, &point);

		if (utf8proc_grapheme_break_stateful(before, point, &state))
			break;
		before = point;
		at += bytes;
	}
	return at;
}

size_t
tk_grapheme_last(const char *text, size_t length)
{
	size_t last = 0;

	for (size_t at = 0; at < length;) {
		last = at;
		at += tk_grapheme_length(text + at, length - at);
	}
	return last;
}

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* The text without differences of case, composed; free() it. NULL if it is not
 * UTF-8, or without memory. */
static char *
fold(const char *text)
{
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text;
	utf8proc_uint8_t *out = NULL;
	char *dot;

	if (utf8proc_map(bytes, 0, &out,
			 UTF8PROC_NULLTERM | UTF8PROC_STABLE |
				 UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD) < 0)
		return NULL;
	/* The small letter of a Turkish capital I with a dot is an i, and has
	 * its dot already. */
	dot = (char *)out;
	while ((dot = strstr(dot, "i" DOT_ABOVE)) != NULL) {
		dot++;
		memmove(dot, dot + strlen(DOT_ABOVE),
			strlen(dot + strlen(DOT_ABOVE)) + 1);
	}
	return (char *)out;
}

/* Without folding beyond ASCII. */
static bool
contains_plainly(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; *text != '\0'; text++)
		if (strncasecmp(text, part, length) == 0)
			return true;
	return length == 0;
}

bool
tk_contains(const char *text, const char *part)
{
	char *folded_text, *folded_part;
	bool found;

	if (is_ascii(text) && is_ascii(part))
		return contains_plainly(text, part);
	folded_text = fold(text);
	folded_part = fold(part);
	found = folded_text != NULL && folded_part != NULL
			? strstr(folded_text, folded_part) != NULL
			: contains_plainly(text, part);
	free(folded_text);
	free(folded_part);
	return found;
}
