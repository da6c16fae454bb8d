/* Reads the values of headers: amounts of time, dates and ends of windows. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "outcome/hint_value.h"

#include <string.h>

#include "base/ascii.h"
#include "base/num.h"
#include "base/rfc3339.h"

/* Bounds between the meanings of a bare number in a reset header. A limit does
 * not last 31 years, nor does a header name one that ended in 2001 or 1973. */
#define EPOCH_S UINT64_C(1000000000)
#define EPOCH_S_END UINT64_C(100000000000)
#define EPOCH_MS UINT64_C(1000000000000)
#define EPOCH_MS_END UINT64_C(100000000000000)

struct bo_piece
bo_piece_of(const char *value)
{
	struct bo_piece p = {value, strlen(value)};

	while (p.length > 0 && (p.at[0] == ' ' || p.at[0] == '\t')) {
		p.at++;
		p.length--;
	}
	/* Readers of raw headers often leave the line end. */
	while (p.length > 0 && bo_is_one_of(p.at[p.length - 1], " \t\r\n"))
		p.length--;
	return p;
}

size_t
bo_piece_digits(struct bo_piece p)
{
	size_t count = 0;

	while (count < p.length && bo_is_digit(p.at[count]))
		count++;
	return count;
}

/* The digits behind a point, in units of a nanosecond, rounded up: a client
 * that comes a nanosecond early may be refused again. */
static uint64_t
fraction_ns(struct bo_piece digits, uint64_t unit_ns)
{
	uint64_t part = 0, whole = 1;
	bool rest = false;

	/* Further digits are worth less than a nanosecond together. */
	for (size_t i = 0; i < digits.length; i++) {
		uint64_t digit = (uint64_t)(digits.at[i] - '0');

		if (i < 18) {
			part = part * 10 + digit;
			whole *= 10;
		} else {
			rest = rest || digit != 0;
		}
	}
	return bo_mul_div_up(part, unit_ns, whole) + rest;
}

/* Take digits, with or without a point and more digits, in units of
 * @p unit_ns. Saturates. */
static bool
take_amount(struct bo_piece *p, uint64_t unit_ns, uint64_t *out_ns)
{
	struct bo_piece digits = {p->at, bo_piece_digits(*p)};
	uint64_t ns = 0;

	if (digits.length == 0)
		return false;
	for (size_t i = 0; i < digits.length; i++)
		ns = bo_add_sat(bo_mul_sat(ns, 10),
				(uint64_t)(digits.at[i] - '0'));
	ns = bo_mul_sat(ns, unit_ns);
	p->at += digits.length;
	p->length -= digits.length;
	if (p->length > 0 && p->at[0] == '.') {
		p->at++;
		p->length--;
		digits = (struct bo_piece){p->at, bo_piece_digits(*p)};
		if (digits.length == 0)
			return false;
		ns = bo_add_sat(ns, fraction_ns(digits, unit_ns));
		p->at += digits.length;
		p->length -= digits.length;
	}
	*out_ns = ns;
	return true;
}

bool
bo_hint_amount(struct bo_piece p, uint64_t unit_ns, uint64_t *out_ns)
{
	uint64_t ns;

	if (!take_amount(&p, unit_ns, &ns) || p.length != 0)
		return false;
	*out_ns = bo_min(ns, BO_HINT_MAX_NS);
	return true;
}

bool
bo_hint_remaining(struct bo_piece p, bool *is_zero)
{
	bool is_negative = p.length > 0 && p.at[0] == '-';
	uint64_t amount;

	p.at += is_negative;
	p.length -= is_negative;
	if (!take_amount(&p, BO_NS_PER_S, &amount) ||
	    (p.length > 0 && !bo_is_one_of(p.at[0], " \t;,/")))
		return false;
	*is_zero = is_negative || amount == 0;
	return true;
}

/* The index of the name that *p starts with, and move *p behind it; -1 if there
 * is none. */
static int
take_name(struct bo_piece *p, const char *const *names, int count)
{
	for (int i = 0; i < count; i++) {
		size_t length = strlen(names[i]);

		if (length <= p->length &&
		    memcmp(p->at, names[i], length) == 0) {
			p->at += length;
			p->length -= length;
			return i;
		}
	}
	return -1;
}

