/* UTF-8: characters read and written, cut and cleaned, without the locale. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/utf8.h"

#include <string.h>

/* Bytes at p that are a character or the start of one, at most `have`; *whole
 * is the length of the whole character, 0 if the first byte starts none. The
 * limits of the second byte rule out overlong forms, surrogates and values
 * above U+10FFFF (Unicode 15, table 3-7). */
static inline size_t
well_formed(const unsigned char *p, size_t have, size_t *whole)
{
	unsigned char low = 0x80, high = 0xbf;

	*whole = 1;
	if (have == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	*whole = 0;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	*whole = 2 + (size_t)(p[0] >= 0xe0) + (size_t)(p[0] >= 0xf0);
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (have < 2 || p[1] < low || p[1] > high)
		return 1;
	for (size_t i = 2; i < *whole; i++)
		if (i == have || (p[i] & 0xc0) != 0x80)
			return i;
	return *whole;
}

size_t
bo_utf8_length(const char *at, const char *end)
{
	size_t whole, good = well_formed((const unsigned char *)at,
					 (size_t)(end - at), &whole);

	return good == whole ? good : 0;
}

size_t
bo_utf8_decode(const char *text, size_t length, uint32_t *point)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t whole, good = well_formed(p, length, &whole);

	*point = BO_UTF8_BROKEN;
	if (good == 0 || good < whole)
		return good > 0 ? good : 1;
	*point = whole == 1 ? p[0] : p[0] & (0x7fu >> whole);
	for (size_t i = 1; i < whole; i++)
		*point = *point << 6 | (p[i] & 0x3f);
	return whole;
}

size_t
bo_utf8_put(uint32_t point, char *out)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

size_t
bo_utf8_cut(const char *text, size_t length, size_t limit)
{
	if (length <= limit)
		return length;
	/* More than three continuation bytes are not UTF-8: no character is
	 * there to be kept whole. */
	for (size_t back = 0; back <= 3 && back <= limit; back++)
		if (((unsigned char)text[limit - back] & 0xc0) != 0x80)
			return limit - back;
	return limit;
}

size_t
bo_utf8_copy(const char *text, char *out, size_t size)
{
	size_t length = bo_utf8_cut(text, strnlen(text, size), size - 1);

	memcpy(out, text, length);
	out[length] = '\0';
	return length;
}

void
bo_utf8_clean(char *text)
{
	char *end = text + strlen(text), *p = text;

	while (p < end) {
		size_t whole, good = well_formed((const unsigned char *)p,
						 (size_t)(end - p), &whole);

		if (good < whole && p + good == end) {
			*p = '\0';
			return;
		}
		if (good == 0 || good < whole) {
			*p++ = '?';
			continue;
		}
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
		p += good;
	}
}
