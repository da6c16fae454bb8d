/* Text written to a buffer of fixed size, never past its end. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

void
bo_out_bytes(struct bo_out *out, const char *bytes, size_t length)
{
	if (out->length < out->size) {
		size_t room = out->size - out->length - 1;
		size_t fits = length < room ? length : room;

		memcpy(out->at + out->length, bytes, fits);
		out->at[out->length + fits] = '\0';
	}
	out->length += length;
}

void
bo_out_text(struct bo_out *out, const char *text)
{
	bo_out_bytes(out, text, strlen(text));
}

void
bo_out_format(struct bo_out *out, const char *format, ...)
{
	char text[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length > 0)
		bo_out_bytes(out, text,
			     (size_t)length < sizeof(text) ? (size_t)length
							   : sizeof(text) - 1);
}

void
bo_out_json(struct bo_out *out, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	const char *end = text + strlen(text);
	size_t length;

	bo_out_bytes(out, "\"", 1);
	for (; text < end; text += length) {
		unsigned char c = (unsigned char)*text;
		char escape[6] = {'\\', 'u', '0', '0'};

		length = bo_utf8_length(text, end);
		if (c == '"' || c == '\\') {
			escape[1] = (char)c;
			bo_out_bytes(out, escape, 2);
		} else if (c < 0x20 || c == 0x7f) {
			escape[4] = hex[c >> 4];
			escape[5] = hex[c & 15];
			bo_out_bytes(out, escape, 6);
		} else if (length == 0) {
			bo_out_bytes(out, "\xef\xbf\xbd", 3);
			length = 1;
		} else {
			bo_out_bytes(out, text, length);
		}
	}
	bo_out_bytes(out, "\"", 1);
}

void
bo_out_seconds(struct bo_out *out, uint64_t ns)
{
	char text[40];
	int length = snprintf(text, sizeof(text), "%llu.%09llu",
			      (unsigned long long)(ns / BO_NS_PER_S),
			      (unsigned long long)(ns % BO_NS_PER_S));

	while (length > 0 && text[length - 1] == '0')
		length--;
	if (length > 0 && text[length - 1] == '.')
		length--;
	bo_out_bytes(out, text, (size_t)length);
}
