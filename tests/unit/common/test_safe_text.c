/* Tests of tools/common/safe_text: text that is safe for a terminal. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "common/safe_text.h"

#define FFFD "\xef\xbf\xbd"
#define ROW(why, in, want)                                                     \
	{                                                                      \
		why, in, sizeof(in) - 1, want                                  \
	}

Test(common_safe_text, lets_nothing_harmful_through)
{
	static const struct {
		const char *why, *in;
		size_t length;
		const char *want;
	} row[] = {
		ROW("plain text stays", "a b~", "a b~"),
		ROW("empty", "", ""),
		ROW("letters beyond ASCII stay", "\xc3\xa9\xe2\x82\xac",
		    "\xc3\xa9\xe2\x82\xac"),
		ROW("an emoji stays", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"),
		ROW("a backslash stays", "C:\\x", "C:\\x"),
		ROW("newline, return, tab", "a\nb\rc\td", "a\\nb\\rc\\td"),
		ROW("NUL in the middle", "a\0b", "a\\x00b"),
		ROW("escape sequence", "\x1b[31m", "\\x1b[31m"),
		ROW("bell and backspace", "\a\b", "\\x07\\x08"),
		ROW("DEL", "\x7f", "\\x7f"),
		ROW("C1, first: U+0080", "\xc2\x80", "\\u{80}"),
		ROW("C1 CSI: U+009B", "\xc2\x9b", "\\u{9b}"),
		ROW("C1, last: U+009F", "\xc2\x9f", "\\u{9f}"),
		ROW("no-break space U+00A0 stays", "\xc2\xa0", "\xc2\xa0"),
		ROW("raw C1 byte is not UTF-8", "\x9b[2J", FFFD "[2J"),
		ROW("U+061C", "\xd8\x9c", "\\u{61c}"),
		ROW("U+200B", "\xe2\x80\x8b", "\\u{200b}"),
		ROW("U+200D", "\xe2\x80\x8d", "\\u{200d}"),
		ROW("U+200E", "\xe2\x80\x8e", "\\u{200e}"),
		ROW("U+200F", "\xe2\x80\x8f", "\\u{200f}"),
		ROW("U+2010 hyphen stays", "\xe2\x80\x90", "\xe2\x80\x90"),
		ROW("U+2028", "\xe2\x80\xa8", "\\u{2028}"),
		ROW("U+2029", "\xe2\x80\xa9", "\\u{2029}"),
		ROW("U+202A", "\xe2\x80\xaa", "\\u{202a}"),
		ROW("U+202E", "\xe2\x80\xae", "\\u{202e}"),
		ROW("U+202F narrow space stays", "\xe2\x80\xaf",
		    "\xe2\x80\xaf"),
		ROW("U+2060", "\xe2\x81\xa0", "\\u{2060}"),
		ROW("U+2066", "\xe2\x81\xa6", "\\u{2066}"),
		ROW("U+2069", "\xe2\x81\xa9", "\\u{2069}"),
		ROW("U+FEFF", "\xef\xbb\xbf", "\\u{feff}"),
		ROW("tag character U+E0041", "\xf3\xa0\x81\x81", "\\u{e0041}"),
		ROW("lone continuation", "\x80", FFFD),
		ROW("byte that never occurs", "\xff\xfe", FFFD FFFD),
		ROW("overlong slash", "\xc0\xaf", FFFD FFFD),
		ROW("overlong in three", "\xe0\x80\xaf", FFFD FFFD FFFD),
		ROW("overlong in four", "\xf0\x80\x80\xaf",
		    FFFD FFFD FFFD FFFD),
		ROW("surrogate U+D800", "\xed\xa0\x80", FFFD FFFD FFFD),
		ROW("above U+10FFFF", "\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD),
		ROW("cut character is one loss", "\xe2\x82", FFFD),
		ROW("cut before a letter", "\xf0\x9f\x98z", FFFD "z"),
		ROW("cut before an escape", "\xe2\x1b[", FFFD "\\x1b["),
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char out[64];
		size_t n = tk_safe_text(row[i].in, row[i].length, out,
					sizeof(out));

		cr_expect_str_eq(out, row[i].want, "%s", row[i].why);
		cr_expect_eq(n, strlen(row[i].want), "%s", row[i].why);
	}
}

Test(common_safe_text, cuts_between_characters_at_every_size)
{
	static const char in[] = "a\xe2\x82\xac\x1b\xe2\x80\xae\xff"
				 "b";
	static const char want[] = "a\xe2\x82\xac\\x1b\\u{202e}" FFFD "b";
	/* Ends of characters and escapes in `want`. */
	static const size_t end[] = {0, 1, 4, 8, 16, 19, 20};

	for (size_t size = 1; size <= sizeof(want); size++) {
		char out[sizeof(want) + 1];
		size_t fits = 0;

		for (size_t i = 0; i < sizeof(end) / sizeof(*end); i++)
			fits = end[i] < size ? end[i] : fits;
		memset(out, '#', sizeof(out));
		cr_expect_eq(tk_safe_text(in, sizeof(in) - 1, out, size), fits,
			     "size %zu", size);
		cr_expect(memcmp(out, want, fits) == 0, "size %zu", size);
		cr_expect_eq(out[fits], '\0', "size %zu", size);
		cr_expect_eq(out[size], '#', "size %zu: nothing beyond", size);
	}
}

