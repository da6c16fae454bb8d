/* Tests of src/outcome/hint: every form of a hint, and what is not one. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <backoff/hint.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)
/** Longer hints are read as this. */
#define MOST (1000000000 * S)
/** Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110. */
#define NOV_1994 (784111777 * S)
/** 2026-11-23T10:00:00Z. */
#define NOV_2026 (UINT64_C(1795428000) * S)
/** 2099-12-31T23:59:50Z. */
#define END_OF_2099 (4102444790 * S)

static const struct {
	const char *why, *name, *value;
	uint64_t wall_ns;
	enum backoff_status status;
	struct backoff_hint want;
} row[] = {
#define DELAY(ns)                                                              \
	BACKOFF_OK,                                                            \
	{                                                                      \
		.kind = BACKOFF_HINT_DELAY, .delay_ns = ns                     \
	}
#define FORBID                                                                 \
	BACKOFF_OK,                                                            \
	{                                                                      \
		.kind = BACKOFF_HINT_FORBID                                    \
	}
#define NOTHING                                                                \
	BACKOFF_OK,                                                            \
	{                                                                      \
		.kind = BACKOFF_HINT_NONE                                      \
	}
#define BAD                                                                    \
	BACKOFF_E_VALUE,                                                       \
	{                                                                      \
		.kind = BACKOFF_HINT_NONE                                      \
	}
#define RA "Retry-After"
	{"whole seconds", RA, "120", 0, DELAY(120 * S)},
	{"0 is a hint", RA, "0", 0, DELAY(0)},
	{"names have no case", "rETRY-aFTER", "1", 0, DELAY(S)},
	{"blanks around it", RA, " \t 7\t ", 0, DELAY(7 * S)},
	{"leading zeros", RA, "007", 0, DELAY(7 * S)},
	{"only zeros", RA, "000", 0, DELAY(0)},
	{"the longest that is kept", RA, "1000000000", 0, DELAY(MOST)},
	{"longer", RA, "1000000001", 0, DELAY(MOST)},
	{"more than 64 bits", RA, "99999999999999999999999999", 0, DELAY(MOST)},
	{"more digits than anything", RA,
	 "100000000000000000000000000000000000000000000000000000000000000000000"
	 "0"
	 "0000000000000000000000000000000000000000000000000000000000000000000",
	 0, DELAY(MOST)},
	{"negative", RA, "-1", 0, BAD},
	{"negative zero", RA, "-0", 0, BAD},
	{"a sign", RA, "+1", 0, BAD},
	{"a fraction", RA, "299.997", 0, DELAY(299997 * MS)},
	{"a fraction below a second", RA, "0.503", 0, DELAY(503 * MS)},
	{"a fraction of nothing", RA, "2.0", 0, DELAY(2 * S)},
	{"never shorter than said", RA, "0.0000000001", 0, DELAY(1)},
	{"nor by the last of many digits", RA, "1.0000000000000000000000001", 0,
	 DELAY(S + 1)},
	{"not longer than said", RA, "1.0000000010000000000000000", 0,
	 DELAY(S + 1)},
	{"a negative fraction", RA, "-0.5", 0, BAD},
	{"a fraction with an exponent", RA, "1.5e3", 0, BAD},
	{"a fraction without a whole", RA, ".5", 0, BAD},
	{"a point without a fraction", RA, "5.", 0, BAD},
	{"a comma", RA, "1,5", 0, BAD},
	{"an exponent", RA, "1e3", 0, BAD},
	{"hexadecimal", RA, "0x10", 0, BAD},
	{"not a number", RA, "NaN", 0, BAD},
	{"infinite", RA, "inf", 0, BAD},
	{"a unit", RA, "5s", 0, BAD},
	{"two numbers", RA, "5 5", 0, BAD},
	{"a list", RA, "5, 6", 0, BAD},
	{"empty", RA, "", 0, BAD},
	{"blank", RA, " \t", 0, BAD},
	{"words", RA, "soon", 0, BAD},
	{"other digits", RA, "\xd9\xa1\xd9\xa2", 0, BAD},
	{"another space", RA,
	 "\xc2\xa0"
	 "5",
	 0, BAD},
	{"a line end behind it", RA, "120\r\n", 0, DELAY(120 * S)},
	{"half of one", RA, "120\r", 0, DELAY(120 * S)},
	{"the other half", RA, "5\n", 0, DELAY(5 * S)},
	{"blanks and a line end", RA, " 5 \r\n", 0, DELAY(5 * S)},
	{"a line end behind a date", RA, "Sun, 06 Nov 1994 08:49:37 GMT\r\n",
	 NOV_1994, DELAY(0)},
	{"a line end before it", RA, "\n5", 0, BAD},
	{"a line end inside", RA, "5\n5", 0, BAD},
	{"infinity in full", RA, "Infinity", 0, BAD},
	{"hexadecimal digits", RA, "ff", 0, BAD},

	{"an HTTP date ahead", RA, "Sun, 06 Nov 1994 08:49:37 GMT",
	 NOV_1994 - 30 * S, DELAY(30 * S)},
	{"to the nanosecond", RA, "Sun, 06 Nov 1994 08:49:37 GMT",
	 NOV_1994 - 30 * S - 1, DELAY(30 * S + 1)},
	{"the date is now", RA, "Sun, 06 Nov 1994 08:49:37 GMT", NOV_1994,
	 DELAY(0)},
	{"the date has passed", RA, "Sun, 06 Nov 1994 08:49:37 GMT",
	 NOV_1994 + S, DELAY(0)},
	{"the obsolete form of RFC 850", RA, "Sunday, 06-Nov-94 08:49:37 GMT",
	 NOV_1994 - S, DELAY(S)},
	{"the form of asctime", RA, "Sun Nov  6 08:49:37 1994", NOV_1994 - S,
	 DELAY(S)},
	{"asctime with two digits", RA, "Wed Nov 16 08:49:37 1994", NOV_1994,
	 DELAY(864000 * S)},
	{"blanks around a date", RA, "  Sun, 06 Nov 1994 08:49:37 GMT\t",
	 NOV_1994 - S, DELAY(S)},
	{"a year turns", RA, "Sun, 01 Jan 1995 00:00:05 GMT",
	 UINT64_C(788918395) * S, DELAY(10 * S)},
	{"a leap day", RA, "Thu, 29 Feb 1996 00:00:00 GMT",
	 UINT64_C(825552000) * S - S, DELAY(S)},
	{"not a leap day", RA, "Wed, 29 Feb 1995 00:00:00 GMT", NOV_1994, BAD},
	{"a leap second", RA, "Sat, 31 Dec 1994 23:59:60 GMT",
	 UINT64_C(788918399) * S, DELAY(S)},
	{"two leap seconds", RA, "Sat, 31 Dec 1994 23:59:61 GMT", NOV_1994,
	 BAD},
	{"two digits of a past year", RA, "Sunday, 06-Nov-94 08:49:37 GMT",
	 UINT64_C(1700000000) * S, DELAY(0)},
	{"two digits of a future year", RA, "Friday, 01-Jan-00 00:00:10 GMT",
	 END_OF_2099, DELAY(20 * S)},
	{"two digits of the current year", RA,
	 "Thursday, 31-Dec-99 23:59:59 GMT", END_OF_2099, DELAY(9 * S)},
	{"two digits 50 years ahead", RA, "Monday, 06-Nov-44 08:49:37 GMT",
	 NOV_1994, DELAY(MOST)},
	{"two digits 51 years ahead mean the past", RA,
	 "Monday, 06-Nov-45 08:49:37 GMT", NOV_1994, DELAY(0)},
	{"a date before 1970", RA, "Sat, 06 Nov 1965 08:49:37 GMT", NOV_1994,
	 DELAY(0)},
	{"not a date before 1970", RA, "Sat, 6 Nov 1965 08:49:37 GMT", NOV_1994,
	 BAD},
	{"not a day before 1970", RA, "Sat, 31 Nov 1965 08:49:37 GMT", NOV_1994,
	 BAD},
	{"not an hour before 1970", RA, "Sat, 06 Nov 1965 24:49:37 GMT",
	 NOV_1994, BAD},
	{"a leap day before 1970", RA, "Sat, 29 Feb 1964 08:49:37 GMT",
	 NOV_1994, DELAY(0)},
	{"1900 was not a leap year", RA, "Thu, 29 Feb 1900 08:49:37 GMT",
	 NOV_1994, BAD},
	{"the last year of all", RA, "Fri, 31 Dec 9999 23:59:59 GMT", NOV_1994,
	 DELAY(MOST)},
	{"not a day in the last year", RA, "Fri, 32 Dec 9999 23:59:59 GMT",
	 NOV_1994, BAD},
	{"another zone", RA, "Sun, 06 Nov 1994 08:49:37 CET", NOV_1994, BAD},
	{"a numeric zone", RA, "Sun, 06 Nov 1994 08:49:37 +0000", NOV_1994,
	 BAD},
	{"no zone", RA, "Sun, 06 Nov 1994 08:49:37", NOV_1994, BAD},
	{"one digit of a day", RA, "Sun, 6 Nov 1994 08:49:37 GMT", NOV_1994,
	 BAD},
	{"no such weekday", RA, "Xxx, 06 Nov 1994 08:49:37 GMT", NOV_1994, BAD},
	{"no such month", RA, "Sun, 06 Xxx 1994 08:49:37 GMT", NOV_1994, BAD},
	{"no such day", RA, "Sun, 32 Nov 1994 08:49:37 GMT", NOV_1994, BAD},
	{"day 0", RA, "Sun, 00 Nov 1994 08:49:37 GMT", NOV_1994, BAD},
	{"no such hour", RA, "Sun, 06 Nov 1994 24:00:00 GMT", NOV_1994, BAD},
	{"no such minute", RA, "Sun, 06 Nov 1994 08:60:37 GMT", NOV_1994, BAD},
	{"a truncated date", RA, "Sun, 06 Nov 1994 08:49", NOV_1994, BAD},
	{"only a weekday", RA, "Sun, ", NOV_1994, BAD},
	{"more after a date", RA, "Sun, 06 Nov 1994 08:49:37 GMT x", NOV_1994,
	 BAD},
	{"RFC 3339", RA, "1994-11-06T08:49:37Z", NOV_1994, BAD},

	{"milliseconds", "retry-after-ms", "1500", 0, DELAY(1500 * MS)},
	{"a fraction of a millisecond", "Retry-After-Ms", "0.5", 0,
	 DELAY(MS / 2)},
	{"0 milliseconds", "retry-after-ms", "0", 0, DELAY(0)},
	{"huge milliseconds", "retry-after-ms", "1e99", 0, BAD},
	{"many milliseconds", "retry-after-ms", "99999999999999999999", 0,
	 DELAY(MOST)},
	{"negative milliseconds", "retry-after-ms", "-5", 0, BAD},
	{"not a number of milliseconds", "retry-after-ms", "NaN", 0, BAD},
	{"only a point", "retry-after-ms", ".", 0, BAD},
	{"two points", "retry-after-ms", "1.2.3", 0, BAD},
	{"no digit before", "retry-after-ms", ".5", 0, BAD},
	{"no digit behind", "retry-after-ms", "5.", 0, BAD},
	{"a date instead of milliseconds", "retry-after-ms",
	 "Sun, 06 Nov 1994 08:49:37 GMT", 0, BAD},
	{"AWS", "x-amz-retry-after", "250", 0, DELAY(250 * MS)},
	{"AWS with a fraction", "X-Amz-Retry-After", "0.25", 0, DELAY(MS / 4)},
	{"AWS with words", "x-amz-retry-after", "later", 0, BAD},

	{"gRPC", "grpc-retry-pushback-ms", "50", 0, DELAY(50 * MS)},
	{"gRPC at once", "grpc-retry-pushback-ms", "0", 0, DELAY(0)},
	{"gRPC says no", "grpc-retry-pushback-ms", "-1", 0, FORBID},
	{"gRPC says nothing readable", "grpc-retry-pushback-ms", "abc", 0,
	 FORBID},
	{"gRPC says nothing", "grpc-retry-pushback-ms", "", 0, FORBID},
	{"gRPC has whole numbers", "grpc-retry-pushback-ms", "1.5", 0, FORBID},
	{"do not", "x-should-retry", "false", 0, FORBID},
	{"do not, in capitals", "X-Should-Retry", " FALSE ", 0, FORBID},
	{"do, at any time", "x-should-retry", "true", 0, NOTHING},
	{"neither", "x-should-retry", "maybe", 0, BAD},
	{"empty", "x-should-retry", "", 0, BAD},

	{"gRPC with a line end", "grpc-retry-pushback-ms", "50\r\n", 0,
	 DELAY(50 * MS)},
	{"Azure", "x-ms-retry-after-ms", "1500", 0, DELAY(1500 * MS)},
	{"Azure with a fraction", "X-Ms-Retry-After-Ms", "0.0000001", 0,
	 DELAY(1)},
	{"Azure with a sign", "x-ms-retry-after-ms", "-1", 0, BAD},
	{"with an x", "x-retry-after", "5", 0, DELAY(5 * S)},
	{"with an x, a date", "X-Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT",
	 NOV_1994 - S, DELAY(S)},
	{"with an x, NaN", "x-retry-after", "nan", 0, BAD},

#define RESET(ns)                                                              \
	BACKOFF_OK,                                                            \
	{                                                                      \
		.kind = BACKOFF_HINT_RESET, .delay_ns = ns                     \
	}
#define XR "x-ratelimit-reset"
	{"seconds until a reset", XR, "60", NOV_2026, RESET(60 * S)},
	{"0 until a reset", XR, "0", NOV_2026, RESET(0)},
	{"a fraction until a reset", XR, "0.25", NOV_2026, RESET(250 * MS)},
	{"seconds of 1970", XR, "1795428930", NOV_2026, RESET(930 * S)},
	{"a fraction of 1970", XR, "1795428930.5", NOV_2026,
	 RESET(930500 * MS)},
	{"passed seconds of 1970", XR, "1795427000", NOV_2026, RESET(0)},
	{"milliseconds of 1970", XR, "1795428930500", NOV_2026,
	 RESET(930500 * MS)},
	{"the most seconds from now", XR, "999999999", NOV_2026,
	 RESET(UINT64_C(999999999) * S)},
	{"the least seconds of 1970", XR, "1000000000", NOV_2026, RESET(0)},
	{"neither seconds nor milliseconds", XR, "100000000000", NOV_2026, BAD},
	{"the least milliseconds of 1970", XR, "1000000000000", NOV_2026,
	 RESET(0)},
	{"microseconds", XR, "1795428930500000", NOV_2026, BAD},
	{"a signed reset", XR, "-1", NOV_2026, BAD},
	{"a reset with an exponent", XR, "1e3", NOV_2026, BAD},
	{"an infinite reset", XR, "inf", NOV_2026, BAD},
	{"an empty reset", XR, "", NOV_2026, BAD},
	{"Twitter", "x-rate-limit-reset", "1795428930", NOV_2026,
	 RESET(930 * S)},
	{"the drafts", "RateLimit-Reset", "30\r\n", NOV_2026, RESET(30 * S)},
	{"OpenAI", "x-ratelimit-reset-requests", "6m0s", NOV_2026,
	 RESET(360 * S)},
	{"OpenAI in hours", "x-ratelimit-reset-tokens", "1h2m", NOV_2026,
	 RESET(3720 * S)},
	{"OpenAI in milliseconds", "x-ratelimit-reset-tokens", "20ms", NOV_2026,
	 RESET(20 * MS)},
	{"OpenAI with a fraction", "x-ratelimit-reset-tokens", "1m2.5s",
	 NOV_2026, RESET(62500 * MS)},
	{"days", "x-ratelimit-reset-requests", "1d12h", NOV_2026,
	 RESET(129600 * S)},
	{"microseconds", "x-ratelimit-reset-requests", "1.5\xc2\xb5s", NOV_2026,
	 RESET(1500)},
	{"minutes rounded up", "x-ratelimit-reset-requests", "0.00000000001m",
	 NOV_2026, RESET(1)},
	{"seconds of tokens", "x-ratelimit-reset-tokens", "7", NOV_2026,
	 RESET(7 * S)},
	{"1970 of tokens", "x-ratelimit-reset-tokens", "1795428930", NOV_2026,
	 RESET(930 * S)},
	{"of tokens per minute", "x-ratelimit-reset-tokens-minute", "7",
	 NOV_2026, RESET(7 * S)},
	{"units in the wrong order", "x-ratelimit-reset-tokens", "1s2m",
	 NOV_2026, BAD},
	{"a unit twice", "x-ratelimit-reset-tokens", "1s2s", NOV_2026, BAD},
	{"a number behind the last unit", "x-ratelimit-reset-tokens", "1m2",
	 NOV_2026, BAD},
	{"no number", "x-ratelimit-reset-tokens", "ms", NOV_2026, BAD},
	{"another unit", "x-ratelimit-reset-tokens", "1w", NOV_2026, BAD},
	{"a signed duration", "x-ratelimit-reset-tokens", "-1s", NOV_2026, BAD},
	{"blanks in a duration", "x-ratelimit-reset-tokens", "1m 2s", NOV_2026,
	 BAD},
	{"Anthropic", "anthropic-ratelimit-requests-reset",
	 "2026-11-23T10:15:30Z", NOV_2026, RESET(930 * S)},
	{"Anthropic with an offset", "anthropic-ratelimit-tokens-reset",
	 "2026-11-23T11:15:30.25+01:00", NOV_2026, RESET(930250 * MS)},
	{"Anthropic, another limit", "Anthropic-RateLimit-Input-Tokens-Reset",
	 "2026-11-23T09:00:00Z", NOV_2026, RESET(0)},
	{"Anthropic without a limit",
	 "anthropic-ratelimit-reset",
	 "5",
	 NOV_2026,
	 BACKOFF_E_NOT_FOUND,
	 {0}},
	{"no such day", "anthropic-ratelimit-tokens-reset",
	 "2026-11-31T10:15:30Z", NOV_2026, BAD},
	{"an HTTP date", XR, "Mon, 23 Nov 2026 10:15:30 GMT", NOV_2026,
	 RESET(930 * S)},
	{"a dictionary", "RateLimit", "limit=100, remaining=0, reset=5", 0,
	 RESET(5 * S)},
	{"a dictionary in any order", "RateLimit",
	 "reset=5,remaining=0,limit=100;w=60", 0, RESET(5 * S)},
	{"a dictionary without remaining", "RateLimit", "limit=9, reset=5", 0,
	 RESET(5 * S)},
	{"something remains", "RateLimit", "limit=9, remaining=1, reset=5", 0,
	 NOTHING},
	{"no reset", "RateLimit", "limit=9, remaining=0", 0, NOTHING},
	{"only a limit", "RateLimit", "limit=9", 0, BAD},
	{"a dictionary with a sign", "RateLimit", "remaining=0, reset=-5", 0,
	 BAD},
	{"a dictionary that goes on", "RateLimit", "remaining=0, reset=5,", 0,
	 BAD},
	{"a dictionary with semicolons", "RateLimit", "remaining=0; reset=5", 0,
	 NOTHING},
	{"a list", "RateLimit", "\"default\";r=0;t=30", 0, RESET(30 * S)},
	{"a list with blanks", "RateLimit", "\"default\"; r=0; t=30", 0,
	 RESET(30 * S)},
	{"a list of tokens", "RateLimit", "default;r=0;t=30", 0, RESET(30 * S)},
	{"a partition key", "RateLimit",
	 "\"a;r=1;t=2\";r=0;pk=:cHsdsRa894==:;t=30", 0, RESET(30 * S)},
	{"the used up ones of a list", "RateLimit",
	 "\"hour\";r=7;t=3600, \"minute\";r=0;t=30, \"second\";r=0;t=1", 0,
	 RESET(30 * S)},
	{"none of a list", "RateLimit", "\"hour\";r=7;t=3600", 0, NOTHING},
	{"a list without remaining", "RateLimit", "\"hour\";t=3600", 0,
	 RESET(3600 * S)},
	{"a list without reset", "RateLimit", "\"hour\";r=0", 0, NOTHING},
	{"an open string", "RateLimit", "\"hour;r=0;t=5", 0, BAD},
	{"an open string that ends in a backslash", "RateLimit", "\"hour\\", 0,
	 BAD},
	{"a list that goes on", "RateLimit", "\"hour\";r=0;t=5,", 0, BAD},
	{"a list with words for numbers", "RateLimit", "\"hour\";r=0;t=\"5\"",
	 0, NOTHING},
	{"a list with a sign", "RateLimit", "\"hour\";r=0;t=-5", 0, BAD},
	{"an empty list", "RateLimit", "", 0, BAD},
	{"two items without a comma", "RateLimit", "\"a\";r=0;t=5 \"b\"", 0,
	 BAD},
	{"what remains", "x-ratelimit-remaining", "0", 0, NOTHING},
	{"what remains of tokens", "x-ratelimit-remaining-tokens", "150", 0,
	 NOTHING},
	{"what remains in words", "x-ratelimit-remaining", "none", 0, BAD},
	{"what remains with a sign", "RateLimit-Remaining", "-1", 0, BAD},
	{"the limit itself",
	 "x-ratelimit-limit",
	 "5",
	 0,
	 BACKOFF_E_NOT_FOUND,
	 {0}},
	{"perhaps a unit",
	 "x-ratelimit-reset-ms",
	 "5",
	 0,
	 BACKOFF_E_NOT_FOUND,
	 {0}},
	{"a long name",
	 "x-ratelimit-reset-tokens-tokens-tokens-tokens-tokens-tokens-tokens-t",
	 "5",
	 0,
	 BACKOFF_E_NOT_FOUND,
	 {0}},

	{"another header", "Date", "5", 0, BACKOFF_E_NOT_FOUND, {0}},
	{"part of a name", "Retry-Afte", "5", 0, BACKOFF_E_NOT_FOUND, {0}},
	{"more than a name", "Retry-After-", "5", 0, BACKOFF_E_NOT_FOUND, {0}},
	{"no name", "", "5", 0, BACKOFF_E_NOT_FOUND, {0}},
	{"NULL for a name", NULL, "5", 0, BACKOFF_E_ARGUMENT, {0}},
	{"NULL for a value", RA, NULL, 0, BACKOFF_E_ARGUMENT, {0}},
};

