/* Tests of src/base/decimal: numbers and durations. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include <backoff/rng.h>

#include "base/decimal.h"
#include "base/num.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

struct decimal_row {
	const char *why, *text;
	unsigned scale;
	enum bo_decimal verdict;
	uint64_t value;
};

static const struct decimal_row decimals[] = {
	{"zero", "0", 9, BO_DECIMAL_OK, 0},
	{"minus zero is zero", "-0", 9, BO_DECIMAL_OK, 0},
	{"minus zero with decimals", "-0.00e5", 9, BO_DECIMAL_OK, 0},
	{"a whole number", "1", 9, BO_DECIMAL_OK, 1000000000},
	{"no binary fraction of a tenth", "0.1", 9, BO_DECIMAL_OK, 100000000},
	{"the smallest unit", "0.000000001", 9, BO_DECIMAL_OK, 1},
	{"half a unit rounds up", "0.0000000005", 9, BO_DECIMAL_OK, 1},
	{"just below half rounds down", "0.00000000049999999999", 9,
	 BO_DECIMAL_OK, 0},
	{"rounds at the last place only", "1.9999999994", 9, BO_DECIMAL_OK,
	 1999999999},
	{"rounds over the point", "1.9999999995", 9, BO_DECIMAL_OK, 2000000000},
	{"exponent", "25e-2", 9, BO_DECIMAL_OK, 250000000},
	{"exponent with plus", "25E+2", 9, BO_DECIMAL_OK, 2500000000000},
	{"fraction and exponent cancel", "1.5e1", 0, BO_DECIMAL_OK, 15},
	{"a fraction of zeros is whole", "15.000", 0, BO_DECIMAL_OK, 15},
	{"a fraction is not whole", "1.5", 0, BO_DECIMAL_FRACTION, 0},
	{"a tiny fraction is not whole", "1e-400", 0, BO_DECIMAL_FRACTION, 0},
	{"tiny is nothing", "1e-400", 9, BO_DECIMAL_OK, 0},
	{"negative", "-1", 9, BO_DECIMAL_NEGATIVE, 0},
	{"tiny but negative", "-1e-400", 9, BO_DECIMAL_NEGATIVE, 0},
	{"the largest", "18446744073709551615", 0, BO_DECIMAL_OK, UINT64_MAX},
	{"one more than the largest", "18446744073709551616", 0,
	 BO_DECIMAL_TOO_LARGE, 0},
	{"one digit too many", "184467440737095516150", 0, BO_DECIMAL_TOO_LARGE,
	 0},
	{"largest seconds", "18446744073.709551615", 9, BO_DECIMAL_OK,
	 UINT64_MAX},
	{"a fraction that does not fit is still one",
	 "1.00000000000000000000009", 0, BO_DECIMAL_FRACTION, 0},
	{"zeros that do not fit are none", "1.00000000000000000000000", 0,
	 BO_DECIMAL_OK, 1},
	{"a lost digit is not picked up again", "1.84467440737095516191111", 18,
	 BO_DECIMAL_OK, UINT64_C(1844674407370955161)},
	{"a lost digit makes it too large", "1.8446744073709551619", 19,
	 BO_DECIMAL_TOO_LARGE, 0},
	{"too many seconds", "18446744074", 9, BO_DECIMAL_TOO_LARGE, 0},
	{"huge", "1e400", 9, BO_DECIMAL_TOO_LARGE, 0},
	{"huge exponent of zero", "0e999999999999", 9, BO_DECIMAL_OK, 0},
	{"exponent too long for a long", "1e99999999999999999999", 9,
	 BO_DECIMAL_TOO_LARGE, 0},
	{"nothing", "", 9, BO_DECIMAL_MALFORMED, 0},
	{"only a sign", "-", 9, BO_DECIMAL_MALFORMED, 0},
	{"plus", "+1", 9, BO_DECIMAL_MALFORMED, 0},
	{"leading zero", "01", 9, BO_DECIMAL_MALFORMED, 0},
	{"negative leading zero", "-01", 9, BO_DECIMAL_MALFORMED, 0},
	{"no digit before the point", ".5", 9, BO_DECIMAL_MALFORMED, 0},
	{"no digit behind the point", "5.", 9, BO_DECIMAL_MALFORMED, 0},
	{"no digit in the exponent", "5e", 9, BO_DECIMAL_MALFORMED, 0},
	{"only a sign in the exponent", "5e+", 9, BO_DECIMAL_MALFORMED, 0},
	{"two points", "1.2.3", 9, BO_DECIMAL_MALFORMED, 0},
	{"a comma", "1,5", 9, BO_DECIMAL_MALFORMED, 0},
	{"hexadecimal", "0x10", 9, BO_DECIMAL_MALFORMED, 0},
	{"not a number", "NaN", 9, BO_DECIMAL_MALFORMED, 0},
	{"infinity", "Infinity", 9, BO_DECIMAL_MALFORMED, 0},
	{"space before", " 1", 9, BO_DECIMAL_MALFORMED, 0},
	{"space behind", "1 ", 9, BO_DECIMAL_MALFORMED, 0},
};

/* The difference appears only with scale 0. */
static const struct decimal_row rounded[] = {
	{"down", "10.4", 0, BO_DECIMAL_OK, 10},
	{"half goes up", "10.5", 0, BO_DECIMAL_OK, 11},
	{"tiny", "1e-400", 0, BO_DECIMAL_OK, 0},
	{"a fraction beyond the digits", "3.00000000000000000000000001", 0,
	 BO_DECIMAL_OK, 3},
	{"largest", "18446744073709551615", 0, BO_DECIMAL_OK, UINT64_MAX},
	{"a digit that does not fit", "18446744073709551614.5", 0,
	 BO_DECIMAL_OK, UINT64_MAX - 1},
	{"too large", "18446744073709551616", 0, BO_DECIMAL_TOO_LARGE, 0},
	{"negative", "-0.1", 0, BO_DECIMAL_NEGATIVE, 0},
	{"malformed", "1.", 0, BO_DECIMAL_MALFORMED, 0},
	{"scaled", "0.9761897767549093", 9, BO_DECIMAL_OK, 976189777},
};

