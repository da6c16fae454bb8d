/* Reads times as programs of all kinds write them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/times.h"

#include <string.h>

#include "base/ascii.h"
#include "base/decimal.h"
#include "base/num.h"
#include "base/rfc3339.h"
#include "common/time_parts.h"

#define DAY_S 86400L

/* A reading position, and what was read. */
struct reader {
	const char *at, *end;
	/* 0: the text has none. */
	int year, month, day;
	int hour, minute, second;
	uint64_t fraction_ns;
	bool has_zone;
	int32_t east_s;
};

/* The byte @i bytes after the position; NUL beyond the end. */
static char
ahead(const struct reader *r, size_t i)
{
	return i < (size_t)(r->end - r->at) ? r->at[i] : '\0';
}

static bool
skip(struct reader *r, char c)
{
	if (ahead(r, 0) != c)
		return false;
	r->at++;
	return true;
}

static size_t
count_digits(const struct reader *r)
{
	size_t n = 0;

	while (bo_is_digit(ahead(r, n)))
		n++;
	return n;
}

static bool
number(struct reader *r, size_t least, size_t most, int *out)
{
	return tk_part_number(&r->at, r->end, least, most, out);
}

static bool
month_name(struct reader *r)
{
	r->month = tk_part_month(&r->at, r->end);
	return r->month > 0;
}

static bool
weekday_name(struct reader *r)
{
	return tk_part_weekday(&r->at, r->end);
}

/* 12/Jan/2026, 12-Jan-2026, 12 Jan 2026, at the day. */
static bool
day_and_month(struct reader *r)
{
	char between;

	if (!number(r, 1, 2, &r->day))
		return false;
	between = ahead(r, 0);
	if (between != '/' && between != '-' && between != ' ')
		return false;
	r->at++;
	return month_name(r) && skip(r, between) && number(r, 4, 4, &r->year);
}

/* 2026-01-12, 2026/01/12, 2026.01.12, 2026_01_12. */
static bool
year_first(struct reader *r)
{
	char between;

	if (!number(r, 4, 4, &r->year))
		return false;
	between = ahead(r, 0);
	if (!bo_is_one_of(between, "-/._"))
		return false;
	r->at++;
	return number(r, 1, 2, &r->month) && skip(r, between) &&
	       number(r, 1, 2, &r->day);
}

/* Two digits first: 26/01/12, 12.01.2026, 01-12, or a day before a month's
 * name. */
static bool
two_digits_first(struct reader *r)
{
	char between = ahead(r, 2);

	if (bo_is_letter(ahead(r, 3)))
		return day_and_month(r);
	if (between == '/' && ahead(r, 5) == '/') {
		/* Four digits at the end: the day or the month is first,
		 * which nothing says. */
		if (!number(r, 2, 2, &r->year) || !skip(r, '/') ||
		    !number(r, 2, 2, &r->month) || !skip(r, '/') ||
		    count_digits(r) != 2 || !number(r, 2, 2, &r->day))
			return false;
		r->year += 2000;
		return true;
	}
	if (between == '.')
		return number(r, 2, 2, &r->day) && skip(r, '.') &&
		       number(r, 2, 2, &r->month) && skip(r, '.') &&
		       number(r, 4, 4, &r->year);
	return between == '-' && number(r, 2, 2, &r->month) && skip(r, '-') &&
	       number(r, 2, 2, &r->day) && ahead(r, 0) == ' ';
}

/* Jan 12, Jan  2, Jan 12 2026, Jan 12, 2026. */
static bool
month_first(struct reader *r)
{
	struct reader year;

	if (!month_name(r) || !skip(r, ' '))
		return false;
	skip(r, ' ');
	if (!number(r, 1, 2, &r->day))
		return false;
	year = *r;
	skip(&year, ',');
	if (skip(&year, ' ') && count_digits(&year) == 4 &&
	    number(&year, 4, 4, &year.year))
		*r = year;
	return true;
}

