/* Decimal numbers and durations, read exactly and without the locale. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/decimal.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"

static const uint64_t power_of_ten[] = {
	UINT64_C(1),
	UINT64_C(10),
	UINT64_C(100),
	UINT64_C(1000),
	UINT64_C(10000),
	UINT64_C(100000),
	UINT64_C(1000000),
	UINT64_C(10000000),
	UINT64_C(100000000),
	UINT64_C(1000000000),
	UINT64_C(10000000000),
	UINT64_C(100000000000),
	UINT64_C(1000000000000),
	UINT64_C(10000000000000),
	UINT64_C(100000000000000),
	UINT64_C(1000000000000000),
	UINT64_C(10000000000000000),
	UINT64_C(100000000000000000),
	UINT64_C(1000000000000000000),
	UINT64_C(10000000000000000000),
};
/* The largest exponent of the table: 10^20 does not fit 64 bits. */
#define POWER_MAX 19

_Static_assert(sizeof(power_of_ten) / sizeof(*power_of_ten) == POWER_MAX + 1,
	       "one power for each exponent");

/* mantissa / 10^places, rounded, for up to twice POWER_MAX places; sets
 * *inexact if a fraction was lost; false on overflow. */
static bool
divide(struct bo_wide mantissa, unsigned places, uint64_t *out, bool *inexact)
{
	uint64_t first = power_of_ten[places / 2], rest;
	uint64_t second = power_of_ten[places - places / 2];
	struct bo_wide rounded;

	/* Most numbers: one machine instruction, where 128 bits are a call. */
	if (mantissa.high == 0 && places <= POWER_MAX) {
		uint64_t by = power_of_ten[places];
		uint64_t whole = mantissa.low / by;
		uint64_t left = mantissa.low % by;

		*inexact |= left != 0;
		*out = whole + (left >= by - left);
		return true;
	}
	/* In two steps, as 10^places may not fit 64 bits. Half of it is added
	 * before the division, which then rounds. */
	rounded = bo_wide_mul(first, second / 2);
	rounded.high += mantissa.high;
	bo_wide_add(&rounded, mantissa.low);
	rest = bo_wide_divide(&mantissa, first);
	rest |= bo_wide_divide(&mantissa, second);
	*inexact |= rest != 0;
	bo_wide_divide(&rounded, first);
	bo_wide_divide(&rounded, second);
	*out = rounded.low;
	return rounded.high == 0;
}

/* A number as mantissa * 10^exponent. */
struct decimal {
	uint64_t mantissa;
	long exponent;
	bool negative;
	/** A digit did not fit, so no later one is kept. */
	bool full;
	/** One of the digits that did not fit is not 0. */
	bool inexact;
};

static const char *
read_digits(const char *p, const char *end, bool fraction, struct decimal *d)
{
	for (; p < end && bo_is_digit(*p); p++) {
		unsigned digit = (unsigned)(*p - '0');

		d->full = d->full || d->mantissa > (UINT64_MAX - digit) / 10;
		if (!d->full) {
			d->mantissa = d->mantissa * 10 + digit;
			d->exponent -= fraction;
		} else {
			d->inexact |= digit != 0;
			d->exponent += !fraction;
		}
	}
	return p;
}

static const char *
read_exponent(const char *p, const char *end, long *exponent)
{
	bool negative = false;
	long value = 0;
	const char *first;

	if (p < end && (*p == '+' || *p == '-'))
		negative = *p++ == '-';
	first = p;
	/* Larger than any text is long, so that no row of zeros makes up for
	 * it. */
	for (; p < end && bo_is_digit(*p); p++)
		if (value < LONG_MAX / 100)
			value = value * 10 + (*p - '0');
	*exponent += negative ? -value : value;
	return p == first ? NULL : p;
}

/* A whole JSON number; false if the text is not one. A loose number may begin
 * with zeros or with the point. */
static bool
read_decimal(const char *p, const char *end, bool loose, struct decimal *d)
{
	const char *first;

	*d = (struct decimal){0};
	if (p < end && *p == '-') {
		d->negative = true;
		p++;
	}
	first = p;
	p = read_digits(p, end, false, d);
	if (!loose && (p == first || (*first == '0' && p > first + 1)))
		return false;
	if (p < end && *p == '.') {
		if (++p >= end || !bo_is_digit(*p))
			return false;
		p = read_digits(p, end, true, d);
	}
	if (p == first)
		return false;
	if (p < end && (*p == 'e' || *p == 'E'))
		p = read_exponent(p + 1, end, &d->exponent);
	return p == end;
}

