/* Reads durations as programs of all kinds write them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/durations.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/decimal.h"
#include "base/num.h"
#include "common/units.h"

static bool
is_letter(char c)
{
	/* Also the bytes of U+00B5 and U+03BC, both "micro". */
	return bo_is_letter(c) || (unsigned char)c >= 0x80;
}

/* A number with maybe a fraction; the bytes it takes, 0 if there is none. */
static size_t
number_length(const char *p, const char *end)
{
	const char *start = p, *digits = p;

	while (p < end && bo_is_digit(*p))
		p++;
	if (p < end && *p == '.') {
		digits = ++p;
		while (p < end && bo_is_digit(*p))
			p++;
	}
	return p == digits ? 0 : (size_t)(p - start);
}

/* A number of units of @unit_ns each. Twice rounded, if the unit is above a
 * second and the number has more than nine decimals. */
static bool
units(const char *text, size_t length, uint64_t unit_ns, uint64_t *out)
{
	char zeroed[48];
	uint64_t value;
	unsigned scale = 0;
	uint64_t power = 1;

	/* ".5" and "007" are not numbers in JSON. */
	while (length > 1 && text[0] == '0' && bo_is_digit(text[1])) {
		text++;
		length--;
	}
	if (length == 0 || length > sizeof(zeroed) - 1)
		return false;
	if (text[0] == '.') {
		zeroed[0] = '0';
		memcpy(zeroed + 1, text, length++);
		text = zeroed;
	}
	for (; scale < 9 && power < unit_ns; scale++)
		power *= 10;
	if (bo_decimal_round(text, length, scale, &value) != BO_DECIMAL_OK)
		return false;
	*out = unit_ns > power ? bo_mul_sat(value, unit_ns / power) : value;
	return *out <= TK_DURATION_MAX_NS;
}

/* Nanoseconds of a unit by its name; 0 if it is unknown. */
static uint64_t
unit_ns(const char *name, size_t length)
{
	static const struct {
		const char *names;
		uint64_t ns;
	} unit[] = {
		{" ns nanos nano nanosec nanosecs nanosecond nanoseconds ", 1},
		{" us micros micro usec usecs microsec microsecs microsecond "
		 "microseconds \xc2\xb5s \xce\xbcs ",
		 1000},
		{" ms millis milli msec msecs millisec millisecs millisecond "
		 "milliseconds ",
		 BO_NS_PER_MS},
		{" s sec secs second seconds ", BO_NS_PER_S},
		{" m min mins minute minutes ", 60 * BO_NS_PER_S},
		{" h hr hrs hour hours ", 3600 * BO_NS_PER_S},
		{" d day days ", 86400 * BO_NS_PER_S},
	};

	/* A single "M" may be a month or a million. */
	if (length == 0 || (length == 1 && *name == 'M'))
		return 0;
	for (size_t i = 0; i < sizeof(unit) / sizeof(*unit); i++) {
		/* All names of a unit begin alike, but for those of micro. */
		if ((unsigned char)*name < 0x80 &&
		    (*name | 0x20) != unit[i].names[1])
			continue;
		for (const char *p = unit[i].names; p[1] != '\0';) {
			size_t n = 0;

			while (p[1 + n] != ' ')
				n++;

			if (n == length && strncasecmp(p + 1, name, n) == 0)
				return unit[i].ns;
			p += n + 1;
		}
	}
	return 0;
}

/* "PT1M2.5S", "P1DT2H", "P1W", after the P. */
static bool
iso_8601(const char *p, const char *end, uint64_t *out)
{
	static const struct {
		char letter;
		bool time;
		uint64_t ns;
	} unit[] = {
		{'W', false, 7 * 86400 * BO_NS_PER_S},
		{'D', false, 86400 * BO_NS_PER_S},
		{'H', true, 3600 * BO_NS_PER_S},
		{'M', true, 60 * BO_NS_PER_S},
		{'S', true, BO_NS_PER_S},
	};
	bool time = false;
	uint64_t total = 0, part;
	size_t next = 0, n;

	for (; p < end; p += n + 1) {
		if (*p == 'T' && !time) {
			time = true;
			if (++p == end)
				return false;
		}
		n = number_length(p, end);
		if (n == 0 || p + n == end)
			return false;
		while (next < 5 && (unit[next].letter != (p[n] & ~0x20) ||
				    unit[next].time != time))
			next++;
		if (next == 5 || !units(p, n, unit[next++].ns, &part))
			return false;
		total += part;
	}
	*out = total;
	return next > 0 && total <= TK_DURATION_MAX_NS;
}