static bool
date(struct reader *r)
{
	size_t digits = count_digits(r);

	if (digits == 0) {
		if (weekday_name(r)) {
			skip(r, ',');
			if (!skip(r, ' '))
				return false;
			return bo_is_digit(ahead(r, 0)) ? day_and_month(r)
							: month_first(r);
		}
		return month_first(r);
	}
	if (digits == 8)
		return number(r, 4, 4, &r->year) &&
		       number(r, 2, 2, &r->month) && number(r, 2, 2, &r->day);
	/* tornado: 260112 10:15:00. */
	if (digits == 6 && ahead(r, 6) == ' ' && ahead(r, 9) == ':') {
		number(r, 2, 2, &r->year);
		r->year += 2000;
		return number(r, 2, 2, &r->month) && number(r, 2, 2, &r->day);
	}
	if (digits == 4)
		return year_first(r);
	if (digits == 2)
		return two_digits_first(r);
	return digits == 1 && day_and_month(r);
}

static void
fraction(struct reader *r)
{
	uint64_t unit = BO_NS_PER_S / 10;
	char point = ahead(r, 0);

	/* "10:00:00:123" has milliseconds, never more or less. */
	if (!bo_is_digit(ahead(r, 1)) ||
	    (point != '.' && point != ',' &&
	     !(point == ':' && bo_is_digit(ahead(r, 2)) &&
	       bo_is_digit(ahead(r, 3)) && !bo_is_digit(ahead(r, 4)))))
		return;
	for (r->at++; bo_is_digit(ahead(r, 0)); r->at++, unit /= 10)
		r->fraction_ns += unit * (uint64_t)(*r->at - '0');
}

/* " AM", "pm" after a time of day. */
static bool
half_of_day(struct reader *r)
{
	struct reader half = *r;
	char c;

	skip(&half, ' ');
	c = (char)(ahead(&half, 0) | 0x20);
	if ((c != 'a' && c != 'p') || (ahead(&half, 1) | 0x20) != 'm' ||
	    bo_is_letter(ahead(&half, 2)) || bo_is_digit(ahead(&half, 2)))
		return true;
	if (r->hour < 1 || r->hour > 12)
		return false;
	r->at = half.at + 2;
	r->hour = r->hour % 12 + (c == 'p' ? 12 : 0);
	return true;
}

static bool
time_of_day(struct reader *r, bool compact)
{
	if (compact && count_digits(r) == 6) {
		number(r, 2, 2, &r->hour);
		number(r, 2, 2, &r->minute);
		number(r, 2, 2, &r->second);
		fraction(r);
		return true;
	}
	if (!number(r, 1, 2, &r->hour) || !skip(r, ':') ||
	    !number(r, 2, 2, &r->minute))
		return false;
	/* Java leaves out seconds that are 0. */
	if (ahead(r, 0) == ':' && bo_is_digit(ahead(r, 1))) {
		r->at++;
		if (!number(r, 2, 2, &r->second))
			return false;
		fraction(r);
	}
	return half_of_day(r);
}

/* +02:00, +0200, +02, +2 (only after "GMT"). */
static bool
offset(struct reader *r, size_t least)
{
	char sign = ahead(r, 0);
	size_t digits;
	int hours, minutes = 0;

	if (sign != '+' && sign != '-')
		return false;
	r->at++;
	digits = count_digits(r);
	if ((digits != 2 && digits != 4 && digits != 1) || digits < least ||
	    !number(r, 1, 2, &hours))
		return false;
	if (ahead(r, 0) == ':' && bo_is_digit(ahead(r, 1)))
		r->at++;
	else if (digits != 4)
		goto done;
	if (!number(r, 2, 2, &minutes) || bo_is_digit(ahead(r, 0)))
		return false;
done:
	if (hours > 23 || minutes > 59)
		return false;
	r->east_s = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
	r->has_zone = true;
	return true;
}

