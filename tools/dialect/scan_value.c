/* Turns scanned strings and numbers into values, exactly. */
#include "config.h"

#include <string.h>

#include "base/utf8.h"
#include "dialect/scan.h"

/* 10^-20 of what a uint64_t holds is below a half. */
#define DIGITS_MAX 19
/* Exponents beyond this are "very large" or "very small" alike. */
#define EXPONENT_MAX 100000

/* The four digits after \u; the scanner made sure that they are there. */
static uint32_t
hex4(const char *text)
{
	uint32_t code = 0;

	for (int i = 0; i < 4; i++) {
		char c = text[i];
		int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;

		code = code << 4 | (uint32_t)digit;
	}
	return code;
}

/* At the digits of \uXXXX; moves past them and a low surrogate's. */
static uint32_t
unicode_escape(const char **at, const char *end)
{
	uint32_t code = hex4(*at), low;

	*at += 4;
	if (code == 0 || (code >= 0xdc00 && code <= 0xdfff))
		return 0xfffd;
	if (code < 0xd800 || code > 0xdbff)
		return code;
	if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
		return 0xfffd;
	low = hex4(*at + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*at += 6;
	return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

size_t
tk_scan_unescape(const char *text, size_t length, char *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *end = text + length;
	char *start = out;

	while (text < end) {
		const char *stop = memchr(text, '\\', (size_t)(end - text));
		size_t plain = (size_t)((stop ? stop : end) - text);

		memcpy(out, text, plain);
		out += plain;
		text += plain;
		if (!stop)
			break;
		text += 2;
		if (text[-1] == 'u')
			out += bo_utf8_put(unicode_escape(&text, end), out);
		else
			*out++ = to[strchr(from, text[-1]) - from];
	}
	return (size_t)(out - start);
}

/* A number as digits * 10^exponent. */
struct decimal {
	uint64_t digits;
	int64_t exponent;
	/* Digits are dropped from now on; those that were are not all 0. */
	bool full, inexact;
};

static void
add_digit(struct decimal *decimal, unsigned digit, bool fraction)
{
	if (decimal->full || decimal->digits > (UINT64_MAX - digit) / 10) {
		decimal->full = true;
		decimal->inexact |= digit != 0;
		decimal->exponent += !fraction;
		return;
	}
	decimal->digits = decimal->digits * 10 + digit;
	decimal->exponent -= fraction;
}

static struct decimal
split(const char *text, size_t length)
{
	struct decimal decimal = {0, 0, false, false};
	const char *end = text + length;
	int64_t exponent = 0, sign = 1;
	bool fraction = false;

	for (; text < end && *text != 'e' && *text != 'E'; text++) {
		if (*text == '.')
			fraction = true;
		else
			add_digit(&decimal, (unsigned)(*text - '0'), fraction);
	}
	for (; text < end; text++) {
		if (*text == '-')
			sign = -1;
		else if (*text >= '0' && *text <= '9' &&
			 exponent < EXPONENT_MAX)
			exponent = exponent * 10 + (*text - '0');
	}
	decimal.exponent += sign * exponent;
	return decimal;
}

enum tk_number
tk_scan_number(const char *text, size_t length, int scale, bool whole,
	       uint64_t max, uint64_t *out)
{
	bool negative = *text == '-';
	struct decimal decimal = split(text + negative, length - negative);
	uint64_t rest = 0, power = 1, value = decimal.digits;

	if (value == 0) {
		*out = 0;
		return TK_NUMBER_OK;
	}
	if (negative)
		return TK_NUMBER_NEGATIVE;
	decimal.exponent += scale;
	for (; decimal.exponent > 0; decimal.exponent--) {
		if (value > max / 10)
			return TK_NUMBER_TOO_LARGE;
		value *= 10;
	}
	/* Below a half of the last digit in any case. */
	if (decimal.exponent < -DIGITS_MAX) {
		decimal.inexact = true;
		decimal.exponent = 0;
		value = 0;
	}
	for (; decimal.exponent < 0; decimal.exponent++)
		power *= 10;
	rest = value % power;
	value /= power;
	if (whole && (rest != 0 || decimal.inexact))
		return TK_NUMBER_FRACTION;
	value += rest >= power - rest;
	if (value > max)
		return TK_NUMBER_TOO_LARGE;
	*out = value;
	return TK_NUMBER_OK;
}