/* "01:30", "00:00:01.5", "1.02:00:00" at the number before the first colon;
 * two parts are minutes and seconds. */
static bool
colons(const char *p, const char *end, uint64_t *out)
{
	uint64_t part[3], days = 0, second_ns;
	size_t count = 0, n;
	const char *dot;

	n = number_length(p, end);
	dot = memchr(p, '.', n);
	/* .NET: days before the first point. */
	if (dot != NULL) {
		if (!units(p, (size_t)(dot - p), 86400 * BO_NS_PER_S, &days))
			return false;
		p = dot + 1;
	}
	for (; count < 2; count++) {
		n = 0;
		while (p + n < end && bo_is_digit(p[n]))
			n++;
		if (n == 0 || n > 6 || p + n >= end || p[n] != ':')
			break;
		if (!units(p, n, 1, &part[count]))
			return false;
		p += n + 1;
	}
	n = number_length(p, end);
	if (count == 0 || n == 0 || p + n != end ||
	    !units(p, n, BO_NS_PER_S, &second_ns))
		return false;
	if (count == 1)
		*out = part[0] * 60 * BO_NS_PER_S + second_ns;
	else
		*out = (part[0] * 3600 + part[1] * 60) * BO_NS_PER_S +
		       second_ns;
	*out += days;
	return *out <= TK_DURATION_MAX_NS;
}

static const char *
skip_between(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == ','))
		p++;
	if (end - p > 4 && memcmp(p, "and ", 4) == 0)
		p += 4;
	return p;
}

/* "1m2.1s", "2 seconds", "1 hour, 5 minutes", "1 day, 0:00:01". */
static bool
named_units(const char *p, const char *end, uint64_t *out)
{
	uint64_t total = 0, part, before = UINT64_MAX, ns;

	while (p < end) {
		size_t n = number_length(p, end), letters = 0;
		const char *name = p + n;

		if (n == 0)
			return false;
		if (name < end && *name == ':') {
			if (total == 0 || !colons(p, end, &part))
				return false;
			*out = total + part;
			return *out <= TK_DURATION_MAX_NS;
		}
		while (name < end && *name == ' ')
			name++;
		while (name + letters < end && is_letter(name[letters]))
			letters++;
		ns = unit_ns(name, letters);
		/* From large to small: "5s 3m" is more likely two of them. */
		if (ns == 0 || ns >= before || !units(p, n, ns, &part))
			return false;
		total += part;
		before = ns;
		p = skip_between(name + letters, end);
	}
	*out = total;
	return before != UINT64_MAX && total <= TK_DURATION_MAX_NS;
}

bool
tk_duration_parse(const char *text, size_t length, unsigned scale,
		  uint64_t *out_ns)
{
	const char *p = text, *end = text + length;
	uint64_t ns, unit = 1;
	size_t n;
	bool ok;

	for (unsigned i = 0; i < scale; i++)
		unit *= 10;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	n = number_length(p, end);
	if (p == end)
		return false;
	if (*p == 'P' || *p == 'p')
		ok = iso_8601(p + 1, end, &ns);
	else if (bo_decimal_round(p, (size_t)(end - p), scale, &ns) ==
		 BO_DECIMAL_OK)
		ok = ns <= TK_DURATION_MAX_NS;
	else if (n > 0 && p + n == end)
		ok = units(p, n, unit, &ns);
	else if (n > 0 && p[n] == ':')
		ok = colons(p, end, &ns);
	else
		ok = named_units(p, end, &ns);
	if (ok)
		*out_ns = ns;
	return ok;
}
