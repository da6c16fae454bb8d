/* Decodes and encodes UTF-8, accepting only what Unicode calls well-formed. */
#include "config.h"

#include "common/utf8.h"

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

size_t
tk_utf8_decode(const char *text, size_t length, uint32_t *code, bool *valid)
{
	const unsigned char *in = (const unsigned char *)text;
	const struct lead *lead = NULL;
	size_t i;

	*code = in[0];
	*valid = in[0] < 0x80;
	for (i = 0; i < sizeof(leads) / sizeof(*leads); i++) {
		if (in[0] >= leads[i].from && in[0] <= leads[i].to)
			lead = &leads[i];
	}
	if (!lead)
		return 1;
	*code = in[0] & (0x3fu >> lead->more);
	for (i = 1; i <= lead->more; i++) {
		unsigned char low = i == 1 ? lead->second_low : 0x80;
		unsigned char high = i == 1 ? lead->second_high : 0xbf;

		if (i == length || in[i] < low || in[i] > high)
			return i;
		*code = *code << 6 | (in[i] & 0x3f);
	}
	*valid = true;
	return i;
}

size_t
tk_utf8_encode(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

size_t
tk_utf8_cut(const char *text, size_t length, size_t limit)
{
	if (length <= limit)
		return length;
	while (limit > 0 && ((unsigned char)text[limit] & 0xc0) == 0x80)
		limit--;
	return limit;
}