/* The number times unit * 10^scale, rounded once; unit is below 2^47. Sets
 * d->inexact if a fraction was lost. */
static enum bo_decimal
scale_decimal(struct decimal *d, uint64_t unit, unsigned scale, uint64_t *out)
{
	struct bo_wide mantissa = bo_wide_mul(d->mantissa, unit);
	long exponent = d->exponent + (long)scale;

	bool is_zero = mantissa.high == 0 && mantissa.low == 0;

	if (d->negative && !is_zero)
		return BO_DECIMAL_NEGATIVE;
	if (is_zero) {
		*out = 0;
		return BO_DECIMAL_OK;
	}
	/* With a lost digit before the point it is above 2^64. */
	if (exponent > 0 &&
	    (d->full || exponent > POWER_MAX || mantissa.high != 0 ||
	     mantissa.low > UINT64_MAX / power_of_ten[exponent]))
		return BO_DECIMAL_TOO_LARGE;
	if (exponent >= 0) {
		if (mantissa.high != 0)
			return BO_DECIMAL_TOO_LARGE;
		*out = mantissa.low * power_of_ten[exponent];
		return BO_DECIMAL_OK;
	}
	if (exponent < -2 * POWER_MAX) {
		d->inexact = true;
		*out = 0;
		return BO_DECIMAL_OK;
	}
	return divide(mantissa, (unsigned)-exponent, out, &d->inexact)
		       ? BO_DECIMAL_OK
		       : BO_DECIMAL_TOO_LARGE;
}

static inline enum bo_decimal
parse_number(const char *text, size_t length, unsigned scale, bool whole,
	     uint64_t *out)
{
	enum bo_decimal verdict;
	struct decimal d;
	uint64_t value;

	if (!read_decimal(text, text + length, false, &d))
		return BO_DECIMAL_MALFORMED;
	verdict = scale_decimal(&d, 1, scale, &value);
	if (verdict != BO_DECIMAL_OK)
		return verdict;
	if (whole && d.inexact)
		return BO_DECIMAL_FRACTION;
	*out = value;
	return BO_DECIMAL_OK;
}

enum bo_decimal
bo_decimal_parse(const char *text, size_t length, unsigned scale, uint64_t *out)
{
	return parse_number(text, length, scale, scale == 0, out);
}

enum bo_decimal
bo_decimal_round(const char *text, size_t length, unsigned scale, uint64_t *out)
{
	return parse_number(text, length, scale, false, out);
}

/* Nanoseconds of a unit; 0 if there is none of this name. */
static uint64_t
unit_ns(const char *name, size_t length, bool loose)
{
	static const struct {
		const char *name;
		uint64_t ns;
		bool loose;
	} unit[] = {
		{"ns", 1, false},
		{"us", 1000, false},
		{"ms", 1000000, false},
		{"s", BO_NS_PER_S, false},
		{"m", 60 * BO_NS_PER_S, false},
		{"h", 3600 * BO_NS_PER_S, false},
		{"d", 86400 * BO_NS_PER_S, false},
		{"", BO_NS_PER_S, true},
		{"\xc2\xb5s", 1000, true},
	};

	for (size_t i = 0; i < sizeof(unit) / sizeof(*unit); i++)
		if ((loose || !unit[i].loose) &&
		    strlen(unit[i].name) == length &&
		    memcmp(unit[i].name, name, length) == 0)
			return unit[i].ns;
	return 0;
}

static enum bo_decimal
parse_duration(const char *text, size_t length, bool loose, uint64_t *out_ns)
{
	struct decimal d;
	size_t number = 0;
	uint64_t unit;

	/* No exponent: "1e3s" is more likely a slip than a duration. */
	while (number < length &&
	       (bo_is_digit(text[number]) || text[number] == '.' ||
		(text[number] == '-' && !loose)))
		number++;
	unit = unit_ns(text + number, length - number, loose);
	if (unit == 0 || !read_decimal(text, text + number, loose, &d))
		return BO_DECIMAL_MALFORMED;
	return scale_decimal(&d, unit, 0, out_ns);
}

enum bo_decimal
bo_duration_parse(const char *text, size_t length, uint64_t *out_ns)
{
	return parse_duration(text, length, false, out_ns);
}

enum bo_decimal
bo_duration_parse_loose(const char *text, size_t length, uint64_t *out_ns)
{
	return parse_duration(text, length, true, out_ns);
}
