/* Tests of src/base/utf8: reading, writing, cutting and cleaning. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/utf8.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

Test(base_utf8, utf8_is_taken_in_its_shortest_form_only)
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

Test(base_utf8, every_code_point_is_written_as_it_is_read)
{
	for (uint32_t point = 0; point <= 0x10ffff; point++) {
		char bytes[4];
		size_t length = bo_utf8_put(point, bytes);
		uint32_t read = 42;

		if (point >= 0xd800 && point <= 0xdfff)
			continue;
		cr_assert(bo_utf8_length(bytes, bytes + length) == length,
			  "U+%04X", (unsigned)point);
		cr_assert(bo_utf8_decode(bytes, length, &read) == length &&
				  read == point,
			  "U+%04X is U+%04X", (unsigned)point, (unsigned)read);
		cr_assert(length == (point < 0x80      ? 1u
				     : point < 0x800   ? 2u
				     : point < 0x10000 ? 3u
						       : 4u));
	}
}

/* Unicode 15, chapter 3.9: a lost byte costs one replacement character. */
Test(base_utf8, broken_bytes_are_left_in_maximal_subparts)
{
	static const struct {
		const char *why, *bytes;
		size_t length, want;
	} row[] = {
		{"continuation alone", "\x80\x80", 2, 1},
		{"overlong", "\xc0\xaf", 2, 1},
		{"overlong of three", "\xe0\x80\xaf", 3, 1},
		{"a surrogate", "\xed\xa0\x80", 3, 1},
		{"above the last", "\xf4\x91\x92\x93", 4, 1},
		{"no lead byte", "\xff", 1, 1},
		{"cut after one of two", "\xc2", 1, 1},
		{"wrong after two of three", "\xe1\x80\xe2", 3, 2},
		{"wrong after three of four", "\xf1\x92\x93\xff", 4, 3},
		{"cut after three of four", "\xf0\x9f\x98", 3, 3},
		{"wrong second byte", "\xc2\x41", 2, 1},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint32_t point = 0;

		cr_expect(bo_utf8_decode(row[i].bytes, row[i].length, &point) ==
				  row[i].want,
			  "%s", row[i].why);
		cr_expect(point == BO_UTF8_BROKEN, "%s", row[i].why);
	}
}

Test(base_utf8, a_cut_falls_between_characters)
{
	static const struct {
		const char *why, *text;
		size_t limit, want;
	} row[] = {
		{"it fits", "abc", 3, 3},
		{"it fits well", "abc", 9, 3},
		{"ASCII", "abc", 2, 2},
		{"nothing", "abc", 0, 0},
		{"behind two bytes", "\xc3\xa9z", 2, 2},
		{"in two bytes", "\xc3\xa9z", 1, 0},
		{"in three bytes", "a\xe2\x82\xac", 3, 1},
		{"in four bytes", "a\xf0\x9f\x98\x80", 4, 1},
		{"behind the first of two", "\xf0\x9f\x98\x80\xc3\xa9", 5, 4},
		{"what is not UTF-8 has no characters",
		 "\x80\x80\x80\x80\x80\x80", 5, 5},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char copy[16];
		size_t length = strlen(row[i].text);

		cr_expect(bo_utf8_cut(row[i].text, length, row[i].limit) ==
				  row[i].want,
			  "%s", row[i].why);
		memset(copy, '#', sizeof(copy));
		cr_expect(bo_utf8_copy(row[i].text, copy, row[i].limit + 1) ==
				  row[i].want,
			  "%s", row[i].why);
		cr_expect(memcmp(copy, row[i].text, row[i].want) == 0 &&
				  copy[row[i].want] == '\0',
			  "%s", row[i].why);
		for (size_t k = row[i].limit + 1; k < sizeof(copy); k++)
			cr_expect(copy[k] == '#', "%s", row[i].why);
	}
}

/* One line of UTF-8: broken bytes become '?', and only a character that the
 * end cuts is left out. */
Test(base_utf8, texts_are_cleaned_in_place)
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
		{"a\xe0\x80", "a??", "a cut character that is not valid"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s", row[i].text);
		bo_utf8_clean(text);
		cr_expect_str_eq(text, row[i].want, "%s: \"%s\"", row[i].why,
				 text);
	}
}