Test(base_decimal, a_fraction_can_be_rounded_instead)
{
	for (size_t i = 0; i < COUNT(rounded); i++) {
		const struct decimal_row *row = &rounded[i];
		uint64_t got = 42;

		cr_expect(bo_decimal_round(row->text, strlen(row->text),
					   row->scale, &got) == row->verdict,
			  "%s", row->why);
		cr_expect(got == (row->verdict == BO_DECIMAL_OK ? row->value
								: 42),
			  "%s: %llu", row->why, (unsigned long long)got);
	}
}

static void
check_decimals(const char *locale)
{
	for (size_t i = 0; i < COUNT(decimals); i++) {
		const struct decimal_row *row = &decimals[i];
		uint64_t got = 42;
		enum bo_decimal verdict = bo_decimal_parse(
			row->text, strlen(row->text), row->scale, &got);

		cr_expect(verdict == row->verdict, "%s (%s): verdict %d",
			  row->why, locale, (int)verdict);
		if (verdict != BO_DECIMAL_OK)
			cr_expect(got == 42, "%s: untouched", row->why);
		else
			cr_expect(got == row->value, "%s (%s): %llu", row->why,
				  locale, (unsigned long long)got);
	}
}

Test(base_decimal, decimals_are_exact)
{
	check_decimals("C");
}

Test(base_decimal, decimals_do_not_ask_the_locale)
{
	static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8",
					      "C.UTF-8"};

	for (size_t i = 0; i < COUNT(locales); i++)
		if (setlocale(LC_ALL, locales[i]) != NULL)
			check_decimals(locales[i]);
}

Test(base_decimal, decimals_read_their_length_only)
{
	uint64_t got = 0;

	cr_expect(bo_decimal_parse("12345", 2, 0, &got) == BO_DECIMAL_OK);
	cr_expect(got == 12);
	cr_expect(bo_decimal_parse("1\0", 2, 0, &got) == BO_DECIMAL_MALFORMED,
		  "a NUL does not end the text");
}

