/* Tests of src/base/nearest: which name is suggested. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/nearest.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static const char *const names[] = {
	"jitter", "base_delay", "max_attempts", "kind",  "exponential",
	"full",   "none",       "on",           "first", "second",
};

Test(base_nearest, the_nearest_name_is_found)
{
	static const struct {
		const char *why, *word, *want;
	} row[] = {
		{"the same", "jitter", "jitter"},
		{"one change", "jotter", "jitter"},
		{"one less", "jiter", "jitter"},
		{"one more", "jittter", "jitter"},
		{"two neighbours swapped", "jtiter", "jitter"},
		{"a swap in a short word", "knid", "kind"},
		{"case", "Jitter", "jitter"},
		{"all letters large", "EXPONENTIAL", "exponential"},
		{"that, and one change", "BASE_DALAY", "base_delay"},
		{"two changes in six letters", "jottor", "jitter"},
		{"three changes in six letters", "jottux", "jitter"},
		{"four changes in six letters", "jotaux", NULL},
		{"one change in three letters", "ful", "full"},
		{"two changes in three letters", "fel", "full"},
		{"three changes in three letters", "fxy", NULL},
		{"a few letters missing", "maxattemp", "max_attempts"},
		{"one letter in common", "o", "on"},
		{"no letter in common", "xy", NULL},
		{"the first of equals", "firsd", "first"},
		{"nothing", "", NULL},
		{"too long to be a slip",
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		 "aaa",
		 NULL},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		const char *got = bo_nearest(row[i].word, names, COUNT(names));

		cr_expect_str_eq(got ? got : "(none)",
				 row[i].want ? row[i].want : "(none)", "%s: %s",
				 row[i].why, got ? got : "(none)");
	}
}

Test(base_nearest, a_null_ends_the_names)
{
	static const char *const few[] = {"one", NULL, "jitter"};

	cr_expect_null(bo_nearest("jitter", few, SIZE_MAX));
	cr_expect_null(bo_nearest("jitter", names, 0));
}

/* Words up to the limit are compared, however long the names are. */
Test(base_nearest, long_words_are_compared_up_to_the_limit)
{
	char word[BO_NEAREST_MAX + 2], name[BO_NEAREST_MAX + 2];
	const char *const one[] = {name};

	memset(word, 'a', sizeof(word));
	memset(name, 'a', sizeof(name));
	word[BO_NEAREST_MAX] = name[BO_NEAREST_MAX] = '\0';
	word[7] = 'b';
	cr_expect(bo_nearest(word, one, 1) == name);
	word[BO_NEAREST_MAX] = 'a';
	word[BO_NEAREST_MAX + 1] = '\0';
	cr_expect_null(bo_nearest(word, one, 1), "the word is too long");
	cr_expect_null(bo_nearest(name, (const char *const[]){word}, 1),
		       "the name is too long");
}

Test(base_nearest, names_may_be_words_of_one_text)
{
	static const struct {
		const char *word, *want;
	} row[] = {
		{"attempt", "attempt"},
		{"atempt", "attempt"},
		{"attmept", "attempt"},
		{"Attempt", "attempt"},
		{"max_attempt", "max_attempts"},
		{"dealy_seconds", "delay_seconds"},
		{"xyz", NULL},
		{"a", NULL},
		{"", NULL},
	};
	char buffer[32], tiny[4];

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		const char *got = bo_nearest_of(
			row[i].word, " attempt  max_attempts delay_seconds ",
			buffer, sizeof(buffer));

		if (row[i].want)
			cr_expect_str_eq(got ? got : "(none)", row[i].want,
					 "%s", row[i].word);
		else
			cr_expect_null(got, "%s", row[i].word);
	}
	cr_expect_null(bo_nearest_of("attempt", "attempt", tiny, sizeof(tiny)),
		       "a name that does not fit is not cut");
	cr_expect_null(bo_nearest_of("word", "", buffer, sizeof(buffer)));
}
