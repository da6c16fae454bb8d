/* Writes text and numbers in HTML and SVG, harmless and without the locale. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "chart/markup.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "common/safe_text.h"
#include "common/unicode.h"
#include "common/units.h"

/* The size of the font in charts, which ch_css sets. */
#define FONT 13.0
/* In pictures, more accents than this many bytes would cover other rows. */
#define GRAPHEME_MAX 32
#define PIECE_MAX 16

static void
put_byte(FILE *out, char c)
{
	switch (c) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\'':
		fputs("&#39;", out);
		break;
	default:
		fputc(c, out);
	}
}

/* One character as it is shown; returns the bytes it takes. */
static size_t
safe_character(const char *text, size_t length, char piece[PIECE_MAX])
{
	uint32_t code;
	size_t taken = bo_utf8_decode(text, length, &code);

	/* XML has no noncharacters, although UTF-8 can write them. */
	if (code != BO_UTF8_BROKEN &&
	    ((code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef)))
		bo_utf8_copy(BO_UTF8_REPLACEMENT, piece, PIECE_MAX);
	else
		tk_safe_text(text, taken, piece, PIECE_MAX);
	return taken;
}

void
ch_text_part(FILE *out, const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		char piece[PIECE_MAX];

		at += safe_character(text + at, length - at, piece);
		for (const char *c = piece; *c; c++)
			put_byte(out, *c);
	}
}

void
ch_text(FILE *out, const char *text)
{
	if (text)
		ch_text_part(out, text, strlen(text));
}

void
ch_id(FILE *out, const char *id)
{
	for (; id && *id; id++) {
		bool plain = bo_is_alphanumeric(*id) || *id == '_';

		fputc(plain ? *id : '-', out);
	}
}

/* Widths in a usual sans-serif font, rather too wide than too narrow. */
static double
em(uint32_t code)
{
	if (code < 0x80) {
		if (strchr("il.,:;|!'jI", (int)code))
			return 0.3;
		if (strchr("ftr()[]-/ \"\\`{}", (int)code))
			return 0.41;
		if (strchr("mMwW@%", (int)code))
			return 0.98;
		if (strchr("<>=+~^#", (int)code))
			return 0.84;
		if (code >= 'A' && code <= 'Z')
			return 0.73;
		return 0.62;
	}
	return code < 0x1100 ? 0.65 : 1.05;
}

/* The first grapheme of a text, and its width. */
static size_t
measure(const char *text, size_t length, double *width)
{
	size_t taken = tk_grapheme_length(text, length);
	char piece[PIECE_MAX];
	uint32_t code;

	if (taken == 0 || taken > length)
		taken = 1;
	bo_utf8_decode(text, taken, &code);
	safe_character(text, taken, piece);
	*width = 0;
	if (code != BO_UTF8_BROKEN && tk_is_harmful(code)) {
		for (const char *c = piece; *c; c++)
			*width += em((unsigned char)*c) * FONT;
	} else {
		*width = em(code) * FONT;
	}
	return taken;
}

static void
put_grapheme(FILE *out, const char *text, size_t length)
{
	ch_text_part(out, text, bo_utf8_cut(text, length, GRAPHEME_MAX));
}

double
ch_width(const char *text)
{
	size_t length = text ? strlen(text) : 0;
	double total = 0;

	for (size_t at = 0; at < length;) {
		double width;

		at += measure(text + at, length - at, &width);
		total += width;
	}
	return total;
}

