/* Numbers, durations, times and UTF-8 in text, without the locale. */
#include "config.h"

#include "base/text.h"

#include <limits.h>
#include <string.h>

#include "base/num.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Ten to the power of n, for n up to 38. */
static bo_u128
power_of_ten(unsigned n)
{
	bo_u128 power = 1;

	while (n-- > 0)
		power *= 10;
	return power;
}

/* mantissa * 10^exponent, rounded; false on overflow. *inexact tells whether
 * a fraction was lost. The mantissa is below 2^111, a number times a unit. */
static bool
scale_decimal(bo_u128 mantissa, long exponent, uint64_t *out, bool *inexact)
{
	bo_u128 divisor, quotient, rest;

	*inexact = false;
	if (mantissa == 0) {
		*out = 0;
		return true;
	}
	if (exponent >= 0) {
		if (exponent > 19 ||
		    mantissa > UINT64_MAX / power_of_ten((unsigned)exponent))
			return false;
		*out = (uint64_t)(mantissa * power_of_ten((unsigned)exponent));
		return true;
	}
	if (exponent < -38) {
		*inexact = true;
		*out = 0;
		return true;
	}
	divisor = power_of_ten((unsigned)-exponent);
	quotient = mantissa / divisor;
	rest = mantissa % divisor;
	*inexact = rest != 0;
	quotient += rest >= divisor - rest;
	if (quotient > UINT64_MAX)
		return false;
	*out = (uint64_t)quotient;
	return true;
}

struct decimal {
	bool negative;
	uint64_t mantissa;
	/** Of the mantissa's last digit. */
	long exponent;
	/** A digit did not fit: no further one counts. */
	bool full;
};

