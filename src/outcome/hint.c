/* Reads server hints from headers, strictly. */
#include "config.h"

#include <backoff/hint.h>

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/decimal.h"
#include "base/num.h"
#include "base/rfc3339.h"

/** Longest hint (30 years); longer ones are cut to it. */
#define HINT_MAX_NS UINT64_C(1000000000000000000)

/** A piece of the value, between blanks. */
struct piece {
	const char *at;
	size_t length;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct piece
trim(const char *value)
{
	struct piece p = {value, strlen(value)};

	while (p.length > 0 && is_blank(p.at[0])) {
		p.at++;
		p.length--;
	}
	while (p.length > 0 && is_blank(p.at[p.length - 1]))
		p.length--;
	return p;
}

static bool
equals(struct piece p, const char *word)
{
	return strlen(word) == p.length &&
	       strncasecmp(p.at, word, p.length) == 0;
}

/* A decimal count of units of 10^(scale-9) seconds. No sign, no exponent. */
static bool
read_amount(struct piece p, unsigned scale, bool fraction, uint64_t *out_ns)
{
	size_t digits = strspn(p.at, fraction ? "0123456789." : "0123456789");
	enum bo_decimal verdict;

	if (digits < p.length || p.length == 0)
		return false;
	/* bo_decimal_parse() refuses leading zeros; RFC 9110 allows them. */
	while (p.length > 1 && p.at[0] == '0' && p.at[1] != '.') {
		p.at++;
		p.length--;
	}
	verdict = bo_decimal_parse(p.at, p.length, scale, out_ns);
	if (verdict == BO_DECIMAL_TOO_LARGE)
		*out_ns = HINT_MAX_NS;
	else if (verdict != BO_DECIMAL_OK)
		return false;
	*out_ns = bo_min(*out_ns, HINT_MAX_NS);
	return true;
}

/* The index of the name that *p starts with, and move *p behind it; -1 if there
 * is none. */
static int
take_name(struct piece *p, const char *const *names, int count)
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
take_text(struct piece *p, const char *text)
{
	return take_name(p, &text, 1) == 0;
}

static int
take_digits(struct piece *p, size_t count)
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
take_time(struct piece *p, struct date *d)
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
read_fixdate(struct piece p, struct date *d)
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
read_rfc850(struct piece p, int this_year, struct date *d)
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
read_asctime(struct piece p, struct date *d)
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
read_date(struct piece p, uint64_t wall_ns, uint64_t *out_ns)
{
	char now[27], text[20];
	struct date d;
	struct piece year = {now, 4};
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

static bool
read_retry_after(struct piece p, uint64_t wall_ns, uint64_t *delay_ns)
{
	uint64_t when_ns;

	if (read_amount(p, 9, false, delay_ns))
		return true;
	if (!read_date(p, wall_ns, &when_ns))
		return false;
	*delay_ns = bo_min(bo_sub_sat(when_ns, wall_ns), HINT_MAX_NS);
	return true;
}

enum backoff_status
backoff_hint_parse(const char *name, const char *value, uint64_t wall_ns,
		   struct backoff_hint *out)
{
	struct backoff_hint hint = {BACKOFF_HINT_DELAY, 0};
	struct piece p;
	bool good;

	if (name == NULL || value == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	p = trim(value);
	if (strcasecmp(name, "retry-after") == 0) {
		good = read_retry_after(p, wall_ns, &hint.delay_ns);
	} else if (strcasecmp(name, "retry-after-ms") == 0 ||
		   strcasecmp(name, "x-amz-retry-after") == 0) {
		good = read_amount(p, 6, true, &hint.delay_ns);
	} else if (strcasecmp(name, "grpc-retry-pushback-ms") == 0) {
		good = true;
		if (!read_amount(p, 6, false, &hint.delay_ns))
			hint = (struct backoff_hint){BACKOFF_HINT_FORBID, 0};
	} else if (strcasecmp(name, "x-should-retry") == 0) {
		good = equals(p, "false") || equals(p, "true");
		hint.kind = equals(p, "false") ? BACKOFF_HINT_FORBID
					       : BACKOFF_HINT_NONE;
	} else {
		return BACKOFF_E_NOT_FOUND;
	}
	if (!good)
		return BACKOFF_E_VALUE;
	*out = hint;
	return BACKOFF_OK;
}

_Static_assert(BACKOFF_HINT_NONE < BACKOFF_HINT_DELAY &&
		       BACKOFF_HINT_DELAY < BACKOFF_HINT_FORBID,
	       "the stricter kind of hint has the larger number");

struct backoff_hint
backoff_hint_join(struct backoff_hint first, struct backoff_hint second)
{
	if (first.kind != second.kind)
		return first.kind > second.kind ? first : second;
	return first.delay_ns >= second.delay_ns ? first : second;
}
