/* Makes text from logs harmless, and measures and cuts it by columns. */
#include "config.h"

#include "common/safe_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* The longest piece that one character becomes: \u{10ffff}. */
#define PIECE_MAX 12
#define REPLACEMENT "\xef\xbf\xbd"

/* What may follow a lead byte (Unicode 15, table 3-7): the second byte's range
 * rules out overlong forms, surrogates and what lies above U+10FFFF. */
struct lead {
	unsigned char from, to;
	unsigned char more;
	unsigned char second_low, second_high;
};

static const struct lead leads[] = {
	{0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
	{0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f},
	{0xee, 0xef, 2, 0x80, 0xbf}, {0xf0, 0xf0, 3, 0x90, 0xbf},
	{0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

/* Decode one character of more than one byte. Returns its length; if it is
 * broken, the length of the part that can not be right (Unicode's "maximal
 * subpart", so that one lost byte costs one U+FFFD), and *valid is false. */
static size_t
decode(const unsigned char *text, size_t length, uint32_t *code, bool *valid)
{
	const struct lead *lead = NULL;
	size_t i;

	*valid = false;
	for (i = 0; i < sizeof(leads) / sizeof(*leads); i++) {
		if (text[0] >= leads[i].from && text[0] <= leads[i].to)
			lead = &leads[i];
	}
	if (!lead)
		return 1;
	*code = text[0] & (0x3fu >> lead->more);
	for (i = 1; i <= lead->more; i++) {
		unsigned char low = i == 1 ? lead->second_low : 0x80;
		unsigned char high = i == 1 ? lead->second_high : 0xbf;

		if (i == length || text[i] < low || text[i] > high)
			return i;
		*code = *code << 6 | (text[i] & 0x3f);
	}
	*valid = true;
	return i;
}

/* Characters that move the cursor, reorder or hide text, or are invisible. */
static bool
harmful(uint32_t code)
{
	static const struct {
		uint32_t from, to;
	} range[] = {
		{0x0000, 0x001f},   /* C0 */
		{0x007f, 0x009f},   /* DEL, C1 */
		{0x00ad, 0x00ad},   /* soft hyphen */
		{0x061c, 0x061c},   /* Arabic letter mark */
		{0x180e, 0x180e},   /* Mongolian vowel separator */
		{0x200b, 0x200f},   /* zero width, direction marks */
		{0x2028, 0x202e},   /* separators, embeddings, overrides */
		{0x2060, 0x206f},   /* word joiner, isolates, deprecated */
		{0xfeff, 0xfeff},   /* zero width no-break space, BOM */
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
	const unsigned char *in = (const unsigned char *)text;
	size_t used = 0;

	for (size_t at = 0; at < length;) {
		char piece[PIECE_MAX];
		const char *from = text + at;
		size_t piece_length = 1;
		size_t taken = 1;
		uint32_t code = in[at];
		bool valid = true;

		if (code >= 0x80)
			taken = decode(in + at, length - at, &code, &valid);
		if (!valid) {
			from = REPLACEMENT;
			piece_length = strlen(REPLACEMENT);
		} else if (harmful(code)) {
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
		size_t bytes =
			measure(text + at, length - at, &state, &piece_columns);

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