static const char *
read_digits(const char *p, const char *end, bool fraction, struct decimal *d)
{
	for (; p < end && is_digit(*p); p++) {
		unsigned digit = (unsigned)(*p - '0');

		d->full = d->full || d->mantissa > (UINT64_MAX - digit) / 10;
		if (!d->full) {
			d->mantissa = d->mantissa * 10 + digit;
			if (fraction)
				d->exponent--;
		} else if (!fraction) {
			d->exponent++;
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
	/* Longer than any text, so that no row of zeros makes up for it. */
	for (; p < end && is_digit(*p); p++)
		if (value < LONG_MAX / 100)
			value = value * 10 + (*p - '0');
	*exponent += negative ? -value : value;
	return p == first ? NULL : p;
}

/* A whole JSON number; false if the text is none. */
static bool
read_decimal(const char *p, const char *end, struct decimal *d)
{
	*d = (struct decimal){0};
	if (p < end && *p == '-') {
		d->negative = true;
		p++;
	}
	if (p >= end || !is_digit(*p) ||
	    (*p == '0' && p + 1 < end && is_digit(p[1])))
		return false;
	p = read_digits(p, end, false, d);
	if (p < end && *p == '.') {
		if (++p >= end || !is_digit(*p))
			return false;
		p = read_digits(p, end, true, d);
	}
	if (p < end && (*p == 'e' || *p == 'E'))
		p = read_exponent(p + 1, end, &d->exponent);
	return p == end;
}

/* With its first lost digit the number is above 2^64 of that digit's unit. */
static bool
overflows(const struct decimal *d)
{
	return d->full && d->exponent > 0;
}

enum bo_decimal
bo_decimal_parse(const char *text, size_t length, unsigned scale, uint64_t *out)
{
	struct decimal d;
	bool inexact;
	uint64_t value;

	if (!read_decimal(text, text + length, &d))
		return BO_DECIMAL_MALFORMED;
	if (d.negative && d.mantissa != 0)
		return BO_DECIMAL_NEGATIVE;
	d.exponent += (long)scale;
	if (overflows(&d) ||
	    !scale_decimal(d.mantissa, d.exponent, &value, &inexact))
		return BO_DECIMAL_TOO_LARGE;
	if (scale == 0 && inexact)
		return BO_DECIMAL_FRACTION;
	*out = value;
	return BO_DECIMAL_OK;
}

enum bo_decimal
bo_duration_parse(const char *text, size_t length, uint64_t *out_ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} unit[] = {
		{"ns", 1},
		{"us", 1000},
		{"ms", 1000000},
		{"s", BO_NS_PER_S},
		{"m", 60 * BO_NS_PER_S},
		{"h", 3600 * BO_NS_PER_S},
		{"d", 86400 * BO_NS_PER_S},
	};
	size_t number = 0;

	while (number < length && (is_digit(text[number]) ||
				   text[number] == '-' || text[number] == '.'))
		number++;
	for (size_t i = 0; i < sizeof(unit) / sizeof(*unit); i++) {
		size_t name = strlen(unit[i].name);
		struct decimal d;
		bool inexact;

		if (length - number != name ||
		    memcmp(text + number, unit[i].name, name) != 0)
			continue;
		if (!read_decimal(text, text + number, &d))
			return BO_DECIMAL_MALFORMED;
		if (d.negative && d.mantissa != 0)
			return BO_DECIMAL_NEGATIVE;
		/* Rounded once, behind the unit. */
		return !overflows(&d) && scale_decimal((bo_u128)d.mantissa *
							       unit[i].ns,
						       d.exponent, out_ns,
						       &inexact)
			       ? BO_DECIMAL_OK
			       : BO_DECIMAL_TOO_LARGE;
	}
	return BO_DECIMAL_MALFORMED;
}

size_t
bo_utf8_length(const char *at, const char *end)
{
	const unsigned char *p = (const unsigned char *)at;
	size_t have = (size_t)(end - at);

	if (have >= 1 && p[0] < 0x80)
		return 1;
	if (have >= 2 && p[0] >= 0xc2 && p[0] <= 0xdf && (p[1] & 0xc0) == 0x80)
		return 2;
	if (have >= 3 && (p[0] & 0xf0) == 0xe0 && (p[1] & 0xc0) == 0x80 &&
	    (p[2] & 0xc0) == 0x80 && !(p[0] == 0xe0 && p[1] < 0xa0) &&
	    !(p[0] == 0xed && p[1] >= 0xa0))
		return 3;
	if (have >= 4 && p[0] >= 0xf0 && p[0] <= 0xf4 &&
	    (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80 &&
	    (p[3] & 0xc0) == 0x80 && !(p[0] == 0xf0 && p[1] < 0x90) &&
	    !(p[0] == 0xf4 && p[1] >= 0x90))
		return 4;
	return 0;
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

/* Whether all that is left is the begin of a character. */
static bool
is_cut(const char *p, const char *end)
{
	unsigned char lead = (unsigned char)*p;

	if (lead < 0xc2 || lead > 0xf4 ||
	    end - p >= 2 + (lead >= 0xe0) + (lead >= 0xf0))
		return false;
	while (++p < end)
		if (((unsigned char)*p & 0xc0) != 0x80)
			return false;
	return true;
}

void
bo_text_clean(char *text)
{
	char *end = text + strlen(text), *p = text;

	while (p < end) {
		size_t length = bo_utf8_length(p, end);

		if (length == 0 && is_cut(p, end)) {
			*p = '\0';
			return;
		}
		if (length == 0 || (unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
		p += length > 0 ? length : 1;
	}
}

/* Digits from one of eight on; always eight bytes. */
static void
put_digits(char *out, uint64_t digits, unsigned from)
{
	bo_store_low_first(out, (digits + BO_DIGITS_ZERO) >> 8 * from);
}

void
bo_rfc3339_put(uint64_t ns, char *out)
{
	/* Civil date from days (C. Neri, L. Schneider, "Euclidean affine
	 * functions and their application to calendar algorithms", 2022):
	 * gmtime_r reads the environment for time zones, and a date kept from
	 * the last event would be a mutable global. */
	uint32_t seconds_of_day = (uint32_t)(ns / BO_NS_PER_S % 86400);
	uint32_t days = (uint32_t)(ns / (86400 * BO_NS_PER_S)) + 719468;
	uint32_t n1 = 4 * days + 3, century = n1 / 146097;
	uint64_t n2 = UINT64_C(2939745) * (n1 % 146097 | 3);
	uint32_t day_of_year = (uint32_t)n2 / 2939745 / 4;
	uint32_t n3 = 2141 * day_of_year + 197913;
	uint32_t january = day_of_year >= 306;
	uint32_t year = 100 * century + (uint32_t)(n2 >> 32) + january;
	uint32_t month = (n3 >> 16) - 12 * january;
	uint32_t day = (n3 & 0xffff) / 2141 + 1;
	uint64_t date = bo_digits8(year * 10000 + month * 100 + day);
	uint64_t time = bo_digits8(seconds_of_day / 3600 * 10000 +
				   seconds_of_day / 60 % 60 * 100 +
				   seconds_of_day % 60);
	uint64_t micros = bo_digits8(ns % BO_NS_PER_S / 1000) + BO_DIGITS_ZERO;

	/* Each piece runs over into the next one's place. */
	put_digits(out, date, 0);
	put_digits(out + 5, date, 4);
	put_digits(out + 8, date, 6);
	put_digits(out + 11, time, 2);
	put_digits(out + 14, time, 4);
	put_digits(out + 17, time, 6);
	out[4] = out[7] = '-';
	out[10] = 'T';
	out[13] = out[16] = ':';
	/* ".uuuuuuZ" */
	bo_store_low_first(out + 19,
			   (micros >> 16) << 8 | '.' | (uint64_t)'Z' << 56);
}

/* Exactly n digits at p as a number; -1 if they are not there. */
static int
fixed_digits(const char *p, const char *end, unsigned n)
{
	int value = 0;

	if (end - p < (long)n)
		return -1;
	for (unsigned i = 0; i < n; i++) {
		if (!is_digit(p[i]))
			return -1;
		value = value * 10 + (p[i] - '0');
	}
	return value;
}

/* "Z" or "+HH:MM" that ends the text: seconds east of UTC. */
static bool
parse_offset(const char *p, const char *end, long *east)
{
	*east = 0;
	if (p < end && (*p == 'Z' || *p == 'z'))
		return p + 1 == end;
	if (end - p != 6 || (*p != '+' && *p != '-') || p[3] != ':')
		return false;
	int hours = fixed_digits(p + 1, end, 2);
	int minutes = fixed_digits(p + 4, end, 2);

	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*east = (hours * 60L + minutes) * 60;
	if (*p == '-')
		*east = -*east;
	return true;
}

/* Days since 1970 of a date that exists from 1969 on (it may be 1970 in UTC):
 * false if there is none. */
static bool
days_of(int year, int month, int day, long *days)
{
	static const int length[] = {31, 28, 31, 30, 31, 30,
				     31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < 1969 || month < 1 || month > 12 || day < 1 ||
	    day > length[month - 1] + (month == 2 && leap))
		return false;
	long y = year - (month <= 2);
	long era = y / 400, yoe = y - era * 400;
	long doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	*days = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
	return true;
}

bool
bo_rfc3339_parse(const char *text, size_t length, uint64_t *out_ns)
{
	const char *p = text, *end = text + length;
	uint64_t fraction = 0, unit = BO_NS_PER_S / 10;
	long days, east, seconds;

	if (length < 20 || p[4] != '-' || p[7] != '-' ||
	    (p[10] != 'T' && p[10] != 't' && p[10] != ' ') || p[13] != ':' ||
	    p[16] != ':' ||
	    !days_of(fixed_digits(p, end, 4), fixed_digits(p + 5, end, 2),
		     fixed_digits(p + 8, end, 2), &days))
		return false;
	int hour = fixed_digits(p + 11, end, 2);
	int minute = fixed_digits(p + 14, end, 2);
	int second = fixed_digits(p + 17, end, 2);

	/* Second 60 is a leap second; it counts as the next one's start. */
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
	    second > 60)
		return false;
	p += 19;
	if (*p == '.') {
		if (++p >= end || !is_digit(*p))
			return false;
		for (; p < end && is_digit(*p); p++, unit /= 10)
			fraction += unit * (uint64_t)(*p - '0');
	}
	if (!parse_offset(p, end, &east))
		return false;
	seconds = days * 86400 + hour * 3600L + minute * 60L + second - east;
	if (seconds < 0 ||
	    (uint64_t)seconds > (UINT64_MAX - fraction) / BO_NS_PER_S)
		return false;
	*out_ns = (uint64_t)seconds * BO_NS_PER_S + fraction;
	return true;
}

size_t
bo_edit_distance(const char *a, const char *b)
{
	size_t row[41], n = strlen(a), m = strlen(b);

	if (n > 40 || m > 40)
		return SIZE_MAX;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);
			size_t best = row[j] < row[j - 1] ? row[j] : row[j - 1];

			diagonal = row[j];
			row[j] = best + 1 < change ? best + 1 : change;
		}
	}
	return row[m];
}
