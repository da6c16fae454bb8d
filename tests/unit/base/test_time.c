/* Tests of src/base/text: RFC 3339 times. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

#include <backoff/rng.h>

#include "base/num.h"
#include "base/text.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

Test(base_time, times_are_read)
{
	static const struct {
		const char *why, *text;
		uint64_t ns;
	} row[] = {
		{"the epoch", "1970-01-01T00:00:00Z", 0},
		{"microseconds", "1970-01-01T00:00:00.000001Z", 1000},
		{"one decimal", "1970-01-01T00:00:01.5Z", 1500000000},
		{"nine decimals", "1970-01-01T00:00:00.000000001Z", 1},
		{"more than nine are dropped",
		 "1970-01-01T00:00:00.0000000019999Z", 1},
		{"small letters", "1970-01-01t00:00:02z", 2 * BO_NS_PER_S},
		{"a space", "1970-01-01 00:00:02Z", 2 * BO_NS_PER_S},
		{"east", "1970-01-01T02:00:00+01:30", 1800 * BO_NS_PER_S},
		{"west", "1970-01-01T00:00:00-01:30", 5400 * BO_NS_PER_S},
		{"unknown offset", "1970-01-01T00:00:00-00:00", 0},
		{"the old year elsewhere", "1969-12-31T23:30:00-01:00",
		 1800 * BO_NS_PER_S},
		{"leap day", "2024-02-29T00:00:00Z",
		 UINT64_C(1709164800) * BO_NS_PER_S},
		{"leap day of a fourth century", "2000-02-29T00:00:00Z",
		 UINT64_C(951782400) * BO_NS_PER_S},
		{"a leap second is the next one's start",
		 "2016-12-31T23:59:60Z", UINT64_C(1483228800) * BO_NS_PER_S},
		{"the last that fits", "2554-07-21T23:34:33.709551615Z",
		 UINT64_MAX},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint64_t got = 42;

		cr_expect(bo_rfc3339_parse(row[i].text, strlen(row[i].text),
					   &got),
			  "%s", row[i].why);
		cr_expect(got == row[i].ns, "%s: %llu", row[i].why,
			  (unsigned long long)got);
	}
}

Test(base_time, what_is_no_time_is_refused)
{
	static const struct {
		const char *why, *text;
		size_t length;
	} row[] = {
		{"nothing", "", 0},
		{"a date", "2026-11-23", 0},
		{"no zone", "2026-11-23T10:15:30", 0},
		{"no zone with decimals", "2026-11-23T10:15:30.123456", 0},
		{"point without decimals", "2026-11-23T10:15:30.Z", 0},
		{"a comma", "2026-11-23T10:15:30,5Z", 0},
		{"text behind", "2026-11-23T10:15:30Z ", 0},
		{"text before", " 2026-11-23T10:15:30Z", 0},
		{"month 0", "2026-00-23T10:15:30Z", 0},
		{"month 13", "2026-13-23T10:15:30Z", 0},
		{"day 0", "2026-11-00T10:15:30Z", 0},
		{"November 31", "2026-11-31T10:15:30Z", 0},
		{"no leap year", "2026-02-29T10:15:30Z", 0},
		{"no leap century", "2100-02-29T10:15:30Z", 0},
		{"hour 24", "2026-11-23T24:00:00Z", 0},
		{"minute 60", "2026-11-23T10:60:30Z", 0},
		{"second 61", "2026-11-23T10:15:61Z", 0},
		{"a letter in the year", "2O26-11-23T10:15:30Z", 0},
		{"a sign in the hour", "2026-11-23T+1:15:30Z", 0},
		{"wrong separators", "2026/11/23T10:15:30Z", 0},
		{"no separator", "2026-11-23_10:15:30Z", 0},
		{"NUL as separator",
		 "2026-11-23\0"
		 "10:15:30Z",
		 20},
		{"NUL behind", "2026-11-23T10:15:30Z\0", 21},
		{"before 1970", "1969-12-31T23:59:59Z", 0},
		{"before 1970 by its offset", "1970-01-01T00:00:00+00:01", 0},
		{"the year 0", "0000-01-01T00:00:00Z", 0},
		{"offset without colon", "2026-11-23T10:15:30+0100", 0},
		{"offset of hours", "2026-11-23T10:15:30+01", 0},
		{"offset of 24 hours", "2026-11-23T10:15:30+24:00", 0},
		{"offset of 60 minutes", "2026-11-23T10:15:30+01:60", 0},
		{"later than 64 bits of nanoseconds",
		 "2554-07-21T23:34:33.709551616Z", 0},
		{"much later", "9999-12-31T23:59:59Z", 0},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		size_t length =
			row[i].length > 0 ? row[i].length : strlen(row[i].text);
		uint64_t got = 42;

		cr_expect(!bo_rfc3339_parse(row[i].text, length, &got), "%s",
			  row[i].why);
		cr_expect(got == 42, "%s: untouched", row[i].why);
	}
}

Test(base_time, a_cut_time_is_refused_at_every_byte)
{
	static const char whole[] = "2026-11-23T10:15:30.123456+01:00";
	uint64_t got;

	for (size_t i = 0; i < sizeof(whole) - 1; i++)
		cr_expect(!bo_rfc3339_parse(whole, i, &got), "%zu bytes", i);
	cr_expect(bo_rfc3339_parse(whole, sizeof(whole) - 1, &got));
}

/* The C library is the reference. */
Test(base_time, times_go_out_and_come_back)
{
	for (uint64_t i = 0; i < 50000; i++) {
		uint64_t ns = i == 0   ? 0
			      : i == 1 ? UINT64_MAX
				       : backoff_draw(12, 200, i, 0);
		time_t seconds = (time_t)(ns / BO_NS_PER_S);
		char text[28] = "", want[64];
		struct tm civil;
		uint64_t got = 0;
		size_t n;

		bo_rfc3339_put(ns, text);
		gmtime_r(&seconds, &civil);
		n = strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S", &civil);
		cr_assert(memcmp(text, want, n) == 0, "%s is %.27s", want,
			  text);
		cr_assert(bo_rfc3339_parse(text, 27, &got), "%.27s", text);
		cr_assert(got == ns - ns % 1000, "%.27s", text);
	}
}

Test(base_time, every_day_is_written_as_the_system_says)
{
	for (uint64_t day = 0; day < UINT64_MAX / (86400 * BO_NS_PER_S);
	     day++) {
		uint64_t of_day = day * UINT64_C(7919993777) % 86400000000;
		uint64_t ns = day * 86400 * BO_NS_PER_S + of_day * 1000 + 999;
		time_t seconds = (time_t)(ns / BO_NS_PER_S);
		char want[40], got[28] = "";
		struct tm tm;

		gmtime_r(&seconds, &tm);
		strftime(want, 21, "%Y-%m-%dT%H:%M:%S.", &tm);
		snprintf(want + 20, sizeof(want) - 20, "%06uZ",
			 (unsigned)(ns % BO_NS_PER_S / 1000));
		bo_rfc3339_put(ns, got);
		cr_assert(strcmp(got, want) == 0, "%s, not %s", got, want);
	}
}
