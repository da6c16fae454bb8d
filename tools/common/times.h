/* Times as programs of all kinds write them, read without the locale and the
 * time zone of this machine. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_TIMES_H
#define TK_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How a time is written. */
enum tk_time_form {
	/** Any way below; a number's unit is found by its size. */
	TK_TIME_AUTO,
	/** A date and a time of day. */
	TK_TIME_WRITTEN,
	/** A number of these since 1970, with or without decimals. */
	TK_TIME_UNIX_S,
	TK_TIME_UNIX_MS,
	TK_TIME_UNIX_US,
	TK_TIME_UNIX_NS,
};

/** What a time does not say itself. */
struct tk_time_rules {
	enum tk_time_form form;
	/** Offset from UTC, in seconds east, of times without one. */
	int32_t zone_s;
	/** A time without a year is the newest that is not later than a day
	 *  after this, one without a date the nearest. Such times are not read
	 *  if it is 0. */
	uint64_t now_ns;
};

struct tk_time {
	/** Since 1970. */
	uint64_t ns;
	/** The text does not have it, and the rules filled it in. Without a
	 *  date there is no year either. */
	bool no_zone, no_year, no_date;
};

/**
 * Read the time that a text begins with.
 *
 * - RFC 3339 and ISO 8601, also with a space, a comma, '/' in the date, no
 *   punctuation (20260112T101500Z), a comma before the decimals, and a zone's
 *   name in brackets after the offset;
 * - 12/Jan/2026:10:15:00 +0000 (web servers), 12-Jan-2026, 12 Jan 2026,
 *   12.01.2026, 26/01/12 (Spark), 260112 (tornado);
 * - Mon, 12 Jan 2026 10:15:00 GMT; Mon Jan 12 10:15:00 2026;
 *   Jan 12, 2026 10:15:00 PM;
 * - without a year: Jan 12 10:15:00 (syslog), I0112 10:15:00.123456 (klog),
 *   01-12 10:15:00;
 * - without a date: 10:15:00.123;
 * - seconds, ms, us or ns since 1970 of 10, 13, 16 or 19 digits.
 *
 * Months have their English names, and 01/12/2026 is refused, because it may be
 * of January or December. Zones are "Z", offsets, "UTC", "GMT", the names of
 * RFC 822 (EST, PDT), CET, EET, WET and their summer times, MSK and JST.
 *
 * @param rules  NULL: any form, UTC, no time without a year
 * @return the bytes it takes; 0 if there is no time
 */
size_t tk_time_scan(const char *text, size_t length,
		    const struct tk_time_rules *rules, struct tk_time *out);

/** Read a text that is a time and nothing else, within brackets, quotes or
 *  spaces or not. A number may be of any length and have an exponent. */
bool tk_time_parse(const char *text, size_t length,
		   const struct tk_time_rules *rules, struct tk_time *out);

/** Read "Z", "UTC", "+02:00", "+0200", "+02" or the name of a zone as above:
 *  seconds east of UTC. */
bool tk_zone_parse(const char *text, size_t length, int32_t *east_s);

#endif
