/* Reads and writes durations and counts as people do. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/num.h"

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MINUTE (60 * BO_NS_PER_S)
#define NS_PER_HOUR (60 * NS_PER_MINUTE)
#define NS_PER_DAY (24 * NS_PER_HOUR)

bool
tk_parse_count(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned digit = (unsigned char)*text - (unsigned)'0';

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

bool
tk_parse_duration(const char *text, uint64_t *out_ns)
{
	uint64_t ns;

	if (bo_duration_parse_loose(text, strlen(text), &ns) != BO_DECIMAL_OK ||
	    ns > TK_DURATION_MAX_NS)
		return false;
	*out_ns = ns;
	return true;
}

/* Three significant digits, without zeros at the end. */
static void
three_digits(double value, const char *unit, char *buffer, size_t size)
{
	char number[32];
	int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
	size_t length;

	snprintf(number, sizeof(number), "%.*f", decimals, value);
	length = strlen(number);
	while (decimals > 0 && number[length - 1] == '0')
		number[--length] = '\0';
	if (number[length - 1] == '.')
		number[--length] = '\0';
	snprintf(buffer, size, "%s%s", number, unit);
}

static void
two_units(uint64_t big, const char *big_unit, uint64_t small,
	  const char *small_unit, char *buffer, size_t size)
{
	snprintf(buffer, size, "%ju%s%02ju%s", (uintmax_t)big, big_unit,
		 (uintmax_t)small, small_unit);
}

char *
tk_format_duration(uint64_t ns, char *buffer, size_t size)
{
	/* Beyond each limit, rounding would reach the next unit. */
	if (ns == 0) {
		snprintf(buffer, size, "0");
	} else if (ns < NS_PER_US) {
		snprintf(buffer, size, "%juns", (uintmax_t)ns);
	} else if (ns < 1000 * NS_PER_US - NS_PER_US / 2) {
		three_digits((double)ns / 1e3, "us", buffer, size);
	} else if (ns < BO_NS_PER_S - BO_NS_PER_MS / 2) {
		three_digits((double)ns / 1e6, "ms", buffer, size);
	} else if (ns < NS_PER_MINUTE - BO_NS_PER_S / 20) {
		three_digits((double)ns / 1e9, "s", buffer, size);
	} else if (ns < NS_PER_HOUR - BO_NS_PER_S / 2) {
		uint64_t s = (ns + BO_NS_PER_S / 2) / BO_NS_PER_S;

		two_units(s / 60, "m", s % 60, "s", buffer, size);
	} else if (ns < NS_PER_DAY - NS_PER_MINUTE / 2) {
		uint64_t m = (ns + NS_PER_MINUTE / 2) / NS_PER_MINUTE;

		two_units(m / 60, "h", m % 60, "m", buffer, size);
	} else if (ns < 1000 * NS_PER_DAY - NS_PER_HOUR / 2) {
		uint64_t h = (ns + NS_PER_HOUR / 2) / NS_PER_HOUR;

		two_units(h / 24, "d", h % 24, "h", buffer, size);
	} else {
		snprintf(buffer, size, "%jud",
			 (uintmax_t)((ns - 1) / NS_PER_DAY + 1));
	}
	return buffer;
}

char *
tk_format_count(double value, char *buffer, size_t size)
{
	static const char *const unit[] = {"", "k", "M", "G", "T", "P", "E"};
	const char *sign = value < 0 ? "-" : "";
	char number[32];
	size_t i = 0;

	if (!isfinite(value)) {
		snprintf(buffer, size, "-");
		return buffer;
	}
	value = fabs(value);
	/* 999.95 and more would print as 1000. */
	while (value >= 999.5 && i + 1 < sizeof(unit) / sizeof(*unit)) {
		value /= 1000;
		i++;
	}
	if (value >= 1e6)
		snprintf(number, sizeof(number), "%.3g", value);
	else if (value < 9.95 && value != floor(value))
		snprintf(number, sizeof(number), "%.1f", value);
	else
		snprintf(number, sizeof(number), "%.0f", value);
	/* "2.0k" is "2k". */
	if (strlen(number) > 2 &&
	    strcmp(number + strlen(number) - 2, ".0") == 0)
		number[strlen(number) - 2] = '\0';
	snprintf(buffer, size, "%s%s%s", sign, number, unit[i]);
	return buffer;
}

char *
tk_format_rate(double per_s, char *buffer, size_t size)
{
	if (per_s >= 99999.95)
		return tk_format_count(per_s, buffer, size);
	if (per_s <= 0.0)
		snprintf(buffer, size, "0");
	else
		snprintf(buffer, size, per_s < 9.995 ? "%.2f" : "%.1f", per_s);
	return buffer;
}
