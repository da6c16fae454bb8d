/* Tests of times as other programs write them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "base/rfc3339.h"
#include "common/time_format.h"
#include "common/times.h"

#define BAD UINT64_MAX

/* Nanoseconds of a time that the test knows to be right. */
static uint64_t
at(const char *text)
{
	uint64_t ns = 0;

	cr_assert(bo_rfc3339_parse(text, strlen(text), &ns), "%s", text);
	return ns;
}

static struct tk_time_rules
rules_now(const char *now)
{
	return (struct tk_time_rules){.now_ns = at(now)};
}

struct row {
	const char *text;
	/* Without it, the text is refused. */
	const char *want;
};

static void
expect(const struct row *row, size_t count, const struct tk_time_rules *rules)
{
	for (size_t i = 0; i < count; i++) {
		struct tk_time got = {.ns = BAD};
		bool ok = tk_time_parse(row[i].text, strlen(row[i].text), rules,
					&got);
		char back[BO_RFC3339_MAX] = "refused";

		if (ok)
			bo_rfc3339_format(got.ns, 9, back, sizeof(back));
		cr_expect_eq(ok, row[i].want != NULL, "'%s': %s", row[i].text,
			     back);
		if (ok && row[i].want != NULL)
			cr_expect_eq(got.ns, at(row[i].want), "'%s': %s",
				     row[i].text, back);
	}
}

#define EXPECT(rows, rules) expect(rows, sizeof(rows) / sizeof(*(rows)), rules)

