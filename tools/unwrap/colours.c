/* Removes the escape sequences with which programs colour their lines. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unwrap/colours.h"

#include <string.h>

#define ESC 0x1b

/* Length of the sequence that begins with ESC at text; one that is cut or
 * unknown is the ESC alone. */
static size_t
sequence_length(const char *text, size_t length)
{
	size_t at = 2;

	if (length < 2)
		return length;
	if (text[1] == '[') {
		/* Parameters and intermediate bytes, then the final byte. */
		while (at < length && text[at] >= 0x20 && text[at] <= 0x3f)
			at++;
		return at < length && text[at] >= 0x40 ? at + 1 : 1;
	}
	if (text[1] == ']') {
		/* Links and titles: up to BEL or ESC \. */
		for (; at < length; at++) {
			if (text[at] == '\a')
				return at + 1;
			if (text[at] == ESC)
				return at + 1 < length && text[at + 1] == '\\'
					       ? at + 2
					       : 1;
		}
		return 1;
	}
	return text[1] == '(' && length > 2 ? 3 : 1;
}

size_t
tk_strip_colours(const char *text, size_t length, char *out)
{
	size_t used = 0, at = 0;

	while (at < length) {
		const char *escape = memchr(text + at, ESC, length - at);
		size_t plain =
			escape ? (size_t)(escape - text) - at : length - at;

		memmove(out + used, text + at, plain);
		used += plain;
		at += plain;
		if (escape)
			at += sequence_length(text + at, length - at);
	}
	return used;
}
