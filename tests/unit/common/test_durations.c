/* Tests of durations as other programs write them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "common/durations.h"

#define MS UINT64_C(1000000)
#define S (1000 * MS)
#define BAD UINT64_MAX

struct row {
	const char *text;
	unsigned scale;
	uint64_t want;
};

static void
expect(const struct row *row, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t got = BAD;
		bool ok = tk_duration_parse(row[i].text, strlen(row[i].text),
					    row[i].scale, &got);

		cr_expect_eq(ok, row[i].want != BAD, "'%s'", row[i].text);
		cr_expect_eq(got, row[i].want, "'%s': %" PRIu64, row[i].text,
			     got);
	}
}

#define EXPECT(rows) expect(rows, sizeof(rows) / sizeof(*(rows)))

Test(common_durations, reads_what_loggers_write)
{
	static const struct row row[] = {
		/* Bare numbers, in the unit that the caller gives. */
		{"1.5", 9, 1500 * MS},
		{"0.885814", 9, 885814000},
		{"73", 6, 73 * MS},
		{"1500000000", 0, 1500 * MS},
		{"0.5", 0, 1},
		{"1e3", 6, S},
		{".5", 9, 500 * MS},
		{"007", 9, 7 * S},
		{"0", 9, 0},
		/* Go, Rust, Kotlin. */
		{"1.5s", 9, 1500 * MS},
		{"73ms", 9, 73 * MS},
		{"53.5176ms", 9, 53517600},
		{"12.3\xc2\xb5s", 9, 12300},
		{"12.3\xce\xbcs", 9, 12300},
		{"1m2.1329769s", 9, 62 * S + 132976900},
		{"1h0m0s", 9, 3600 * S},
		{"1m 2s", 9, 62 * S},
		{"100ns", 9, 100},
		/* ISO 8601. */
		{"PT0.744S", 9, 744 * MS},
		{"PT1M1.5S", 9, 61500 * MS},
		{"P1DT2H", 9, 26 * 3600 * S},
		{"P1W", 9, 7 * 86400 * S},
		/* .NET, Python. */
		{"00:00:01.5", 9, 1500 * MS},
		{"00:00:02.1000000", 9, 2100 * MS},
		{"1.02:00:00", 9, 26 * 3600 * S},
		{"0:00:01.500000", 9, 1500 * MS},
		{"1 day, 0:00:01", 9, 86401 * S},
		{"2 days, 1:00:00", 9, 49 * 3600 * S},
		{"01:30", 9, 90 * S},
		/* Words. */
		{"2 seconds", 9, 2 * S},
		{"1 second", 6, S},
		{"3 min", 9, 180 * S},
		{"1000 MILLISECONDS", 9, S},
		{"1 hour, 5 minutes", 9, 65 * 60 * S},
		{"1 minute and 5 seconds", 9, 65 * S},
		{" 5 Secs ", 9, 5 * S},
	};

	EXPECT(row);
}

Test(common_durations, refuses_what_is_not_a_duration)
{
	static const struct row row[] = {
		{"", 9, BAD},
		{" ", 9, BAD},
		{".", 9, BAD},
		{"s", 9, BAD},
		{"-1", 9, BAD},
		{"-1s", 9, BAD},
		{"PT-1S", 9, BAD},
		{"P", 9, BAD},
		{"PT", 9, BAD},
		{"P1S", 9, BAD},
		{"PT1D", 9, BAD},
		{"PT1S1M", 9, BAD},
		{"1M", 9, BAD},
		{"5s 3m", 9, BAD},
		{"5s5s", 9, BAD},
		{"1 x", 9, BAD},
		{"nan", 9, BAD},
		{"1.5.5", 9, BAD},
		{"1:", 9, BAD},
		{"1::1", 9, BAD},
		{"::", 9, BAD},
		{"99999999999999999999", 9, BAD},
		{"999999999999h", 9, BAD},
		{"2000000000", 9, BAD},
		{"1000000000", 9, 1000000000 * S},
	};

	EXPECT(row);
}