Test(common_times, reads_dates_with_the_year_first)
{
	static const struct row row[] = {
		{"2026-01-12T10:00:00Z", "2026-01-12T10:00:00Z"},
		{"2026-01-12 10:00:01,234", "2026-01-12T10:00:01.234Z"},
		{"2026-01-12T10:00:01.1234567+02:00",
		 "2026-01-12T08:00:01.1234567Z"},
		{"2026-01-12T07:37:38.862+0100", "2026-01-12T06:37:38.862Z"},
		{"2026-01-12 10:00:00+02", "2026-01-12T08:00:00Z"},
		{"2026-01-12 10:00:00 +0000", "2026-01-12T10:00:00Z"},
		{"2026-01-12 10:00:00.5 -05:30", "2026-01-12T15:30:00.5Z"},
		{"2026-01-12 10:00:00.123 UTC", "2026-01-12T10:00:00.123Z"},
		{"2026-01-12 10:00:00 CEST", "2026-01-12T08:00:00Z"},
		{"2026-01-12 10:00:00 EST", "2026-01-12T15:00:00Z"},
		{"2026-01-12 10:00:00.123456789 +0200 CEST",
		 "2026-01-12T08:00:00.123456789Z"},
		{"2026-01-12T11:12:37.704293200+05:30[Asia/Calcutta]",
		 "2026-01-12T05:42:37.7042932Z"},
		{"2026-01-12T10:00Z[UTC]", "2026-01-12T10:00:00Z"},
		{"2026-01-12T10:00:00[Etc/Unknown]", "2026-01-12T10:00:00Z"},
		{"[2026-01-12, 09:22:07 UTC]", "2026-01-12T09:22:07Z"},
		{"[2026-01-12T09:22:07.202+0000]", "2026-01-12T09:22:07.202Z"},
		{"2026/01/12 10:00:00", "2026-01-12T10:00:00Z"},
		{"2026.01.12/10:00:00.458", "2026-01-12T10:00:00.458Z"},
		{"2026-01-12@10:00:00", "2026-01-12T10:00:00Z"},
		{"2026_01_12|10:00:00", "2026-01-12T10:00:00Z"},
		{"2026-01-12.10:00:00", "2026-01-12T10:00:00Z"},
		{"2026/01/12 10:00:00.000123", "2026-01-12T10:00:00.000123Z"},
		{"2026-1-2 3:04:05", "2026-01-02T03:04:05Z"},
		{"2026-01-12 10:00:00:250", "2026-01-12T10:00:00.25Z"},
		{"20260112T101500Z", "2026-01-12T10:15:00Z"},
		{"20260112T101500.5", "2026-01-12T10:15:00.5Z"},
		{"20260112 10:15:00", "2026-01-12T10:15:00Z"},
		{"2026-01-12_10:15:00", "2026-01-12T10:15:00Z"},
		{"260112 10:15:00", "2026-01-12T10:15:00Z"},
		{"260112 10 items", NULL},
		{"2026-01-12 GMT+2", NULL},
		{"2026-01-12 10:15:00 GMT+2", "2026-01-12T08:15:00Z"},
		{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
		{"2000-02-29 00:00:00", "2000-02-29T00:00:00Z"},
	};

	EXPECT(row, NULL);
}

Test(common_times, reads_dates_with_names_of_months)
{
	static const struct row row[] = {
		{"12/Jan/2026:13:10:23 +0000", "2026-01-12T13:10:23Z"},
		{"12/Jan/2026:12:14:14.655", "2026-01-12T12:14:14.655Z"},
		{"[12/Jan/2026:13:10:23 +0200]", "2026-01-12T11:10:23Z"},
		{"12-Jan-2026 10:00:00.123", "2026-01-12T10:00:00.123Z"},
		{"12 Jan 2026 10:00:00.123", "2026-01-12T10:00:00.123Z"},
		{"2 December 2026 10:00:00", "2026-12-02T10:00:00Z"},
		{"Mon, 12 Jan 2026 10:15:00 GMT", "2026-01-12T10:15:00Z"},
		{"Mon, 12 Jan 2026 10:15:00 -0800", "2026-01-12T18:15:00Z"},
		{"Mon Jan 12 10:15:00 2026", "2026-01-12T10:15:00Z"},
		{"Mon Jan  2 10:15:00.123456 2026",
		 "2026-01-02T10:15:00.123456Z"},
		{"Mon Jan 12 10:15:00 UTC 2026", "2026-01-12T10:15:00Z"},
		{"Jan 12 2026 10:15:00", "2026-01-12T10:15:00Z"},
		{"Jan 12, 2026 10:15:00 PM", "2026-01-12T22:15:00Z"},
		{"Jan 12, 2026, 12:15:00 AM", "2026-01-12T00:15:00Z"},
		{"12.01.2026 10:15:00", "2026-01-12T10:15:00Z"},
		{"26/01/12 10:15:00", "2026-01-12T10:15:00Z"},
		/* No locale's names, and no guess which number is the month. */
		{"12/Mai/2026:13:10:23 +0000", NULL},
		{"01/12/2026 10:15:00", NULL},
		{"Jan 12, 2026 13:15:00 PM", NULL},
	};

	EXPECT(row, NULL);
}

Test(common_times, takes_the_newest_year_that_is_not_in_the_future)
{
	static const struct {
		const char *now, *text, *want;
	} row[] = {
		{"2026-11-30T10:00:00Z", "I0112 14:12:58.520621",
		 "2026-01-12T14:12:58.520621Z"},
		{"2026-11-30T10:00:00Z", "Jan 12 10:00:00",
		 "2026-01-12T10:00:00Z"},
		{"2026-11-30T10:00:00Z", "Jan  2 10:00:00",
		 "2026-01-02T10:00:00Z"},
		{"2026-11-30T10:00:00Z", "01-12 10:00:00.5",
		 "2026-01-12T10:00:00.5Z"},
		{"2027-01-01T00:00:05Z", "Dec 31 23:59:59",
		 "2026-12-31T23:59:59Z"},
		/* The zone is unknown: it may be tomorrow there. */
		{"2026-12-31T23:00:00Z", "Jan  1 01:00:00",
		 "2027-01-01T01:00:00Z"},
		{"2026-01-12T10:00:00Z", "Jan 13 10:00:01",
		 "2025-01-13T10:00:01Z"},
		{"2026-06-01T00:00:00Z", "Feb 29 10:00:00",
		 "2024-02-29T10:00:00Z"},
		{"2104-01-01T00:00:00Z", "Feb 29 10:00:00",
		 "2096-02-29T10:00:00Z"},
		{"2026-11-30T10:00:00Z", "I20250112 10:00:00.1",
		 "2025-01-12T10:00:00.1Z"},
		{"2026-11-30T10:00:00Z", "09:59:58.123",
		 "2026-11-30T09:59:58.123Z"},
		{"2026-11-30T00:00:10Z", "23:59:58", "2026-11-29T23:59:58Z"},
		{"2026-11-30T23:59:50Z", "00:00:01", "2026-12-01T00:00:01Z"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct row one = {row[i].text, row[i].want};
		struct tk_time_rules rules = rules_now(row[i].now);

		expect(&one, 1, &rules);
		if (strncmp(row[i].text, "I2025", 5) != 0) {
			one.want = NULL;
			expect(&one, 1, NULL);
		}
	}
}

Test(common_times, finds_the_unit_of_a_number_by_its_size)
{
	static const struct row row[] = {
		{"1768212600", "2026-01-12T10:10:00Z"},
		{"1768300583.437593", "2026-01-13T10:36:23.437593Z"},
		{"1.768300583437593e+09", "2026-01-13T10:36:23.437593Z"},
		{"1768212600123", "2026-01-12T10:10:00.123Z"},
		{"1768212600123.5", "2026-01-12T10:10:00.1235Z"},
		{"1768212043651002", "2026-01-12T10:00:43.651002Z"},
		{"1768212600000000001", "2026-01-12T10:10:00.000000001Z"},
		{"12.5", NULL},
		{"-1768212600", NULL},
		{"0", NULL},
	};
	static const struct row small[] = {
		{"12.5", "1970-01-01T00:00:00.0125Z"},
		{"2026-01-12T10:00:00Z", NULL},
	};
	struct tk_time_rules ms = {.form = TK_TIME_UNIX_MS};

	EXPECT(row, NULL);
	EXPECT(small, &ms);
}

Test(common_times, refuses_what_is_not_a_time)
{
	static const struct row row[] = {
		{"", NULL},
		{"[", NULL},
		{"2026", NULL},
		{"2026-01-12", NULL},
		{"10:15", NULL},
		{"1.2.3.4:8080", NULL},
		{"2026-13-12 10:00:00", NULL},
		{"2026-02-29 10:00:00", NULL},
		{"2026-01-12 24:00:00", NULL},
		{"2026-01-12 10:60:00", NULL},
		{"2026-01-12 10:00:61", NULL},
		{"1969-12-31 23:59:59", NULL},
		{"2600-01-01 00:00:00", NULL},
		{"2026-01-12 10:00:00 and more", NULL},
		{"2026-01-12 10:00:00 XYZ", NULL},
		{"MAY 5 RETRIES", NULL},
	};

	EXPECT(row, NULL);
}

Test(common_times, says_what_it_filled_in_and_what_it_took)
{
	static const struct {
		const char *text;
		size_t used;
		bool no_zone, no_year, no_date;
	} row[] = {
		{"2026-01-12 10:00:00,123 WARNING x", 23, true, false, false},
		{"2026-01-12T10:00:00Z: x", 20, false, false, false},
		{"2026-01-12 10:00:00 +0000 [warn]", 25, false, false, false},
		{"2026-01-12 10:00:00 -1 x", 19, true, false, false},
		{"2026-01-12 10:00:00 +00: x", 19, true, false, false},
		{"2026-01-12 10:00:00 +05:30: x", 26, false, false, false},
		{"2026-01-12 10:00:00.1 [main] x", 21, true, false, false},
		{"2026-01-12 10:00:00 UTC [4711] x", 23, false, false, false},
		{"2026-01-12 10:00:00 UTCX", 19, true, false, false},
		{"Jan 12 12:14:14 lb haproxy[1]:", 15, true, true, false},
		{"I0112 14:12:58.520621    3239 x", 21, true, true, false},
		{"10:15:00.123 [main] INFO", 12, true, true, true},
		{"1768212600 x", 10, false, false, false},
		{"1768212600.5 x", 12, false, false, false},
		{"1768212600-1 x", 0, false, false, false},
		{"17682126001 x", 0, false, false, false},
	};
	struct tk_time_rules rules = rules_now("2026-11-30T10:00:00Z");

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_time got = {0};
		size_t used = tk_time_scan(row[i].text, strlen(row[i].text),
					   &rules, &got);

		cr_expect_eq(used, row[i].used, "'%s': %zu", row[i].text, used);
		cr_expect_eq(got.no_zone, row[i].no_zone, "%s", row[i].text);
		cr_expect_eq(got.no_year, row[i].no_year, "%s", row[i].text);
		cr_expect_eq(got.no_date, row[i].no_date, "%s", row[i].text);
	}
}

Test(common_times, uses_the_zone_that_the_caller_gives)
{
	static const struct row row[] = {
		{"2026-01-12 10:00:00", "2026-01-12T08:00:00Z"},
		{"2026-01-12 10:00:00Z", "2026-01-12T10:00:00Z"},
		{"1768212600", "2026-01-12T10:10:00Z"},
	};
	static const struct {
		const char *text;
		int32_t east_s;
	} zone[] = {
		{"Z", 0},          {"UTC", 0},    {"+02:00", 7200},
		{"-0530", -19800}, {"+02", 7200}, {"CET", 3600},
	};
	struct tk_time_rules rules = {.zone_s = 7200};
	int32_t east_s = 1;

	EXPECT(row, &rules);
	for (size_t i = 0; i < sizeof(zone) / sizeof(*zone); i++) {
		cr_expect(tk_zone_parse(zone[i].text, strlen(zone[i].text),
					&east_s));
		cr_expect_eq(east_s, zone[i].east_s, "%s", zone[i].text);
	}
	cr_expect_not(tk_zone_parse("IST", 3, &east_s));
	cr_expect_not(tk_zone_parse("", 0, &east_s));
	cr_expect_not(tk_zone_parse("+2", 2, &east_s));
	cr_expect_not(tk_zone_parse("+02:00x", 7, &east_s));
}

Test(common_times, a_form_that_is_stated)
{
	static const struct {
		const char *format, *text;
		/** As RFC 3339; NULL: it is not such a time. */
		const char *is;
	} row[] = {
		{"%Y.%m.%d/%H:%M:%S", "2026.01.12/10:00:00.5 x",
		 "2026-01-12T10:00:00.5Z"},
		{"%d/%m/%Y %T", "12/01/2026  10:00:00", "2026-01-12T10:00:00Z"},
		{"%m/%d/%y %I:%M %p", "01/12/26 10:00 PM",
		 "2026-01-12T22:00:00Z"},
		{"%F %H-%M-%S,%f %z", "2026-01-12 10-00-00,25 +0200",
		 "2026-01-12T08:00:00.25Z"},
		{"%a %e. %B %Y, %H:%M", "Mon  2. Feb 2026, 09:05",
		 "2026-02-02T09:05:00Z"},
		{"%F %T", "2026-01-12 25:00:00", NULL},
		{"%F %T", "2026-02-30 10:00:00", NULL},
		{"%F %T", "x 2026-01-12 10:00:00", NULL},
		{"%F %T%z", "2026-01-12 10:00:00", NULL},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_time time, want;
		size_t used;

		cr_expect_null(tk_time_format_wrong(row[i].format), "%s",
			       row[i].format);
		used = tk_time_scan_as(row[i].format, row[i].text,
				       strlen(row[i].text), NULL, &time);
		cr_expect_eq(used > 0, row[i].is != NULL, "%s", row[i].text);
		if (row[i].is == NULL || used == 0)
			continue;
		cr_assert(tk_time_parse(row[i].is, strlen(row[i].is), NULL,
					&want));
		cr_expect_eq(time.ns, want.ns, "%s", row[i].text);
	}
	cr_expect_not_null(tk_time_format_wrong("%F %Q"));
	cr_expect_not_null(tk_time_format_wrong("%F %H"));
	cr_expect_not_null(tk_time_format_wrong("%Y-%m %T"));
	cr_expect_not_null(tk_time_format_wrong("%F %T%"));
}
