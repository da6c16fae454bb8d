/* Reads and writes RFC 3339 timestamps. */
#include "config.h"

#include <stdio.h>

#include "common/units.h"

#define DAYS_TO_1970 719468
#define S_PER_DAY 86400

/* Days since 1970-01-01 of a proleptic Gregorian date (Hinnant, "chrono-
 * compatible low-level date algorithms"): years begin in March, so that the
 * leap day is the last. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year =
		(153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 -
			     year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - DAYS_TO_1970;
}

/* The reverse, for days from 1970. */
static void
date_of(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + DAYS_TO_1970;
	int64_t era = z / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 +
			       day_of_era / 36524 - day_of_era / 146096) /
			      365;
	int64_t day_of_year =
		day_of_era -
		(365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t m = (5 * day_of_year + 2) / 153;

	*day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(year_of_era + era * 400 + (*month <= 2));
}

/* What is left of the text. */
struct cursor {
	const char *at, *end;
};

static bool
digits(struct cursor *in, size_t count, int *out)
{
	int value = 0;

	if ((size_t)(in->end - in->at) < count)
		return false;
	for (size_t i = 0; i < count; i++, in->at++) {
		if (*in->at < '0' || *in->at > '9')
			return false;
		value = value * 10 + (*in->at - '0');
	}
	*out = value;
	return true;
}

static bool
one_of(struct cursor *in, const char *set, char *found)
{
	if (in->at == in->end)
		return false;
	for (; *set; set++) {
		if (*in->at == *set) {
			*found = *in->at++;
			return true;
		}
	}
	return false;
}

/* An optional fraction of a second; digits after the ninth are dropped. A
 * comma is ISO 8601's, and what Python's logging writes. */
static bool
fraction(struct cursor *in, uint64_t *ns)
{
	uint64_t scale = TK_NS_PER_S / 10;
	const char *start;
	char mark;

	*ns = 0;
	if (!one_of(in, ".,", &mark))
		return true;
	for (start = in->at;
	     in->at < in->end && *in->at >= '0' && *in->at <= '9'; in->at++) {
		*ns += (uint64_t)(*in->at - '0') * scale;
		scale /= 10;
	}
	return in->at > start;
}

/* "Z", "+02:00", "+0200" or "+02"; seconds east of Greenwich. */
static bool
offset(struct cursor *in, int *seconds)
{
	int hours, minutes = 0;
	char sign, colon;

	if (!one_of(in, "Zz+-", &sign))
		return false;
	*seconds = 0;
	if (sign == 'Z' || sign == 'z')
		return true;
	if (!digits(in, 2, &hours))
		return false;
	if (in->at < in->end) {
		one_of(in, ":", &colon);
		if (!digits(in, 2, &minutes))
			return false;
	}
	if (hours > 23 || minutes > 59)
		return false;
	*seconds = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
	return true;
}

static bool
date(struct cursor *in, int64_t *days)
{
	static const int month_days[] = {31, 28, 31, 30, 31, 30,
					 31, 31, 30, 31, 30, 31};
	int year, month, day, leap;
	char mark;

	if (!digits(in, 4, &year) || !one_of(in, "-", &mark) ||
	    !digits(in, 2, &month) || !one_of(in, "-", &mark) ||
	    !digits(in, 2, &day))
		return false;
	if (month < 1 || month > 12)
		return false;
	leap = month == 2 && year % 4 == 0 &&
	       (year % 100 != 0 || year % 400 == 0);
	if (day < 1 || day > month_days[month - 1] + leap)
		return false;
	*days = days_of(year, month, day);
	return true;
}

bool
tk_parse_rfc3339(const char *text, size_t length, uint64_t *out_ns)
{
	struct cursor in = {text, text + length};
	int hour, minute, second, east;
	int64_t days, seconds;
	uint64_t ns;
	char mark;

	if (!date(&in, &days) || !one_of(&in, "Tt ", &mark) ||
	    !digits(&in, 2, &hour) || !one_of(&in, ":", &mark) ||
	    !digits(&in, 2, &minute) || !one_of(&in, ":", &mark) ||
	    !digits(&in, 2, &second) || !fraction(&in, &ns) ||
	    !offset(&in, &east) || in.at != in.end)
		return false;
	/* 60 is a leap second; it counts as the next one's start. */
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	seconds = days * S_PER_DAY + hour * 3600 + minute * 60 + second - east;
	if (seconds < 0 || (uint64_t)seconds >= UINT64_MAX / TK_NS_PER_S)
		return false;
	*out_ns = (uint64_t)seconds * TK_NS_PER_S + ns;
	return true;
}

char *
tk_format_rfc3339(uint64_t ns, unsigned digit_count, char *buffer, size_t size)
{
	uint64_t seconds = ns / TK_NS_PER_S;
	uint64_t part = ns % TK_NS_PER_S;
	unsigned of_day = (unsigned)(seconds % S_PER_DAY);
	int year, month, day;
	char tail[16] = "";

	if (digit_count > 9)
		digit_count = 9;
	for (unsigned i = digit_count; i < 9; i++)
		part /= 10;
	if (digit_count > 0)
		snprintf(tail, sizeof(tail), ".%0*u", (int)digit_count,
			 (unsigned)part);
	date_of((int64_t)(seconds / S_PER_DAY), &year, &month, &day);
	snprintf(buffer, size, "%04d-%02d-%02dT%02u:%02u:%02u%sZ", year, month,
		 day, of_day / 3600, of_day / 60 % 60, of_day % 60, tail);
	return buffer;
}
