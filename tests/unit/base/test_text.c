/* Tests of src/base/text: decimals, durations, UTF-8, word distance. */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include <backoff/rng.h>

#include "base/num.h"
#include "base/text.h"

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
	{"digits that fit no more do not count", "1.00000000000000000000009", 0,
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

Test(base_text, decimals_are_exact)
{
	check_decimals("C");
}

Test(base_text, decimals_do_not_ask_the_locale)
{
	static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8",
					      "C.UTF-8"};

	for (size_t i = 0; i < COUNT(locales); i++)
		if (setlocale(LC_ALL, locales[i]) != NULL)
			check_decimals(locales[i]);
}

Test(base_text, decimals_read_their_length_only)
{
	uint64_t got = 0;

	cr_expect(bo_decimal_parse("12345", 2, 0, &got) == BO_DECIMAL_OK);
	cr_expect(got == 12);
	cr_expect(bo_decimal_parse("1\0", 2, 0, &got) == BO_DECIMAL_MALFORMED,
		  "a NUL is no end");
}

/* The exponent as text can be longer than any number that is meant. */
Test(base_text, zeros_and_exponent_cancel_at_any_length)
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
Test(base_text, decimals_mean_the_same_however_written)
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

Test(base_text, durations_are_exact_in_every_unit)
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

Test(base_text, utf8_is_taken_in_its_shortest_form_only)
{
	static const struct {
		const char *why, *bytes;
		size_t length, want;
	} row[] = {
		{"ASCII", "a", 1, 1},
		{"NUL is a character", "", 1, 1},
		{"DEL", "\x7f", 1, 1},
		{"U+0080", "\xc2\x80", 2, 2},
		{"U+07FF", "\xdf\xbf", 2, 2},
		{"U+0800", "\xe0\xa0\x80", 3, 3},
		{"U+D7FF, below the surrogates", "\xed\x9f\xbf", 3, 3},
		{"U+E000, above the surrogates", "\xee\x80\x80", 3, 3},
		{"U+FFFF", "\xef\xbf\xbf", 3, 3},
		{"U+10000", "\xf0\x90\x80\x80", 4, 4},
		{"U+10FFFF", "\xf4\x8f\xbf\xbf", 4, 4},
		{"only the first of several", "\xc2\x80\xc2\x80", 4, 2},
		{"nothing", "", 0, 0},
		{"continuation alone", "\x80", 1, 0},
		{"last continuation alone", "\xbf", 1, 0},
		{"overlong NUL", "\xc0\x80", 2, 0},
		{"overlong slash", "\xc0\xaf", 2, 0},
		{"overlong U+007F", "\xc1\xbf", 2, 0},
		{"overlong U+07FF", "\xe0\x9f\xbf", 3, 0},
		{"overlong U+FFFF", "\xf0\x8f\xbf\xbf", 4, 0},
		{"U+D800", "\xed\xa0\x80", 3, 0},
		{"U+DFFF", "\xed\xbf\xbf", 3, 0},
		{"U+110000", "\xf4\x90\x80\x80", 4, 0},
		{"F5", "\xf5\x80\x80\x80", 4, 0},
		{"FE", "\xfe", 1, 0},
		{"FF", "\xff", 1, 0},
		{"cut after one of two", "\xc2", 1, 0},
		{"cut after two of three", "\xe2\x82", 2, 0},
		{"cut after three of four", "\xf0\x9f\x98", 3, 0},
		{"wrong second byte", "\xc2\x41", 2, 0},
		{"wrong third byte", "\xe2\x82\x41", 3, 0},
		{"wrong fourth byte", "\xf0\x9f\x98\xc0", 4, 0},
	};

	for (size_t i = 0; i < COUNT(row); i++)
		cr_expect(bo_utf8_length(row[i].bytes,
					 row[i].bytes + row[i].length) ==
				  row[i].want,
			  "%s", row[i].why);
}

Test(base_text, every_code_point_is_written_as_it_is_read)
{
	for (uint32_t point = 0; point <= 0x10ffff; point++) {
		char bytes[4];
		size_t length = bo_utf8_put(point, bytes);

		if (point >= 0xd800 && point <= 0xdfff)
			continue;
		cr_assert(bo_utf8_length(bytes, bytes + length) == length,
			  "U+%04X", (unsigned)point);
		cr_assert(length == (point < 0x80      ? 1u
				     : point < 0x800   ? 2u
				     : point < 0x10000 ? 3u
						       : 4u));
	}
}

/* One line of UTF-8: what is no character is a '?', and only a character that
 * the end cut is left out. */
Test(base_text, texts_are_cleaned_in_their_place)
{
	static const struct {
		const char *text, *want, *why;
	} row[] = {
		{"", "", "nothing"},
		{"plain \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		 "plain \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "as it is"},
		{"a\nb\tc\x7f", "a?b?c?", "control characters"},
		{"a\xff\nb", "a??b", "no lead byte, near the end"},
		{"a\xf8", "a?", "no lead byte, last"},
		{"a\xc1", "a?", "a lead byte of nothing"},
		{"a\xf0\nb", "a??b", "a lead byte, and no character follows"},
		{"a\xe2\x82", "a", "cut after two of three"},
		{"a\xf0\x9f\x98", "a", "cut after three of four"},
		{"a\xf0", "a", "cut after one of four"},
		{"a\xc3", "a", "cut after one of two"},
		{"\x80\x80", "??", "continuations of nothing"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s", row[i].text);
		bo_text_clean(text);
		cr_expect_str_eq(text, row[i].want, "%s: \"%s\"", row[i].why,
				 text);
	}
}

Test(base_text, words_are_as_far_apart_as_edits)
{
	static const struct {
		const char *why, *a, *b;
		size_t want;
	} row[] = {
		{"same", "jitter", "jitter", 0},
		{"both empty", "", "", 0},
		{"from nothing", "", "abc", 3},
		{"to nothing", "abc", "", 3},
		{"one change", "jitter", "jotter", 1},
		{"one more", "jiter", "jitter", 1},
		{"one less", "jittter", "jitter", 1},
		{"a swap is two", "jtiter", "jitter", 2},
		{"the classic", "kitten", "sitting", 3},
		{"case counts", "Name", "name", 1},
		{"forty bytes are fine",
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a", 39},
		{"forty-one are too many",
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a", SIZE_MAX},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		cr_expect(bo_edit_distance(row[i].a, row[i].b) == row[i].want,
			  "%s", row[i].why);
		cr_expect(bo_edit_distance(row[i].b, row[i].a) == row[i].want,
			  "%s, the other way", row[i].why);
	}
}

Test(base_text, eight_digits_are_written_highest_first)
{
	for (uint32_t value = 0; value < 100000000; value += 9973) {
		char got[9] = "", want[9];

		snprintf(want, sizeof(want), "%08u", value);
		bo_store_low_first(got, bo_digits8(value) + BO_DIGITS_ZERO);
		cr_assert(strcmp(got, want) == 0, "%s, not %s", got, want);
	}
	cr_expect(bo_digits8(99999999) == UINT64_C(0x0909090909090909));
	cr_expect(bo_digits8(1) == UINT64_C(1) << 56);
}