/* Names often differ at their end: "checkout-aggressive-v2". */
double
ch_label(FILE *out, const char *text, double width)
{
	size_t length = text ? strlen(text) : 0;
	double total = ch_width(text), before = 0, written = 0;
	bool cut = total > width, gap = false;
	double head = cut ? (width - 1.05 * FONT) * 0.6 : total;
	double tail = (width - 1.05 * FONT) * 0.4;

	for (size_t at = 0; at < length;) {
		double each;
		size_t taken = measure(text + at, length - at, &each);
		bool in_head = !gap && before + each <= head + 0.001;
		bool in_tail = cut && total - before <= tail;

		if (!in_head && !gap && cut) {
			fputs("\xe2\x80\xa6", out);
			written += 1.05 * FONT;
			gap = true;
		}
		if (in_head || in_tail || !cut) {
			put_grapheme(out, text + at, taken);
			written += each;
		}
		before += each;
		at += taken;
	}
	return written;
}

/* The number in units of the last decimal; false: too large to be exact. */
static bool
scaled(double value, unsigned decimals, int64_t *out)
{
	static const double power[] = {1, 10, 100, 1000, 10000};

	value *= power[decimals];
	if (!(fabs(value) < 9e15))
		return false;
	*out = (int64_t)llround(value);
	return true;
}

/* Fixed decimals without the locale, "-0" never. */
static void
fixed(double value, unsigned decimals, bool plus, char *buffer, size_t size)
{
	static const int64_t power[] = {1, 10, 100, 1000, 10000};
	int64_t number, whole, part;
	const char *sign;

	if (!scaled(value, decimals, &number)) {
		snprintf(buffer, size, "%s", value < 0 ? "-9e15" : "9e15");
		return;
	}
	sign = number < 0 ? "-" : plus && number > 0 ? "+" : "";
	number = number < 0 ? -number : number;
	whole = number / power[decimals];
	part = number % power[decimals];
	if (decimals == 0)
		snprintf(buffer, size, "%s%" PRId64, sign, whole);
	else
		snprintf(buffer, size, "%s%" PRId64 ".%0*" PRId64, sign, whole,
			 (int)decimals, part);
}

void
ch_number(FILE *out, double value)
{
	char buffer[CH_FORMAT_MAX];
	size_t length;

	fixed(isfinite(value) ? value : 0, 1, false, buffer, sizeof(buffer));
	length = strlen(buffer);
	if (length > 2 && strcmp(buffer + length - 2, ".0") == 0)
		buffer[length - 2] = '\0';
	fputs(buffer, out);
}

static void
format_time(double ns, bool plus, char *buffer, size_t size)
{
	char text[CH_FORMAT_MAX];
	double most = 9e18;
	uint64_t whole = (uint64_t)(fmin(fabs(ns), most) + 0.5);

	tk_format_duration(whole, text, sizeof(text));
	snprintf(buffer, size, "%s%s",
		 whole == 0 ? ""
		 : ns < 0   ? "-"
		 : plus     ? "+"
			    : "",
		 text);
}

/* As in the text report: all and nothing stay exact. */
static void
format_share(double share, char *buffer, size_t size)
{
	char text[CH_FORMAT_MAX];

	if (share < 1 && share > 0.99995) {
		snprintf(buffer, size, ">99.99%%");
	} else if (share > 0 && share < 0.00005) {
		snprintf(buffer, size, "<0.01%%");
	} else {
		fixed(share * 100, share == 0 || share == 1 ? 0 : 2, false,
		      text, sizeof(text));
		snprintf(buffer, size, "%s%%", text);
	}
}

char *
ch_format(enum ch_unit unit, double value, char *buffer, size_t size)
{
	if (!isfinite(value)) {
		snprintf(buffer, size, "-");
		return buffer;
	}
	switch (unit) {
	case CH_COUNT:
		tk_format_count(value, buffer, size);
		break;
	case CH_MEAN:
	case CH_MEAN_DIFF:
		fixed(value, 2, unit == CH_MEAN_DIFF, buffer, size);
		break;
	case CH_SHARE:
		format_share(value, buffer, size);
		break;
	case CH_POINTS:
		fixed(value * 100, 2, true, buffer, size);
		break;
	case CH_TIME:
	case CH_TIME_DIFF:
		format_time(value, unit == CH_TIME_DIFF, buffer, size);
		break;
	}
	return buffer;
}
