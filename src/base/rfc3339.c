/* RFC 3339 times, written and read without the locale and the time zone. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/rfc3339.h"

#include <string.h>

#include "base/ascii.h"
#include "base/digits.h"
#include "base/num.h"

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

	/* Each piece runs over into the place of the next one. */
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

char *
bo_rfc3339_format(uint64_t ns, unsigned decimals, char *buffer, size_t size)
{
	uint64_t fraction = ns % BO_NS_PER_S;
	char text[BO_RFC3339_MAX + 1];
	size_t length = 19;

	bo_rfc3339_put(ns, text);
	if (decimals > 9)
		decimals = 9;
	if (decimals > 0) {
		put_digits(text + 20, bo_digits8(fraction / 10), 0);
		text[28] = (char)('0' + fraction % 10);
		length += 1 + decimals;
	}
	text[length++] = 'Z';
	if (size > 0) {
		if (length > size - 1)
			length = size - 1;
		memcpy(buffer, text, length);
		buffer[length] = '\0';
	}
	return buffer;
}

/* Exactly n digits at p as a number; -1 if they are not there. */
static int
fixed_digits(const char *p, const char *end, unsigned n)
{
	int value = 0;

	if (end - p < (long)n)
		return -1;
	for (unsigned i = 0; i < n; i++) {
		if (!bo_is_digit(p[i]))
			return -1;
		value = value * 10 + (p[i] - '0');
	}
	return value;
}

/* "Z" or "+HH:MM" up to the end of the text, loose also "+HHMM" and "+HH":
 * seconds east of UTC. */
static bool
parse_offset(const char *p, const char *end, bool loose, long *east)
{
	int hours, minutes = 0;
	long length = end - p;

	*east = 0;
	if (length > 0 && (*p == 'Z' || *p == 'z'))
		return length == 1;
	if (length < 3 || (*p != '+' && *p != '-'))
		return false;
	hours = fixed_digits(p + 1, end, 2);
	if (length == 6 && p[3] == ':')
		minutes = fixed_digits(p + 4, end, 2);
	else if (loose && length == 5)
		minutes = fixed_digits(p + 3, end, 2);
	else if (!loose || length != 3)
		return false;
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*east = (hours * 60L + minutes) * 60;
	if (*p == '-')
		*east = -*east;
	return true;
}

bool
bo_rfc3339_days(int year, int month, int day, long *days)
{
	/* From 1969 on, which may be 1970 in UTC. */
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

static inline bool
parse(const char *text, size_t length, bool loose, uint64_t *out_ns)
{
	const char *p = text, *end = text + length;
	uint64_t fraction = 0, unit = BO_NS_PER_S / 10;
	long days, east, seconds;

	if (length < 20 || p[4] != '-' || p[7] != '-' ||
	    (p[10] != 'T' && p[10] != 't' && p[10] != ' ') || p[13] != ':' ||
	    p[16] != ':' ||
	    !bo_rfc3339_days(fixed_digits(p, end, 4),
			     fixed_digits(p + 5, end, 2),
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
	if (*p == '.' || (loose && *p == ',')) {
		if (++p >= end || !bo_is_digit(*p))
			return false;
		for (; p < end && bo_is_digit(*p); p++, unit /= 10)
			fraction += unit * (uint64_t)(*p - '0');
	}
	if (!parse_offset(p, end, loose, &east))
		return false;
	seconds = days * 86400 + hour * 3600L + minute * 60L + second - east;
	if (seconds < 0 ||
	    (uint64_t)seconds > (UINT64_MAX - fraction) / BO_NS_PER_S)
		return false;
	*out_ns = (uint64_t)seconds * BO_NS_PER_S + fraction;
	return true;
}

bool
bo_rfc3339_parse(const char *text, size_t length, uint64_t *out_ns)
{
	return parse(text, length, false, out_ns);
}

bool
bo_rfc3339_parse_loose(const char *text, size_t length, uint64_t *out_ns)
{
	return parse(text, length, true, out_ns);
}
