/* Tests of src/base/rfc3339: times written and read. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

#include <backoff/rng.h>

#include "base/num.h"
#include "base/rfc3339.h"

#define BAD UINT64_MAX
#define S BO_NS_PER_S
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

Test(base_rfc3339, times_are_read)
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

Test(base_rfc3339, anything_else_is_refused)
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
		{"offset of seconds", "2026-11-23T10:15:30+01:00:00", 0},
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

Test(base_rfc3339, a_cut_time_is_refused_at_every_byte)
{
	static const char whole[] = "2026-11-23T10:15:30.123456+01:00";
	uint64_t got;

	for (size_t i = 0; i < sizeof(whole) - 1; i++)
		cr_expect(!bo_rfc3339_parse(whole, i, &got), "%zu bytes", i);
	cr_expect(bo_rfc3339_parse(whole, sizeof(whole) - 1, &got));
}

/* The C library is the reference. */
Test(base_rfc3339, times_go_out_and_come_back)
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

Test(base_rfc3339, every_day_is_written_as_the_system_says)
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

Test(base_rfc3339, loose_times_are_read)
{
	static const struct {
		const char *text;
		uint64_t want;
	} row[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01T01:00:00+01:00", 0},
		{"1970-01-01T00:00:00-00:30", 1800 * S},
		{"2026-11-23T10:00:00.193766+00:00",
		 UINT64_C(1795428000193766000)},
		{"2026-11-23 10:00:00,193Z", UINT64_C(1795428000193000000)},
		{"2026-11-23t10:00:00z", 1795428000 * S},
		{"2026-11-23T12:00:00+0200", 1795428000 * S},
		{"2026-11-23T12:00:00+02", 1795428000 * S},
		{"2026-11-23T10:00:00.1234567899Z",
		 UINT64_C(1795428000123456789)},
		{"2000-02-29T00:00:00Z", 951782400 * S},
		{"2016-12-31T23:59:60Z", 1483228800 * S},
		{"2100-02-29T00:00:00Z", BAD},
		{"2026-02-29T00:00:00Z", BAD},
		{"2026-13-01T00:00:00Z", BAD},
		{"2026-00-01T00:00:00Z", BAD},
		{"2026-11-31T00:00:00Z", BAD},
		{"2026-11-23T24:00:00Z", BAD},
		{"2026-11-23T10:60:00Z", BAD},
		{"2026-11-23T10:00:61Z", BAD},
		{"2026-11-23T10:00:00", BAD},
		{"2026-11-23T10:00:00.Z", BAD},
		{"2026-11-23T10:00:00Zx", BAD},
		{"2026-11-23T10:00:00+25:00", BAD},
		{"2026-11-23T10:00:00+0", BAD},
		{"2026-11-23", BAD},
		{"1969-12-31T23:59:59Z", BAD},
		{"1970-01-01T00:00:00+00:01", BAD},
		{"9999-12-31T23:59:59Z", BAD},
		{"+026-11-23T10:00:00Z", BAD},
		{"", BAD},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint64_t got = BAD;
		bool ok = bo_rfc3339_parse_loose(row[i].text,
						 strlen(row[i].text), &got);

		cr_expect_eq(ok, row[i].want != BAD, "'%s'", row[i].text);
		cr_expect_eq(got, row[i].want, "'%s': %" PRIu64, row[i].text,
			     got);
	}
}

Test(base_rfc3339, formatted_times_parse_to_themselves)
{
	char text[64];

	bo_rfc3339_format(UINT64_C(1795428000193766123), 6, text, sizeof(text));
	cr_expect_str_eq(text, "2026-11-23T10:00:00.193766Z");
	bo_rfc3339_format(UINT64_C(1795428000193766123), 0, text, sizeof(text));
	cr_expect_str_eq(text, "2026-11-23T10:00:00Z");
	for (uint64_t ns = 1; ns < UINT64_C(18446744073) * S;
	     ns = ns + ns / 13 + UINT64_C(40000000001)) {
		uint64_t back = 0;

		bo_rfc3339_format(ns, 9, text, sizeof(text));
		cr_assert(bo_rfc3339_parse(text, strlen(text), &back), "%s",
			  text);
		cr_assert_eq(back, ns, "%s", text);
		if (ns > UINT64_MAX / 2)
			break;
	}
}

Test(base_rfc3339, formatted_times_have_as_many_decimals_as_asked_for)
{
	static const char whole[] = "2026-11-23T10:00:00.193766123";
	const uint64_t ns = UINT64_C(1795428000193766123);

	for (unsigned decimals = 0; decimals <= 12; decimals++) {
		size_t kept = decimals == 0  ? 19
			      : decimals < 9 ? 20 + decimals
					     : sizeof(whole) - 1;
		char got[BO_RFC3339_MAX], want[BO_RFC3339_MAX];

		snprintf(want, sizeof(want), "%.*sZ", (int)kept, whole);
		bo_rfc3339_format(ns, decimals, got, sizeof(got));
		cr_expect_str_eq(got, want, "%u: %s", decimals, got);
	}
}

Test(base_rfc3339, a_formatted_time_is_cut_where_its_room_ends)
{
	static const char whole[] = "2026-11-23T10:00:00.193766123Z";

	for (size_t size = 0; size <= sizeof(whole); size++) {
		char got[64];
		size_t fits = size < sizeof(whole) ? size : sizeof(whole);

		memset(got, '#', sizeof(got));
		cr_expect(bo_rfc3339_format(UINT64_C(1795428000193766123), 9,
					    got, size) == got);
		cr_expect(fits == 0 || (memcmp(got, whole, fits - 1) == 0 &&
					got[fits - 1] == '\0'),
			  "size %zu", size);
		cr_expect(got[fits] == '#', "size %zu", size);
	}
}