Test(outcome_hint, means_what_the_header_says_or_nothing)
{
	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_hint hint = {.kind = BACKOFF_HINT_DELAY,
					    .delay_ns = 77};
		enum backoff_status status = backoff_hint_parse(
			row[i].name, row[i].value, row[i].wall_ns, &hint);

		cr_expect(status == row[i].status, "%s: %s", row[i].why,
			  backoff_status_name(status));
		if (status != BACKOFF_OK) {
			cr_expect(hint.delay_ns == 77, "%s", row[i].why);
			continue;
		}
		cr_expect(hint.kind == row[i].want.kind, "%s: kind %d",
			  row[i].why, (int)hint.kind);
		cr_expect(hint.delay_ns == row[i].want.delay_ns, "%s: %llu ns",
			  row[i].why, (unsigned long long)hint.delay_ns);
	}
}

/* Each prefix of a good value is read without reading past its end. */
Test(outcome_hint, a_truncated_date_is_refused)
{
	static const char *const date[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
					   "Sunday, 06-Nov-94 08:49:37 GMT",
					   "Sun Nov  6 08:49:37 1994"};

	for (size_t i = 0; i < COUNT(date); i++) {
		for (size_t cut = 0; cut < strlen(date[i]); cut++) {
			char *text = strndup(date[i], cut);
			struct backoff_hint hint;

			cr_expect(backoff_hint_parse("retry-after", text, 0,
						     &hint) == BACKOFF_E_VALUE,
				  "%s", text);
			free(text);
		}
	}
}