/* The exponent can have more digits than any useful number. */
Test(base_decimal, zeros_and_exponent_cancel_at_any_length)
{
	static char text[1200020];
	uint64_t got = 0;
	size_t zeros = 1199990;
	int tail;

	memset(text, '0', sizeof(text));
	text[1] = '.';
	tail = snprintf(text + 2 + zeros, sizeof(text) - 2 - zeros, "25e%zu",
			zeros + 2);
	cr_expect(bo_decimal_parse(text, 2 + zeros + (size_t)tail, 0, &got) ==
		  BO_DECIMAL_OK);
	cr_expect(got == 25, "got %llu", (unsigned long long)got);
}

/* Numbers of any size, each written in ways that mean the same. */
Test(base_decimal, decimals_mean_the_same_however_written)
{
	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t want = backoff_draw(11, 200, i, 0) >> i % 64;
		unsigned long long whole = want / BO_NS_PER_S;
		unsigned long long rest = want % BO_NS_PER_S;
		char text[4][64];

		snprintf(text[0], 64, "%llu.%09llu", whole, rest);
		snprintf(text[1], 64, "%llue-9", (unsigned long long)want);
		snprintf(text[2], 64, "%llu.%09llu00E+000", whole, rest);
		snprintf(text[3], 64, "0.%020llue11", (unsigned long long)want);
		for (int k = 0; k < 4; k++) {
			uint64_t got = 0;

			cr_assert(bo_decimal_parse(text[k], strlen(text[k]), 9,
						   &got) == BO_DECIMAL_OK,
				  "%s", text[k]);
			cr_assert(got == want, "%s: %llu", text[k],
				  (unsigned long long)got);
		}
	}
}

Test(base_decimal, durations_are_exact_in_every_unit)
{
	static const struct {
		const char *why, *text;
		enum bo_decimal verdict;
		uint64_t ns;
	} row[] = {
		{"milliseconds", "500ms", BO_DECIMAL_OK, 500000000},
		{"minutes", "2m", BO_DECIMAL_OK, 120 * BO_NS_PER_S},
		{"fraction of a second", "1.5s", BO_DECIMAL_OK, 1500000000},
		{"microseconds", "3us", BO_DECIMAL_OK, 3000},
		{"hours", "0.25h", BO_DECIMAL_OK, 900 * BO_NS_PER_S},
		{"days", "2d", BO_DECIMAL_OK, 172800 * BO_NS_PER_S},
		{"nothing", "0s", BO_DECIMAL_OK, 0},
		{"one nanosecond", "1ns", BO_DECIMAL_OK, 1},
		{"half a nanosecond rounds up", "0.5ns", BO_DECIMAL_OK, 1},
		{"less than half rounds down once", "0.4999999999ns",
		 BO_DECIMAL_OK, 0},
		{"many nanoseconds", "20000000000ns", BO_DECIMAL_OK,
		 20 * BO_NS_PER_S},
		{"a day in microseconds", "86400000000us", BO_DECIMAL_OK,
		 86400 * BO_NS_PER_S},
		{"the longest in nanoseconds", "18446744073709551615ns",
		 BO_DECIMAL_OK, UINT64_MAX},
		{"a small part of a day", "0.0000000001d", BO_DECIMAL_OK, 8640},
		{"a third of a day", "0.333333333333333333d", BO_DECIMAL_OK,
		 UINT64_C(28800000000000)},
		{"a long fraction of an hour", "0.0000000000002777777777h",
		 BO_DECIMAL_OK, 1},
		{"too many nanoseconds", "18446744073709551616ns",
		 BO_DECIMAL_TOO_LARGE, 0},
		{"too many days", "213504d", BO_DECIMAL_TOO_LARGE, 0},
		{"negative", "-1s", BO_DECIMAL_NEGATIVE, 0},
		{"no unit", "5", BO_DECIMAL_MALFORMED, 0},
		{"no number", "ms", BO_DECIMAL_MALFORMED, 0},
		{"nothing at all", "", BO_DECIMAL_MALFORMED, 0},
		{"a space", "5 s", BO_DECIMAL_MALFORMED, 0},
		{"unknown unit", "5w", BO_DECIMAL_MALFORMED, 0},
		{"upper case", "5S", BO_DECIMAL_MALFORMED, 0},
		{"two units", "1m30s", BO_DECIMAL_MALFORMED, 0},
		{"more behind the unit", "5s ", BO_DECIMAL_MALFORMED, 0},
		{"an exponent", "1e3s", BO_DECIMAL_MALFORMED, 0},
		{"leading zero", "05s", BO_DECIMAL_MALFORMED, 0},
		{"two points", "1.2.3s", BO_DECIMAL_MALFORMED, 0},
		{"a sign inside", "1-2s", BO_DECIMAL_MALFORMED, 0},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint64_t got = 42;
		enum bo_decimal verdict = bo_duration_parse(
			row[i].text, strlen(row[i].text), &got);

		cr_expect(verdict == row[i].verdict, "%s: verdict %d",
			  row[i].why, (int)verdict);
		cr_expect(got == (verdict == BO_DECIMAL_OK ? row[i].ns : 42),
			  "%s: %llu", row[i].why, (unsigned long long)got);
	}
	uint64_t got;

	cr_expect(bo_duration_parse("1\0s", 3, &got) == BO_DECIMAL_MALFORMED,
		  "a NUL inside");
}

