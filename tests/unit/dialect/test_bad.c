/* Tests of tools/dialect/bad.c: bad lines by kind. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "dialect/bad.h"

static void
note(struct tk_bad *bad, uint64_t line, const char *path, const char *text)
{
	struct backoff_error error = {.size = sizeof(error)};

	snprintf(error.path, sizeof(error.path), "%s", path);
	snprintf(error.text, sizeof(error.text), "%s", text);
	tk_bad_note(bad, 0, line, &error);
}

Test(dialect_bad, lines_of_one_kind_are_one_message)
{
	static struct tk_bad bad;
	char text[200];

	for (unsigned i = 1; i <= 1000; i++) {
		char words[80];

		snprintf(words, sizeof(words),
			 "number out of range (got %u, in \"%u%c\")", i, i,
			 'a' + (char)(i % 26));
		note(&bad, i, "attempt", words);
	}
	note(&bad, 1001, "delay_seconds", "number out of range");
	cr_assert_eq(bad.kinds, 2);
	cr_expect_eq(bad.kind[0].line, 1);
	cr_expect_eq(bad.kind[0].count, 1000);
	tk_bad_say(&bad.kind[0], text, sizeof(text));
	cr_expect_str_eq(text, "attempt: number out of range (got 1, in "
			       "\"1b\") (1000 lines)");
	tk_bad_say(&bad.kind[1], text, sizeof(text));
	cr_expect_str_eq(text, "delay_seconds: number out of range");
	cr_expect_eq(bad.others, 0);
}

Test(dialect_bad, further_kinds_are_only_counted)
{
	static struct tk_bad bad;

	for (unsigned i = 0; i < 26; i++) {
		const char path[] = {(char)('a' + i), '\0'};

		note(&bad, i, path, "is missing");
		note(&bad, i, path, "is missing");
	}
	cr_expect_eq(bad.kinds, TK_BAD_KINDS);
	cr_expect_eq(bad.others, 2 * (26 - TK_BAD_KINDS));
	cr_expect_eq(bad.kind[4].count, 2);
}