Test(common_safe_text, any_bytes_become_safe_text_that_stays_as_it_is)
{
	uint64_t state = 42;

	for (int round = 0; round < 20000; round++) {
		char in[16], once[256], twice[256];
		size_t n;

		for (size_t i = 0; i < sizeof(in); i++) {
			state = state * UINT64_C(6364136223846793005) + 1;
			in[i] = (char)(state >> 56);
		}
		n = tk_safe_text(in, sizeof(in), once, sizeof(once));
		cr_assert_eq(tk_safe_text(once, n, twice, sizeof(twice)), n);
		cr_assert_str_eq(once, twice);
		for (size_t i = 0; i < n; i++)
			cr_assert((unsigned char)once[i] >= 0x20);
	}
}

Test(common_safe_text, width_and_fit_count_columns)
{
	static const struct {
		const char *why, *text;
		size_t width, columns;
		const char *fit;
	} row[] = {
		{"empty is padded", "", 0, 3, "   "},
		{"short is padded", "ab", 2, 4, "ab  "},
		{"exact", "abcd", 4, 4, "abcd"},
		{"a cut is marked", "abcde", 5, 4, "abc~"},
		{"one column", "ab", 2, 1, "~"},
		{"no column", "ab", 2, 0, ""},
		{"accent is one column", "\xc3\xa9z", 2, 3, "\xc3\xa9z "},
		{"wide is two", "\xe6\xbc\xa2\xe5\xad\x97", 4, 4,
		 "\xe6\xbc\xa2\xe5\xad\x97"},
		{"half of a wide one is a gap", "\xe6\xbc\xa2\xe5\xad\x97", 4,
		 3, "\xe6\xbc\xa2~"},
		{"gap before the mark", "\xe6\xbc\xa2\xe5\xad\x97", 4, 2, " ~"},
		{"combining takes none",
		 "e\xcc\x81"
		 "x",
		 2, 2,
		 "e\xcc\x81"
		 "x"},
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		cr_skip_test("no UTF-8 locale");
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char out[64];

		cr_expect_eq(tk_text_width(row[i].text), row[i].width, "%s",
			     row[i].why);
		cr_expect_str_eq(tk_text_fit(row[i].text, row[i].columns, out,
					     sizeof(out)),
				 row[i].fit, "%s", row[i].why);
	}
}

Test(common_safe_text, without_utf8_a_byte_is_a_column)
{
	char out[8];

	setlocale(LC_CTYPE, "C");
	cr_expect_eq(tk_text_width("\xc3\xa9"), 2);
	cr_expect_str_eq(tk_text_fit("abcdefghij", 9, out, sizeof(out)),
			 "abcdefg", "a small buffer cuts, and ends in NUL");
	cr_expect_str_eq(tk_text_fit("a", 100, out, sizeof(out)), "a      ");
}
