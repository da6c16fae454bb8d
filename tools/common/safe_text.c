/* Makes text from logs harmless, and measures and cuts it by columns. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/safe_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"
#include "common/unicode.h"

/* The longest piece that one character becomes: \u{10ffff}. */
#define PIECE_MAX 12
/* Characters that move the cursor, reorder or hide text, or are invisible. */
bool
tk_is_harmful(uint32_t code)
{
	static const struct {
		uint32_t from, to;
	} range[] = {
		{0x0000, 0x001f},   /* C0 */
		{0x007f, 0x009f},   /* DEL, C1 */
		{0x00ad, 0x00ad},   /* soft hyphen */
		{0x034f, 0x034f},   /* combining grapheme joiner */
		{0x061c, 0x061c},   /* Arabic letter mark */
		{0x115f, 0x1160},   /* Hangul fillers */
		{0x17b4, 0x17b5},   /* Khmer vowels that are not shown */
		{0x180e, 0x180e},   /* Mongolian vowel separator */
		{0x200b, 0x200f},   /* zero width, direction marks */
		{0x2028, 0x202e},   /* separators, embeddings, overrides */
		{0x2060, 0x206f},   /* word joiner, isolates, deprecated */
		{0x3164, 0x3164},   /* Hangul filler */
		{0xfeff, 0xfeff},   /* zero width no-break space, BOM */
		{0xffa0, 0xffa0},   /* halfwidth Hangul filler */
		{0xfff9, 0xfffb},   /* interlinear annotation */
		{0xe0000, 0xe007f}, /* tags */
	};

	for (size_t i = 0; i < sizeof(range) / sizeof(*range); i++) {
		if (code >= range[i].from && code <= range[i].to)
			return true;
	}
	return false;
}

/* Write the escape of a harmful character. */
static size_t
escape(uint32_t code, char piece[PIECE_MAX])
{
	int length;

	if (code == '\n' || code == '\r' || code == '\t') {
		piece[0] = '\\';
		piece[1] = code == '\n' ? 'n' : code == '\r' ? 'r' : 't';
		return 2;
	}
	if (code < 0x80)
		length = snprintf(piece, PIECE_MAX, "\\x%02x", (unsigned)code);
	else
		length = snprintf(piece, PIECE_MAX, "\\u{%x}", (unsigned)code);
	return (size_t)length;
}

size_t
tk_safe_text(const char *text, size_t length, char *out, size_t size)
{
	size_t used = 0;

	for (size_t at = 0; at < length;) {
		char piece[PIECE_MAX];
		const char *from = text + at;
		size_t piece_length = 1;
		size_t taken = 1;
		uint32_t code = (unsigned char)text[at];

		if (code >= 0x80)
			taken = bo_utf8_decode(text + at, length - at, &code);
		if (code == BO_UTF8_BROKEN) {
			from = BO_UTF8_REPLACEMENT;
			piece_length = strlen(BO_UTF8_REPLACEMENT);
		} else if (tk_is_harmful(code)) {
			from = piece;
			piece_length = escape(code, piece);
		} else {
			piece_length = taken;
		}
		if (piece_length >= size - used)
			break;
		memcpy(out + used, from, piece_length);
		used += piece_length;
		at += taken;
	}
	out[used] = '\0';
	return used;
}

/* The bytes and columns of the character at text, which is not empty. */
static size_t
measure(const char *text, size_t length, mbstate_t *state, size_t *columns)
{
	wchar_t wide;
	size_t bytes = mbrtowc(&wide, text, length, state);
	int width;

	if (bytes == (size_t)-1 || bytes == (size_t)-2 || bytes == 0) {
		memset(state, 0, sizeof(*state));
		*columns = 1;
		return 1;
	}
	width = wcwidth(wide);
	/* -1: newer than the C library's tables; most such take a column. */
	*columns = width < 0 ? 1 : (size_t)width;
	return bytes;
}

size_t
tk_text_width(const char *text)
{
	size_t length = strlen(text);
	size_t total = 0;
	mbstate_t state;

	if (MB_CUR_MAX == 1)
		return length;
	memset(&state, 0, sizeof(state));
	for (size_t at = 0; at < length;) {
		size_t columns;

		at += measure(text + at, length - at, &state, &columns);
		total += columns;
	}
	return total;
}

/* The same of the grapheme at text: nothing is cut off a character. */
static size_t
measure_grapheme(const char *text, size_t length, mbstate_t *state,
		 size_t *columns)
{
	size_t end = MB_CUR_MAX == 1 ? 1 : tk_grapheme_length(text, length);
	size_t at = 0;

	*columns = 0;
	while (at < end) {
		size_t each;

		at += measure(text + at, length - at, state, &each);
		*columns += each;
	}
	return at;
}

char *
tk_text_fit(const char *text, size_t columns, char *out, size_t size)
{
	size_t length = strlen(text);
	bool cut = tk_text_width(text) > columns;
	size_t room = cut && columns > 0 ? columns - 1 : columns;
	size_t used = 0, width = 0;
	mbstate_t state;

	memset(&state, 0, sizeof(state));
	for (size_t at = 0; at < length;) {
		size_t piece_columns;
		size_t bytes = measure_grapheme(text + at, length - at, &state,
						&piece_columns);

		if (width + piece_columns > room || bytes >= size - used)
			break;
		memcpy(out + used, text + at, bytes);
		used += bytes;
		width += piece_columns;
		at += bytes;
	}
	/* A wide character that did not fit leaves a gap before the mark. */
	for (; width < room && size - used > 1; width++)
		out[used++] = ' ';
	if (cut && columns > 0 && size - used > 1)
		out[used++] = '~';
	out[used] = '\0';
	return out;
}