static bool
take_text(struct bo_piece *p, const char *text)
{
	return take_name(p, &text, 1) == 0;
}

static int
take_digits(struct bo_piece *p, size_t count)
{
	int value = 0;

	if (p->length < count)
		return -1;
	for (size_t i = 0; i < count; i++, p->at++, p->length--) {
		if (*p->at < '0' || *p->at > '9')
			return -1;
		value = value * 10 + (*p->at - '0');
	}
	return value;
}

/** Fields of a date; month from 0. */
struct date {
	int year, month, day, hour, minute, second;
};

static bool
take_time(struct bo_piece *p, struct date *d)
{
	d->hour = take_digits(p, 2);
	if (!take_text(p, ":"))
		return false;
	d->minute = take_digits(p, 2);
	if (!take_text(p, ":"))
		return false;
	d->second = take_digits(p, 2);
	return true;
}

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
				     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const days[] = {"Mon", "Tue", "Wed", "Thu",
				   "Fri", "Sat", "Sun"};
static const char *const long_days[] = {"Monday",   "Tuesday", "Wednesday",
					"Thursday", "Friday",  "Saturday",
					"Sunday"};

/* Sun, 06 Nov 1994 08:49:37 GMT */
static bool
read_fixdate(struct bo_piece p, struct date *d)
{
	if (take_name(&p, days, 7) < 0 || !take_text(&p, ", "))
		return false;
	d->day = take_digits(&p, 2);
	if (!take_text(&p, " "))
		return false;
	d->month = take_name(&p, months, 12);
	if (!take_text(&p, " "))
		return false;
	d->year = take_digits(&p, 4);
	return take_text(&p, " ") && take_time(&p, d) &&
	       take_text(&p, " GMT") && p.length == 0;
}

/* Sunday, 06-Nov-94 08:49:37 GMT. The year is the last one with these digits
 * that is at most 50 years ahead (RFC 9110, 5.6.7). */
static bool
read_rfc850(struct bo_piece p, int this_year, struct date *d)
{
	if (take_name(&p, long_days, 7) < 0 || !take_text(&p, ", "))
		return false;
	d->day = take_digits(&p, 2);
	if (!take_text(&p, "-"))
		return false;
	d->month = take_name(&p, months, 12);
	if (!take_text(&p, "-"))
		return false;
	d->year = take_digits(&p, 2);
	if (d->year < 0 || !take_text(&p, " ") || !take_time(&p, d) ||
	    !take_text(&p, " GMT") || p.length != 0)
		return false;
	d->year += (this_year + 50 - d->year) / 100 * 100;
	return true;
}

/* Sun Nov  6 08:49:37 1994 */
static bool
read_asctime(struct bo_piece p, struct date *d)
{
	if (take_name(&p, days, 7) < 0 || !take_text(&p, " "))
		return false;
	d->month = take_name(&p, months, 12);
	if (!take_text(&p, " "))
		return false;
	d->day = take_digits(&p, take_text(&p, " ") ? 1 : 2);
	if (!take_text(&p, " ") || !take_time(&p, d) || !take_text(&p, " "))
		return false;
	d->year = take_digits(&p, 4);
	return p.length == 0;
}

/* Write a date with a year of four digits as RFC 3339; false if a field is out
 * of two digits. */
static bool
rewrite(const struct date *d, char text[20])
{
	const int part[] = {d->year / 100, d->year % 100, d->month + 1, d->day,
			    d->hour,       d->minute,     d->second};
	static const char behind[] = "\0--T::Z";

	for (size_t i = 0; i < 7; i++) {
		if (part[i] < 0 || part[i] > 99)
			return false;
		*text++ = (char)('0' + part[i] / 10);
		*text++ = (char)('0' + part[i] % 10);
		if (behind[i] != '\0')
			*text++ = behind[i];
	}
	return true;
}