Test(base_decimal, loose_durations_are_what_people_write)
{
	static const struct {
		const char *why, *text;
		enum bo_decimal verdict;
		uint64_t ns;
	} row[] = {
		{"a bare number is seconds", "90", BO_DECIMAL_OK,
		 90 * BO_NS_PER_S},
		{"with decimals", "1.5", BO_DECIMAL_OK, 1500000000},
		{"no digit before the point", ".5", BO_DECIMAL_OK, 500000000},
		{"likewise with a unit", ".5ms", BO_DECIMAL_OK, 500000},
		{"zeros first", "007s", BO_DECIMAL_OK, 7 * BO_NS_PER_S},
		{"micro sign", "3\xc2\xb5s", BO_DECIMAL_OK, 3000},
		{"as in policies", "2m", BO_DECIMAL_OK, 120 * BO_NS_PER_S},
		{"rounded once", "0.4999999999ns", BO_DECIMAL_OK, 0},
		{"as long as 64 bits last", "213503d", BO_DECIMAL_OK,
		 UINT64_C(18446659200) * BO_NS_PER_S},
		{"too long", "213504d", BO_DECIMAL_TOO_LARGE, 0},
		{"much too long", "99999999999999999999999999",
		 BO_DECIMAL_TOO_LARGE, 0},
		{"nothing", "", BO_DECIMAL_MALFORMED, 0},
		{"only a point", ".", BO_DECIMAL_MALFORMED, 0},
		{"no digit behind the point", "1.", BO_DECIMAL_MALFORMED, 0},
		{"only a unit", "s", BO_DECIMAL_MALFORMED, 0},
		{"a sign", "-1", BO_DECIMAL_MALFORMED, 0},
		{"a sign of nothing", "-0", BO_DECIMAL_MALFORMED, 0},
		{"plus", "+1", BO_DECIMAL_MALFORMED, 0},
		{"an exponent", "1e3", BO_DECIMAL_MALFORMED, 0},
		{"two points", "1.5.5", BO_DECIMAL_MALFORMED, 0},
		{"two units", "1m30s", BO_DECIMAL_MALFORMED, 0},
		{"a space", "1 s", BO_DECIMAL_MALFORMED, 0},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint64_t got = 42;
		enum bo_decimal verdict = bo_duration_parse_loose(
			row[i].text, strlen(row[i].text), &got);

		cr_expect(verdict == row[i].verdict, "%s: verdict %d",
			  row[i].why, (int)verdict);
		cr_expect(got == (verdict == BO_DECIMAL_OK ? row[i].ns : 42),
			  "%s: %llu", row[i].why, (unsigned long long)got);
	}
}