Test(outcome_hint, the_strictest_of_several_applies)
{
	static const struct backoff_hint
		none = {.kind = BACKOFF_HINT_NONE, .delay_ns = 0},
		zero = {.kind = BACKOFF_HINT_DELAY, .delay_ns = 0},
		one = {.kind = BACKOFF_HINT_DELAY, .delay_ns = 1},
		two = {.kind = BACKOFF_HINT_DELAY, .delay_ns = 2},
		soon = {.kind = BACKOFF_HINT_RESET, .delay_ns = 1},
		later = {.kind = BACKOFF_HINT_RESET, .delay_ns = 9},
		no = {.kind = BACKOFF_HINT_FORBID, .delay_ns = 0};
	static const struct {
		const struct backoff_hint *a, *b, *want;
	} pair[] = {
		{&none, &none, &none},   {&none, &zero, &zero},
		{&zero, &one, &one},     {&one, &two, &two},
		{&two, &no, &no},        {&none, &no, &no},
		{&no, &no, &no},         {&one, &one, &one},
		{&soon, &later, &later}, {&later, &zero, &zero},
		{&none, &soon, &soon},   {&later, &no, &no},
	};

	for (size_t i = 0; i < COUNT(pair); i++) {
		for (int turn = 0; turn < 2; turn++) {
			const struct backoff_hint *a =
				turn ? pair[i].b : pair[i].a;
			const struct backoff_hint *b =
				turn ? pair[i].a : pair[i].b;
			struct backoff_hint got = backoff_hint_join(*a, *b);

			cr_expect(got.kind == pair[i].want->kind &&
					  got.delay_ns ==
						  pair[i].want->delay_ns,
				  "pair %zu", i);
		}
	}
}