/* Read any of the three forms; bo_rfc3339_parse() checks the ranges. */
static bool
read_date(struct bo_piece p, uint64_t wall_ns, uint64_t *out_ns)
{
	char now[27], text[20];
	struct date d;
	struct bo_piece year = {now, 4};
	uint64_t when_ns;
	int moved = 0;

	bo_rfc3339_put(wall_ns, now);
	if (!read_fixdate(p, &d) &&
	    !read_rfc850(p, take_digits(&year, 4), &d) && !read_asctime(p, &d))
		return false;
	if (d.year < 0)
		return false;
	/* Years beyond the range of 64-bit nanoseconds are valid, too. The
	 * calendar repeats every 400 years, so an equivalent year is checked.
	 */
	for (; d.year < 1970; d.year += 400)
		moved = -1;
	for (; d.year > 2500; d.year -= 400)
		moved = 1;
	if (!rewrite(&d, text) || !bo_rfc3339_parse(text, 20, &when_ns))
		return false;
	*out_ns = moved == 0 ? when_ns : moved < 0 ? 0 : UINT64_MAX;
	return true;
}

bool
bo_hint_date(struct bo_piece p, uint64_t wall_ns, uint64_t *delay_ns)
{
	uint64_t when_ns;

	if (!read_date(p, wall_ns, &when_ns))
		return false;
	*delay_ns = bo_min(bo_sub_sat(when_ns, wall_ns), BO_HINT_MAX_NS);
	return true;
}

/* "6m0s", "1h2m", "20ms" as Go writes a time.Duration: units from long to
 * short, each at most once. */
static bool
read_durations(struct bo_piece p, uint64_t *out_ns)
{
	/* "m" is also the start of "ms". */
	static const char *const names[] = {"d", "h",  "ms", "m",
					    "s", "us", "ns", "\xc2\xb5s"};
	static const struct {
		int rank;
		uint64_t ns;
	} unit[] = {
		{6, 86400 * BO_NS_PER_S},
		{5, 3600 * BO_NS_PER_S},
		{2, BO_NS_PER_MS},
		{4, 60 * BO_NS_PER_S},
		{3, BO_NS_PER_S},
		{1, 1000},
		{0, 1},
		{1, 1000},
	};
	uint64_t sum = 0, ns;
	int rank = 7;

	do {
		struct bo_piece unread = p;
		int i;

		/* The unit stands behind the amount that it scales. */
		if (!take_amount(&unread, 1, &ns))
			return false;
		i = take_name(&unread, names, 8);
		if (i < 0 || unit[i].rank >= rank ||
		    !take_amount(&p, unit[i].ns, &ns))
			return false;
		p = unread;
		rank = unit[i].rank;
		sum = bo_add_sat(sum, ns);
	} while (p.length > 0);
	*out_ns = bo_min(sum, BO_HINT_MAX_NS);
	return true;
}

/* A bare number: its size says whether it counts from now or from 1970, and
 * in which unit. */
static bool
read_number(struct bo_piece p, uint64_t wall_ns, uint64_t *delay_ns)
{
	struct bo_piece whole = {p.at, bo_piece_digits(p)};
	uint64_t value, ns, unit_ns = BO_NS_PER_S;

	if (!take_amount(&whole, 1, &value))
		return false;
	if (value >= EPOCH_MS && value < EPOCH_MS_END)
		unit_ns = BO_NS_PER_MS;
	else if (value >= EPOCH_S_END)
		return false;
	if (!take_amount(&p, unit_ns, &ns) || p.length != 0)
		return false;
	if (value >= EPOCH_S)
		ns = bo_sub_sat(ns, wall_ns);
	*delay_ns = bo_min(ns, BO_HINT_MAX_NS);
	return true;
}

bool
bo_hint_reset(struct bo_piece p, uint64_t wall_ns, uint64_t *delay_ns)
{
	uint64_t when_ns;

	if (read_number(p, wall_ns, delay_ns) || read_durations(p, delay_ns) ||
	    bo_hint_date(p, wall_ns, delay_ns))
		return true;
	if (!bo_rfc3339_parse(p.at, p.length, &when_ns))
		return false;
	*delay_ns = bo_min(bo_sub_sat(when_ns, wall_ns), BO_HINT_MAX_NS);
	return true;
}