/* A name that means one offset; others (IST, BST) mean several. */
static bool
zone_name(struct reader *r)
{
	static const struct {
		char name[5];
		int minutes;
	} zone[] = {
		{"Z", 0},      {"z", 0},      {"UTC", 0},    {"GMT", 0},
		{"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300},
		{"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420},
		{"WET", 0},    {"WEST", 60},  {"CET", 60},   {"CEST", 120},
		{"EET", 120},  {"EEST", 180}, {"MSK", 180},  {"JST", 540},
	};
	size_t n = 0;

	while (bo_is_letter(ahead(r, n)))
		n++;
	if (n == 0 || n >= sizeof(zone->name) || bo_is_digit(ahead(r, n)) ||
	    ahead(r, n) == '_')
		return false;
	for (size_t i = 0; i < sizeof(zone) / sizeof(*zone); i++) {
		if (zone[i].name[0] != r->at[0] || zone[i].name[n] != '\0' ||
		    memcmp(zone[i].name, r->at, n) != 0)
			continue;
		r->at += n;
		r->east_s = zone[i].minutes * 60;
		r->has_zone = true;
		/* "GMT+2", "UTC+02:00". */
		if (n == 3 && zone[i].minutes == 0) {
			struct reader more = *r;

			if (offset(&more, 1))
				*r = more;
		}
		return true;
	}
	return false;
}

/* "[Europe/Berlin]" after an offset, of which it says nothing more. */
static void
zone_in_brackets(struct reader *r)
{
	struct reader inside = *r;
	size_t n = 1;

	if (ahead(r, 0) != '[')
		return;
	while (bo_is_letter(ahead(r, n)) || bo_is_digit(ahead(r, n)) ||
	       bo_is_one_of(ahead(r, n), "/_+-:"))
		n++;
	if (n < 2 || n > 48 || ahead(r, n) != ']')
		return;
	inside.at++;
	if (!r->has_zone && (zone_name(&inside) || offset(&inside, 2)) &&
	    ahead(&inside, 0) == ']') {
		r->east_s = inside.east_s;
		r->has_zone = true;
	}
	r->at += n + 1;
}

/* The zone after a time, if there is one. */
static void
zone(struct reader *r)
{
	struct reader spaced = *r;

	if (zone_name(r) || offset(r, 2)) {
		zone_in_brackets(r);
		return;
	}
	*r = spaced;
	if (ahead(&spaced, 0) == '[') {
		zone_in_brackets(r);
		return;
	}
	if (!skip(&spaced, ' '))
		return;
	/* A number with a sign may well be something else, if it is short. */
	if (offset(&spaced,
		   ahead(&spaced, 3) == ':' && bo_is_digit(ahead(&spaced, 4))
			   ? 2
			   : 4)) {
		struct reader twice = spaced;

		/* Go: "+0200 CEST". */
		*r = spaced;
		if (skip(&twice, ' ') && zone_name(&twice))
			r->at = twice.at;
		return;
	}
	spaced = *r;
	spaced.at++;
	if (zone_name(&spaced))
		*r = spaced;
}

/* The year of ctime(3), behind the time and maybe a zone. */
static void
year_at_end(struct reader *r)
{
	struct reader year = *r;

	if (r->year != 0 || r->day == 0 || !skip(&year, ' ') ||
	    count_digits(&year) != 4)
		return;
	number(&year, 4, 4, &year.year);
	/* A number of four digits after a syslog time may be a pid. */
	if (year.year >= 1970 && year.year < 2100)
		*r = year;
}

/* What stands between a date and a time of day. */
static bool
date_ends(struct reader *r)
{
	char c = ahead(r, 0);

	if (c == ',' && ahead(r, 1) == ' ') {
		r->at += 2;
		return true;
	}
	/* Any mark before a time of day with two digits. */
	if (!bo_is_one_of(c, "Tt :_-") &&
	    (!bo_is_one_of(c, "/@|+.;#") || !bo_is_digit(ahead(r, 1)) ||
	     !bo_is_digit(ahead(r, 2)) || ahead(r, 3) != ':'))
		return false;
	r->at++;
	while (c == ' ' && skip(r, ' '))
		;
	return true;
}

static uint64_t
distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* Nanoseconds since 1970 of a date and the time of day. */
static bool
assemble(const struct reader *r, long days, uint64_t *out)
{
	long seconds = days * DAY_S + r->hour * 3600L + r->minute * 60L +
		       r->second - r->east_s;

	if (seconds < 0 ||
	    (uint64_t)seconds > (UINT64_MAX - r->fraction_ns) / BO_NS_PER_S)
		return false;
	*out = (uint64_t)seconds * BO_NS_PER_S + r->fraction_ns;
	return *out != UINT64_MAX;
}

/* The day nearest to now. */
static bool
without_date(const struct reader *r, uint64_t now_ns, uint64_t *out)
{
	long today = (long)(now_ns / BO_NS_PER_S / DAY_S);
	bool found = false;
	uint64_t ns;

	for (long days = today - 1; days <= today + 1; days++) {
		if (!assemble(r, days, &ns) ||
		    (found && distance(ns, now_ns) >= distance(*out, now_ns)))
			continue;
		*out = ns;
		found = true;
	}
	return found;
}

/* The newest year that is not in the future; clocks and zones may differ by a
 * day. */
static bool
without_year(const struct reader *r, uint64_t now_ns, uint64_t *out)
{
	int year = (int)(1970 + now_ns / BO_NS_PER_S / DAY_S / 365 + 1);
	long days;

	/* 29 February may be eight years ago. */
	for (int tries = 0; tries < 12; tries++, year--) {
		if (bo_rfc3339_days(year, r->month, r->day, &days) &&
		    assemble(r, days, out) &&
		    *out <= bo_add_sat(now_ns, DAY_S * BO_NS_PER_S))
			return true;
	}
	return false;
}

static bool
finish(struct reader *r, const struct tk_time_rules *rules, struct tk_time *out)
{
	long days;

	/* Second 60 is a leap second; it counts as the next one's start. */
	if (r->hour > 23 || r->minute > 59 || r->second > 60)
		return false;
	*out = (struct tk_time){.no_zone = !r->has_zone,
				.no_year = r->year == 0,
				.no_date = r->day == 0};
	if (!r->has_zone)
		r->east_s = rules->zone_s;
	if (r->year != 0)
		return bo_rfc3339_days(r->year, r->month, r->day, &days) &&
		       assemble(r, days, &out->ns);
	if (rules->now_ns == 0)
		return false;
	return r->day == 0 ? without_date(r, rules->now_ns, &out->ns)
			   : without_year(r, rules->now_ns, &out->ns);
}

/* klog and glog: I0112 10:15:00, I20260112 10:15:00. */
static bool
klog_date(struct reader *r)
{
	size_t digits;

	if (memchr("IWEFD", ahead(r, 0), 5) == NULL)
		return false;
	r->at++;
	digits = count_digits(r);
	if (digits != 4 && digits != 8)
		return false;
	return (digits == 4 || number(r, 4, 4, &r->year)) &&
	       number(r, 2, 2, &r->month) && number(r, 2, 2, &r->day) &&
	       ahead(r, 0) == ' ' && bo_is_digit(ahead(r, 1));
}

static bool
written(struct reader *r, const struct tk_time_rules *rules,
	struct tk_time *out)
{
	struct reader start = *r;
	bool compact, dated;

	/* 10:15:00, but not 10:15, which may be anything. */
	if (ahead(r, 1) == ':' || ahead(r, 2) == ':') {
		if (!time_of_day(r, false) || ahead(&start, 4) == '\0' ||
		    memchr(start.at + 3, ':', (size_t)(r->at - start.at - 3)) ==
			    NULL)
			return false;
		zone(r);
		return finish(r, rules, out);
	}
	dated = klog_date(r);
	if (!dated) {
		*r = start;
		dated = date(r);
	}
	if (!dated || !date_ends(r))
		return false;
	compact = r->at[-1] == 'T' || bo_is_digit(ahead(&start, 6));
	if (!time_of_day(r, compact))
		return false;
	zone(r);
	year_at_end(r);
	return finish(r, rules, out);
}

/* A number of units since 1970; 0 finds the unit by the size, which holds from
 * 1973 to the year 5000. */
static bool
since_1970(const char *text, size_t length, enum tk_time_form form,
	   struct tk_time *out)
{
	unsigned scale;
	uint64_t size;

	if (form == TK_TIME_AUTO || form == TK_TIME_WRITTEN) {
		if (bo_decimal_round(text, length, 0, &size) != BO_DECIMAL_OK ||
		    size < UINT64_C(100000000))
			return false;
		form = size < UINT64_C(100000000000)         ? TK_TIME_UNIX_S
		       : size < UINT64_C(100000000000000)    ? TK_TIME_UNIX_MS
		       : size < UINT64_C(100000000000000000) ? TK_TIME_UNIX_US
							     : TK_TIME_UNIX_NS;
	}
	scale = 9 - 3 * (unsigned)(form - TK_TIME_UNIX_S);
	if (bo_decimal_round(text, length, scale, &size) != BO_DECIMAL_OK ||
	    size == UINT64_MAX)
		return false;
	*out = (struct tk_time){.ns = size};
	return true;
}

/* Digits as a time: their number says that it is one. */
static bool
scan_number(struct reader *r, enum tk_time_form form, struct tk_time *out)
{
	const char *start = r->at;
	size_t digits = count_digits(r);

	if (form == TK_TIME_WRITTEN ||
	    (digits != 10 && digits != 13 && digits != 16 && digits != 19))
		return false;
	r->at += digits;
	if (ahead(r, 0) == '.' && bo_is_digit(ahead(r, 1))) {
		r->at++;
		r->at += count_digits(r);
	}
	return !bo_is_letter(ahead(r, 0)) && ahead(r, 0) != '-' &&
	       ahead(r, 0) != '_' &&
	       since_1970(start, (size_t)(r->at - start), form, out);
}

size_t
tk_time_scan(const char *text, size_t length, const struct tk_time_rules *rules,
	     struct tk_time *out)
{
	static const struct tk_time_rules none = {.form = TK_TIME_AUTO};
	struct reader r = {.at = text, .end = text + length};
	struct tk_time found;

	/* A digit, or a letter that a month, a weekday or klog begins with. */
	if (length == 0 || (!bo_is_digit(*text) &&
			    memchr("adefijmnostw", *text | ' ', 12) == NULL))
		return 0;
	if (rules == NULL)
		rules = &none;
	if (rules->form <= TK_TIME_WRITTEN && written(&r, rules, &found) &&
	    !bo_is_digit(ahead(&r, 0))) {
		*out = found;
		return (size_t)(r.at - text);
	}
	r = (struct reader){.at = text, .end = text + length};
	if (!scan_number(&r, rules->form, &found))
		return 0;
	*out = found;
	return (size_t)(r.at - text);
}

/* Take off spaces, quotes and brackets on both sides. */
static void
strip(const char **text, size_t *length)
{
	while (*length > 0 && bo_is_one_of(**text, " \t[(\"'")) {
		(*text)++;
		(*length)--;
	}
	while (*length > 0 && bo_is_one_of((*text)[*length - 1], " \t)\"'"))
		(*length)--;
}

bool
tk_time_parse(const char *text, size_t length,
	      const struct tk_time_rules *rules, struct tk_time *out)
{
	enum tk_time_form form = rules != NULL ? rules->form : TK_TIME_AUTO;
	struct tk_time found;
	size_t used;

	strip(&text, &length);
	if (form != TK_TIME_WRITTEN && since_1970(text, length, form, out))
		return true;
	if (form > TK_TIME_WRITTEN)
		return false;
	used = tk_time_scan(text, length, rules, &found);
	/* The bracket of "[Europe/Berlin]" belongs to the time. */
	if (used == 0 ||
	    (used < length && (used + 1 < length || text[used] != ']')))
		return false;
	*out = found;
	return true;
}

bool
tk_zone_parse(const char *text, size_t length, int32_t *east_s)
{
	struct reader r = {.at = text, .end = text + length};

	if (!zone_name(&r)) {
		r.at = text;
		if (!offset(&r, 2))
			return false;
	}
	if (r.at != r.end)
		return false;
	*east_s = r.east_s;
	return true;
}
