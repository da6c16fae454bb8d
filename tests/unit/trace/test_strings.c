/* Tests of tools/trace/strings: each text once. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "trace/strings.h"

Test(trace_strings, equal_texts_have_one_number)
{
	struct tk_strings strings = {0};
	uint32_t a = 9, b = 9, c = 9, none = 9, empty = 9;

	cr_assert(tk_strings_add(&strings, "one", &a));
	cr_assert(tk_strings_add(&strings, "two", &b));
	cr_assert(tk_strings_add(&strings, "one", &c));
	cr_assert(tk_strings_add(&strings, NULL, &none));
	cr_assert(tk_strings_add(&strings, "", &empty));
	cr_expect_eq(a, c);
	cr_expect_neq(a, b);
	cr_expect_eq(none, 0);
	cr_expect_neq(empty, 0);
	cr_expect_str_eq(tk_strings_text(&strings, a), "one");
	cr_expect_str_eq(tk_strings_text(&strings, empty), "");
	cr_expect_null(tk_strings_text(&strings, 0));
	cr_expect_null(tk_strings_text(&strings, 99));
	tk_strings_clear(&strings);
	tk_strings_clear(&strings);
}

Test(trace_strings, many_and_long_texts_stay_where_they_are)
{
	struct tk_strings strings = {0};
	char *big = malloc(200001);
	const char *first;
	uint32_t number;

	memset(big, 'x', 200000);
	big[200000] = '\0';
	cr_assert(tk_strings_add(&strings, big, &number));
	first = tk_strings_text(&strings, number);
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 100000; i++) {
			char text[32];

			snprintf(text, sizeof(text), "text %u", (unsigned)i);
			cr_assert(tk_strings_add(&strings, text, &number));
			cr_assert_eq(number, i + 2);
		}
	}
	cr_expect_eq(tk_strings_text(&strings, 1), first);
	cr_expect_str_eq(first, big);
	cr_expect_str_eq(tk_strings_text(&strings, 100001), "text 99999");
	cr_expect_eq(strings.count, 100001);
	free(big);
	tk_strings_clear(&strings);
}
