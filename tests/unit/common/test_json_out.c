/* JSON documents: rounding, nesting, and values that JSON lacks. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "common/json_out.h"

static void
expect(struct tk_json *json, const char *expected)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	cr_assert(out);
	cr_expect_eq(tk_json_end(json, out), 0);
	fclose(out);
	cr_expect_str_eq(text, expected);
	free(text);
}

Test(common_json_out, writes_what_was_added_in_order)
{
	struct tk_json json;
	struct cJSON *root = tk_json_begin(&json), *list;

	tk_json_text(&json, root, "b", "x\"\n");
	list = tk_json_array(&json, root, "a");
	tk_json_flag(&json, list, NULL, true);
	tk_json_raw(&json, list, NULL, "{\"r\":[]}");
	tk_json_null(&json, list, NULL);
	tk_json_number(&json, tk_json_object(&json, root, "o"), "n", 3);
	expect(&json, "{\n\t\"b\":\t\"x\\\"\\n\",\n\t\"a\":\t[true, "
		      "{\"r\":[]}, null],\n"
		      "\t\"o\":\t{\n\t\t\"n\":\t3\n\t}\n}\n");
}

Test(common_json_out, escapes_what_a_terminal_obeys)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"a\x1b[31m\x7f", "a\\u001b[31m\\u007f"},
		{"C1: \xc2\x9b", "C1: \\u009b"},
		{"bidi: \xe2\x80\xae\xe2\x81\xa6", "bidi: \\u202e\\u2066"},
		{"\xe2\x80\x8bzero\xef\xbb\xbf", "\\u200bzero\\ufeff"},
		{"tag: \xf3\xa0\x80\x81", "tag: \\udb40\\udc01"},
		{"broken: \x80\xff.", "broken: \xef\xbf\xbd\xef\xbf\xbd."},
		{"as it is: \xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80",
		 "as it is: \xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tk_json json;
		struct cJSON *root = tk_json_begin(&json);
		char expected[128];

		tk_json_text(&json, root, "t", cases[i].text);
		snprintf(expected, sizeof(expected), "{\n\t\"t\":\t\"%s\"\n}\n",
			 cases[i].expected);
		expect(&json, expected);
	}
}

Test(common_json_out, rounds_numbers)
{
	static const struct {
		double value;
		unsigned decimals;
		const char *expected;
	} cases[] = {
		{0.1234567894, 9, "{\n\t\"n\":\t0.123456789\n}\n"},
		{0.1234567896, 9, "{\n\t\"n\":\t0.12345679\n}\n"},
		{2.0 / 3, 12, "{\n\t\"n\":\t0.666666666667\n}\n"},
		{1.0, 9, "{\n\t\"n\":\t1\n}\n"},
		{(double)NAN, 9, "{\n\t\"n\":\tnull\n}\n"},
		{HUGE_VAL, 9, "{\n\t\"n\":\tnull\n}\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tk_json json;
		struct cJSON *root = tk_json_begin(&json);

		tk_json_rounded(&json, root, "n", cases[i].value,
				cases[i].decimals);
		expect(&json, cases[i].expected);
	}
}

Test(common_json_out, opens_an_object_once)
{
	struct tk_json json;
	struct cJSON *root = tk_json_begin(&json);

	tk_json_number(&json, tk_json_within(&json, root, "o"), "a", 1);
	tk_json_number(&json, root, "between", 2);
	tk_json_number(&json, tk_json_within(&json, root, "o"), "b", 3);
	expect(&json, "{\n\t\"o\":\t{\n\t\t\"a\":\t1,\n\t\t\"b\":\t3\n\t},\n"
		      "\t\"between\":\t2\n}\n");
}

Test(common_json_out, writes_nothing_of_a_document_that_failed)
{
	struct tk_json json;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	cr_assert(out);
	tk_json_begin(&json);
	/* As if memory had run out for the parent. */
	tk_json_number(&json, NULL, "n", 1);
	cr_expect(json.failed);
	cr_expect_eq(tk_json_end(&json, out), -1);
	cr_expect_eq(errno, ENOMEM);
	fclose(out);
	cr_expect_eq(length, 0);
	free(text);
}
