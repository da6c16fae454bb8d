/* Reads times in a form that is stated, like that of strptime(3). */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/time_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "common/time_parts.h"

/* A reading position, and what was read; -1: nothing. */
struct reader {
	const char *at, *end;
	int year, month, day, hour, minute, second, half;
	bool has_zone;
	int32_t east_s;
	/** Decimals of the second. */
	char decimals[10];
};

static char
ahead(const struct reader *r, size_t i)
{
	return i < (size_t)(r->end - r->at) ? r->at[i] : '\0';
}

static bool
number(struct reader *r, size_t least, size_t most, int *out)
{
	return tk_part_number(&r->at, r->end, least, most, out);
}

static bool
month(struct reader *r)
{
	r->month = tk_part_month(&r->at, r->end);
	return r->month > 0;
}

static bool
half_of_day(struct reader *r)
{
	static const char *const names[] = {"am", "pm"};

	r->half = tk_part_name(&r->at, r->end, names, 2) - 1;
	return r->half >= 0;
}

static bool
zone(struct reader *r)
{
	size_t n = 0;

	while (bo_is_letter(ahead(r, n)) || bo_is_digit(ahead(r, n)) ||
	       bo_is_one_of(ahead(r, n), "+-:"))
		n++;
	r->has_zone = tk_zone_parse(r->at, n, &r->east_s);
	r->at += n;
	return r->has_zone;
}

/* Decimals, of which those below 1 ns are left out. */
static bool
decimals(struct reader *r)
{
	size_t n = 0;

	while (bo_is_digit(ahead(r, n)))
		n++;
	snprintf(r->decimals, sizeof(r->decimals), "%.*s", (int)n, r->at);
	r->at += n;
	return n > 0;
}

static bool scan(struct reader *r, const char *format);

static bool
directive(struct reader *r, char c)
{
	bool fine;

	if (bo_is_one_of(c, "edHI") && ahead(r, 0) == ' ')
		r->at++;
	switch (c) {
	case 'Y':
		return number(r, 4, 4, &r->year);
	case 'y':
		fine = number(r, 2, 2, &r->year);
		r->year += 2000;
		return fine;
	case 'm':
		return number(r, 1, 2, &r->month);
	case 'd':
	case 'e':
		return number(r, 1, 2, &r->day);
	case 'b':
	case 'B':
		return month(r);
	case 'a':
	case 'A':
		return tk_part_weekday(&r->at, r->end);
	case 'H':
	case 'I':
		return number(r, 1, 2, &r->hour);
	case 'M':
		return number(r, 2, 2, &r->minute);
	case 'S':
		return number(r, 2, 2, &r->second);
	case 'p':
		return half_of_day(r);
	case 'f':
		return decimals(r);
	case 'z':
	case 'Z':
		return zone(r);
	case 'T':
		return scan(r, "%H:%M:%S");
	case 'F':
		return scan(r, "%Y-%m-%d");
	default:
		return ahead(r, 0) == c && r->at++ != NULL;
	}
}

/* Whether decimals stand next in a format. */
static bool
has_decimals(const char *format)
{
	if (bo_is_one_of(*format, ".,:"))
		format++;
	return format[0] == '%' && format[1] == 'f';
}

static bool
scan(struct reader *r, const char *format)
{
	for (; *format != '\0'; format++) {
		if (*format == ' ') {
			if (ahead(r, 0) != ' ')
				return false;
			while (ahead(r, 0) == ' ')
				r->at++;
		} else if (*format != '%') {
			if (ahead(r, 0) != *format)
				return false;
			r->at++;
		} else if (!directive(r, *++format)) {
			return false;
		} else if (*format == 'S' && !has_decimals(format + 1) &&
			   bo_is_one_of(ahead(r, 0), ".,") &&
			   bo_is_digit(ahead(r, 1))) {
			r->at++;
			decimals(r);
		}
	}
	return true;
}

/* Write what was read in a way that is always known. */
static void
rewrite(const struct reader *r, char *text, size_t size)
{
	int east = abs(r->east_s) / 60, hour = r->hour;
	char date[32] = "", offset[16] = "";

	if (r->half >= 0)
		hour = hour % 12 + 12 * r->half;
	if (r->year >= 0)
		snprintf(date, sizeof(date), "%04d-%02d-%02d ", r->year,
			 r->month, r->day);
	else if (r->month >= 0)
		snprintf(date, sizeof(date), "%02d-%02d ", r->month, r->day);
	if (r->has_zone)
		snprintf(offset, sizeof(offset), "%c%02d:%02d",
			 r->east_s < 0 ? '-' : '+', east / 60 % 100, east % 60);
	snprintf(text, size, "%s%02d:%02d:%02d%s%s%s", date, hour, r->minute,
		 r->second < 0 ? 0 : r->second, r->decimals[0] ? "." : "",
		 r->decimals, offset);
}

size_t
tk_time_scan_as(const char *format, const char *text, size_t length,
		const struct tk_time_rules *rules, struct tk_time *out)
{
	struct reader r = {.at = text,
			   .end = text + length,
			   .year = -1,
			   .month = -1,
			   .day = -1,
			   .second = -1,
			   .half = -1};
	char known[96];

	if (!scan(&r, format) || bo_is_digit(ahead(&r, 0)))
		return 0;
	rewrite(&r, known, sizeof(known));
	return tk_time_parse(known, strlen(known), rules, out)
		       ? (size_t)(r.at - text)
		       : 0;
}

const char *
tk_time_format_wrong(const char *format)
{
	bool has[128] = {false}, day, month_too;

	for (const char *at = format; *at != '\0'; at++) {
		if (*at != '%')
			continue;
		if (!bo_is_one_of(*++at, "YymdebBaAHIpMSfzZTF%"))
			return "has a % with an unknown letter; known are "
			       "Y y m d e b B a A H I p M S f z Z T F %";
		has[(unsigned char)*at] = true;
	}
	if (!has['T'] && !(has['M'] && (has['H'] || (has['I'] && has['p']))))
		return "needs %H (or %I and %p) and %M, or %T";
	day = has['d'] || has['e'];
	month_too = has['m'] || has['b'] || has['B'];
	if (!has['F'] && (day != month_too || ((has['Y'] || has['y']) && !day)))
		return "needs both a day and a month, or no date";
	return NULL;
}
