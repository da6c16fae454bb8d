/* Tests of tools/common/unicode.c: graphemes, and text in another case. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "common/unicode.h"

Test(common_unicode, a_grapheme_is_what_a_reader_takes_for_a_character)
{
	static const struct {
		const char *why, *text;
		size_t first, last;
	} row[] = {
		{"nothing", "", 0, 0},
		{"a letter", "ab", 1, 1},
		{"an accent of its own", "e\xcc\x81t", 3, 3},
		{"at the end", "te\xcc\x81", 1, 1},
		{"two accents", "e\xcc\x81\xcc\xa3", 5, 0},
		/* NA and its vowel sign, in Thai. */
		{"Thai", "\xe0\xb8\x99\xe0\xb8\xb5\xe0\xb9\x89", 9, 0},
		/* KA and its vowel sign, in Devanagari. */
		{"Hindi", "\xe0\xa4\x95\xe0\xa4\xbf\xe0\xa4\x95", 6, 6},
		/* H, A, N: one syllable. */
		{"Korean",
		 "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab\xe1\x84\x92\xe1\x85\xa1",
		 9, 9},
		{"bytes that are not text", "\xff\xfe", 1, 1},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		size_t length = strlen(row[i].text);

		cr_expect_eq(tk_grapheme_length(row[i].text, length),
			     row[i].first, "%s", row[i].why);
		cr_expect_eq(tk_grapheme_last(row[i].text, length), row[i].last,
			     "%s", row[i].why);
	}
}

Test(common_unicode, case_does_not_matter_in_any_script)
{
	static const struct {
		const char *text, *part;
		bool found;
	} row[] = {
		{"post_webhook", "WEB", true},
		{"post_webhook", "wed", false},
		{"post_webhook", "", true},
		{"", "", true},
		{"", "a", false},
		{"\xc3\x9c"
		 "BERWEISUNG",
		 "\xc3\xbc"
		 "berweisung",
		 true},
		{"\xc3\xbc"
		 "berweisung",
		 "\xc3\x9c"
		 "BER",
		 true},
		{"\xc3\xbc"
		 "berweisung",
		 "uber", false},
		/* Sharp s and its capital form, both ways. */
		{"Stra\xc3\x9f"
		 "e",
		 "STRASSE", true},
		{"STRASSE",
		 "stra\xc3\x9f"
		 "e",
		 true},
		/* A dotted capital I. */
		{"\xc4\xb0stanbul", "istanbul", true},
		{"istanbul", "\xc4\xb0STANBUL", true},
		/* Greek, with a final sigma; Cyrillic. */
		{"\xce\x9f\xce\x94\xce\x9f\xce\xa3",
		 "\xce\xbf\xce\xb4\xce\xbf\xcf\x82", true},
		{"\xd0\x9f\xd0\x9b\xd0\x90\xd0\xa2\xd0\x81\xd0\x96",
		 "\xd0\xbf\xd0\xbb\xd0\xb0\xd1\x82\xd1\x91\xd0\xb6", true},
		/* An accent of its own is the same letter. */
		{"cafe\xcc\x81", "CAF\xc3\x89", true},
		{"caf\xc3\xa9", "cafe\xcc\x81", true},
		{"\xff"
		 "abc",
		 "ABC", true},
		{"abc", "\xff", false},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		cr_expect_eq(tk_contains(row[i].text, row[i].part),
			     row[i].found, "%s in %s", row[i].part,
			     row[i].text);
}
